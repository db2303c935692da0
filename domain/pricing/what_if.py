"""What days would have cost with other tariffs, another category or another entitlement. Nothing is written.

For a category that was lowered afterwards, and for choosing between a credit and a regularisation.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID

from domain.authorisation import CATEGORIES, Authorisation, Kind, holding
from domain.billing_day import BillingDay, Line
from domain.care import Care, CareLine
from domain.pricing.book import PriceBook
from domain.pricing.day_prices import Insured, block_of
from domain.pricing.price import Priced, Pricer
from domain.pricing.reasons import Reason
from domain.pricing.tariff_set import BASES, Code, Role, TariffSet

_DONE: tuple[Role, ...] = (*BASES, "act", "toilet", "ptsi_act", "advice")
"""Roles of what somebody did; all others are asked for the day, and derived anew."""


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is taken to be otherwise; None: as it is.

    `category`: of the Katz form, or of the palliative notification if it is one of those; empty: no Katz form at all.
    `entitlement`: holder codes CT1 and CT2.
    """

    book: PriceBook | None = None
    category: str | None = None
    entitlement: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A day as it stands, and what held on it. `taken`: roles that other sequences of the date ask."""

    day_id: UUID
    day: BillingDay
    insured: Insured
    taken: Collection[Role] = ()


@dataclass(frozen=True, slots=True)
class Repriced:
    """One day: the lines as they are and as they would be. With `reasons` nobody can say what it would cost.

    `former_reasons`: nobody can say what it costs as it is, for it waits for its prices; what it would cost is known.
    """

    day_id: UUID
    day: Date
    former: tuple[CareLine, ...]
    new: tuple[CareLine, ...]
    reasons: tuple[Reason, ...] = ()
    former_reasons: tuple[Reason, ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether it would be asked otherwise: other codes, other amounts, or at last."""
        return not self.reasons and _told(self.former) != _told(self.new)

    @property
    def is_comparable(self) -> bool:
        """Whether both are known, what it costs and what it would cost."""
        return not (self.reasons or self.former_reasons)

    @property
    def difference_cents(self) -> int | None:
        """What the insurer would owe more (or, below zero, less); None when it is not known."""
        return amount_cents(self.new) - amount_cents(self.former) if self.is_comparable else None

    @property
    def share_difference_cents(self) -> int | None:
        """The same for the patient."""
        return share_cents(self.new) - share_cents(self.former) if self.is_comparable else None


def what_if(days: Iterable[Known], supposed: Supposed, book: PriceBook) -> tuple[Repriced, ...]:
    """Each day anew, in the order given; `book` holds the sets in force where none other is supposed.

    A day that waits for its prices is held against those that it would have now; without any it is told for itself.
    """
    return tuple(_compared(known, supposed, book) for known in days)


def anew(known: Known, book: PriceBook) -> Repriced:
    """The day by what holds now, whatever held when it was asked; lines that came with amounts keep their codes."""
    return _repriced(known, Supposed(), book)


def amount_cents(lines: Iterable[CareLine]) -> int:
    """What the insurer is asked for."""
    return sum(line.care.amount_cents for line in lines)


def share_cents(lines: Iterable[CareLine]) -> int:
    """What the patient pays of the base."""
    return sum(line.care.patient_share_cents for line in lines)


def _compared(known: Known, supposed: Supposed, book: PriceBook) -> Repriced:
    otherwise = _otherwise(known, supposed, book)
    if not known.day.unpriced:
        if otherwise == Supposed():
            as_it_is = tuple(_bare(line) for line in known.day.active)
            return Repriced(known.day_id, known.day.date, as_it_is, as_it_is)
        return _repriced(known, otherwise, otherwise.book or book)
    found, now = _repriced(known, otherwise, otherwise.book or book), _repriced(known, Supposed(), book)
    if now.reasons:
        return replace(found, former_reasons=() if found.reasons else now.reasons)
    return replace(found, former=now.new)


def _otherwise(known: Known, supposed: Supposed, book: PriceBook) -> Supposed:
    """What is supposed of the day and does not hold already: that changes nothing, whatever its lines came with."""
    day, insured = known.day.date, known.insured
    other = supposed.book
    if other is not None and _is_one_set(other.pricer(day), book.pricer(day)):
        other = None
    category = supposed.category
    if category is not None:
        held = holding(insured.authorisations, _kind(category), day)
        category = None if category == (held.category if held else "") else category
    entitlement = None if supposed.entitlement == (insured.ct1, insured.ct2) else supposed.entitlement
    return Supposed(other, category, entitlement)


