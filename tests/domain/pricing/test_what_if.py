"""Days priced otherwise: another set, another category, another entitlement; the days themselves stay as they are."""

from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import billing_day as days
from domain.authorisation import Authorisation, Kind
from domain.billing_day import BillingDay, fold
from domain.care import Care
from domain.day_events import AmountConfirmed, CareRecorded
from domain.pricing.book import PriceBook
from domain.pricing.day_prices import Insured, block_of
from domain.pricing.what_if import Known, Repriced, Supposed, what_if
from tests.domain.builders import DAY, NURSE, PATIENT, WHERE, a_day, recorded, uid
from tests.domain.pricing.nursing_days import (
    BASES,
    BOOK,
    DRESSING,
    FLAT_A,
    FLAT_B,
    FLAT_C,
    INJECTION,
    PALLIATIVE,
    PRICER,
    PTSI,
    TARIFFS,
    TOILET,
    TOLD_BASES,
    TOLD_INJECTION,
    TOLD_TOILET,
    a_set,
    done,
    katz,
    told,
)

ORDINARY = Insured("110", "110", (katz("C"),))


def visits(*lines: Any, allowed: Insured = ORDINARY) -> Known:
    """A day that was recorded as visits, and priced."""
    day = fold([CareRecorded(WHERE, PATIENT, DAY, 1, tuple(lines))])
    assert day
    made = block_of(PRICER, uid("day"), day, allowed)
    happened = days.price(day, tuple(one.line for one in made.lines), "a" * 64, "110", "110")
    priced = fold([CareRecorded(WHERE, PATIENT, DAY, 1, tuple(lines)), *happened])
    assert priced
    return Known(uid("day"), priced, allowed)


def ready_made(*cares: Care, allowed: Insured = ORDINARY) -> Known:
    return Known(uid("ready"), a_day(*cares), allowed)


def codes(one: Repriced) -> list[str]:
    assert not one.reasons
    return [line.care.code for line in one.new]


TWO_VISITS = visits(done(TOILET), done(INJECTION, time="0810"), done(TOILET, 2))
BLOCK = (
    told(TOLD_BASES[0]),
    told(TOLD_TOILET),
    told(TOLD_BASES[1]),
    told(TOLD_TOILET),
    Care(FLAT_C, 5161, NURSE, patient_share_cents=469),
)


def only(known: Known, **supposed: Any) -> Repriced:
    (found,) = what_if([known], Supposed(**supposed), BOOK)
    return found


def test_nothing_supposed_changes_nothing():
    for known in (TWO_VISITS, ready_made(*BLOCK), ready_made(Care(TOILET, 653, NURSE, patient_share_cents=59))):
        found = only(known)
        assert (found.difference_cents, found.share_difference_cents) == (0, 0)
        assert [line.care for line in found.former] == [line.care for line in found.new]


@pytest.mark.parametrize(
    ("category", "flat", "difference"), [("B", FLAT_B, 3777 - 5161), ("A", FLAT_A, 1971 - 5161), ("C", FLAT_C, 0)]
)
@pytest.mark.parametrize("known", [TWO_VISITS, ready_made(*BLOCK)], ids=["visits", "ready-made"])
def test_a_category_that_was_lowered(known: Known, category: str, flat: str, difference: int):
    found = only(known, category=category)
    assert codes(found)[-1] == flat
    assert codes(found)[:-1] == [line.care.code for line in found.former][:-1]
    assert found.difference_cents == difference


@pytest.mark.parametrize("category", ["", "T7"])
def test_without_a_flat_fee_each_act_asks_for_itself(category: str):
    found = only(ready_made(*BLOCK), category=category)
    assert codes(found) == [BASES[0], TOILET, BASES[1], TOILET]
    assert found.difference_cents == 457 + 653 + 457 + 653 - 5161
    assert found.share_difference_cents == 41 + 59 + 41 + 59 - 469
    assert codes(only(TWO_VISITS, category=category)) == [BASES[0], TOILET, INJECTION, BASES[1], TOILET]


def test_a_flat_fee_that_was_not_asked():
    acts = (
        Care(BASES[0], 457, NURSE),
        Care(TOILET, 653, NURSE),
        Care(BASES[1], 457, NURSE, time="1800"),
        Care(TOILET, 653, NURSE, time="1800"),
    )
    known = ready_made(*acts, allowed=Insured("110", "110"))
    assert codes(only(known, category="C")) == [TOLD_BASES[0], TOLD_TOILET, TOLD_BASES[1], TOLD_TOILET, FLAT_C]
    assert codes(only(known, category="PA"))[-1] == "427136"


