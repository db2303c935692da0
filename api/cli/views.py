"""See it: history of a month, refusals by cause, one thing with its events, the timeline of anything."""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, Voice, Where, establishment, working
from application.access import OPERATOR
from application.ports import Recorded
from domain.errors import Invalid, NotFound
from domain.rules.refusals import explain
from projections import refusal_causes
from projections.history import InvoiceFilter, RefusalFilter, SendingFilter, refusals_page, sendings_page
from projections.paging import Asked
from projections.periods import Period, periods
from projections.settlement_tree import lines_of, unions

AsOf = Annotated[str, typer.Option("--as-of", help="Instant, e.g. 2026-11-04T12:00:00+01:00: as it was then.")]
Archived = Annotated[bool, typer.Option("--archived", help="Archived sendings too.")]
_MOST = 200


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(history)
    app.command()(refusals)
    app.command()(show)
    app.command()(timeline)


def history(
    month: Annotated[str, typer.Argument(help="Billed month, YYYY-MM; none: all months.")] = "",
    where: Where = "",
    as_of: AsOf = "",
    archived: Archived = False,
    as_json: AsJson = False,
) -> None:
    """Months at a glance, or the sendings of one month with their settlement by union."""
    with working(as_json=as_json) as (quittance, voice):
        scope = _scope(quittance, where)
        show_history(voice, quittance, scope, month, position(quittance, as_of), archived=archived)


