"""The sending: one billing file to one national union, and every answer about it, in whatever order they come.

Its status is computed from the set of facts and not from their order: what an insurer says later never erases what
it said before, and the weightiest fact wins (settlement, rejection, acceptance for processing, receipt).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal
from uuid import UUID, uuid5

from domain.errors import NotAllowed, NotFound
from domain.event import event

Status = Literal[
    "prepared",
    "queued",
    "transmitted",
    "outcome_unknown",
    "acknowledged",
    "envelope_rejected",
    "accepted_for_processing",
    "rejected",
    "settled",
    "cancelled",
]
Outcome = Literal["none", "in_full", "in_part", "refused"]
FINAL: tuple[Status, ...] = ("envelope_rejected", "rejected", "settled")
"""The union says no more of its own accord: a person reads it."""
UNSENT: tuple[Status, ...] = ("prepared", "queued")
"""It has not left: it can be handed over, or cancelled."""

_SENDINGS = UUID("0d1b7c52-8a43-5f0e-b0a5-6e0b1c9f4f21")


@event("sending.prepared")
class SendingPrepared:
    """A billing run wrote the file. `message` is the SHA-256 of the stored bytes; `made_elsewhere`: by the old program.

    `reference` is zone 28 of record 10 when we wrote it; `sending_number` and `provider_reference` are zones 7 and 204.
    `replaces`: sendings refused as a whole of which it takes days up again.
    """

    establishment_id: UUID
    run_id: UUID | None
    union: str
    billed_month: str
    creation_date: Date
    sending_number: int
    provider_reference: str
    reference: str
    message: str
    invoice_ids: tuple[UUID, ...]
    record_count: int
    line_count: int
    day_count: int
    requested_cents: int
    control_number: int
    made_elsewhere: bool = False
    replaces: tuple[UUID, ...] = ()


@event("sending.queued")
class SendingQueued:
    """Somebody asked for it to go while no session was open: it goes when one opens, in the name of whoever asked."""


@event("sending.unqueued")
class SendingUnqueued:
    """Taken out of the queue: prepared as before. `code`: why, when no person did it."""

    code: str = ""


@event("sending.transmitted")
class SendingTransmitted:
    """The way to the union confirmed that it took the file."""


@event("sending.handed_over")
class SendingHandedOver:
    """The file leaves. Until more is known nobody can say whether it arrived: it is never sent again blindly."""

    local_date: Date


@event("sending.hand_over_failed")
class SendingHandOverFailed:
    """The file certainly did not arrive: it is prepared as before. `code`: why, `said`: the code of whoever refused.

    `registration_id`: under which it was to go where a mandate is missing. `holder_kind`: of whoever held the session.
    """

    code: str = ""
    said: str = ""
    registration_id: UUID | None = None
    holder_kind: str = ""


@event("sending.acknowledged")
class SendingAcknowledged:
    """931000: the union has the file."""

    message: str
    insurer_reference: str


@event("sending.technically_acknowledged")
class TechnicallyAcknowledged:
    """TAck: the union fetched the file from the network. `issuer`: who says so, three digits where it is a union."""

    message: str
    issuer: str


@event("sending.not_treated")
class SendingNotTreated:
    """The union fetched the file and cannot treat it; `code` is its own. Whether it will all the same, nobody knows."""

    message: str
    issuer: str
    code: str


@event("sending.envelope_rejected")
class SendingEnvelopeRejected:
    """920999: the union refused the envelope. `duplicate`: because it already knows a file of that number."""

    message: str
    codes: tuple[str, ...]
    duplicate: bool


@event("sending.accepted_for_processing")
class SendingAcceptedForProcessing:
    """920098: errors below the limit; the settlement follows. The percentage is the union's own, as written."""

    message: str
    error_percentage: str


@event("sending.rejected")
class SendingRejected:
    """920099: the whole file is refused. `duplicate`: because it already knows a file of that number."""

    message: str
    error_percentage: str
    refusal_type: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class FundTotal:
    """One record 91: figures in cents, and the reference the payment will carry."""

    fund: str
    requested_cents: int
    accepted_cents: int
    refused_cents: int
    payment_reference: str


@event("sending.settled")
class SendingSettled:
    """920900: what each sickness fund accepts and refuses; the verdicts stand on the days."""

    message: str
    requested_cents: int
    accepted_cents: int
    refused_cents: int
    funds: tuple[FundTotal, ...]
    error_percentage: str = ""


@event("sending.settlement_contested")
class SettlementContested:
    """920900 whose figures do not agree with the lines: kept for a person, the lines stay unsettled."""

    message: str
    requested_cents: int
    accepted_cents: int
    refused_cents: int