def test_a_palliative_category_leaves_the_katz_form_alone():
    both = replace(TWO_VISITS, insured=replace(ORDINARY, authorisations=(katz("C"), PALLIATIVE)))
    assert codes(only(both, category="PB"))[-1] == "990525"
    without = Authorisation("katz", "A", DAY, DAY)
    assert codes(only(replace(TWO_VISITS, insured=Insured("110", "110", (without,))), category="B"))[-1] == FLAT_B


@pytest.mark.parametrize("known", [TWO_VISITS, ready_made(*BLOCK)], ids=["visits", "ready-made"])
def test_another_entitlement_moves_the_share_to_the_insurer(known: Known):
    found = only(known, entitlement=("111", "111"))
    assert (found.difference_cents, found.share_difference_cents) == (469, -469)


@pytest.mark.parametrize("known", [TWO_VISITS, ready_made(*BLOCK)], ids=["visits", "ready-made"])
def test_another_set(known: Known):
    (*_, price) = TARIFFS.codes[FLAT_C].prices
    dearer = a_set(c990514={"prices": (replace(price, fee_cents=6000),)})
    found = only(known, book=PriceBook([(Date(2025, 1, 1), dearer)]))
    assert found.difference_cents == 6000 - 469 - 5161
    assert found.new[-1].care.code == FLAT_C


def test_lines_that_had_their_amounts_stay_beside_those_that_are_derived():
    mixed = visits(done(TOILET), done(TOILET, 2))
    by_hand = recorded(Care(DRESSING, 363, NURSE, patient_share_cents=32))
    known = replace(mixed, day=days.evolve(mixed.day, by_hand))
    assert codes(only(known)) == [DRESSING, TOLD_BASES[0], TOLD_TOILET, TOLD_BASES[1], TOLD_TOILET, FLAT_C]
    assert codes(only(known, category="")) == [BASES[0], TOILET, DRESSING, BASES[1], TOILET]


def test_what_is_not_known_is_no_difference():
    unknown, free = ready_made(Care("123456", 100, NURSE)), ("111", "111")
    found = only(unknown, entitlement=free)
    assert [(reason.code, reason.line_id) for reason in found.reasons] == [
        ("code_unknown", unknown.day.lines[0].line_id)
    ]
    assert (found.difference_cents, found.share_difference_cents, found.new) == (None, None, ())
    assert [reason.code for reason in only(ready_made(told("990999"), BLOCK[-1]), category="A").reasons] == [
        "code_unknown"
    ]
    assert [reason.code for reason in only(TWO_VISITS, book=PriceBook()).reasons] == ["tariff_missing"]
    assert [reason.code for reason in only(TWO_VISITS, entitlement=("11x", "110")).reasons] == ["entitlement_unknown"]


def test_days_are_told_in_their_order_and_summed():
    other = replace(ready_made(*BLOCK), day=ready_made(*BLOCK).day._replace(date=DAY + timedelta(days=1)))
    found = what_if([other, TWO_VISITS, ready_made(Care("123456", 100, NURSE))], Supposed(category="B"), BOOK)
    assert [one.day for one in found] == [DAY + timedelta(days=1), DAY, DAY]
    assert [one.difference_cents for one in found] == [3777 - 5161, 3777 - 5161, None]


def test_a_day_that_waits_for_its_prices_is_held_against_those_it_would_have():
    opening = CareRecorded(WHERE, PATIENT, DAY, 1, (done(TOILET), done(TOILET, 2)))
    day = fold([opening])
    assert day
    waiting = Known(uid("day"), day, ORDINARY)
    found = only(waiting, category="B")
    assert [line.care.code for line in found.former][-1] == FLAT_C
    assert (found.difference_cents, found.is_other) == (3777 - 5161, True)
    same = only(waiting)
    assert (same.difference_cents, same.is_other) == (0, False)
    assert only(waiting, entitlement=("11x", "110")).new == ()
    (unknown,) = what_if([waiting], Supposed(entitlement=("111", "111")), PriceBook())
    assert [reason.code for reason in unknown.reasons] == ["tariff_missing"]


def test_an_amount_that_was_confirmed_stays():
    known = ready_made(Care(TOILET, 999, NURSE))
    (line,) = known.day.lines
    confirmed = replace(known, day=days.evolve(known.day, AmountConfirmed(line.line_id)))
    free = ("111", "111")
    assert only(known, entitlement=free).difference_cents == 712 - 999
    for supposed in ({"entitlement": free}, {}):
        found = only(confirmed, **supposed)
        assert (found.difference_cents, found.is_other) == (0, False)


