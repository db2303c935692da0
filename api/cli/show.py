"""Look into one thing: the tree of a sending, the days of an invoice, the lines of a day, the timeline of anything."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.tree import Tree

from api.build import Quittance
from api.cli.console import AsJson, Voice, working
from api.cli.ids import identifier_of
from api.cli.views import AsOf, position
from application.access import OPERATOR
from application.ports import Event, Recorded
from domain.billing_day import Line, fold
from domain.day_events import CareRecorded
from domain.errors import NotFound
from domain.invoice import InvoiceIssued
from domain.patient import PatientRegistered
from domain.sending import SendingPrepared
from projections.settlement_tree import lines_of

Lines = Annotated[bool, typer.Option("--lines", help="In a sending, every line and not only the refused ones.")]
_DAY_HEADS = ("code", "requested", "verdict", "accepted", "errors", "comment")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(show)
    app.command()(timeline)


def show(
    identifier: Annotated[str, typer.Argument(help="Id of a sending, invoice or billing day, or of anything else.")],
    as_of: AsOf = "",
    every_line: Lines = False,
    as_json: AsJson = False,
) -> None:
    """A sending opened down to its refused lines, an invoice, a billing day; else the timeline. As of any instant."""
    with working(as_json=as_json) as (quittance, voice):
        stream, at = identifier_of(identifier), position(quittance, as_of)
        opening = _opening(quittance, stream, at)
        if isinstance(opening, SendingPrepared):
            _show_sending(voice, quittance, opening, at, every_line=every_line)
        elif isinstance(opening, InvoiceIssued):
            _show_invoice(voice, quittance, stream, at, every_line=every_line)
        elif isinstance(opening, CareRecorded):
            _note_access(quittance, [opening.patient_id])
            _show_day(voice, lines_of(quittance.log, [stream], at)[stream])
        else:
            show_timeline(voice, quittance, stream, at)


def timeline(
    identifier: Annotated[str, typer.Argument(help="Id of anything.")], as_of: AsOf = "", as_json: AsJson = False
) -> None:
    """Everything that ever happened to one thing: what, who, when, why, because of what."""
    with working(as_json=as_json) as (quittance, voice):
        show_timeline(voice, quittance, identifier_of(identifier), position(quittance, as_of))


def show_timeline(voice: Voice, quittance: Quittance, stream: UUID, at: int | None = None) -> None:
    """The events of a stream with their envelopes; reading those of a patient is noted."""
    recorded = quittance.log.history(stream, at)
    if not recorded:
        raise NotFound("stream_unknown", "There is nothing under that id, or there was not yet.")
    _note_access(quittance, _patients(stream, recorded[0].event))
    if voice.as_json:
        voice.json([_event(entry) for entry in recorded])
        return
    voice.table(
        [(f"column.{head}", False) for head in ("when", "what", "who", "reason", "cause")],
        [
            (
                entry.recorded_at.isoformat(timespec="seconds"),
                voice.code("event", entry.topic),
                entry.meta.actor,
                entry.meta.reason,
                entry.meta.cause,
            )
            for entry in recorded
        ],
    )


def _show_sending(
    voice: Voice, quittance: Quittance, made: SendingPrepared, at: int | None, *, every_line: bool
) -> None:
    branches = [_branch(quittance, invoice, at, every_line=every_line) for invoice in made.invoice_ids]
    if voice.as_json:
        voice.json({"national_union": made.union, "billed_month": made.billed_month, "invoices": branches})
        return
    tree = Tree(f"{made.union} · {made.billed_month} · {voice.money(made.requested_cents)}")
    for branch in branches:
        _draw(voice, tree, branch)
    voice.console.print(tree)


def _show_invoice(voice: Voice, quittance: Quittance, invoice: UUID, at: int | None, *, every_line: bool) -> None:
    branch = _branch(quittance, invoice, at, every_line=every_line)
    if voice.as_json:
        voice.json(branch)
        return
    tree = Tree("")
    _draw(voice, tree, branch)
    voice.console.print(tree)


def _branch(quittance: Quittance, invoice: UUID, at: int | None, *, every_line: bool) -> dict[str, Any]:
    """An invoice with its days, and of each day the lines about which the insurer said something, or all."""
    made: InvoiceIssued = quittance.log.load([invoice], at)[invoice][0]
    _note_access(quittance, [made.patient_id])
    days: list[dict[str, Any]] = []
    for day_id, events in quittance.log.load(made.day_ids, at).items():
        day = fold(events)
        if day is not None:
            lines = [line for line in day.active if every_line or line.said]
            days.append({"day_id": day_id, "date": day.date, "verdict": day.verdict, "lines": lines})
    days.sort(key=lambda found: found["date"])
    return {
        "invoice_id": invoice,
        "invoice_number": made.invoice_number,
        "destination": made.destination,
        "requested_cents": made.requested_cents,
        "days": days,
    }


def _draw(voice: Voice, tree: Tree, branch: dict[str, Any]) -> None:
    head = f"{branch['invoice_number']} · {branch['destination']} · {voice.money(branch['requested_cents'])}"
    node = tree.add(head)
    for day in branch["days"]:
        leaf = node.add(f"{day['date']} · {voice.code('verdict', day['verdict'])} · {day['day_id']}")
        for line in day["lines"]:
            leaf.add(" · ".join(cell for cell in _line(voice, line) if cell))


def _show_day(voice: Voice, lines: Sequence[Line]) -> None:
    if voice.as_json:
        voice.json(lines)
        return
    voice.table(
        [(f"column.{head}", head in ("requested", "accepted")) for head in _DAY_HEADS],
        [_line(voice, line) for line in lines],
    )


def _line(voice: Voice, line: Line) -> tuple[str, ...]:
    said = line.said
    return (
        line.care.code,
        voice.money(line.care.amount_cents),
        voice.code("verdict", said.verdict if said else "none"),
        voice.money(said.accepted_cents) if said else "",
        " ".join(f"{reason.letter}{reason.code}" for reason in (*said.reasons, *said.notes)) if said else "",
        said.comment if said else "",
    )


def _opening(quittance: Quittance, stream: UUID, at: int | None) -> Event:
    events = quittance.log.load([stream], at).get(stream, [])
    return events[0] if events else None


def _patients(stream: UUID, opening: Event) -> list[UUID]:
    if isinstance(opening, PatientRegistered):
        return [stream]
    return [opening.patient_id] if isinstance(opening, CareRecorded | InvoiceIssued) else []


def _note_access(quittance: Quittance, patients: list[UUID]) -> None:
    if patients:
        quittance.access_log.record(OPERATOR.actor, "show", patients)


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