@event("sending.cancelled")
class SendingCancelled:
    """Withdrawn before it was handed over; its number is void and never used again."""


@event("sending.rejection_confirmed")
class RejectionConfirmed:
    """A person established that a file refused as duplicate has no living copy: its days return."""


@event("sending.read")
class SendingRead:
    """Somebody took note of the settlement."""


@event("sending.archived")
class SendingArchived:
    """Put out of sight; nothing is deleted."""


@event("sending.unarchived")
class SendingUnarchived:
    """Back in sight."""


@dataclass(frozen=True, slots=True)
class Sending:
    """State of a sending; `facts` is the set of kinds of answer that arrived, from which the status follows.

    `released` among them: a person took a refusal as duplicate for final.
    """

    sending_id: UUID
    made: SendingPrepared
    facts: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    transmitted_on: Date | None = None
    error_percentage: str = ""
    insurer_reference: str = ""
    settlement: SendingSettled | None = None
    is_read: bool = False
    is_archived: bool = False

    @property
    def status(self) -> Status:
        """The weightiest fact, whatever the order in which they came."""
        for fact, status in _BY_WEIGHT:
            if fact in self.facts:
                return status
        return "prepared"

    @property
    def outcome(self) -> Outcome:
        """In full, in part or refused, once settled."""
        if self.settlement is None:
            return "none"
        if self.settlement.refused_cents == 0:
            return "in_full"
        return "refused" if self.settlement.accepted_cents == 0 else "in_part"

    @property
    def waits_to_be_read(self) -> bool:
        """The union's last word is there, and nobody took note of it."""
        return self.status in FINAL and not self.is_read

    @property
    def is_out(self) -> bool:
        """It was handed over, perhaps."""
        return bool(self.facts & {"transmitted", "handed_over"})


_BY_WEIGHT: tuple[tuple[str, Status], ...] = (
    ("settled", "settled"),
    ("cancelled", "cancelled"),
    ("rejected", "rejected"),
    ("envelope_rejected", "envelope_rejected"),
    ("accepted_for_processing", "accepted_for_processing"),
    ("acknowledged", "acknowledged"),
    ("duplicate", "outcome_unknown"),
    ("not_treated", "outcome_unknown"),
    ("transmitted", "transmitted"),
    ("handed_over", "outcome_unknown"),
    ("queued", "queued"),
)


TO_CONFIRM = frozenset({"duplicate", "not_treated"})
"""What leaves open whether some copy of the file lives: a person finds out before its days go again."""
ALIVE = frozenset({"acknowledged", "accepted_for_processing", "settled", "rejected"})
_ANSWERS = frozenset(
    {"acknowledged", "envelope_rejected", "accepted_for_processing", "duplicate", "rejected", "settled", "contested"}
)
_CONTRADICTIONS = (
    (frozenset({"envelope_rejected"}), frozenset({"acknowledged", "accepted_for_processing", "rejected", "settled"})),
    (frozenset({"rejected"}), frozenset({"accepted_for_processing", "settled"})),
    # A person let the days of a dead copy go, and the file lives after all.
    (frozenset({"released"}), frozenset({"acknowledged"})),
    (frozenset({"cancelled"}), _ANSWERS | {"not_treated", "transmitted"}),  # nothing answers a file that never left
)


def is_contradictory(state: Sending) -> bool:
    """Whether the union said two things that exclude each other."""
    return any(state.facts & one and state.facts & other for one, other in _CONTRADICTIONS)


def sending_id(establishment_id: UUID, provider_reference: str) -> UUID:
    """Identity of a sending: its zone 204 is unique per installation and year."""
    return uuid5(_SENDINGS, f"{establishment_id}|{provider_reference}")


def evolve(state: Sending | None, happened: object, identifier: UUID) -> Sending:
    """Fold one event of the sending's stream."""
    if isinstance(happened, SendingPrepared):
        out = frozenset({"transmitted"}) if happened.made_elsewhere else frozenset[str]()
        return Sending(identifier, happened, facts=out, transmitted_on=happened.creation_date if out else None)
    if state is None:
        raise NotFound("sending_unknown", "A sending begins with its preparation.")
    match happened:
        case SendingHandedOver():
            facts = state.facts - {"queued"} | {"handed_over"}
            return replace(state, facts=facts, transmitted_on=happened.local_date)
        case SendingHandOverFailed():
            return replace(state, facts=state.facts - {"handed_over"}, transmitted_on=None)
        case SendingTransmitted():
            return replace(state, facts=state.facts | {"transmitted"})
        case SendingAcknowledged():
            state = replace(state, insurer_reference=happened.insurer_reference)
            return _answered(state, "acknowledged", happened.message)
        case SendingEnvelopeRejected():
            return _answered(state, "duplicate" if happened.duplicate else "envelope_rejected", happened.message)
        case SendingAcceptedForProcessing():
            if "rejected" not in state.facts:
                state = replace(state, error_percentage=happened.error_percentage)
            return _answered(state, "accepted_for_processing", happened.message)
        case SendingRejected():
            return _rejected(state, happened)
        case SendingSettled():
            percentage = state.error_percentage or happened.error_percentage
            state = replace(state, settlement=happened, error_percentage=percentage)
            return _answered(state, "settled", happened.message)
        case SettlementContested():
            return _answered(state, "contested", happened.message)
        case SendingCancelled():
            return replace(state, facts=state.facts | {"cancelled"})
        case RejectionConfirmed():
            return replace(state, facts=state.facts | {"rejected", "released"})
    return _otherwise(state, happened)


