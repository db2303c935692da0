"""What the fictitious tariff sets have in common: years, entitlements, prices. No amount in them is a tariff.

Codes 99xxxx and 9.xxxx are invented; the others keep the meaning that the eFact reference, part 8, confirms.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal

from domain.establishment import Sector
from domain.pricing.tariff_set import OPEN, Code, Entitlement, LetterValue, Price, Rounding, Share, TariffSet

FIRST, CHANGE = Date(2025, 1, 1), Date(2026, 1, 1)
PERIODS = ((FIRST, Date(2025, 12, 31)), (CHANGE, OPEN))
"""The two years that the sets know: the second one lasts."""
LANGUAGES = ("fr", "nl", "de", "en")
SOURCE = "Fictitious data, no official tariff"
BELGIAN = (Entitlement("??1", "???", "increased"), Entitlement("??0", "???", "ordinary"))
"""By rule of thumb the last digit of CT1 (eFact reference 6); a real set lists the combinations."""

Texts = tuple[str, str, str, str]
"""French, Dutch, German, English."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Fee of each period in minor units, and how patients share in it."""

    fees: tuple[int, int]
    letter: str = ""
    coefficient: Decimal = Decimal(0)


def texts(said: Texts, behind: Texts = ("", "", "", "")) -> Mapping[str, str]:
    """Texts by language, with something behind each."""
    return {language: one + more for language, one, more in zip(LANGUAGES, said, behind, strict=True)}


def fixed(cents: int, earlier: int) -> Worth:
    """A fee of `cents` from 2026 on, and one of 2025."""
    return Worth((earlier, cents))


def of_letter(letter: str, coefficient: Decimal, values: Sequence[Decimal], rounding: Rounding) -> Worth:
    """Coefficient times value, in each period."""
    earlier, later = (rounding.cents(coefficient * value * 100) for value in values)
    return Worth((earlier, later), letter, coefficient)


def coefficient_for(cents: int, value: Decimal) -> Decimal:
    """The coefficient of three places that leads to the fee."""
    return (Decimal(cents) / (value * 100)).quantize(Decimal("0.001"))


def prices(worth: Worth, shares: Iterable[Mapping[str, Share]]) -> tuple[Price, ...]:
    """One price a period, with the shares of that period."""
    made = []
    for (first, last), fee, share in zip(PERIODS, worth.fees, shares, strict=True):
        fee_cents = None if worth.letter else fee
        made.append(Price(first, last, fee_cents, worth.letter, worth.coefficient, shares=share, source=SOURCE))
    return tuple(made)


def values_of(letter: str, values: Sequence[Decimal]) -> tuple[LetterValue, ...]:
    """A key letter in both periods."""
    return tuple(LetterValue(letter, value, *period) for value, period in zip(values, PERIODS, strict=True))


def a_set(
    country: str,
    sector: Sector,
    name: str,
    letters: tuple[LetterValue, ...],
    codes: Iterable[Code],
    rounding: Rounding,
) -> TariffSet:
    """A whole set, marked as fictitious."""
    return TariffSet(
        country,
        sector,
        "EUR" if country == "BE" else "CHF",
        name,
        "2026-01",
        SOURCE,
        FIRST,
        rounding,
        letters,
        BELGIAN if country == "BE" else (Entitlement("", "", "patient"),),
        {code.code: code for code in codes},
        is_fictitious=True,
    )
