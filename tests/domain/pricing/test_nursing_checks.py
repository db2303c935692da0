"""Each refusal that a block can bring, by one wrong input each; and what is right is left alone."""

from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from typing import Any

import pytest

from domain.care import Care
from domain.pricing.book import PriceBook
from domain.pricing.nursing_checks import Surroundings, check
from domain.pricing.reasons import Asked, Reason
from domain.pricing.tariff_set import OPEN, RestHome, Variant
from domain.rules.refusals import explain, known_codes
from tests.domain.builders import COLLEAGUE, NURSE, uid
from tests.domain.pricing.nursing_days import (
    AIDE,
    BASES,
    BOOK,
    DAY,
    FLAT_A,
    FLAT_C,
    FLAT_PA,
    INJECTION,
    MULTIPLE,
    PTSI,
    PTSI_ACT,
    SATURDAY,
    TARIFFS,
    TOILET,
    TOLD_BASES,
    TOLD_TOILET,
    a_set,
    as_asked,
    block,
    change,
    done,
    in_file,
    katz,
    told,
)

FIRST, SECOND, FURTHER = TOLD_BASES
(REST_HOME,) = [one.place for one in TARIFFS.rest_homes]
RIGHT = in_file(told(FIRST), told(TOLD_TOILET), told(SECOND), Care(FLAT_A, 1971, NURSE))
SHARED = in_file(
    told(FIRST), told(TOLD_TOILET), told(SECOND, provider=COLLEAGUE), Care(FLAT_A, 1971, NURSE, provider_norm=9)
)
HELPED = in_file(
    told(FIRST, provider_norm=2, care_assistant=AIDE),
    told(TOLD_TOILET),
    Care(FLAT_A, 1971, NURSE, provider_norm=2, care_assistant=AIDE),
)
ACTS = in_file(Care(BASES[0], 457, NURSE), Care(TOILET, 653, NURSE), Care(BASES[1], 457, NURSE))
MULTIPLE_ASKED = in_file(
    told(FIRST), told(TOLD_TOILET), told(SECOND), told(FURTHER), Care(FLAT_A, 1971, NURSE), Care(MULTIPLE, 165, NURSE)
)


def of_the_day(day: Date) -> Variant:
    return "weekend" if day.weekday() >= 5 else "week"


AROUND = Surroundings(of_the_day)
PLACES = PriceBook([(TARIFFS.valid_from, a_set(c990301={"place": "practice"}, c419613={"place": "home"}))])


def refusals(lines: list[Asked], book: PriceBook = BOOK, around: Surroundings = AROUND) -> list[str]:
    return [reason.refused_as for reason in check(lines, book, around)]


@pytest.mark.parametrize("lines", [RIGHT, SHARED, HELPED, ACTS, MULTIPLE_ASKED, []])
def test_what_is_right_is_left_alone(lines: list[Asked]):
    assert check(lines, BOOK, AROUND) == ()


WRONG: list[tuple[str, list[Asked]]] = [
    ("500417", [ACTS[0], RIGHT[3]]),
    ("500417", change(RIGHT, 2, reading_serial="999000111")),
    ("500418", change(RIGHT, 2, code="990999")),
    ("500458", [RIGHT[0], RIGHT[2], RIGHT[3]]),
    ("500458", change(change(RIGHT, 2, code=TOLD_TOILET), 3, code=FLAT_C)),
    ("500459", change(ACTS, 2, code="990615")),
    ("500452", ACTS[1:]),
    ("500453", [*MULTIPLE_ASKED[:3], *MULTIPLE_ASKED[4:]]),
    ("500424", change(ACTS, 1, place=REST_HOME)),
    ("500517", change(change(RIGHT, 1, day=DAY - timedelta(days=1)), 0, day=DAY - timedelta(days=1))),
    ("500717", change(RIGHT, 1, fund="306")),
    ("500817", change(RIGHT, 1, patient=uid("another patient"))),
    ("500917", change(RIGHT, 1, sex=1)),
    ("501217", change(RIGHT, 1, urgency=1)),
    ("501417", change(RIGHT, 1, place="71000436003")),
    ("501512", change(SHARED, 3, provider=COLLEAGUE)),
    ("501614", change(SHARED, 3, provider_norm=1)),
    ("501615", change(RIGHT, 3, provider_norm=9)),
    ("501617", change(HELPED, 0, provider_norm=1, care_assistant="")),
    ("501753", change(ACTS, 1, related_code="990301")),
]


@pytest.mark.parametrize(("code", "lines"), WRONG, ids=[f"{code}-{nth}" for nth, (code, _) in enumerate(WRONG)])
def test_one_wrong_input_brings_its_refusal_and_no_other(code: str, lines: list[Asked]):
    assert set(refusals(lines)) == {code}


@pytest.mark.parametrize("code", sorted({code for code, _ in WRONG}))
def test_each_refusal_has_a_meaning_and_a_cure_in_three_languages(code: str):
    assert code in known_codes()
    for language in ("fr", "nl", "en"):
        explained = explain(code, language)
        assert explained.meaning
        assert explained.cure
        assert explained.source == "catalogue"


