"""Who stands in for whom: on the days of the absence, there, and as it was known at a position."""

from datetime import date as Date
from datetime import timedelta
from uuid import UUID, uuid4

from application.ports import Change
from domain import user as users
from domain.user import DeputyNamed, DeputyWithdrawn, RoleGranted
from projections.deputies import absent_among, absent_for
from projections.users import all_users, opened, users_of
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

HERE, THERE, ANNA, JO = uuid4(), uuid4(), uuid4(), uuid4()
FIRST, LAST, DAY = Date(2026, 12, 7), Date(2026, 12, 12), timedelta(days=1)


def told(kept: Kept, version: int, *events: object) -> int:
    """Position after what happened to Anna."""
    kept.tell([Commit([Change(ANNA, version, list(events))])])
    kept.runner.catch_up()
    return kept.store.log.head()


def absent(kept: Kept, where: UUID, day: Date, at: int | None = None, deputy: UUID = JO) -> dict[UUID, Date]:
    with kept.store.database.snapshot() as sql:
        found = absent_for(sql, deputy, where, day, at)
        if at is None:
            assert absent_among(all_users(sql), deputy, where, day) == found
    return found


def test_ref_24_whom_somebody_stands_in_for_as_of_any_position(open_views: OpenViews) -> None:
    kept = open_views()
    before = told(kept, 0, *users.add(None, "anna@practice.be", "Anna", "fr"), RoleGranted(HERE, "office", FIRST))
    named = told(kept, 2, DeputyNamed(HERE, JO, FIRST, LAST), DeputyNamed(THERE, JO, LAST, LAST))
    withdrawn = told(kept, 4, DeputyWithdrawn(HERE, FIRST))
    told(kept, 5, DeputyNamed(HERE, JO, LAST, LAST + DAY))
    for at, here, there in (
        (before, {}, {}),
        (named, {ANNA: LAST}, {ANNA: LAST}),
        (withdrawn, {}, {ANNA: LAST}),
        (None, {ANNA: LAST + DAY}, {ANNA: LAST}),
    ):
        assert (absent(kept, HERE, LAST, at), absent(kept, THERE, LAST, at)) == (here, there)
    assert [bool(absent(kept, HERE, day, named)) for day in (FIRST - DAY, FIRST, LAST, LAST + DAY)] == [0, 1, 1, 0]
    assert absent(kept, HERE, LAST, deputy=ANNA) == {}


def test_people_of_a_practice_are_listed_with_their_absences_there(open_views: OpenViews) -> None:
    kept = open_views()
    granted = [RoleGranted(where, "office", FIRST) for where in (HERE, THERE)]
    away = [DeputyNamed(where, JO, FIRST, LAST) for where in (HERE, THERE)]
    told(kept, 0, *users.add(None, "anna@practice.be", "Anna", "fr"), *granted, *away)
    with kept.store.database.snapshot() as sql:
        (here,) = opened(kept.store.keys, users_of(sql, HERE))
        (everywhere,) = opened(kept.store.keys, all_users(sql))
    assert here.absences == (users.Absence(HERE, JO, FIRST, LAST),)
    assert [one.establishment_id for one in everywhere.absences] == [HERE, THERE]