def _is_one_set(one: Pricer | None, other: Pricer | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.tariffs is other.tariffs or "" != one.tariffs.content == other.tariffs.content


def _repriced(known: Known, supposed: Supposed, book: PriceBook) -> Repriced:
    day = known.day
    former = tuple(_bare(line) for line in day.active)
    pricer = book.pricer(day.date)
    if pricer is None:
        return Repriced(known.day_id, day.date, former, (), (Reason("tariff_missing"),))
    insured = _supposed(known.insured, supposed, day.date)
    recorded, reasons = [line for line in day.lines if not (line.is_derived or line.withdrawn)], list[Reason]()
    if supposed.category is not None:
        recorded = _as_done(recorded, pricer.tariffs, reasons)
    asked = [line for line in recorded if line.care.is_priced]
    priced = [_priced(line, pricer, day.date, insured, reasons) for line in asked]
    block = block_of(pricer, known.day_id, day._replace(lines=tuple(recorded)), insured, known.taken)
    found = (*reasons, *block.reasons)
    new = () if found else (*priced, *[made.line for made in block.lines])
    return Repriced(known.day_id, day.date, former, new, found)


def _supposed(insured: Insured, supposed: Supposed, day: Date) -> Insured:
    ct1, ct2 = supposed.entitlement or (insured.ct1, insured.ct2)
    if supposed.category is None:
        return replace(insured, ct1=ct1, ct2=ct2)
    kind = _kind(supposed.category)
    others = [one for one in insured.authorisations if one.kind != kind]
    held = [Authorisation(kind, supposed.category, day, day)] if supposed.category else []
    return Insured(ct1, ct2, (*others, *held))


def _kind(category: str) -> Kind:
    return "palliative" if category in CATEGORIES["palliative"] else "katz"


def _as_done(lines: Sequence[Line], tariffs: TariffSet, reasons: list[Reason]) -> list[Line]:
    """Ready-made lines back to what was done: pseudo-codes to their acts, each base service begins a visit."""
    done, visit = [], 0
    for line in lines:
        if not line.care.is_priced:
            done.append(line)
            continue
        code = _act(line.care, tariffs)
        if code is None:
            reasons.append(Reason("code_unknown", line.line_id, (("nomenclature_code", line.care.code),)))
        elif code.role in _DONE:
            visit += code.role in BASES
            number = line.care.visit or max(visit, 1)
            done.append(replace(line, care=_unpriced(line.care, code, number)))
    return done


def _act(care: Care, tariffs: TariffSet) -> Code | None:
    if not care.is_statistical:
        return tariffs.codes.get(care.code)
    acts = {tariffs.plain(code.code) for code in tariffs.told_by(care.code)}
    return tariffs.codes.get(acts.pop()) if len(acts) == 1 else None


def _unpriced(care: Care, code: Code, visit: int) -> Care:
    return replace(
        care,
        code=code.code,
        amount_cents=0,
        patient_share_cents=0,
        supplement_cents=0,
        service_norm=0,
        is_priced=False,
        visit=visit,
    )


def _priced(line: Line, pricer: Pricer, day: Date, insured: Insured, reasons: list[Reason]) -> CareLine:
    """A line that asks for itself, with the price that it would have.

    A statistical one stays as it is, and so does one whose amount somebody confirmed against the tariffs.
    """
    care = line.care
    if care.is_statistical or line.is_amount_confirmed:
        return _bare(line)
    price = pricer.price(care.code, day, insured.ct1, insured.ct2, care.units)
    if not isinstance(price, Priced):
        reasons.append(Reason(price.reason, line.line_id, (("nomenclature_code", care.code),)))
        return _bare(line)
    return CareLine(line.line_id, price.on(care))


def _bare(line: Line) -> CareLine:
    return CareLine(line.line_id, line.care)


def _told(lines: Iterable[CareLine]) -> list[tuple[str, int, int, int]]:
    """Codes and amounts in any order."""
    cares = [line.care for line in lines]
    return sorted((one.code, one.amount_cents, one.patient_share_cents, one.supplement_cents) for one in cares)
