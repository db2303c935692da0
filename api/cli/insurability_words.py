"""What insurers said about insurability, for whoever sits at the command line."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.voice import NOTHING, Voice
from api.insurability import asked_out, in_words
from application.insurability import ShownQuery
from domain import patient as patients
from domain.errors import NotFound
from domain.insurability_difference import Piece
from domain.insurability_query import Query

Asked = Sequence[tuple[UUID, Query | str]]
"""Each patient with the question, or the code of what kept it from being asked."""


def shown_of(quittance: Quittance, who: UUID) -> tuple[ShownQuery, ...]:
    """The newest question first. Raises `NotFound`."""
    state = patients.fold(quittance.log.load([who]).get(who, []))
    if state is None:
        raise NotFound("patient_unknown", "There is no such patient.")
    return quittance.insurability.shown(who, state)


def say_query(voice: Voice, shown: ShownQuery) -> None:
    """One question: what became of it, and what is said beside what is recorded."""
    query = shown.query
    status = voice.code("insurability_status", query.status)
    voice.say("insurability.asked", first=query.asked.first_day, last=query.asked.last_day, status=status)
    if query.codes:
        voice.say("insurability.why", why=_why(voice, query))
    if query.advice:
        typer.echo(voice.code("insurability_advice", query.advice))
    if shown.answer is None:
        return
    voice.table(
        [(f"insurability.{name}", False) for name in ("first_day", "last_day", "recorded", "said", "differs")],
        [_piece(voice, one) for one in shown.pieces],
    )
    if shown.pieces and not shown.differs:
        voice.say("insurability.agrees")


def say_all(voice: Voice, asked: Asked, shown: Mapping[UUID, ShownQuery]) -> None:
    """Many questions: a line each, and how many are to be looked at. Those that wait for a session are one line."""
    if voice.as_json:
        voice.json([{"patient_id": who, **_in_json(voice, one, shown.get(who))} for who, one in asked])
        return
    told = [(who, one) for who, one in asked if not _is_queued(one)]
    if told:
        voice.table(
            [("column.id", False), *((f"insurability.{name}", False) for name in ("status", "because", "differs"))],
            [(who, *_row(voice, one, shown.get(who))) for who, one in told],
        )
    if told or not asked:
        answered = [one for one in shown.values() if one.query.status == "answered"]
        differing = sum(one.differs for one in answered)
        left = len(told) - len(answered)
        voice.say("insurability.many", count=len(told), answered=len(answered), differing=differing, left=left)
    if len(told) < len(asked):
        voice.say("insurability.queued", count=len(asked) - len(told))


def _is_queued(one: Query | str) -> bool:
    return not isinstance(one, str) and one.status == "queued"


def _in_json(voice: Voice, one: Query | str, shown: ShownQuery | None) -> Mapping[str, object]:
    if isinstance(one, str):
        return {"error": one, "asked": None, "differs": False}
    return {"error": "", "asked": asked_out(one, voice.language), "differs": shown is not None and shown.differs}


def _row(voice: Voice, one: Query | str, shown: ShownQuery | None) -> tuple[str, str, str]:
    if isinstance(one, str):
        return voice.code("insurability_status", "failed"), voice.why("problem", one), NOTHING
    fields = {field: None for piece in shown.pieces for field in piece.differs} if shown else {}
    differs = ", ".join(voice.code("insurability_differs", field) for field in fields)
    return voice.code("insurability_status", one.status), _why(voice, one) or NOTHING, differs or NOTHING


def _why(voice: Voice, query: Query) -> str:
    return ", ".join(in_words(code, voice.language) for code in query.codes)


def _piece(voice: Voice, piece: Piece) -> tuple[object, ...]:
    known, said = piece.recorded, piece.said
    recorded = f"{known.sickness_fund} {known.ct1}/{known.ct2}" if known else voice.label("insurability.not_recorded")
    told = f"{said.fund} {said.ct1}/{said.ct2}" if said else voice.label("insurability.not_insured")
    differs = ", ".join(voice.code("insurability_differs", field) for field in piece.differs)
    return piece.first_day, piece.last_day, recorded, told, differs or NOTHING
