"""Dated limits at their edges: the time-bar on its last day, leap years, months across the new year."""

from datetime import date as Date
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.rules import limits

DATES = st.dates(Date(1990, 1, 1), Date(2090, 12, 31))


@pytest.mark.parametrize(
    ("care", "last"),
    [
        (Date(2024, 1, 1), Date(2026, 1, 31)),
        (Date(2024, 1, 31), Date(2026, 1, 31)),
        (Date(2024, 2, 29), Date(2026, 2, 28)),
        (Date(2022, 2, 1), Date(2024, 2, 29)),
        (Date(2022, 2, 28), Date(2024, 2, 29)),
        (Date(2023, 12, 31), Date(2025, 12, 31)),
        (Date(2023, 11, 30), Date(2025, 11, 30)),
    ],
)
def test_care_is_sendable_until_two_years_after_the_end_of_its_month(care: Date, last: Date):
    assert limits.last_sendable_day(care) == last
    assert not limits.is_time_barred(care, last)
    assert limits.is_time_barred(care, last + timedelta(days=1))


@given(DATES)
@settings(deadline=None)
def test_the_last_sendable_day_is_the_end_of_that_month_two_years_on(care: Date):
    last = limits.last_sendable_day(care)
    assert (last.year, last.month) == (care.year + 2, care.month)
    assert (last + timedelta(days=1)).day == 1


@given(DATES)
@settings(deadline=None)
def test_all_care_of_a_month_is_time_barred_at_once(care: Date):
    assert limits.last_sendable_day(care.replace(day=1)) == limits.last_sendable_day(limits.month_end(care))


def test_months():
    assert limits.month_of(Date(2026, 3, 9)) == "2026-03"
    assert limits.month_start("2026-03") == Date(2026, 3, 1)
    assert limits.month_end(Date(2024, 2, 3)) == Date(2024, 2, 29)
    assert limits.month_end(Date(2023, 2, 3)) == Date(2023, 2, 28)
    assert limits.next_month(Date(2025, 12, 31)) == Date(2026, 1, 1)
    assert limits.add_months(Date(2025, 11, 1), 2) == Date(2026, 1, 1)
    assert limits.add_months(Date(2026, 1, 1), -1) == Date(2025, 12, 1)


@pytest.mark.parametrize("text", ["2026-13", "2026-3", "202603", "2026-03-01", "2026W03", "maart 1", "2026-00"])
def test_what_is_no_month(text: str):
    with pytest.raises(ValueError, match=r"."):
        limits.month_start(text)


def test_the_scope_of_one_file_a_day_is_a_setting_and_says_so():
    rule = limits.files_limit("040", Date(2026, 3, 2))
    assert rule is not None
    assert (rule.code, rule.maximum, rule.scope) == ("files_per_day", 1, "tpp_and_union")
    assert "setting" in rule.source
    wider = limits.files_limit("040", Date(2026, 3, 2), "tpp")
    assert wider is not None
    assert (wider.maximum, wider.scope, wider.source) == (1, "tpp", rule.source)


def test_two_files_a_month_without_derogation_where_zone_13_is_000():
    rule = limits.files_limit("000", Date(2026, 3, 2))
    assert rule is not None
    assert (rule.code, rule.maximum, rule.scope) == ("files_per_month", 2, "tpp_and_union")
    assert "100723" in rule.source
    assert limits.files_limit("000", Date(2026, 3, 2), has_derogation=True) is None
    assert limits.files_limit("040", Date(2026, 3, 2), has_derogation=True) == limits.FILES_PER_DAY[-1]


def test_a_month_of_sending_is_a_calendar_month():
    month, day = limits.FILES_PER_MONTH[-1], limits.FILES_PER_DAY[-1]
    assert month.counts(Date(2026, 3, 1), Date(2026, 3, 31))
    assert not month.counts(Date(2025, 3, 31), Date(2026, 3, 31))
    assert not month.counts(Date(2026, 3, 31), Date(2026, 4, 1))
    assert not day.counts(Date(2026, 3, 1), Date(2026, 3, 2))


def test_every_rule_is_dated_and_names_its_source():
    waits = (limits.OWN_CORRECTIONS, limits.NOTICES, limits.PATIENT_DOCUMENTS)
    for rules in (limits.FILES_PER_DAY, limits.FILES_PER_MONTH, limits.TIME_BARS, *waits):
        assert list(rules) == sorted(rules, key=lambda rule: rule.valid_from)
        assert all(rule.source for rule in rules)


@pytest.mark.parametrize(
    ("deadline", "shown"),
    [
        (Date(2028, 10, 31), Date(2028, 10, 31)),
        (Date(2028, 9, 30), Date(2028, 9, 29)),
        (Date(2027, 1, 1), Date(2026, 12, 31)),
        (Date(2027, 11, 1), Date(2027, 10, 29)),
    ],
)
def test_a_deadline_on_a_day_of_rest_is_shown_as_the_last_working_day_before(deadline: Date, shown: Date):
    assert limits.to_do_by(deadline) == shown
