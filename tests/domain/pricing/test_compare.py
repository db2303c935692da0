"""A line that came with amounts beside its price: what differs, by cause, and the refusal that it would bring."""

from dataclasses import replace
from datetime import date as Date
from typing import Any

import pytest

from domain.care import Care
from domain.pricing.compare import REFUSED_AS, Difference, compare
from domain.pricing.price import Pricer
from domain.pricing.tariff_set import Share
from domain.rules.refusals import known_codes
from tests.domain.builders import NURSE
from tests.domain.pricing.nursing_days import DAY, PRICER, TARIFFS, TOILET, a_set, told

RIGHT = Care(TOILET, 653, NURSE, patient_share_cents=59)


def cause(care: Care, day: Date = DAY, pricer: Pricer = PRICER, ct1: str = "110") -> str:
    found = compare(pricer, care, day, ct1, "110")
    return found.cause if found else ""


def test_what_is_asked_as_the_set_says_differs_in_nothing():
    assert cause(RIGHT) == ""
    assert cause(replace(RIGHT, units=3, amount_cents=1959, patient_share_cents=177)) == ""
    assert cause(told("990112")) == ""


@pytest.mark.parametrize(
    ("values", "expected", "refused_as"),
    [
        ({"amount_cents": 712, "patient_share_cents": 0}, "other_entitlement", "501940"),
        ({"amount_cents": 639}, "former_price", "501940"),
        ({"amount_cents": 1306}, "other_units", "501940"),
        ({"amount_cents": 600}, "amount_differs", "501940"),
        ({"patient_share_cents": 60}, "share_differs", "502742"),
        ({"code": "123456"}, "code_unknown", ""),
    ],
)
def test_one_wrong_value_is_told_by_its_cause(values: dict[str, Any], expected: str, refused_as: str):
    found = compare(PRICER, replace(RIGHT, **values), DAY, "110", "110")
    assert found
    assert (found.cause, found.refused_as) == (expected, refused_as)


def test_a_share_that_is_too_low_is_not_refused():
    assert cause(replace(RIGHT, patient_share_cents=0)) == ""


def test_a_code_that_is_not_valid_and_an_entitlement_that_no_set_knows():
    assert compare(PRICER, RIGHT, Date(2024, 1, 1), "110", "110") == Difference("code_not_valid", None)
    assert Difference("code_not_valid", None).refused_as == "500420"
    assert cause(RIGHT, ct1="11x") == "entitlement_unknown"
    assert cause(RIGHT, pricer=Pricer(a_set(c990011={"prices": ()}))) == "price_unknown"


def test_a_supplement_beyond_the_base():
    (first, second) = TARIFFS.codes[TOILET].prices
    dearer = replace(second, letter="", fee_cents=900, base_cents=712, shares={"ordinary": Share(59)})
    pricer = Pricer(a_set(c990011={"prices": (first, dearer)}))
    assert cause(RIGHT, pricer=pricer) == "supplement_differs"
    assert cause(replace(RIGHT, supplement_cents=188), pricer=pricer) == ""


def test_each_refusal_has_a_cure():
    assert set(REFUSED_AS.values()) <= set(known_codes())