def test_nothing_of_the_day_changes():
    before: BillingDay = TWO_VISITS.day
    only(TWO_VISITS, category="A", entitlement=("111", "111"))
    assert TWO_VISITS.day == before
    assert TOLD_INJECTION in [line.care.code for line in before.active]


# What holds


AMOUNTS = st.integers(-100, 9_000)
READY = st.builds(
    lambda code, cents, share, time: Care(code, cents, NURSE, patient_share_cents=share, time=time),
    st.sampled_from([*BASES, TOILET, DRESSING, INJECTION, FLAT_A, FLAT_B, FLAT_C, "123456"]),
    AMOUNTS,
    AMOUNTS,
    st.sampled_from(["", "0800", "1800"]),
)
TOLD = st.sampled_from([told(code) for code in (*TOLD_BASES, TOLD_TOILET, TOLD_INJECTION)])
VISITS = st.builds(
    lambda code, visit: replace(done(code).care, visit=visit),
    st.sampled_from([TOILET, DRESSING, INJECTION, "123456"]),
    st.integers(0, 3),
)
ALLOWED = st.lists(
    st.sampled_from([katz("A"), katz("B"), katz("C"), katz("T7"), PALLIATIVE, PTSI]),
    max_size=3,
    unique_by=lambda one: one.kind,
)


@st.composite
def some_day(draw: st.DrawFn) -> Known:
    """Given with amounts, as visits, or some of both; those that the tariffs can price perhaps priced already."""
    kinds = draw(st.sampled_from([(READY, TOLD), (VISITS,), (READY, TOLD, VISITS)]))
    cares = draw(st.lists(st.one_of(*kinds), min_size=1, max_size=6))
    allowed = Insured("110", "110", tuple(draw(ALLOWED)))
    day = a_day(*cares)
    made = block_of(PRICER, uid("day"), day, allowed)
    if made.lines and draw(st.booleans()):
        for happened in days.price(day, tuple(one.line for one in made.lines), "a" * 64, "110", "110"):
            day = days.evolve(day, happened)
    return Known(uid("day"), day, allowed)


def what_holds(insured: Insured, kind: Kind) -> str | None:
    found = [one.category for one in insured.authorisations if one.kind == kind]
    return found[0] if found else ("" if kind == "katz" else None)


@given(some_day(), st.sampled_from(["katz", "palliative"]), st.booleans(), st.booleans())
def test_supposing_what_holds_changes_nothing(known: Known, kind: Kind, same_set: bool, same_codes: bool):
    supposed = Supposed(
        PriceBook([(TARIFFS.valid_from, TARIFFS)]) if same_set else None,
        what_holds(known.insured, kind),
        ("110", "110") if same_codes else None,
    )
    (found,) = what_if([known], supposed, BOOK)
    assert not found.is_other
    if known.day.unpriced:
        assert found == only(known), "it is what it would be made of now"
    else:
        assert [line.care for line in found.new] == [line.care for line in known.day.active]
        assert (found.difference_cents, found.share_difference_cents, found.reasons) == (0, 0, ())


def test_acts_that_were_asked_one_by_one_stay_so_by_the_category_that_holds():
    acts = ready_made(Care(BASES[0], 457, NURSE, patient_share_cents=41), Care(TOILET, 653, NURSE))
    assert codes(only(acts, category="C")) == [BASES[0], TOILET]
    assert codes(only(acts, category="C", entitlement=("111", "111"))) == [BASES[0], TOILET]
    assert codes(only(acts, category="A"))[-1] == FLAT_A
    assert codes(only(replace(acts, insured=Insured("110", "110")), category="C"))[:2] == [TOLD_BASES[0], TOLD_TOILET]


def test_what_has_a_price_only_then_is_told_and_its_difference_is_not_known():
    waiting = Known(uid("day"), a_day(done(DRESSING).care), ORDINARY)
    without = PriceBook([(Date(2025, 1, 1), a_set(**{f"c{DRESSING}": {"prices": ()}}))])
    for book, code in ((without, "price_unknown"), (PriceBook(), "tariff_missing")):
        (found,) = what_if([waiting], Supposed(book=BOOK), book)
        assert codes(found) == [BASES[0], DRESSING]
        assert [line.care for line in found.former] == [line.care for line in waiting.day.active]
        assert [reason.code for reason in found.former_reasons] == [code]
        assert (found.reasons, found.is_other, found.difference_cents, found.share_difference_cents) == (
            (),
            True,
            None,
            None,
        )
    (neither,) = what_if([waiting], Supposed(book=without), PriceBook())
    assert ([reason.code for reason in neither.reasons], neither.new, neither.is_other) == (
        ["price_unknown"],
        (),
        False,
    )
