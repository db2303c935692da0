"""What a line costs whom: letters, rounding, shares, and what is never guessed."""

from datetime import date as Date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.book import PriceBook
from domain.pricing.price import Priced, Pricer, Unpriced
from domain.pricing.tariff_set import Code, Entitlement, LetterValue, Price, Rounding, Share, TariffSet
from tests.domain.builders import a_care
from tests.effort import times

FIRST, CHANGE = Date(2025, 1, 1), Date(2026, 1, 1)
BY_UNIT = Rounding()
SHARES = {"ordinary": Share(hundredths=2500), "increased": Share(0)}


def a_set(*prices: Price, rounding: Rounding = BY_UNIT, **values: Any) -> TariffSet:
    letters = (
        LetterValue("W", Decimal("5.724709"), FIRST, Date(2025, 12, 31)),
        LetterValue("W", Decimal("5.85"), CHANGE),
    )
    code = Code("425110", {}, FIRST, prices=prices, **values)
    entitlements = (Entitlement("??1", "???", "increased"), Entitlement("??0", "???", "ordinary"))
    return TariffSet(
        "BE", "home_nursing", "EUR", "x", "1", "", FIRST, rounding, letters, entitlements, {"425110": code}
    )


def price(tariffs: TariffSet, day: Date = CHANGE, ct1: str = "110", units: int = 1) -> Priced:
    found = Pricer(tariffs).price("425110", day, ct1, "100", units)
    assert isinstance(found, Priced)
    return found


def unknown(tariffs: TariffSet, code: str = "425110", day: Date = CHANGE, ct1: str = "110") -> str:
    found = Pricer(tariffs).price(code, day, ct1, "100")
    assert isinstance(found, Unpriced)
    return found.reason


BY_LETTER = Price(FIRST, letter="W", coefficient=Decimal("1.167"), shares=SHARES)


def test_a_coefficient_of_a_key_letter_by_its_value_of_the_day():
    assert price(a_set(BY_LETTER), Date(2025, 12, 31), "111").amount_cents == 668
    assert price(a_set(BY_LETTER), CHANGE, "111").amount_cents == 683


def test_the_patient_pays_a_part_of_the_base_and_the_rest_beyond_it():
    found = price(a_set(Price(FIRST, fee_cents=1000, base_cents=800, shares=SHARES)))
    assert (found.amount_cents, found.share_cents, found.supplement_cents, found.fee_cents) == (600, 200, 200, 1000)


def test_a_fixed_share_is_never_more_than_the_base():
    found = price(a_set(Price(FIRST, fee_cents=150, shares={"ordinary": Share(200)})))
    assert (found.amount_cents, found.share_cents) == (0, 150)


@pytest.mark.parametrize(
    ("mode", "step", "cents"),
    [("half_up", 1, 13), ("half_even", 1, 12), ("down", 1, 12), ("up", 1, 13), ("half_up", 5, 15), ("down", 5, 10)],
)
def test_rounding_as_the_set_says(mode: Any, step: int, cents: int):
    assert Rounding(mode, step).cents(Decimal("12.5")) == cents


def test_rounded_by_unit_or_as_a_line():
    half = Price(FIRST, letter="W", coefficient=Decimal("0.01"), shares=SHARES)
    assert price(a_set(half), ct1="111", units=3).amount_cents == 18
    assert price(a_set(half, rounding=Rounding(per="line")), ct1="111", units=3).amount_cents == 18
    assert price(a_set(half), ct1="111", units=10).amount_cents == 60
    assert price(a_set(half, rounding=Rounding(per="line")), ct1="111", units=10).amount_cents == 59


def test_it_explains_itself():
    why = price(a_set(BY_LETTER)).why
    assert (why.price, why.entitlement, why.ct1, why.ct2, why.edition) == (BY_LETTER, "ordinary", "110", "100", "1")
    assert why.letter
    assert why.letter.valid_from == CHANGE


def test_an_unknown_price_is_not_guessed():
    tariffs = a_set(Price(CHANGE, Date(2026, 6, 30), fee_cents=100, shares=SHARES))
    assert unknown(tariffs, "425111") == "code_unknown"
    assert unknown(tariffs, day=Date(2024, 12, 31)) == "code_not_valid"
    assert unknown(tariffs, day=Date(2025, 12, 31)) == "price_unknown"
    assert unknown(tariffs, day=Date(2026, 7, 1)) == "price_unknown"
    assert unknown(tariffs, ct1="112") == "entitlement_unknown"
    assert unknown(a_set(Price(FIRST, letter="K", coefficient=Decimal(1), shares=SHARES))) == "price_unknown"


def test_a_priced_care_keeps_everything_else():
    care = a_care("425110", 0, units=2, is_priced=False, place="12")
    asked = price(a_set(BY_LETTER), units=2).on(care)
    assert (asked.amount_cents, asked.patient_share_cents, asked.is_priced, asked.place) == (1024, 342, True, "12")


def test_an_older_set_stays_for_older_days():
    old, new = a_set(Price(FIRST, fee_cents=100, shares=SHARES)), a_set(Price(FIRST, fee_cents=200, shares=SHARES))
    book = PriceBook([(CHANGE, new), (FIRST, old)])
    fees = [book.price("425110", day, "111", "100") for day in (Date(2025, 12, 31), CHANGE)]
    assert [fee.amount_cents for fee in fees if isinstance(fee, Priced)] == [100, 200]
    assert book.price("425110", Date(2024, 1, 1), "111", "100") == Unpriced(
        "tariff_missing", "425110", Date(2024, 1, 1)
    )
    assert PriceBook().is_empty
    assert not book.is_empty


LETTERED = st.builds(
    lambda coefficient: Price(FIRST, letter="W", coefficient=coefficient, shares=SHARES),
    st.decimals(Decimal("0.001"), Decimal(99), places=3),
)
FIXED = st.builds(
    lambda fee, base: Price(FIRST, fee_cents=max(fee, base), base_cents=base, shares=SHARES),
    st.integers(0, 99_999),
    st.integers(0, 99_999),
)
STEPS = st.sampled_from([1, 5, 10])
MODES = st.sampled_from(["half_up", "half_even", "down", "up"])


@settings(max_examples=times(100))
@given(
    st.one_of(LETTERED, FIXED), MODES, STEPS, st.sampled_from(["110", "111"]), st.integers(1, 30), st.integers(1, 30)
)
def test_where_units_are_rounded_prices_add_up(one: Price, mode: Any, step: int, ct1: str, some: int, more: int):
    tariffs = a_set(one, rounding=Rounding(mode, step, "unit"))
    together, first, second = (price(tariffs, ct1=ct1, units=units) for units in (some + more, some, more))
    assert together.amount_cents == first.amount_cents + second.amount_cents
    assert together.share_cents == first.share_cents + second.share_cents
    assert together.supplement_cents == first.supplement_cents + second.supplement_cents


@settings(max_examples=times(100))
@given(st.one_of(LETTERED, FIXED), MODES, STEPS, st.integers(1, 30))
def test_a_line_rounded_as_a_whole_is_less_than_a_step_from_the_exact_fee(one: Price, mode: Any, step: int, units: int):
    found = price(a_set(one, rounding=Rounding(mode, step, "line")), units=units)
    exact = (one.fee_cents if one.fee_cents is not None else one.coefficient * Decimal("5.85") * 100) * units
    assert abs(found.fee_cents - exact) < step
    assert min(found.amount_cents, found.share_cents, found.supplement_cents) >= 0
