"""Which billed days were asked above a lowered category, and which came with the amounts themselves."""

from dataclasses import replace
from typing import Any

import pytest

from domain.authorisation import Authorisation
from domain.billing_day import BillingDay
from domain.care import Care
from domain.pricing.day_prices import Insured
from domain.pricing.descored import is_asked_above, is_fee_given
from domain.pricing.what_if import Known, anew
from tests.domain.builders import NURSE, uid
from tests.domain.pricing.nursing_days import (
    BASES,
    BOOK,
    FLAT_A,
    FLAT_C,
    PALLIATIVE,
    TARIFFS,
    TOILET,
    TOLD_BASES,
    TOLD_TOILET,
    done,
    katz,
    told,
)
from tests.domain.pricing.test_what_if import ready_made, visits

READY_MADE = ready_made(told(TOLD_BASES[0]), told(TOLD_TOILET), Care(FLAT_C, 5161, NURSE))


def priced(*allowed: Authorisation, visit_count: int = 2) -> BillingDay:
    lines: list[Any] = []
    for nth in range(1, visit_count + 1):
        lines += [done(BASES[0], visit=nth, time=f"{7 + nth:02}00"), done(TOILET, visit=nth, time=f"{7 + nth:02}10")]
    return visits(*lines, allowed=Insured("110", "110", allowed)).day


@pytest.mark.parametrize(
    ("day", "below"),
    [
        (priced(katz("C")), {"B", "A", "T7", "T2", ""}),
        (priced(katz("C"), visit_count=1), {"A", "T7", "T2", ""}),  # billed as B: too few visits
        (priced(katz("A")), {"T7", "T2", ""}),
        (priced(katz("T7")), set()),
        (priced(katz("C"), PALLIATIVE), set()),
        (READY_MADE.day, {"B", "A", "T7", "T2", ""}),
    ],
    ids=["C", "C of one visit", "A", "act by act", "palliative", "ready-made"],
)
def test_a_day_is_above_the_categories_below_its_flat_fee(day: BillingDay, below: set[str]) -> None:
    assert {one for one in ("C", "B", "A", "T7", "T2", "") if is_asked_above(day, one, TARIFFS)} == below


def test_a_flat_fee_that_no_set_knows_is_left_to_a_person() -> None:
    assert is_asked_above(READY_MADE.day, "B", None)
    assert not is_asked_above(priced(), "", None)


def test_what_was_given_as_visits_is_priced_by_what_holds_now_and_amounts_are_not() -> None:
    held = Insured("110", "110", (katz("A"),))
    found = anew(Known(uid("day"), priced(katz("C")), held), BOOK)
    assert [line.care.code for line in found.new][-1] == FLAT_A
    assert not is_fee_given(priced(katz("C")))
    assert is_fee_given(READY_MADE.day)
    assert FLAT_C in [line.care.code for line in anew(replace(READY_MADE, insured=held), BOOK).new]