def _rejected(state: Sending, happened: SendingRejected) -> Sending:
    """The percentage of a refused second copy says nothing of the first, whichever was answered first."""
    if not happened.duplicate or not state.facts & {"accepted_for_processing", "rejected"}:
        state = replace(state, error_percentage=happened.error_percentage)
    return _answered(state, "duplicate" if happened.duplicate else "rejected", happened.message)


def _otherwise(state: Sending, happened: object) -> Sending:
    match happened:
        case TechnicallyAcknowledged():
            return _answered(state, "transmitted", happened.message)
        case SendingNotTreated():
            return _answered(state, "not_treated", happened.message)
        case SendingQueued():
            return replace(state, facts=state.facts | {"queued"})
        case SendingUnqueued():
            return replace(state, facts=state.facts - {"queued"})
        case SendingRead():
            return replace(state, is_read=True)
        case SendingArchived() | SendingUnarchived():
            return replace(state, is_archived=isinstance(happened, SendingArchived))
    return state


def fold(events: Iterable[object], identifier: UUID) -> Sending | None:
    """State after all events of one stream."""
    state: Sending | None = None
    for happened in events:
        state = evolve(state, happened, identifier)
    return state


def hand_over(state: Sending, local_date: Date) -> list[object]:
    """Commit to send a prepared file, before it leaves. `local_date` counts for the insurers' limits."""
    _require_unsent(state, "sent")
    return [SendingHandedOver(local_date)]


def queue(state: Sending) -> list[object]:
    """Let it wait for a session, once."""
    _require_unsent(state, "sent")
    return [] if state.status == "queued" else [SendingQueued()]


def unqueue(state: Sending, code: str = "") -> list[object]:
    """Let it wait no more; it stays prepared."""
    if state.status != "queued":
        raise NotAllowed("sending_not_queued", f"This sending is {state.status}: it does not wait for a session.")
    return [SendingUnqueued(code)]


def resolve(state: Sending, *, arrived: bool) -> list[object]:
    """A person found out whether a file of unknown outcome arrived."""
    if state.status != "outcome_unknown" or state.facts & TO_CONFIRM:
        raise NotAllowed("outcome_known", f"This sending is {state.status}: only an unknown outcome is resolved.")
    return [SendingTransmitted() if arrived else SendingHandOverFailed()]


def cancel(state: Sending) -> list[object]:
    """Withdraw a file that has not left."""
    _require_unsent(state, "cancelled")
    return [SendingCancelled()]


def confirm_rejection(state: Sending) -> list[object]:
    """A person takes a duplicate refusal as final, or that a union did not treat the file."""
    if state.facts & ALIVE or not state.facts & TO_CONFIRM:
        raise NotAllowed("no_duplicate_refusal", "Only a file refused as a duplicate or not treated is released.")
    return [RejectionConfirmed()]


def mark_read(state: Sending) -> list[object]:
    """Take note of it, once."""
    return [] if state.is_read else [SendingRead()]


def archive(state: Sending, *, archived: bool) -> list[object]:
    """Put out of sight, or back. Raises `NotAllowed` for a last word that nobody read."""
    if state.is_archived == archived:
        return []
    if archived and state.waits_to_be_read:
        raise NotAllowed("answer_unread", "Read the answer first: what nobody read is not put away.")
    return [SendingArchived() if archived else SendingUnarchived()]


def _require_unsent(state: Sending, done: str) -> None:
    if state.status not in UNSENT:
        raise NotAllowed("sending_not_prepared", f"This sending is {state.status}: only a prepared one is {done}.")


def _answered(state: Sending, fact: str, message: str) -> Sending:
    told = replace(state, facts=state.facts | {fact}, messages=state.messages | {message})
    if told.status in FINAL and told.status != state.status:
        return replace(told, is_read=False, is_archived=False)  # what was read and put away was not yet this word
    return told
