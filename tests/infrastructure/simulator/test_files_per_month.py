"""A union takes two files of zone 13 = 000 in a calendar month (100723), more by a derogation alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.answer import Answer
from infrastructure.simulator.scenario import Scenario
from tests.infrastructure.simulator.helpers import Office, codes, messages
from tests.infrastructure.simulator.worlds import a_month

TAKEN = ["931000", "920098", "920900"]
REFUSED = ["931000", "920099"]
LAST_OF_NOVEMBER = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
"""Half past eleven in the evening in Brussels."""


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    made.clock.instant = LAST_OF_NOVEMBER
    return made


def sent(office: Office, number: int, **values: Any) -> list[Answer]:
    return office.answers(a_month(patients=2, days=2, number=number, **{"content_code": "000", **values}))


def test_the_third_file_of_a_month_is_refused_and_taken_in_the_next(office):
    assert [messages(sent(office, number)) for number in (1, 2)] == [TAKEN] * 2
    third = sent(office, 3)
    assert (messages(third), codes(third[-1])) == (REFUSED, {"B100723"})
    office.clock.forward(hours=1)
    assert messages(sent(office, 4)) == TAKEN


def test_each_union_counts_the_files_that_came_to_it(office):
    for number in (1, 2):
        sent(office, number)
    assert messages(sent(office, 3, union="500", funds=("509",))) == TAKEN


def test_files_of_another_content_are_not_counted(office):
    for number in (1, 2):
        sent(office, number, content_code="040")
    assert messages(sent(office, 3)) == TAKEN
    assert messages(sent(office, 4, content_code="040")) == TAKEN
    assert messages(sent(office, 5)) == TAKEN
    assert messages(sent(office, 6)) == REFUSED


def test_a_file_that_was_sent_back_with_its_envelope_never_came(office):
    office.unions.scenario = Scenario(refusals=(), remarks=(), envelope_refusal=True)
    assert messages(sent(office, 1)) == ["920999"]
    office.unions.scenario = Scenario(refusals=(), remarks=())
    assert [messages(sent(office, number)) for number in (2, 3, 4)] == [TAKEN, TAKEN, REFUSED]


def test_a_derogation_takes_more(office):
    asked = []

    def derogation(tpp_number, day):
        asked.append((tpp_number, day.isoformat()))
        return True

    office.unions.has_derogation = derogation
    assert [messages(sent(office, number)) for number in (1, 2, 3)] == [TAKEN] * 3
    assert set(asked) == {(a_month(patients=1, days=1).tpp_number, "2026-11-30")}
