"""A nomenclature with its tariffs: one country, one sector, immutable. Whatever is dated is found by its day.

The set is data that a practice loads (docs/tariffs.md); nothing here knows a price or an official code. Money is in
minor units of `currency`, values of key letters and coefficients are exact decimals.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from functools import cached_property
from typing import Literal, Protocol, TypeVar

from domain.care import Care

Mode = Literal["half_up", "half_even", "down", "up"]
Variant = Literal["week", "weekend", "holiday", "night"]
Span = Literal["day", "week", "month", "year", "agreement", "lifetime"]
Need = Literal["prescription", "prescriber", "tooth", "agreement", "notification", "reading"]
Role = Literal[
    "act",
    "toilet",
    "base_first",
    "base_second",
    "base_next",
    "lump_sum",
    "palliative",
    "palliative_supplement",
    "ptsi_fee",
    "ptsi_act",
    "multiple_visits",
    "advice",
]
BASES: tuple[Role, ...] = ("base_first", "base_second", "base_next")
"""Base services by the turn of their visit on the day; the last one is for all further visits."""
ONCE: tuple[Role, ...] = (*BASES[:-1], "ptsi_fee", "palliative_supplement", "multiple_visits")
"""Asked once on a date, by whichever of its sequences comes first."""
_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
OPEN = Date.max


class Dated(Protocol):
    """Holds from `valid_from` to `valid_to`, both included."""

    @property
    def valid_from(self) -> Date:
        """First day."""

    @property
    def valid_to(self) -> Date:
        """Last day; `OPEN` when it has none."""


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True)
class Rounding:
    """To a multiple of `step` minor units. `per`: each unit is rounded and then counted, or the line as a whole."""

    mode: Mode = "half_up"
    step: int = 1
    per: Literal["unit", "line"] = "unit"

    def cents(self, exact: Decimal) -> int:
        """A sum in minor units, with whatever stands behind the comma, rounded."""
        return int((exact / self.step).quantize(Decimal(1), _MODES[self.mode])) * self.step


@dataclass(frozen=True, slots=True)
class LetterValue:
    """Value of a key letter in major units (euro, franc) in a period."""

    letter: str
    value: Decimal
    valid_from: Date
    valid_to: Date = OPEN


@dataclass(frozen=True, slots=True)
class Share:
    """What patients of an entitlement pay: `cents` of the unit, or so many `hundredths` of a percent of the base."""

    cents: int | None = None
    hundredths: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """In a period: a fixed fee, or a coefficient of a key letter. `base_cents`: base of reimbursement when not the fee.

    `shares`: by entitlement; an entitlement that is not there has no known price. `source`: where it is published.
    """

    valid_from: Date
    valid_to: Date = OPEN
    fee_cents: int | None = None
    letter: str = ""
    coefficient: Decimal = Decimal(0)
    base_cents: int | None = None
    shares: Mapping[str, Share] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Maximum:
    """At most so many units for the patient in a span, whoever gives them; `codes`: counted together with these."""

    units: int
    span: Span
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotWith:
    """Not cumulable with these codes in the span."""

    codes: tuple[str, ...]
    span: Span = "day"


@dataclass(frozen=True, slots=True)
class Before:
    """One of these codes must have been billed in the `days` before (0: the same day, in an earlier line)."""

    codes: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Note:
    """What the publisher says about a code in words; nothing is computed from it. Texts by language."""

    texts: Mapping[str, str]
    valid_from: Date
    valid_to: Date = OPEN
    source: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the nomenclature. Texts by language (fr, nl, de, en).

    `variants`: the code of the same act at other times; `statistical`: the pseudo-code that tells it under a flat fee;
    `category`: of a flat fee (A, B, C, PA …). `lump_sum_pct`: its part in the flat fee (zone 50a).
    """

    code: str
    texts: Mapping[str, str]
    valid_from: Date
    valid_to: Date = OPEN
    role: Role = "act"
    place: str = ""
    category: str = ""
    statistical: str = ""
    variants: Mapping[Variant, str] = field(default_factory=dict)
    prices: tuple[Price, ...] = ()
    maxima: tuple[Maximum, ...] = ()
    not_with: tuple[NotWith, ...] = ()
    before: tuple[Before, ...] = ()
    needs: tuple[Need, ...] = ()
    lump_sum_pct: int = 0
    notes: tuple[Note, ...] = ()

    def price(self, day: Date) -> Price | None:
        """The price that holds on the day."""
        return holding(self.prices, day)

    def is_valid(self, day: Date) -> bool:
        """Whether the code may be billed for care of the day."""
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Holder codes and what they entitle to. A `?` in a pattern stands for any digit; the first that fits counts."""

    ct1: str
    ct2: str
    name: str

    def fits(self, ct1: str, ct2: str) -> bool:
        """Whether these holder codes are meant."""
        return _fits(self.ct1, ct1) and _fits(self.ct2, ct2)

    @property
    def example(self) -> tuple[str, str]:
        """Holder codes that are meant."""
        return self.ct1.replace("?", "0"), self.ct2.replace("?", "0")


@dataclass(frozen=True, slots=True)
class RestHome:
    """A place of care that is a rest home: its number (zone 14 of a line), digits."""

    place: str
    valid_from: Date
    valid_to: Date = OPEN


@dataclass(frozen=True)
class TariffSet:
    """A whole set, as loaded. `edition` names it for people; `content` is the hash of the bytes it was read from."""

    country: str
    sector: str
    currency: str
    name: str
    edition: str
    source: str
    valid_from: Date
    rounding: Rounding
    letters: tuple[LetterValue, ...]
    entitlements: tuple[Entitlement, ...]
    codes: Mapping[str, Code]
    rest_homes: tuple[RestHome, ...] = ()
    is_fictitious: bool = False
    content: str = ""

    @cached_property
    def _letters(self) -> Mapping[str, tuple[LetterValue, ...]]:
        found: dict[str, list[LetterValue]] = {}
        for one in sorted(self.letters, key=lambda value: value.valid_from):
            found.setdefault(one.letter, []).append(one)
        return {letter: tuple(values) for letter, values in found.items()}

    def letter(self, letter: str, day: Date) -> LetterValue | None:
        """Value of a key letter on the day."""
        return holding(self._letters.get(letter, ()), day)

    def entitlement(self, ct1: str, ct2: str) -> str:
        """Name of what the holder codes entitle to; empty when the set does not say."""
        return next((one.name for one in self.entitlements if one.fits(ct1, ct2)), "")

    @cached_property
    def _rest_homes(self) -> Mapping[str, tuple[RestHome, ...]]:
        found: dict[str, list[RestHome]] = {}
        for one in self.rest_homes:
            found.setdefault(_number(one.place), []).append(one)
        return {place: tuple(periods) for place, periods in found.items()}

    def is_rest_home(self, place: str, day: Date) -> bool:
        """Whether care given there on the day was given in a rest home, as far as the set says."""
        return any(one.valid_from <= day <= one.valid_to for one in self._rest_homes.get(_number(place), ()))

    @cached_property
    def _by_role(self) -> Mapping[str, tuple[Code, ...]]:
        found: dict[str, list[Code]] = {}
        for code in self.codes.values():
            found.setdefault(code.role, []).append(code)
        return {role: tuple(codes) for role, codes in found.items()}

    @cached_property
    def _plain(self) -> Mapping[str, str]:
        found: dict[str, set[str]] = {}
        for code in self.codes.values():
            for variant in set(code.variants.values()) - {code.code}:
                found.setdefault(variant, set()).add(code.code)
        return {variant: owner for variant, (owner, *others) in found.items() if not others}

    def plain(self, code: str) -> str:
        """The code that names a variant for other times as its own; a code that is no variant is itself."""
        return self._plain.get(code, code)

    @cached_property
    def _told_by(self) -> Mapping[str, tuple[Code, ...]]:
        found: dict[str, list[Code]] = {}
        for code in self.codes.values():
            if code.statistical:
                found.setdefault(code.statistical, []).append(code)
        return {pseudo: tuple(codes) for pseudo, codes in found.items()}

    def told_by(self, pseudo: str) -> tuple[Code, ...]:
        """Acts that a pseudo-code tells under a flat fee; empty when it is no pseudo-code."""
        return self._told_by.get(pseudo, ())

    @cached_property
    def once(self) -> Mapping[str, Role]:
        """What is asked once on a date by all its names, asked or told; a name of several is that of the first role."""
        codes = [code for role in reversed(ONCE) for code in self._by_role.get(role, ())]
        return {name: code.role for code in codes for name in (code.code, code.statistical) if name}

    def taken_by(self, cares: Iterable[Care]) -> set[Role]:
        """Roles of what is asked once on a date and that these lines ask or tell."""
        return {self.once[care.code] for care in cares if care.code in self.once}

    def of_role(self, role: Role, day: Date) -> tuple[Code, ...]:
        """Codes of a role that are valid on the day."""
        return tuple(code for code in self._by_role.get(role, ()) if code.is_valid(day))


def holding(periods: tuple[D, ...], day: Date) -> D | None:
    """Of periods in order of their first day, the one that holds on the day."""
    place = bisect_right(periods, day, key=lambda one: one.valid_from)
    found = periods[place - 1] if place else None
    return found if found is not None and day <= found.valid_to else None


def day_after(day: Date) -> Date:
    """First day behind a period that ends on this one; `OPEN` stays open."""
    return day + timedelta(days=1) if day < OPEN else OPEN


def _number(place: str) -> str:
    """Digits as they compare, with or without what a file puts before them."""
    return place.lstrip("0")


def _fits(pattern: str, value: str) -> bool:
    return len(pattern) == len(value) and all(a in ("?", b) for a, b in zip(pattern, value, strict=True))
