"""What codes forbid over all lines of a patient: each rule provoked by one wrong input."""

from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from typing import Any

import pytest

from domain.care import Care
from domain.pricing.book import PriceBook
from domain.pricing.limits import check
from domain.pricing.reasons import Asked
from domain.pricing.tariff_set import Before, Maximum, NotWith
from domain.rules.refusals import explain, known_codes
from infrastructure.sample.tariff_dental import be_dental
from tests.domain.builders import COLLEAGUE, DOCTOR, NURSE
from tests.domain.pricing.nursing_days import (
    BASES,
    BOOK,
    DAY,
    DRESSING,
    FLAT_A,
    FLAT_B,
    FLAT_C,
    FLAT_PA,
    INJECTION,
    PALLIATIVE,
    PTSI,
    PTSI_FEE,
    SUPPLEMENT_PN,
    TARIFFS,
    TOILET,
    TOLD_BASES,
    a_set,
    as_asked,
    block,
    done,
    in_file,
    katz,
    told,
)

ADVICE, TOLD_ADVICE, PREPARATION = "990077", "990246", "424874"
PRESCRIBED: dict[str, Any] = {"prescriber": DOCTOR, "prescription_date": Date(2026, 1, 5)}


def act(code: str, **values: Any) -> Care:
    values.setdefault("provider", NURSE)
    return Care(code, 100, **values)


def refusals(lines: list[Asked], book: PriceBook = BOOK, *known: Any) -> list[str]:
    return [reason.refused_as for reason in check(lines, book, known)]


def book(**codes: dict[str, Any]) -> PriceBook:
    return PriceBook([(TARIFFS.valid_from, a_set(**codes))])


def before(lines: list[Asked], days: int) -> list[Asked]:
    """The same some days earlier."""
    return [replace(line, day=line.day - timedelta(days=days)) for line in lines]


# Maxima


def test_502255_a_first_base_service_is_asked_once_a_day_whoever_comes():
    twice = [act(BASES[0]), act(BASES[0], provider=COLLEAGUE)]
    assert refusals(in_file(*twice)) == ["502255"]
    (reason,) = check(in_file(*twice), BOOK)
    assert reason.line_id == in_file(*twice)[1].line_id
    assert dict(reason.facts) == {
        "nomenclature_code": BASES[0],
        "date": "2026-01-15",
        "units": "2",
        "maximum": "1",
        "span": "day",
    }
    assert refusals([*before(in_file(twice[0]), 1), *in_file(twice[1])]) == []


def test_502255_told_under_a_flat_fee_counts_too_and_is_found_there():
    told_after = [*in_file(act(BASES[0])), *in_file(told(TOLD_BASES[0]))]
    assert refusals(told_after) == ["502255"]
    assert refusals([told_after[1], told_after[0]]) == ["502255"]
    assert refusals(in_file(told(TOLD_BASES[0]), told(TOLD_BASES[0]))) == ["502255"]


def test_502255_units_count():
    assert refusals(in_file(act(INJECTION, units=4, **PRESCRIBED))) == []
    assert refusals(in_file(act(INJECTION, units=5, **PRESCRIBED))) == ["502255"]
    assert refusals(in_file(act(INJECTION, units=5, derogation=1, **PRESCRIBED))) == []


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        ("week", Date(2026, 1, 12), Date(2026, 1, 11)),
        ("month", Date(2026, 1, 1), Date(2025, 12, 31)),
        ("year", Date(2026, 1, 1), Date(2025, 12, 31)),
    ],
)
def test_502255_over_a_calendar_span(span: Any, inside: Date, outside: Date):
    rules = book(c990033={"maxima": (Maximum(1, span),)})
    earlier = in_file(act(DRESSING))[0]
    assert refusals([replace(earlier, day=inside), *in_file(act(DRESSING))], rules) == ["502255"]
    assert refusals([replace(earlier, day=outside), *in_file(act(DRESSING))], rules) == []


def test_502256_over_the_span_of_an_agreement():
    rules = book(c419613={"maxima": (Maximum(2, "agreement"),)})
    days = [replace(in_file(act(FLAT_A))[0], day=DAY + timedelta(days=n)) for n in range(3)]
    assert refusals(days, rules, katz()) == ["502256"]
    assert refusals(days[:2], rules, katz()) == []
    assert "502256" not in refusals(days, rules)
    former = replace(days[0], day=Date(2025, 12, 30))
    assert (
        refusals(
            [former, *days[:2]],
            rules,
            katz(),
            replace(katz(), valid_from=Date(2025, 12, 1), valid_to=Date(2025, 12, 31)),
        )
        == []
    )


