"""The log of one practice, backwards: every event of it once, none of another, narrowed by who, what and when."""

from datetime import UTC, datetime
from datetime import date as Date
from uuid import UUID, uuid5

import pytest

from application.ports import Change, Recorded
from domain.insurability_query import InsurabilityAnswered, InsurabilityAsked, InsurabilityQueryFailed, queries_id
from domain.mycarenet_session import (
    MyCareNetSessionClosed,
    MyCareNetSessionOpened,
    MyCareNetSessionRenewed,
    stream_of,
)
from domain.registration import RegistrationCreated, RegistrationEnded, registrations_id
from projections.audit_trail import KINDS, Asked, trail
from projections.establishments import every_establishment_id
from projections.feed import owner_of
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


def walked(kept: Kept, where: UUID, asked: Asked) -> list[Recorded]:
    found: list[Recorded] = []
    with kept.store.database.snapshot() as sql:
        while True:
            page = trail(sql, kept.store.log, where, asked)
            found += page.events
            if page.following is None:
                return found
            asked = Asked(asked.kind, asked.actor, page.following, asked.after, asked.limit)


def scope(kept: Kept) -> list[UUID]:
    with kept.store.database.snapshot() as sql:
        return every_establishment_id(sql)


def owned(kept: Kept, where: UUID) -> set[int]:
    """Positions of everything whose stream belongs to the practice, the slow way."""
    log = kept.store.log
    openings: dict[UUID, UUID | None] = {}
    found = set()
    for one in log.read(0, 100_000):
        owner = openings.setdefault(one.stream_id, owner_of(one.stream_id, one.event))
        kind = one.topic.partition(".")[0]
        if kind in KINDS and where in (owner, getattr(one.event, "establishment_id", None)):
            found.add(one.position)
    return found


def test_p6_every_event_of_the_practice_once_the_newest_first(kept: Kept) -> None:
    one, other = scope(kept)
    found = [event.position for event in walked(kept, one, Asked(limit=37))]
    assert found == sorted(found, reverse=True)
    assert len(found) == len(set(found))
    providers = {event.position for event in kept.store.log.read(0, 100_000) if event.topic.startswith("provider.")}
    assert set(found) - providers == owned(kept, one)
    assert not (set(found) & owned(kept, other)) - providers


def test_narrowed_by_kind_by_actor_and_by_position(kept: Kept) -> None:
    where = scope(kept)[0]
    sendings = walked(kept, where, Asked(kind="sending"))
    assert sendings
    assert {event.topic.partition(".")[0] for event in sendings} == {"sending"}
    assert walked(kept, where, Asked(actor="user:nobody")) == []
    everything = walked(kept, where, Asked())
    middle = everything[len(everything) // 2].position
    later = walked(kept, where, Asked(after=middle))
    earlier = walked(kept, where, Asked(before=middle + 1))
    assert [*later, *earlier] == everything


def test_questions_to_insurers_and_what_came_of_them_registrations_and_sessions(kept: Kept) -> None:
    day, later = Date(2026, 5, 1), datetime(2026, 5, 2, tzinfo=UTC)
    counts = {"insurability_query": 3, "registration": 2, "mycarenet_session": 3}
    before = {(where, kind): len(walked(kept, where, Asked(kind=kind))) for where in scope(kept) for kind in counts}
    for nth, where in enumerate(scope(kept)):
        who = uuid5(where, "somebody")
        asked = InsurabilityAsked(where, who, f"{nth:014d}", day, day, "invoicing", "q")
        failed, answered = InsurabilityQueryFailed(asked.reference, "no_answer"), asked.reference
        stories = {
            queries_id(who): [asked, failed, InsurabilityAnswered(answered, "a", "refused")],
            registrations_id(where): [
                RegistrationCreated(where, who, "own", "49991127401", "", day),
                RegistrationEnded(who, day),
            ],
            stream_of(where): [
                MyCareNetSessionOpened(where, who, "p12", "person", later),
                MyCareNetSessionRenewed(who, later),
                MyCareNetSessionClosed(who, "asked"),
            ],
        }
        kept.tell(Commit([Change(stream, 0, events)]) for stream, events in stories.items())
    for where in scope(kept):
        for kind, count in counts.items():
            found = walked(kept, where, Asked(kind=kind))
            assert len(found) == before[where, kind] + count, kind
            assert {event.stream_id for event in found[:count]} <= {
                queries_id(uuid5(where, "somebody")),
                registrations_id(where),
                stream_of(where),
            }


def test_people_are_seen_by_their_roles_in_the_practice(kept: Kept) -> None:
    found = walked(kept, scope(kept)[0], Asked(kind="user"))
    placed = ("role_granted", "deputy_named", "deputy_withdrawn")
    assert {event.topic for event in found} == {f"user.{name}" for name in placed}
    assert found
