"""One question over HTTP: as of when, not before which commit, what the asker has already, and who was seen by whom."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import date as Date
from time import monotonic
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from pydantic import AwareDatetime

from api.build import Quittance
from api.catalogue import Language
from api.rest.encoding import answer, encode
from api.rest.headers import CORRELATION, ON_BEHALF_OF, WAIT_FOR, given_name, position_in
from api.rest.problems import Problem, language_of
from api.rest.rights import not_here, product
from application.access import Caller
from application.ports import Event, Sql
from domain.errors import Invalid
from domain.local_time import local_date

WAIT_S = 5.0
_STEP = 2_000
"""Events that the views are brought forward before the time is looked at again."""

AsOf = Annotated[
    AwareDatetime | None,
    Query(description="As it was at this instant (RFC 3339, with an offset), of today in Belgium at the latest."),
]
WaitFor = Annotated[
    str | None, Header(alias=WAIT_FOR, description="Log position that the answer must not be older than.")
]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the request says beside its path. `upto`: the log position of `as_of`, None for now."""

    quittance: Quittance
    caller: Caller
    upto: int | None
    language: Language
    on_behalf_of: str | None
    correlation_id: str
    known_tags: frozenset[str]
    as_of: datetime | None = None

    def scope(self, caller: Caller, wanted: UUID | None = None) -> tuple[UUID, ...]:
        """Establishments of the list: all that the caller may see, or the one wanted. Raises `NotFound`."""
        seen = caller.scope(self.quittance.lookups.establishment_ids())
        if wanted is None:
            return seen
        return (wanted,) if wanted in seen else not_here("establishment_unknown")

    def events(self, stream_id: UUID) -> list[Event]:
        """One stream, as of the instant asked for."""
        return self.quittance.log.load([stream_id], self.upto).get(stream_id, [])

    def sql(self) -> AbstractContextManager[Sql]:
        """A consistent state of the views."""
        return self.quittance.store.database.snapshot()

    def saw(self, action: str, patient_ids: Iterable[UUID]) -> None:
        """Record who sees whose data: committed before any of it leaves."""
        who = dict.fromkeys(patient_ids)
        if who:
            cause = f"api correlation={self.correlation_id}"
            self.quittance.access_log.record(self.caller.actor, action, who, cause, self.on_behalf_of)

    def one(
        self, body: object, version: int, *, action: str = "", patients: Iterable[UUID] = (), is_alone: bool = True
    ) -> Response:
        """A single resource with its `ETag`, or 304 when the asker has it. `patients`: whose data stand in the body.

        `is_alone`: it hangs on nothing but its own stream; else what the asker has may be another by now.
        """
        tag = f'"{version}"' if self.upto is None else f'"{version}.{self.upto}"'
        if is_alone and (tag in self.known_tags or "*" in self.known_tags):
            return Response(status_code=304, headers={"ETag": tag})
        self.saw(action, patients)
        return answer(encode(body), headers={"ETag": tag})

    def many(self, body: object, *, action: str = "", patients: Iterable[UUID] = ()) -> Response:
        """A list. `patients`: whose data stand in it."""
        self.saw(action, patients)
        return answer(encode(body))


def _reading(request: Request, as_of: AsOf = None, wait_for: WaitFor = None) -> Reading:
    quittance = product(request)
    if wait_for is not None:
        catch_up(quittance, position_in(request, WAIT_FOR) or 0)
    upto = None if as_of is None else _position(quittance, as_of)
    if upto is not None and wait_for is None:
        catch_up(quittance, upto)
    return Reading(
        quittance,
        request.state.caller,
        upto,
        language_of(request),
        given_name(request, ON_BEHALF_OF),
        given_name(request, CORRELATION) or request.state.correlation_id,
        _tags(request.headers),
        as_of,
    )


Reads = Annotated[Reading, Depends(_reading)]
"""Answers as of now or of a past instant, and no older than the caller's own last write."""


def shown_day(day: Date, today: Date) -> Date:
    """The day as of which things are shown, here and on pages. Raises `Invalid` for one that nobody has seen yet."""
    if day > today:
        raise Invalid("as_of_to_come", "as_of: give today or a day that is past.", field="as_of")
    return day


def _position(quittance: Quittance, as_of: datetime) -> int:
    """Of the log, then. Raises `Invalid`."""
    try:
        shown_day(local_date(as_of), local_date(quittance.clock.now()))
    except OverflowError:
        raise Invalid("field_invalid", "as_of: no calendar has that instant.", field="as_of") from None
    return quittance.log.position_at(as_of.astimezone(UTC))


def catch_up(quittance: Quittance, position: int) -> None:
    """Bring the views up to a position, at least. Raises 503 when it takes too long: ask again."""
    deadline = monotonic() + WAIT_S
    if quittance.store.log.wait_for(position, WAIT_S) < position:
        raise Problem(503, "position_not_reached", headers={"Retry-After": "1"})
    reached = min(quittance.views.positions().values())
    while reached < position:
        if monotonic() > deadline:
            raise Problem(503, "views_behind", headers={"Retry-After": "1"})
        reached = quittance.views.catch_up(min(position, reached + _STEP))


def _tags(headers: Mapping[str, Any]) -> frozenset[str]:
    """Weak comparison, as `If-None-Match` asks for."""
    given = str(headers.get("if-none-match", ""))
    return frozenset(tag.strip().removeprefix("W/") for tag in given.split(",")[:20] if tag.strip())
