"""`quittance timeline`: everything that ever happened to one thing."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.access import note_access
from api.cli.console import AsJson, working
from api.cli.ids import identifier_of
from api.cli.instants import AsOf, position
from api.cli.states import kind_of, payload
from api.cli.voice import Voice
from api.plain import plain
from application.ports import Recorded
from domain.errors import NotFound


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(timeline)


def timeline(
    identifier: Annotated[str, typer.Argument(help="Id of anything.")], as_of: AsOf = "", as_json: AsJson = False
) -> None:
    """Everything that ever happened to one thing: what, who, when, why, because of what."""
    with working(as_json=as_json) as (quittance, voice):
        stream = identifier_of(identifier)
        recorded = history_of(quittance, stream, position(quittance, as_of))
        note_access(quittance, "timeline", patients_of(stream, recorded[0]))
        voice.json([entry_of(one) for one in recorded]) if as_json else show_timeline(voice, recorded)


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


def entry_of(one: Recorded) -> dict[str, Any]:
    """An event with its envelope, for a program."""
    return {
        "position": one.position,
        "version": one.version,
        "type": one.topic,
        "recorded_at": one.recorded_at,
        "actor": one.meta.actor,
        "on_behalf_of": one.meta.on_behalf_of,
        "reason": one.meta.reason,
        "cause": one.meta.cause,
        "command_id": one.meta.command_id,
        "data": plain(payload(one.event)),
    }


def show_timeline(voice: Voice, recorded: Sequence[Recorded]) -> None:
    """One line an event."""
    heads = ("when", "what", "who", "reason", "cause")
    voice.table(
        [(f"column.{head}", False) for head in heads],
        [
            (
                one.recorded_at.isoformat(timespec="seconds"),
                voice.code("event", one.topic),
                one.meta.actor,
                one.meta.reason,
                one.meta.cause,
            )
            for one in recorded
        ],
    )
