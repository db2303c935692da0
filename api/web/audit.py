"""Audit: what happened in this practice, by whom, when and why, the newest first; each row leads to its thing."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.rest.listing import OnDay
from api.web.change_words import Change
from api.web.changes import changes_in
from api.web.doors import MayAudit
from api.web.things import Thing, things_of
from api.web.timeline import name_of, source_of, why_of
from api.web.visit import Visit
from application.ports import Recorded
from domain.local_time import BELGIUM
from projections.audit_trail import KINDS, Asked, trail
from projections.users import opened, users_of

router = APIRouter(prefix="/c/{where}/audit")
Kind = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$")]
Actor = Annotated[str, Query(max_length=60, pattern=r"^[a-z]*(:[0-9a-f-]+)?$")]
Before = Annotated[int | None, Query(ge=1, le=2**53)]
_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """`thing`: what it happened to. `changes`: what it says beyond its name."""

    position: int
    at: datetime
    kind: str
    what: str
    thing: Thing
    changes: tuple[Change, ...]
    who: str
    for_whom: str
    why: str
    source: str


@router.get("")
def show_trail(
    visit: MayAudit, kind: Kind = "", actor: Actor = "", since: OnDay = None, until: OnDay = None, before: Before = None
) -> Response:
    """Events of the practice, narrowed by kind of thing, by who, and by day."""
    asked = Asked(kind if kind in KINDS else "", actor, _before(visit, until, before), _after(visit, since), _ROWS)
    with visit.sql() as sql:
        page = trail(sql, visit.quittance.log, visit.practice, asked)
        people = opened(visit.quittance.keys, users_of(sql, visit.practice))
    things = things_of(visit, (one.stream_id for one in page.events))
    visit.saw("audit.read", (thing.patient_id for thing in things.values() if thing.patient_id))
    changes = changes_in(visit, page.events)
    names = {one: name_of(visit, one) for recorded in page.events for one in _actors(recorded)}
    kept = {"kind": asked.kind, "actor": actor, "since": since, "until": until}
    return visit.page(
        "audit.html",
        rows=[_row(visit, one, names, things[one.stream_id], changes.get(one.position, ())) for one in page.events],
        following=visit.to("/audit", **kept, before=page.following) if page.following else "",
        kinds=KINDS,
        people=[(f"user:{one.user_id}", one.name or one.login) for one in people],
        asked={**kept, "since": since or "", "until": until or ""},
        is_narrowed=any(kept.values()),
        is_first=before is None,
    )


def _actors(recorded: Recorded) -> list[str]:
    return [actor for actor in (recorded.meta.actor, recorded.meta.on_behalf_of) if actor]


def _row(visit: Visit, recorded: Recorded, names: dict[str, str], thing: Thing, changes: tuple[Change, ...]) -> Row:
    meta, kind = recorded.meta, recorded.topic.partition(".")[0]
    return Row(
        recorded.position,
        recorded.recorded_at,
        kind,
        f"event.{recorded.topic}",
        thing,
        changes,
        names[meta.actor],
        names.get(meta.on_behalf_of or "", ""),
        why_of(visit, recorded),
        source_of(recorded),
    )


def _after(visit: Visit, since: Date | None) -> int:
    """Position before the first instant of the day in Belgium."""
    if since is None:
        return 0
    start = datetime.combine(since, time(), BELGIUM)
    return visit.quittance.log.position_at(start - timedelta(microseconds=1))


def _before(visit: Visit, until: Date | None, before: int | None) -> int | None:
    """Position behind the last event of the day, of `as_of`, or of the page before: whichever comes first."""
    ends = [before] if before is not None else []
    if until is not None:
        end = datetime.combine(until + timedelta(days=1), time(), BELGIUM)
        ends.append(visit.quittance.log.position_at(end - timedelta(microseconds=1)) + 1)
    if visit.upto is not None:
        ends.append(visit.upto + 1)
    return min(ends, default=None)
