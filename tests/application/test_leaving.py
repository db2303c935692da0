"""What a hand-over would hold back is what it does hold back, and the day that is told is the day on which it goes."""

from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from application.leaving import Held, held_back
from domain.local_time import local_date
from tests.application.conftest import MakeOffice
from tests.application.office import Office, StandingClock
from tests.application.test_sending_files import two_months, two_unions
from tests.domain.builders import a_care


def told(office: Office, *ids: Any) -> dict[Any, Any]:
    return dict(held_back(office.log, office.where, ids, local_date(office.clock.now()), office.files_scope))


def test_the_second_file_of_a_union_waits_for_tomorrow_and_then_goes(office: Office, clock: StandingClock):
    first, second = two_months(office)
    assert told(office, first, second) == {second: held("files_per_day", Date(2026, 2, 3))}
    office.send()
    assert told(office, second) == {second: held("files_per_day", Date(2026, 2, 3))}
    clock.instant += timedelta(days=1)
    assert told(office, second) == {}
    assert [sent.outcome for sent in office.send()] == ["transmitted"]


def test_nothing_that_left_is_held(office: Office):
    ids = two_unions(office)
    assert told(office, *ids) == {}
    office.send()
    assert told(office, *ids, uuid4()) == {}


def test_one_file_a_day_at_all_puts_each_behind_the_other(make_office: MakeOffice, clock: StandingClock):
    office = make_office(clock=clock, files_scope="tpp")
    _first, second = two_unions(office)
    assert told(office, *two_ids(office)) == {second: held("files_per_day", Date(2026, 2, 3))}


def test_the_third_file_of_a_month_waits_for_the_next_month(make_office: MakeOffice, clock: StandingClock):
    office = make_office(clock=clock, details={"content_code": "000"})
    two_months(office)
    assert told(office, *two_ids(office)) == {}
    office.send()
    office.record(office.patient().id, a_care(), day=20)
    (total,) = office.bill().sendings
    assert told(office, total.sending_id) == {total.sending_id: held("files_per_month", Date(2026, 3, 1))}


def test_an_unknown_establishment_holds_nothing(office: Office):
    assert held_back(office.log, uuid4(), two_unions(office), Date(2026, 2, 2)) == {}


def two_ids(office: Office) -> list[Any]:
    return office.lookups.prepared_sending_ids(office.where)


def held(code: str, until: Date) -> Any:
    return Held(code, until)


@pytest.mark.parametrize("count", [2, 3])
def test_each_further_file_of_a_union_waits_a_day_longer(office: Office, clock: StandingClock, count: int):
    who = office.patient().id
    ids = []
    for month in range(1, count + 1):
        office.record(who, day=1, month=month)
    clock.instant += timedelta(days=90)
    ids = [total.sending_id for total in office.bill(f"2026-{count:02d}").sendings]
    today = local_date(clock.now())
    assert len(ids) == count
    assert told(office, *ids) == {
        identifier: held("files_per_day", today + timedelta(days=n)) for n, identifier in enumerate(ids) if n
    }
