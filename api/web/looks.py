"""How states look: icon, word and colour together (ui reference B3); the words are the catalogue's."""

from api.web.grid_spec import Look
from application.ports import Row
from domain.correction import GIVES_UP

_SENDING: dict[str, Look] = {
    "prepared": ("state-prepared", "circle-dashed", "status.prepared"),
    "queued": ("state-prepared", "clock", "status.queued"),
    "transmitted": ("state-sent", "check", "status.transmitted"),
    "outcome_unknown": ("state-unknown", "circle-help", "status.outcome_unknown"),
    "acknowledged": ("state-sent", "check", "status.acknowledged"),
    "accepted_for_processing": ("state-sent", "check", "status.accepted_for_processing"),
    "envelope_rejected": ("state-error", "triangle-alert", "status.envelope_rejected"),
    "rejected": ("state-error", "triangle-alert", "status.rejected"),
    "settled": ("state-settled", "badge-check", "status.settled"),
    "cancelled": ("state-done", "ban", "status.cancelled"),
}
_CAME = frozenset({"envelope_rejected", "rejected", "settled"})
"""States of a sending that somebody has to take note of."""
_POLL: dict[str, Look] = {
    "nothing": ("state-done", "check", "poll.nothing"),
    "messages": ("state-settled", "inbox", "poll.messages"),
    "failed": ("state-error", "triangle-alert", "poll.failed"),
    "queued": ("state-prepared", "clock", "poll.queued"),
}
_OUTCOME: dict[str, Look] = {
    "in_full": ("state-settled", "badge-check", "outcome.in_full"),
    "in_part": ("state-refused", "circle-minus", "outcome.in_part"),
    "refused": ("state-refused", "circle-minus", "outcome.refused"),
    "none": ("state-done", "circle-dashed", "outcome.none"),
}
_VERDICT: dict[str, Look] = {
    "accepted": ("state-settled", "check", "verdict.accepted"),
    "accepted_less": ("state-refused", "circle-minus", "verdict.accepted_less"),
    "mixed": ("state-refused", "circle-minus", "verdict.mixed"),
    "refused": ("state-refused", "circle-minus", "verdict.refused"),
    "none": ("state-done", "circle-dashed", "verdict.none"),
}
_INVOICE: dict[str, Look] = {
    "issued": ("state-sent", "check", "status.issued"),
    "withdrawn": ("state-done", "ban", "status.withdrawn"),
    "settled": ("state-settled", "badge-check", "status.settled"),
}
_DOCUMENT: dict[str, Look] = {
    "issued": ("state-prepared", "circle-dashed", "document_status.issued"),
    "handed_out": ("state-sent", "clock", "document_status.handed_out"),
    "paid": ("state-settled", "badge-check", "document_status.paid"),
    "refused": ("state-refused", "circle-minus", "document_status.refused"),
    "cancelled": ("state-done", "ban", "document_status.cancelled"),
}
_PHASE: dict[str, Look] = {
    "prepared": ("state-prepared", "circle-dashed", "list_phase.prepared"),
    "blocked": ("state-error", "ban", "list_phase.blocked"),
    "on_document": ("state-sent", "file-text", "list_phase.on_document"),
    "in_sending": ("state-sent", "check", "list_phase.in_sending"),
    "settled": ("state-settled", "badge-check", "list_phase.settled"),
}
_DECISION: dict[str, Look] = {
    "none": ("state-manual", "hand", "decision.none"),
    "rebill": ("state-prepared", "arrow-up", "decision.rebill"),
    "rebill_elsewhere": ("state-prepared", "arrow-up", "decision.rebill_elsewhere"),
    "credit_note": ("state-prepared", "arrow-down", "decision.credit_note"),
    "regularise": ("state-prepared", "arrow-down", "decision.regularise"),
    "justified": ("state-done", "ban", "decision.justified"),
}
_PROPOSED: dict[str, Look] = {one: ("state-manual", "hand", f"proposed.{one}") for one in GIVES_UP}
_CREDIT: dict[str, Look] = {
    "asked": ("state-sent", "clock", "credit.asked"),
    "taken": ("state-done", "check", "credit.taken"),
}
_NOTHING_TO_DECIDE: Look = ("state-done", "circle-dashed", "decision.nothing")
_JOB: dict[str, Look] = {
    "drafted": ("state-prepared", "circle-dashed", "list_job.drafted"),
    "waiting": ("state-prepared", "clock", "list_job.waiting"),
    "running": ("state-prepared", "clock", "list_job.running"),
    "finished": ("state-settled", "check", "list_job.finished"),
    "cancelled": ("state-done", "ban", "list_job.cancelled"),
}


def job_state(state: str) -> Look:
    """How far work on many rows is."""
    return _JOB[state]


def sending_state(row: Row) -> Look:
    """Where the file is."""
    return _SENDING[row["status"]]


def sending_outcome(row: Row) -> Look:
    """What came of it."""
    return _OUTCOME[row["outcome"]]


def verdict(row: Row) -> Look:
    """What the insurer said."""
    return _VERDICT[row["verdict"]]


def invoice_state(row: Row) -> Look:
    """How far the invoice is."""
    return _INVOICE[row["status"]]


def document_state(row: Row) -> Look:
    """What a person noted of the document last."""
    return _DOCUMENT[row["status"]]


def document_row(row: Row) -> str:
    """Grey when cancelled; pink when its addressee does not pay."""
    return {"cancelled": "is-read", "refused": "is-refused"}.get(row["status"], "")


def day_phase(row: Row) -> Look:
    """How far the day is."""
    return _PHASE[row["phase"]]


def decision(row: Row) -> Look:
    """What waits for a second person, else what the practice decided, or how far its credit note is.

    Where nothing is refused, that there is nothing to decide.
    """
    decided = row["decision"]
    if (proposed := row.get("proposed", "none")) != "none":
        return _PROPOSED[proposed]
    if row.get("credit"):
        return _CREDIT[row["credit"]]
    if decided == "none" and row["verdict"] not in ("mixed", "refused", "accepted_less"):
        return _NOTHING_TO_DECIDE
    return _DECISION.get(decided, ("state-prepared", "check", f"decision.{decided}"))


def poll(row: Row) -> Look:
    """What came of asking the unions."""
    return _POLL[row["outcome"]]


def sending_row(row: Row) -> str:
    """Grey when done with, bold when it came and nobody read it, green when it just went; pink when refused."""
    if row["is_archived"]:
        return "is-read"
    if row["status"] == "outcome_unknown":
        return "is-unknown"
    if row["status"] not in _CAME:
        return "is-sent" if row["status"] == "transmitted" else ""
    is_refused = row["status"] != "settled" or row["refused_cents"]
    return " ".join(name for name, holds in (("is-new", not row["is_read"]), ("is-refused", is_refused)) if holds)


def settled_row(row: Row) -> str:
    """Pink when something of it was refused."""
    return "is-refused" if row["refused_cents"] else ""