def test_500469_once_in_a_life():
    rules = book(c990033={"maxima": (Maximum(1, "lifetime"),)})
    assert refusals([*before(in_file(act(DRESSING)), 300), *in_file(act(DRESSING))], rules) == ["500469"]
    twice = book(c990033={"maxima": (Maximum(2, "lifetime"),)})
    assert refusals(in_file(*[act(DRESSING)] * 3), twice) == ["502255"]


# Not together


def test_500444_an_act_beside_a_flat_fee():
    lines = in_file(act(TOILET), act(FLAT_A))
    (reason,) = check(lines, BOOK, [katz()])
    assert (reason.refused_as, reason.line_id, dict(reason.facts)["other_code"]) == ("500444", lines[0].line_id, FLAT_A)
    assert refusals([*before(lines[:1], 1), lines[1]], BOOK, katz()) == []
    assert refusals(in_file(told("990112"), act(FLAT_A)), BOOK, katz()) == []


def test_what_is_only_told_excludes_nothing():
    removal, placed = act("421116", **PRESCRIBED), "423415"
    assert refusals(in_file(removal, act(placed, **PRESCRIBED))) == ["500444"]
    assert refusals(in_file(removal, told(placed))) == []


def test_500444_of_two_flat_fees_the_later_one_is_wrong():
    lines = in_file(act(FLAT_A), act(FLAT_PA))
    (reason,) = check(lines, BOOK, [katz(), PALLIATIVE])
    assert (reason.refused_as, reason.line_id) == ("500444", lines[1].line_id)


def test_500445_not_together_in_a_longer_span():
    rules = book(c990033={"not_with": (NotWith((TOILET,), "week"),)})
    monday = before(in_file(act(TOILET)), 3)
    assert refusals([*monday, *in_file(act(DRESSING))], rules) == ["500445"]
    assert refusals([*before(monday, 1), *in_file(act(DRESSING))], rules) == []


# What must come first


def test_500413_the_advice_before_the_weekly_preparation():
    prepared = in_file(act(PREPARATION))
    assert refusals(prepared) == ["500413"]
    assert refusals([*before(in_file(act(ADVICE)), 365), *prepared]) == []
    assert refusals([*before(in_file(act(ADVICE)), 366), *prepared]) == ["500413"]
    assert refusals(in_file(act(ADVICE), act(PREPARATION))) == []
    assert refusals(in_file(act(PREPARATION), act(ADVICE))) == ["500413"]


def test_what_was_told_under_a_flat_fee_was_done():
    assert refusals([*before(in_file(told(TOLD_ADVICE)), 9), *in_file(act(PREPARATION))]) == []


def test_500464_what_needs_another_service_of_the_day():
    rules = book(c990033={"before": (Before((TOILET,), 0),)})
    assert refusals(in_file(act(DRESSING)), rules) == ["500464"]
    assert refusals(in_file(act(DRESSING), act(TOILET)), rules) == ["500413"]
    assert refusals(in_file(act(TOILET), act(DRESSING)), rules) == []


# What a line needs


@pytest.mark.parametrize(
    ("code", "values", "known", "refusal"),
    [
        (INJECTION, {"prescriber": DOCTOR}, (), "502004"),
        (INJECTION, {"prescription_date": DAY}, (), "502405"),
        (FLAT_A, {}, (), "500446"),
        (FLAT_PA, {}, (), "5004K3"),
        (SUPPLEMENT_PN, {}, (PALLIATIVE,), "500448"),
        (PTSI_FEE, PRESCRIBED, (), "5004K3"),
        (FLAT_C, {}, (katz("B"),), "500448"),
    ],
)
def test_something_is_missing(code: str, values: dict[str, Any], known: Any, refusal: str):
    assert refusals(in_file(act(code, **values)), BOOK, *known) == [refusal]


@pytest.mark.parametrize(
    ("code", "values", "known"),
    [
        (INJECTION, PRESCRIBED, ()),
        (FLAT_A, {}, (katz(),)),
        (FLAT_A, {"agreement_number": "90095042024066000035"}, ()),
        (FLAT_B, {}, (katz("C"),)),
        (FLAT_PA, {}, (PALLIATIVE,)),
        (PTSI_FEE, PRESCRIBED, (PTSI,)),
    ],
)
def test_nothing_is_missing(code: str, values: dict[str, Any], known: Any):
    assert refusals(in_file(act(code, **values)), BOOK, *known) == []


