"""Audit: what happened in this practice, by whom, when and why, the newest first; each row leads to its thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.catalogue import text
from api.rest.listing import OnDay
from api.web.change_words import Change
from api.web.changes import changes_in
from api.web.doors import MayAudit
from api.web.grid_spec import Column
from api.web.grids import wanted_of
from api.web.plain_lists import PLAIN, PlainList
from api.web.render import said_by
from api.web.things import Thing, things_of
from api.web.timeline import name_of, source_of, why_of
from api.web.visit import Visit
from application.ports import Recorded
from domain.errors import Invalid
from domain.local_time import BELGIUM, local_date
from projections.audit_trail import KINDS, Asked, Trail, trail
from projections.users import opened, users_of

router = APIRouter(prefix="/c/{where}/audit")
Kind = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$")]
Actor = Annotated[str, Query(max_length=60, pattern=r"^[a-z]*(:[0-9a-f-]+)?$")]
Before = Annotated[int | None, Query(ge=1, le=2**53)]
_ROWS = 50
_MOST_IN_A_FILE = 2_000
_MOST_LOOKS = 10
"""Of 20,000 events each."""


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


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What the list can be narrowed by. `before`: position behind the first event of the page."""

    kind: Kind = ""
    actor: Actor = ""
    since: OnDay = None
    until: OnDay = None
    before: Before = None


@router.get("")
def show_trail(visit: MayAudit, wanted: Annotated[AuditQuery, Depends()]) -> Response:
    """Events of the practice, narrowed by kind of thing, by who, and by day."""
    asked = _asked(visit, wanted, _ROWS)
    with visit.sql() as sql:
        page = trail(sql, visit.quittance.log, visit.practice, asked)
        people = opened(visit.quittance.keys, users_of(sql, visit.practice))
    kept = {"kind": asked.kind, "actor": wanted.actor, "since": wanted.since, "until": wanted.until}
    return visit.page(
        "audit.html",
        rows=_rows(visit, page.events),
        following=visit.to("/audit", **kept, before=page.following) if page.following else "",
        searched_from=_searched_from(visit, page),
        kinds=KINDS,
        people=[(f"user:{one.user_id}", one.name or one.login) for one in people],
        asked={**kept, "since": wanted.since or "", "until": wanted.until or ""},
        is_narrowed=any(kept.values()),
        is_first=wanted.before is None,
    )


def _searched_from(visit: Visit, page: Trail) -> Date | None:
    """The first day that was looked at, when nothing was found so far and there is more."""
    if page.events or page.following is None:
        return None
    return local_date(visit.quittance.log.read(page.following - 1, 1)[0].recorded_at)


def _asked(visit: Visit, wanted: AuditQuery, limit: int) -> Asked:
    kind = wanted.kind if wanted.kind in KINDS else ""
    return Asked(kind, wanted.actor, _before(visit, wanted.until, wanted.before), _after(visit, wanted.since), limit)


def _rows(visit: Visit, events: Sequence[Recorded]) -> list[Row]:
    """Whose data they are about is noted."""
    things = things_of(visit, (one.stream_id for one in events))
    visit.saw("audit.read", (thing.patient_id for thing in things.values() if thing.patient_id))
    changes = changes_in(visit, events)
    names = {one: name_of(visit, one) for recorded in events for one in _actors(recorded)}
    return [_row(visit, one, names, things[one.stream_id], changes.get(one.position, ())) for one in events]


def _listed(visit: Visit) -> list[Mapping[str, Any]]:
    """All events of this request's query, in words. Raises `Invalid` for more than one file may hold, and for a search
    through more of the log than a person waits for, however few are found.
    """
    asked = _asked(visit, replace(wanted_of(visit, AuditQuery), before=None), _MOST_IN_A_FILE + 1)
    found: list[Recorded] = []
    with visit.sql() as sql:
        for _ in range(_MOST_LOOKS):
            page = trail(sql, visit.quittance.log, visit.practice, asked)
            found += page.events
            if len(found) > _MOST_IN_A_FILE:
                raise Invalid(
                    "audit_too_large", f"At most {_MOST_IN_A_FILE:,} events: narrow the filter.", field="filter"
                )
            if page.following is None:
                return [_in_words(visit, row) for row in _rows(visit, found)]
            asked = replace(asked, before=page.following)
    raise Invalid("audit_too_far", "since: give a later first day, the log is too long to be searched.", field="since")


def _in_words(visit: Visit, row: Row) -> Mapping[str, Any]:
    def t(key: str) -> str:
        return text(key, visit.language)

    return {
        "at": row.at,
        "what": t(row.what),
        "kind": t(f"kind_of_thing.{row.kind}"),
        "thing": row.thing.name,
        "changes": said_by("_changes.html", "changes", visit.language, row.changes),
        "who": row.who,
        "for_whom": row.for_whom,
        "source": t(f"event_source.{row.source}"),
        "why": row.why,
    }


PLAIN["audit"] = PlainList(
    "list_title.audit",
    (
        Column("at", "moment", label="plain_column.at"),
        Column("what", label="plain_column.what"),
        Column("kind", label="plain_column.kind"),
        Column("thing", label="plain_column.thing"),
        Column("changes", "reason", label="plain_column.changes"),
        Column("who", label="plain_column.who"),
        Column("for_whom", label="plain_column.for_whom"),
        Column("source", label="plain_column.source"),
        Column("why", "reason", label="list_column.reason"),
    ),
    _listed,
    right="audit",
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
