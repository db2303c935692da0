"""The timeline of anything: what happened, who did it for whom, when, why, because of what; and the state then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from api.plain import plain
from api.rest.reads import Reads
from api.rest.resources import resource
from api.rest.rights import MayRead, not_here, within
from api.verdicts_to_come import told
from application.access import Caller
from application.ports import Recorded
from domain import (
    billing_day,
    correction_rule,
    document,
    establishment,
    inbox,
    invoice,
    mycarenet_session,
    numbering,
    patient,
    provider,
    registration,
    sending,
)
from projections.feed import owner_of

router = resource("/timeline", "timeline")
ABSENT = "timeline_unknown"
_MOST_EVENTS = 500

_STATES: dict[str, Callable[[list[Any], UUID], object]] = {
    "establishment": lambda events, _: establishment.fold(events),
    "provider": lambda events, _: provider.fold(events),
    "patient": lambda events, _: patient.fold(events),
    "billing_day": lambda events, _: day._asdict() if (day := billing_day.fold(events)) else None,
    "invoice": lambda events, _: invoice.fold(events),
    "sending": sending.fold,
    "document": document.fold,
    "item": lambda events, _: inbox.fold_item(events),
    "import": lambda events, _: inbox.fold_import(events),
    "numbering": lambda events, _: numbering.fold(events),
    "correction_rule": lambda events, _: correction_rule.fold(events),
    "registration": lambda events, _: {"registrations": registration.fold(events)},
    "mycarenet_session": lambda events, _: {"open": mycarenet_session.fold(events)},
    "billing_run": lambda events, _: events,
    "message": lambda events, _: events,
    "mailbox": lambda events, _: events,
}
"""Kinds of aggregate that have a timeline, by the first word of their topics. Keys of the API have none."""

_OF_THE_INSTALLATION = ("provider", "numbering")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `cause`: message hash or rule; `reason`: in the words of who acted; `data`: the event itself."""

    version: int
    position: int
    what: str
    at: datetime
    who: str
    for_whom: str | None
    why: str
    cause: str
    command_id: str
    correlation_id: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events in order, and the state after all of them up to the instant asked for. `next`: address of the rest."""

    stream_id: UUID
    kind: str
    version: int
    entries: tuple[Entry, ...]
    state: dict[str, Any]
    next: str | None


@router.get("/{stream_id}", operation_id="get_timeline", response_model=Timeline)
def get_timeline(
    caller: MayRead,
    reading: Reads,
    stream_id: UUID,
    after: Annotated[int, Query(ge=0, le=10_000_000, description="Version behind which to begin.")] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_EVENTS)] = 100,
) -> Response:
    """Everything that ever happened to one thing, by its id. What is about a patient needs the scope `medical`."""
    recorded = reading.quittance.log.history(stream_id, reading.upto)
    kind = recorded[0].topic.partition(".")[0] if recorded else ""
    if kind not in _STATES:
        not_here(ABSENT)
    _check_scope(caller, kind, recorded[0])
    who = _patients(stream_id, recorded[0])
    if who:
        caller.require("medical")
    shown = recorded[after : after + limit]
    more = after + limit < len(recorded)
    body = {
        "stream_id": stream_id,
        "kind": kind,
        "version": len(recorded),
        "entries": [_entry(one) for one in shown],
        "state": _state(kind, recorded, stream_id),
        "next": f"/timeline/{stream_id}?after={after + limit}&limit={limit}" if more else None,
    }
    return reading.one(body, len(recorded), action="timeline.read", patients=who)


def _state(kind: str, recorded: Sequence[Recorded], stream_id: UUID) -> Any:  # noqa: ANN401 - of any aggregate
    state = plain(_STATES[kind]([one.event for one in recorded], stream_id))
    return told(state) if isinstance(state, dict) else state


def _check_scope(caller: Caller, kind: str, opening: Recorded) -> None:
    """Providers and numbers belong to the installation: only a key for all of it sees their timeline."""
    if kind in _OF_THE_INSTALLATION:
        if caller.establishments is not None:
            not_here(ABSENT)
        return
    within(caller, owner_of(opening.stream_id, opening.event), ABSENT)


def _patients(stream_id: UUID, opening: Recorded) -> list[UUID]:
    if isinstance(opening.event, patient.PatientRegistered):
        return [stream_id]
    who = getattr(opening.event, "patient_id", None)
    return [] if who is None else [who]


def _entry(recorded: Recorded) -> dict[str, Any]:
    meta, happened = recorded.meta, recorded.event
    return {
        "version": recorded.version,
        "position": recorded.position,
        "what": recorded.topic,
        "at": recorded.recorded_at,
        "who": meta.actor,
        "for_whom": meta.on_behalf_of,
        "why": meta.reason,
        "cause": meta.cause,
        "command_id": meta.command_id,
        "correlation_id": meta.correlation_id,
        "data": plain(happened),
    }