def test_a_first_base_service_that_is_not_first_is_paid_all_the_same():
    (reason,) = check(ACTS[1:], BOOK)
    assert reason.is_notice
    assert explain("500452").letter == "E"
    assert not any(one.is_notice for code, lines in WRONG if code != "500452" for one in check(lines, BOOK, AROUND))


def test_nor_when_the_first_one_was_asked_elsewhere():
    assert refusals(ACTS[1:], around=Surroundings(first_base_taken={DAY})) == []


def test_a_flat_fee_says_which_line_is_wrong_and_what_is_missing():
    assert check(change(RIGHT, 1, fund="306"), BOOK)[0] == Reason(
        "block_differs",
        RIGHT[1].line_id,
        (("nomenclature_code", TOLD_TOILET), ("date", "2026-01-15"), ("zone", "sickness_fund")),
        "500717",
    )
    (missing,) = check([RIGHT[0], RIGHT[2], RIGHT[3]], BOOK)
    assert (missing.line_id, dict(missing.facts)["role"]) == (RIGHT[3].line_id, "toilet")


def test_visits_of_two_days_in_one_block_are_two_mistakes_of_one_kind():
    mixed = change(RIGHT, 2, day=DAY + timedelta(days=1))
    assert "500517" in refusals(mixed)


def test_each_flat_fee_has_a_block_of_its_own():
    tomorrow = [replace(line, day=DAY + timedelta(days=1), line_id=uid(f"{line.line_id}")) for line in RIGHT]
    assert refusals([*RIGHT, *tomorrow]) == []
    assert refusals([*RIGHT, tomorrow[3]]) == ["500417", "500452"]


def test_one_care_giver_who_is_another_than_that_of_the_flat_fee():
    assert refusals(change(RIGHT, 3, provider=COLLEAGUE, provider_norm=9)) == ["501512"]


def test_a_palliative_flat_fee_is_no_c():
    assert refusals(change(RIGHT, 3, code=FLAT_PA)) == []
    assert refusals([RIGHT[0], RIGHT[1], *change(RIGHT, 3, code="990536")[3:]]) == []


def test_codes_of_another_place_than_the_base_service():
    assert [reason.code for reason in check(RIGHT, PLACES)] == ["other_place_than_base"]
    assert refusals(RIGHT, PLACES) == ["500459"]


@pytest.mark.parametrize(
    ("place", "first", "last", "expected"),
    [
        ("76000123004", DAY, DAY, ["500424"]),
        ("076000123004", DAY, OPEN, ["500424"]),
        ("76000123004", DAY + timedelta(days=1), OPEN, []),
        ("76000123004", DAY - timedelta(days=9), DAY - timedelta(days=1), []),
        ("76000123005", DAY, OPEN, []),
        ("0", DAY, OPEN, []),
        ("", DAY, OPEN, []),
    ],
)
def test_a_rest_home_is_one_on_its_days_and_no_other_place_is(place: str, first: Date, last: Date, expected: list[str]):
    periods = (RestHome("76000123004", Date(2020, 1, 1), Date(2020, 12, 31)), RestHome("76000123004", first, last))
    book = PriceBook([(TARIFFS.valid_from, replace(TARIFFS, rest_homes=periods))])
    assert refusals(change(ACTS, 1, place=place), book) == expected


@pytest.mark.parametrize(
    ("day", "code", "expected"),
    [(DAY, "990637", ["500459"]), (SATURDAY, TOILET, ["500459"]), (SATURDAY, "990637", []), (DAY, TOILET, [])],
)
def test_codes_of_another_kind_of_day(day: Date, code: str, expected: list[str]):
    base = "990604" if day == SATURDAY else BASES[0]
    assert refusals(in_file(Care(base, 0, NURSE), Care(code, 0, NURSE), day=day)) == expected
    assert refusals(in_file(Care(base, 0, NURSE), Care(code, 0, NURSE), day=day), around=Surroundings()) == []


def test_days_before_the_first_set_and_codes_that_it_does_not_know_say_nothing():
    before = [replace(line, day=Date(2024, 5, 2)) for line in ACTS]
    assert refusals(before) == []
    assert refusals(in_file(Care(BASES[0], 457, NURSE), Care("123456", 100, NURSE))) == []


@pytest.mark.parametrize(
    "made",
    [
        block(done(), done(TOILET, 2), by=(katz("C"),)),
        block(done(), by=(katz("C"),)),
        block(done(), done(INJECTION, 2, provider=COLLEAGUE), by=(katz("B"),)),
        block(done(), done(TOILET, 2, provider_norm=2, care_assistant=AIDE), by=(katz(),)),
        block(done(), done(TOILET, 2), done(TOILET, 3), by=(katz(),)),
        block(done(PTSI_ACT), by=(PTSI,)),
        block(done(reading_serial="999", reading_method="1"), by=(katz(),)),
    ],
)
def test_derived_blocks_pass(made: Any):
    assert check(as_asked(made), BOOK, AROUND) == ()
