"""What a line costs: the insurer, the patient, and why. An unknown price is never guessed: it is a reason to wait."""

from dataclasses import dataclass, replace
from datetime import date as Date
from decimal import Decimal
from typing import Literal

from domain.care import Care
from domain.pricing.day_codes import DayCodes
from domain.pricing.tariff_set import LetterValue, Price, Rounding, Share, TariffSet, Variant

Unknown = Literal["tariff_missing", "code_unknown", "code_not_valid", "price_unknown", "entitlement_unknown"]
_WHOLE = 10_000
"""Hundredths of a percent in the whole."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Where a price comes from: the price that held, the letter's value if it is one of a letter, the entitlement.

    `edition` and `content` name the set; `ct1` and `ct2` are the patient's holder codes that led to `entitlement`.
    """

    edition: str
    content: str
    price: Price
    letter: LetterValue | None
    entitlement: str
    ct1: str
    ct2: str


@dataclass(frozen=True, slots=True)
class Priced:
    """Of a whole line, in minor units: the insurer's amount, the patient's share, and what lies beyond the base."""

    amount_cents: int
    share_cents: int
    supplement_cents: int
    why: Explained

    @property
    def fee_cents(self) -> int:
        """All that is asked for the line."""
        return self.amount_cents + self.share_cents + self.supplement_cents

    def on(self, care: Care) -> Care:
        """The care with these amounts."""
        return replace(
            care,
            is_priced=True,
            amount_cents=self.amount_cents,
            patient_share_cents=self.share_cents,
            supplement_cents=self.supplement_cents,
        )


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why there is no price."""

    reason: Unknown
    code: str
    day: Date


class Pricer:
    """Prices lines by one set. Remembers what a code cost on a day, as a month asks the same thousands of times."""

    def __init__(self, tariffs: TariffSet) -> None:
        self.tariffs = tariffs
        self._known: dict[tuple[str, Date, str, str, int], Priced | Unpriced] = {}
        self._days: dict[tuple[Date, Variant], DayCodes] = {}

    def price(self, code: str, day: Date, ct1: str, ct2: str, units: int = 1) -> Priced | Unpriced:
        """Price of `units` of a code for care of the day; holder codes as of that day."""
        key = (code, day, ct1, ct2, units)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._price(*key)
        return found

    def codes(self, day: Date, when: Variant) -> DayCodes:
        """The codes of the set as they are on a day of that kind."""
        found = self._days.get((day, when))
        if found is None:
            found = self._days[day, when] = DayCodes(self.tariffs, day, when)
        return found

    def _price(self, code: str, day: Date, ct1: str, ct2: str, units: int) -> Priced | Unpriced:
        known = self.tariffs.codes.get(code)
        if known is None:
            return Unpriced("code_unknown", code, day)
        if not known.is_valid(day):
            return Unpriced("code_not_valid", code, day)
        price = known.price(day)
        if price is None:
            return Unpriced("price_unknown", code, day)
        letter = self.tariffs.letter(price.letter, day) if price.letter else None
        if price.letter and letter is None:
            return Unpriced("price_unknown", code, day)
        entitlement = self.tariffs.entitlement(ct1, ct2)
        share = price.shares.get(entitlement)
        if share is None:
            return Unpriced("entitlement_unknown", code, day)
        why = Explained(self.tariffs.edition, self.tariffs.content, price, letter, entitlement, ct1, ct2)
        return self._counted(price, letter, share, units, why)

    def _counted(self, price: Price, letter: LetterValue | None, share: Share, units: int, why: Explained) -> Priced:
        rounding = self.tariffs.rounding
        times, of = (1, units) if rounding.per == "line" else (units, 1)
        fee = rounding.cents(exact_fee(price, letter) * of)
        base = fee if price.base_cents is None else min(price.base_cents * of, fee)
        own = own_part(rounding, base, share, of)
        return Priced((base - own) * times, own * times, (fee - base) * times, why)


def exact_fee(price: Price, letter: LetterValue | None) -> Decimal:
    """Fee of one unit in minor units, not rounded yet; `letter` is the value that holds when the price is of one."""
    if price.fee_cents is not None:
        return Decimal(price.fee_cents)
    return price.coefficient * letter.value * 100 if letter else Decimal(0)


def own_part(rounding: Rounding, base: int, share: Share, units: int = 1) -> int:
    """What the patient pays of the base of so many units, in minor units."""
    part = Decimal(base) * (share.hundredths or 0) / _WHOLE
    return min(share.cents * units if share.cents is not None else rounding.cents(part), base)
