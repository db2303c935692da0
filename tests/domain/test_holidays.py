"""Holidays of Belgium and of the Swiss cantons: dates that are known from calendars, and the days between them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.holidays import CANTONS, easter, holiday, is_weekend, is_working_day, last_working_day

DAYS = st.dates(date(1994, 1, 1), date(2199, 12, 31))
WHERE = st.sampled_from([("BE", ""), ("CH", ""), *(("CH", canton) for canton in CANTONS)])


def kept(year: int, country: str, canton: str = "") -> list[str]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [f"{day:%m-%d} {name}" for day in days if day.year == year and (name := holiday(day, country, canton))]


@pytest.mark.parametrize(
    ("year", "expected"),
    [(1961, "04-02"), (2000, "04-23"), (2008, "03-23"), (2019, "04-21"), (2024, "03-31"), (2026, "04-05"), (2038, "04-25")],
)  # fmt: skip
def test_easter(year, expected):
    assert f"{easter(year):%m-%d}" == expected


@given(st.integers(1583, 4099))
def test_easter_is_a_sunday_between_march_22_and_april_25(year):
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_the_ten_belgian_holidays_of_2026():
    assert kept(2026, "BE") == [
        "01-01 new_year",
        "04-06 easter_monday",
        "05-01 labour_day",
        "05-14 ascension",
        "05-25 whit_monday",
        "07-21 belgian_national_day",
        "08-15 assumption",
        "11-01 all_saints",
        "11-11 armistice",
        "12-25 christmas",
    ]


def test_all_of_switzerland_keeps_four_days():
    assert kept(2026, "CH") == ["01-01 new_year", "05-14 ascension", "08-01 swiss_national_day", "12-25 christmas"]


COUNTS = {
    "AG": 14, "AI": 12, "AR": 8, "BE": 9, "BL": 9, "BS": 9, "FR": 9, "GE": 9, "GL": 11, "GR": 8, "JU": 13, "LU": 13,
    "NE": 7, "NW": 14, "OW": 14, "SG": 10, "SH": 10, "SO": 6, "SZ": 14, "TG": 10, "TI": 15, "UR": 14, "VD": 9, "VS": 13,
    "ZG": 13, "ZH": 9,
}  # fmt: skip


@pytest.mark.parametrize("canton", CANTONS)
def test_number_of_days_that_a_canton_keeps_in_2025(canton):
    assert len(kept(2025, "CH", canton)) == COUNTS[canton]


@pytest.mark.parametrize(
    ("day", "canton", "name"),
    [
        ("2025-01-02", "VD", "berchtold"),
        ("2025-01-02", "GE", ""),
        ("2025-01-06", "TI", "epiphany"),
        ("2025-03-01", "NE", "republic_of_neuchatel"),
        ("2025-04-18", "ZH", "good_friday"),
        ("2025-04-18", "TI", ""),
        ("2025-06-19", "LU", "corpus_christi"),
        ("2025-06-23", "JU", "independence_of_jura"),
        ("2025-06-29", "TI", "peter_and_paul"),
        ("2025-09-11", "GE", "genevan_fast"),
        ("2025-09-22", "VD", "monday_of_the_fast"),
        ("2024-09-16", "VD", "monday_of_the_fast"),
        ("2024-09-05", "GE", "genevan_fast"),
        ("2025-09-25", "OW", "nicholas_of_flue"),
        ("2025-12-31", "GE", "restoration_of_geneva"),
        ("2025-04-03", "GL", "battle_of_nafels"),
        ("2026-04-02", "GL", ""),
        ("2026-04-09", "GL", "battle_of_nafels"),
        ("2025-12-26", "AR", "stephen"),
        ("2026-12-26", "AR", ""),
        ("2023-12-26", "UR", ""),
        ("2033-12-26", "NE", "stephen"),
        ("2034-12-26", "NE", ""),
        ("2034-01-02", "NE", "berchtold"),
        ("2035-01-02", "NE", ""),
    ],
)
def test_days_of_single_cantons(day, canton, name):
    assert holiday(date.fromisoformat(day), "CH", canton) == name


def test_a_year_before_the_rules_has_no_holidays_but_weekends():
    assert kept(1973, "BE") == kept(1993, "CH", "ZH") == []
    assert not is_working_day(date(1993, 8, 1), "CH")


def test_a_canton_that_there_is_not():
    with pytest.raises(Invalid) as refused:
        holiday(date(2026, 1, 1), "CH", "XX")
    assert refused.value.code == "canton_unknown"


@pytest.mark.parametrize(
    ("deadline", "where", "act_by"),
    [
        ("2026-05-13", ("BE", ""), "2026-05-13"),
        ("2026-05-14", ("BE", ""), "2026-05-13"),
        ("2026-05-17", ("BE", ""), "2026-05-15"),
        ("2026-04-06", ("BE", ""), "2026-04-03"),
        ("2026-04-06", ("CH", "ZH"), "2026-04-02"),
        ("2027-01-02", ("CH", "BE"), "2026-12-31"),
        ("2027-01-01", ("CH", "GE"), "2026-12-30"),
    ],
)
def test_the_last_working_day_before_a_deadline(deadline, where, act_by):
    assert last_working_day(date.fromisoformat(deadline), *where) == date.fromisoformat(act_by)


@given(DAYS, WHERE)
def test_the_last_working_day_is_the_nearest_one_and_never_later(day, where):
    found = last_working_day(day, *where)
    assert is_working_day(found, *where)
    assert found <= day
    assert not any(is_working_day(found + timedelta(days=n), *where) for n in range(1, (day - found).days + 1))


@given(DAYS, WHERE)
def test_a_working_day_is_neither_weekend_nor_holiday(day, where):
    assert is_working_day(day, *where) == (day.weekday() < 5 and not holiday(day, *where))
    assert is_weekend(day) == (day.weekday() in (5, 6))
