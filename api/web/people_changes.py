"""What happened to accounts and to work on things, in words: roles, absences, who takes care of it until when."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.web.actors import name_of
from api.web.change_words import Change, Tell, differences, label, last_day, now, provider_name, value
from api.web.visit import Visit
from application.ports import Event
from domain import casework, user, user_events


def _granted(visit: Visit, _former: Sequence[Event], event: user_events.RoleGranted) -> Iterator[Change]:
    yield now(visit, "role", event.role)
    yield now(visit, "valid_from", event.valid_from)
    yield last_day(visit, [], event.valid_to)
    if event.provider_id:
        yield Change(label(visit, "provider_id"), "", provider_name(visit, event.provider_id))


def _ended(visit: Visit, former: Sequence[Event], event: user_events.RoleEnded) -> Iterator[Change]:
    known = user.fold(former)
    key = (event.establishment_id, event.role)
    held = [one.valid_to for one in (known.grants if known else ()) if (one.establishment_id, one.role) == key]
    yield now(visit, "role", event.role)
    yield last_day(visit, held, event.valid_to)


def _renamed(visit: Visit, former: Sequence[Event], event: user_events.UserRenamed) -> Iterator[Change]:
    yield from differences(visit, "state", user.fold(former), event)


def _deputy(visit: Visit, _former: Sequence[Event], event: Any) -> Iterator[Change]:  # noqa: ANN401
    if isinstance(event, user_events.DeputyNamed):
        yield Change(label(visit, "deputy_id", "state"), "", name_of(visit, f"user:{event.deputy_id}"))
        yield now(visit, "valid_to", event.valid_to)
    yield now(visit, "valid_from", event.valid_from)


def _assigned(visit: Visit, former: Sequence[Event], event: casework.Assigned) -> Iterator[Change]:
    known = casework.fold(former)
    names = [name_of(visit, f"user:{one}") if one else "" for one in (known and known.assignee, event.user_id)]
    yield Change(label(visit, "assignee"), *names)


def _snoozed(visit: Visit, former: Sequence[Event], event: casework.Snoozed) -> Iterator[Change]:
    known = casework.fold(former)
    before = known.snoozed_until if known else None
    yield Change(label(visit, "until"), value(visit, "until", before), value(visit, "until", event.until))


TELLS: Mapping[type[Any], Tell] = {
    user_events.UserRenamed: _renamed,
    user_events.RoleGranted: _granted,
    user_events.RoleEnded: _ended,
    user_events.DeputyNamed: _deputy,
    user_events.DeputyWithdrawn: _deputy,
    casework.Assigned: _assigned,
    casework.Snoozed: _snoozed,
}
