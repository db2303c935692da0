"""A line that came with amounts beside the price that it should have: what differs, and what would explain it."""

from dataclasses import dataclass
from datetime import date as Date
from typing import Literal

from domain.care import Care
from domain.pricing.price import Priced, Pricer, Unpriced

Cause = Literal[
    "tariff_missing",
    "code_unknown",
    "code_not_valid",
    "price_unknown",
    "entitlement_unknown",
    "other_entitlement",
    "former_price",
    "other_units",
    "share_differs",
    "supplement_differs",
    "amount_differs",
]
REFUSED_AS = {
    "code_not_valid": "500420",
    "other_entitlement": "501940",
    "former_price": "501940",
    "other_units": "501940",
    "amount_differs": "501940",
    "share_differs": "502742",
}
"""Code with which an insurer refuses the difference (seed features 4.2)."""
_MOST_UNITS = 9


@dataclass(frozen=True, slots=True)
class Difference:
    """One line, one cause. `expected` is None when the set knows no price."""

    cause: Cause
    expected: Priced | None

    @property
    def refused_as(self) -> str:
        """The refusal that it would bring, empty if none is known."""
        return REFUSED_AS.get(self.cause, "")


def compare(pricer: Pricer, care: Care, day: Date, ct1: str, ct2: str) -> Difference | None:
    """None when the line asks what the set says; statistical lines ask nothing."""
    if care.is_statistical:
        return None
    expected = pricer.price(care.code, day, ct1, ct2, care.units)
    if isinstance(expected, Unpriced):
        return Difference(expected.reason, None)
    if care.amount_cents != expected.amount_cents:
        return Difference(_cause(pricer, care, day, ct1, ct2), expected)
    if care.patient_share_cents > expected.share_cents:
        return Difference("share_differs", expected)
    if care.supplement_cents != expected.supplement_cents and expected.supplement_cents:
        return Difference("supplement_differs", expected)
    return None


def _cause(pricer: Pricer, care: Care, day: Date, ct1: str, ct2: str) -> Cause:
    """What else would have led to the amount that was asked, the likeliest first."""
    tariffs = pricer.tariffs
    for other in tariffs.entitlements:
        if _asks(pricer.price(care.code, day, *other.example, care.units), care):
            return "other_entitlement"
    prices = [price.valid_from for price in tariffs.codes[care.code].prices]
    for began in sorted({*prices, *(letter.valid_from for letter in tariffs.letters)}):
        if began < day and _asks(pricer.price(care.code, began, ct1, ct2, care.units), care):
            return "former_price"
    for units in range(1, _MOST_UNITS + 1):
        if units != care.units and _asks(pricer.price(care.code, day, ct1, ct2, units), care):
            return "other_units"
    return "amount_differs"


def _asks(price: Priced | Unpriced, care: Care) -> bool:
    return isinstance(price, Priced) and price.amount_cents == care.amount_cents