def refusals(
    month: Annotated[str, typer.Argument(help="Billed month, YYYY-MM; none: all months.")] = "",
    where: Where = "",
    cause: Annotated[str, typer.Option(help="Lines of one cause: its code.")] = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """Refusals by cause, cascades folded under their root, each explained with its cure; or the lines of one cause."""
    with working(as_json=as_json) as (quittance, voice):
        scope, at = _scope(quittance, where), position(quittance, as_of)
        if cause:
            _show_lines(voice, quittance, scope, RefusalFilter(month=month or None, root_code=cause), at)
        else:
            show_refusals(voice, quittance, scope, month, at)


def show(
    identifier: Annotated[str, typer.Argument(help="Id of a billing day, invoice, sending or any other stream.")],
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """The lines of a billing day with their verdicts, or the events of anything else, as of any instant."""
    with working(as_json=as_json) as (quittance, voice):
        stream, at = UUID(identifier), position(quittance, as_of)
        found = lines_of(quittance.log, [stream], at) if _is_day(quittance, stream) else {}
        if not found:
            show_timeline(voice, quittance, stream, at)
            return
        lines = found[stream]
        quittance.access_log.record(OPERATOR.actor, "show day", [_patient(quittance, stream)])
        if as_json:
            voice.json(lines)
            return
        voice.table(
            [(f"column.{head}", head in ("requested", "accepted")) for head in _DAY_HEADS],
            [
                (
                    line.care.code,
                    voice.money(line.care.amount_cents),
                    voice.code("verdict", line.said.verdict if line.said else "none"),
                    voice.money(line.said.accepted_cents) if line.said else "",
                    " ".join(f"{reason.letter}{reason.code}" for reason in line.said.reasons) if line.said else "",
                    line.said.comment if line.said else "",
                )
                for line in lines
            ],
        )


_DAY_HEADS = ("code", "requested", "verdict", "accepted", "errors", "comment")


def timeline(
    identifier: Annotated[str, typer.Argument(help="Id of anything.")], as_of: AsOf = "", as_json: AsJson = False
) -> None:
    """Everything that ever happened to one thing: what, who, when, why, because of what."""
    with working(as_json=as_json) as (quittance, voice):
        show_timeline(voice, quittance, UUID(identifier), position(quittance, as_of))


def show_history(
    voice: Voice,
    quittance: Quittance,
    scope: Collection[UUID],
    month: str = "",
    at: int | None = None,
    *,
    archived: bool = False,
) -> None:
    """Without a month the months, with one its sendings and what each union settled."""
    wanted = SendingFilter(month=month or None, is_archived=None if archived else False)
    with quittance.store.database.snapshot() as sql:
        months = periods(sql, scope, wanted, at)
        page = sendings_page(sql, scope, wanted, Asked("sending_number", limit=_MOST, at=at)) if month else None
        tree = unions(sql, scope, InvoiceFilter(month=month, status="settled"), at) if month else []
    if voice.as_json:
        voice.json({"periods": months, "sendings": page.rows if page else [], "unions": tree})
        return
    if page is None:
        _months(voice, months)
        return
    heads = ("number", "union", "status", "percentage", "requested", "accepted", "refused", "sent_on")
    figures = ("number", "percentage", "requested", "accepted", "refused")
    voice.table([(f"column.{h}", h in figures) for h in heads], [_sending(voice, row) for row in page.rows])


def _months(voice: Voice, months: list[Period]) -> None:
    heads = ("month", "requested", "accepted", "refused", "open")
    figures = [(p.month, p.requested_cents, p.accepted_cents, p.refused_cents, p.open_cents) for p in months]
    rows = [(month, *(voice.money(cents) for cents in amounts)) for month, *amounts in figures]
    voice.table([(f"column.{head}", head != "month") for head in heads], rows)


def _sending(voice: Voice, row: Any) -> tuple[object, ...]:  # noqa: ANN401 - a row of the view
    return (
        row["sending_number"],
        row["national_union"],
        voice.code("outcome", row["outcome"]) if row["outcome"] != "none" else voice.code("status", row["status"]),
        row["error_percentage"],
        voice.money(row["requested_cents"]),
        voice.money(row["accepted_cents"]),
        voice.money(row["refused_cents"]),
        row["transmitted_on"],
    )


def show_refusals(
    voice: Voice, quittance: Quittance, scope: Collection[UUID], month: str = "", at: int | None = None
) -> None:
    """Each cause once: how much hangs on it, what it means, what to do."""
    with quittance.store.database.snapshot() as sql:
        causes = refusal_causes.causes(sql, scope, RefusalFilter(month=month or None), at)
    explained = [(cause, explain(cause.code, voice.language, cause.letter)) for cause in causes]
    if voice.as_json:
        voice.json([{**asdict(cause), "explanation": why} for cause, why in explained])
        return
    heads = ("code", "lines", "cascades", "patients", "refused", "advice")
    voice.table(
        [(f"column.{head}", head not in ("code", "advice")) for head in heads],
        [
            (
                f"{cause.letter}{cause.code}",
                cause.lines,
                cause.cascaded_lines,
                cause.patients,
                voice.money(cause.refused_cents),
                why.decision_label,
            )
            for cause, why in explained
        ],
    )
    for cause, why in explained:
        voice.say("refusals.why", code=f"{cause.letter}{cause.code}", meaning=why.meaning, cure=why.cure)


def _show_lines(
    voice: Voice, quittance: Quittance, scope: Collection[UUID], wanted: RefusalFilter, at: int | None
) -> None:
    with quittance.store.database.snapshot() as sql:
        page = refusals_page(sql, scope, wanted, Asked(limit=_MOST, at=at))
    if voice.as_json:
        voice.json([{**row, "reasons": json.loads(row["reasons"])} for row in page.rows])
        return
    heads = ("date", "code", "errors", "requested", "refused", "id")
    voice.table(
        [(f"column.{head}", head in ("requested", "refused")) for head in heads],
        [
            (
                row["date"],
                row["nomenclature_code"],
                f"{row['letter']}{row['code']}",
                voice.money(row["requested_cents"]),
                voice.money(row["refused_cents"]),
                row["day_id"],
            )
            for row in page.rows
        ],
    )


def show_timeline(voice: Voice, quittance: Quittance, stream: UUID, at: int | None = None) -> None:
    """The events of a stream with their envelopes."""
    recorded = quittance.log.history(stream, at)
    if not recorded:
        raise NotFound("stream_unknown", "There is nothing under that id, or there was not yet.")
    if voice.as_json:
        voice.json([_event(entry) for entry in recorded])
        return
    voice.table(
        [(f"column.{head}", False) for head in ("when", "what", "who", "reason", "cause")],
        [
            (
                entry.recorded_at.isoformat(timespec="seconds"),
                entry.topic,
                entry.meta.actor,
                entry.meta.reason,
                entry.meta.cause,
            )
            for entry in recorded
        ],
    )


def position(quittance: Quittance, as_of: str) -> int | None:
    """Log position of an instant; none: now. Raises `Invalid`."""
    if not as_of:
        return None
    try:
        instant = datetime.fromisoformat(as_of)
    except ValueError:
        raise Invalid("instant_invalid", "--as-of: give an instant such as 2026-11-04T12:00:00+01:00.") from None
    if instant.tzinfo is None:
        raise Invalid("instant_invalid", "--as-of: say which zone, such as +01:00.")
    return quittance.log.position_at(instant)


def _event(entry: Recorded) -> dict[str, Any]:
    """Type and envelope; the payload of a patient's stream stays closed here."""
    return {
        "position": entry.position,
        "version": entry.version,
        "type": entry.topic,
        "recorded_at": entry.recorded_at,
        "actor": entry.meta.actor,
        "on_behalf_of": entry.meta.on_behalf_of,
        "reason": entry.meta.reason,
        "cause": entry.meta.cause,
        "command_id": entry.meta.command_id,
    }


def _scope(quittance: Quittance, where: str) -> tuple[UUID, ...]:
    return (establishment(quittance, where),)


def _is_day(quittance: Quittance, stream: UUID) -> bool:
    return any(entry.topic == "billing_day.care_recorded" for entry in quittance.log.history(stream)[:1])


def _patient(quittance: Quittance, day_id: UUID) -> UUID:
    patient: UUID = quittance.log.load([day_id])[day_id][0].patient_id
    return patient
