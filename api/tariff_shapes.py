"""What the doors tell about tariffs: a set and its state, what it changes, a price and where it comes from.

Money in minor units of the set's currency; a last day that is not there is null.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date as Date
from typing import Literal

from application.tariffs import Changes, TariffReport
from domain.errors import NotFound
from domain.pricing.book import PriceBook
from domain.pricing.difference import UnitPrice
from domain.pricing.price import Unpriced, own_part
from domain.pricing.reading import Fault
from domain.pricing.tariff_set import OPEN, TariffSet
from domain.tariffs import Received, Tariffs

State = Literal["waiting", "counts", "replaced", "aside"]


@dataclass(frozen=True, slots=True)
class SetOut:
    """A set that came in. `replaced`: a set that was accepted later counts from the same day."""

    id: str
    name: str
    edition: str
    country: str
    sector: str
    valid_from: Date
    codes: int
    is_fictitious: bool
    state: State
    applies_from: Date | None


@dataclass(frozen=True, slots=True)
class SummaryOut:
    """A set with what it holds: entitlements by name, and how many codes have which role."""

    set: SetOut
    currency: str
    source: str
    entitlements: tuple[str, ...]
    roles: dict[str, int]


@dataclass(frozen=True, slots=True)
class UnitOut:
    """Price of one unit; `shares`: what patients pay, by entitlement."""

    fee_cents: int
    base_cents: int
    shares: dict[str, int]


@dataclass(frozen=True, slots=True)
class PriceChangeOut:
    """From a day on a code costs something else; null where a set knows no price."""

    code: str
    valid_from: Date
    old: UnitOut | None
    new: UnitOut | None


@dataclass(frozen=True, slots=True)
class EndedOut:
    """A code that can no longer be billed from that day on."""

    code: str
    valid_from: Date


@dataclass(frozen=True, slots=True)
class RuleOut:
    """A rule that is another one: of a code, or of the whole set when the code is empty."""

    code: str
    rule: str


@dataclass(frozen=True, slots=True)
class ChangesOut:
    """What a set changes against the one that counts on its first day. `against`: the edition of that one."""

    against: str
    new: tuple[str, ...]
    ended: tuple[EndedOut, ...]
    prices: tuple[PriceChangeOut, ...]
    rules: tuple[RuleOut, ...]


@dataclass(frozen=True, slots=True)
class LoadedOut:
    """What came of a file: with faults nothing was taken in and `set` is null."""

    set: SetOut | None
    is_new: bool
    faults: tuple[Fault, ...]
    changes: ChangesOut | None


@dataclass(frozen=True, slots=True)
class LetterOut:
    """Coefficient and value of a key letter, as decimal texts."""

    letter: str
    coefficient: str
    value: str


@dataclass(frozen=True, slots=True)
class PriceOut:
    """Price of a line and where it comes from. `set`: id of the set."""

    code: str
    day: Date
    units: int
    currency: str
    amount_cents: int
    patient_share_cents: int
    supplement_cents: int
    set: str
    edition: str
    entitlement: str
    ct1: str
    ct2: str
    valid_from: Date
    valid_to: Date | None
    letter: LetterOut | None
    source: str


def state_of(tariffs: Tariffs, one: Received) -> State:
    """Where a set stands."""
    if one.applies_from is None:
        return "aside" if one.is_aside else "waiting"
    return "counts" if (one.applies_from, one.made.message) in tariffs.accepted else "replaced"


def set_out(tariffs: Tariffs, one: Received) -> SetOut:
    """A set with its state."""
    made = one.made
    return SetOut(
        made.message,
        made.name,
        made.edition,
        made.country,
        made.sector,
        made.valid_from,
        made.codes,
        made.is_fictitious,
        state_of(tariffs, one),
        one.applies_from,
    )


def sets_out(tariffs: Tariffs | None) -> tuple[SetOut, ...]:
    """All sets: those that wait, then by the day from which they count, the latest first, then those set aside."""
    rank = {"waiting": 0, "counts": 1, "replaced": 1, "aside": 2}
    shown = [set_out(tariffs, one) for one in reversed(tariffs.sets)] if tariffs else []
    shown.sort(key=lambda one: one.applies_from or one.valid_from, reverse=True)
    return tuple(sorted(shown, key=lambda one: rank[one.state]))


def summary_out(tariffs: Tariffs, one: Received, content: TariffSet) -> SummaryOut:
    """A set with what it holds."""
    entitlements = tuple(dict.fromkeys(entitlement.name for entitlement in content.entitlements))
    roles = Counter[str](code.role for code in content.codes.values())
    return SummaryOut(set_out(tariffs, one), content.currency, content.source, entitlements, dict(roles))


def known(tariffs: Tariffs | None, message: str) -> tuple[Tariffs, Received]:
    """A set of this establishment. Raises `NotFound`: also for one of another establishment."""
    found = tariffs.of(message) if tariffs else None
    if tariffs is None or found is None:
        raise NotFound("tariff_unknown", "There is no such set of tariffs here.")
    return tariffs, found


def changes_out(changes: Changes | None, new: TariffSet) -> ChangesOut | None:
    """The difference with amounts for each entitlement."""
    if changes is None:
        return None
    former, found = changes.former, changes.difference
    return ChangesOut(
        former.edition,
        tuple(code.code for code in found.new),
        tuple(EndedOut(one.code.code, one.valid_from) for one in found.ended),
        tuple(
            PriceChangeOut(one.code, one.valid_from, unit_out(former, one.old), unit_out(new, one.new))
            for one in found.prices
        ),
        tuple(RuleOut(one.code, one.rule) for one in found.rules),
    )


def unit_out(tariffs: TariffSet, unit: UnitPrice | None) -> UnitOut | None:
    """The price of one unit, with what patients of each entitlement pay."""
    if unit is None:
        return None
    shares = {name: own_part(tariffs.rounding, unit.base_cents, share) for name, share in unit.shares.items()}
    return UnitOut(unit.fee_cents, unit.base_cents, shares)


def loaded_out(report: TariffReport) -> LoadedOut:
    """The report of a file, with the set as it stands."""
    if report.tariffs is None:
        return LoadedOut(None, report.is_new, report.faults, None)
    shown = set_out(*known(report.after, report.message))
    return LoadedOut(shown, report.is_new, report.faults, changes_out(report.changes, report.tariffs))


def price_of(book: PriceBook, code: str, day: Date, ct1: str, ct2: str, units: int) -> PriceOut:
    """A price with its explanation. Raises `NotFound` with the reason why there is none."""
    pricer = book.pricer(day)
    if pricer is None:
        raise NotFound("tariff_missing", "No set of tariffs counts for this day.")
    found = pricer.price(code, day, ct1, ct2, units)
    if isinstance(found, Unpriced):
        raise NotFound(found.reason, "The tariffs have no price for it.", nomenclature_code=code)
    why, price = found.why, found.why.price
    letter = LetterOut(why.letter.letter, f"{price.coefficient:f}", f"{why.letter.value:f}") if why.letter else None
    return PriceOut(
        code,
        day,
        units,
        pricer.tariffs.currency,
        found.amount_cents,
        found.share_cents,
        found.supplement_cents,
        why.content,
        why.edition,
        why.entitlement,
        why.ct1,
        why.ct2,
        price.valid_from,
        None if price.valid_to == OPEN else price.valid_to,
        letter,
        price.source,
    )
