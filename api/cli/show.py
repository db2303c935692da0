"""Look into one thing: its state and what is inside it, then its timeline. As of any instant."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, working
from api.cli.facts import show_facts
from api.cli.ids import identifier_of
from api.cli.instants import AsOf, position
from api.cli.number_lists import stretches
from api.cli.states import State, kind_of, payload, state_of
from api.cli.trees import Branch, branches, draw, show_lines
from api.cli.voice import Voice
from application.access import OPERATOR
from application.ports import Recorded
from domain import billing_day
from domain.errors import NotFound

Lines = Annotated[bool, typer.Option("--lines", help="In a sending, every line and not only the refused ones.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(show)
    app.command()(timeline)


def show(
    identifier: Annotated[str, typer.Argument(help="Id of anything.")],
    as_of: AsOf = "",
    every_line: Lines = False,
    as_json: AsJson = False,
) -> None:
    """The state of one thing, what is inside it (days and lines), and its timeline. As of any instant."""
    with working(as_json=as_json) as (quittance, voice):
        stream, at = identifier_of(identifier), position(quittance, as_of)
        recorded = history_of(quittance, stream, at)
        events = [entry.event for entry in recorded]
        kind = kind_of(recorded[0].topic)
        shown: dict[str, Any] = {"kind": kind, "id": stream, "version": len(events)}
        shown["state"] = state_of(kind, stream, events)
        patients = patients_of(stream, recorded[0])
        if kind in ("sending", "invoice"):
            inside = events[0].invoice_ids if kind == "sending" else [stream]
            shown["invoices"], patients = branches(quittance, inside, at, every_line=every_line)
        elif kind == "billing_day":
            day = billing_day.fold(events)
            shown["lines"] = day.lines if day else ()
        note_access(quittance, "show", patients)
        if as_json:
            voice.json({**shown, "timeline": [_entry(entry) for entry in recorded]})
            return
        _show_state(voice, shown["state"])
        _show_inside(voice, shown.get("invoices"), shown.get("lines"))
        _show_timeline(voice, recorded)


def timeline(
    identifier: Annotated[str, typer.Argument(help="Id of anything.")], as_of: AsOf = "", as_json: AsJson = False
) -> None:
    """Everything that ever happened to one thing: what, who, when, why, because of what."""
    with working(as_json=as_json) as (quittance, voice):
        stream = identifier_of(identifier)
        recorded = history_of(quittance, stream, position(quittance, as_of))
        note_access(quittance, "timeline", patients_of(stream, recorded[0]))
        if as_json:
            voice.json([_entry(entry) for entry in recorded])
        else:
            _show_timeline(voice, recorded)


def history_of(quittance: Quittance, stream: UUID, at: int | None) -> list[Recorded]:
    """Everything that happened to it by then, at least one event. Raises `NotFound`."""
    recorded = quittance.log.history(stream, at)
    if not recorded:
        raise NotFound("stream_unknown", "There is nothing under that id, or there was not yet.")
    return recorded


def patients_of(stream: UUID, opening: Recorded) -> list[UUID]:
    """Whose data the stream holds."""
    if kind_of(opening.topic) == "patient":
        return [stream]
    who: UUID | None = getattr(opening.event, "patient_id", None)
    return [] if who is None else [who]


def note_access(quittance: Quittance, action: str, patients: Sequence[UUID]) -> None:
    """Who sees whose data: one record for all that is shown at once, committed before any of it leaves."""
    who = list(dict.fromkeys(patients))
    if who:
        quittance.access_log.record(OPERATOR.actor, action, who)


def _show_state(voice: Voice, state: State) -> None:
    apart = {name: state[name] for name in ("funds", "years") if name in state}
    show_facts(voice, {name: value for name, value in state.items() if name not in apart})
    if apart.get("funds"):
        heads = ("fund", "requested", "accepted", "refused", "payment_reference")
        rows = [
            (one.fund, *map(voice.money, (one.requested_cents, one.accepted_cents, one.refused_cents)), one[-1])
            for one in apart["funds"]
        ]
        voice.table([(f"column.{head}", head in ("requested", "accepted", "refused")) for head in heads], rows)


def _entry(entry: Recorded) -> dict[str, Any]:
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
        "data": payload(entry.event),
    }