def test_500446_on_a_day_that_the_agreement_does_not_cover():
    assert refusals(before(in_file(act(FLAT_A)), 15), BOOK, katz()) == ["500446"]


def test_502940_and_500112_a_tooth_and_a_reading():
    dental = be_dental()
    (filling,) = [code for code in dental.codes.values() if "tooth" in code.needs][:1]
    teeth = PriceBook([(dental.valid_from, dental)])
    assert "502940" in refusals(in_file(act(filling.code)), teeth)
    assert "502940" not in refusals(in_file(act(filling.code, tooth="11")), teeth)
    rules = book(c990033={"needs": ("reading",)})
    assert refusals(in_file(act(DRESSING)), rules) == ["500112"]
    assert refusals(in_file(act(DRESSING, reading_serial="999")), rules) == []


def test_a_notification_that_no_register_can_tell_of_is_not_asked_for():
    assert refusals(in_file(act(DRESSING)), book(c990033={"needs": ("notification",)})) == []


def test_500420_a_code_that_has_ended():
    rules = book(c990033={"valid_to": Date(2026, 1, 14)})
    assert refusals(in_file(act(DRESSING)), rules) == ["500420"]
    assert refusals(before(in_file(act(DRESSING)), 1), rules) == []


# As a whole


def test_each_refusal_has_a_cure():
    for code in [
        "502255",
        "502256",
        "500469",
        "500444",
        "500445",
        "500413",
        "500464",
        "502004",
        "502405",
        "500446",
        "5004K3",
        "500448",
        "502940",
        "500112",
        "500420",
    ]:
        assert code in known_codes()
        assert explain(code, "nl").cure


def test_only_lines_that_are_judged_are_told_of_but_all_count():
    yesterday, today = before(in_file(act(ADVICE)), 1), in_file(act(ADVICE))
    today = [replace(today[0], line_id=in_file(act(ADVICE), act(ADVICE))[1].line_id)]
    assert [reason.line_id for reason in check([*today, *yesterday], BOOK)] == [today[0].line_id]
    for one in (*yesterday, *today):
        (reason,) = check([*today, *yesterday], BOOK, judged={one.line_id})
        assert (reason.line_id, reason.refused_as) == (one.line_id, "502255"), "the other stands already"


def test_what_stands_already_excludes_wherever_it_lies_but_is_not_done_before_its_day():
    rules = book(
        c990033={"not_with": (NotWith(("990044",), "month"),)}, c990044={"not_with": (NotWith(("990033",), "month"),)}
    )
    first, later = (
        in_file(act(DRESSING))[0],
        replace(in_file(act(DRESSING), act("990044"))[1], day=DAY + timedelta(days=3)),
    )
    assert [reason.line_id for reason in check([first, later], rules)] == [later.line_id]
    assert [reason.line_id for reason in check([first, later], rules, judged={first.line_id})] == [first.line_id]
    preparation, advice = in_file(act(PREPARATION), act(ADVICE))
    judged = {preparation.line_id}
    assert check([preparation, advice], BOOK, judged=judged) == ()
    tomorrow = replace(advice, day=DAY + timedelta(days=1))
    assert [one.refused_as for one in check([preparation, tomorrow], BOOK, judged=judged)] == ["500413"]


def test_codes_and_days_that_no_set_knows_say_nothing():
    assert refusals(in_file(act("123456"))) == []
    assert refusals([replace(line, day=Date(2024, 1, 1)) for line in in_file(act(FLAT_A))]) == []
    assert refusals(in_file(act(FLAT_A)), PriceBook()) == []


@pytest.mark.parametrize("category", ["A", "B", "C"])
def test_a_month_of_derived_days_breaks_no_rule(category: str):
    lines = []
    for n in range(28):
        made = block(
            done(name=f"{n} 1"),
            done(INJECTION, 2, name=f"{n} 2"),
            by=(katz(category),) if n % 2 else (),
            day=DAY + timedelta(days=n),
            day_id=in_file(*[act(TOILET)] * 28)[n].line_id,
        )
        lines += as_asked(made, DAY + timedelta(days=n))
    assert check(lines, BOOK, [katz(category)]) == ()


def test_rules_of_a_code_hold_in_the_set_of_its_day():
    later = Date(2026, 1, 10)
    strict = a_set(c990033={"maxima": (Maximum(1, "month"),)})
    sets = PriceBook([(TARIFFS.valid_from, TARIFFS), (later, strict)])
    assert refusals(in_file(act(DRESSING), act(DRESSING)), sets) == ["502255"]
    assert refusals(before(in_file(act(DRESSING), act(DRESSING)), 6), sets) == []
