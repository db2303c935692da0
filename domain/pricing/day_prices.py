"""Prices of one billing day: its lines without amounts are derived, those with amounts are held against the tariffs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID, uuid5

from domain.authorisation import Authorisation, Kind, holding
from domain.billing_day import BillingDay, Line
from domain.care import CareLine
from domain.holidays import holiday, is_weekend
from domain.pricing.compare import Difference, compare
from domain.pricing.nursing import Block, Made, Reason, Situation, derive
from domain.pricing.price import Pricer, Unpriced
from domain.pricing.tariff_set import Role, Variant

NURSING = "home_nursing"
_OPENING: tuple[Kind, ...] = ("katz", "palliative")
"""What may open a flat fee."""


@dataclass(frozen=True, slots=True)
class Insured:
    """What the patient is entitled to on the day: holder codes, and what was authorised."""

    ct1: str
    ct2: str
    authorisations: Sequence[Authorisation] = ()


def kind_of_day(day: Date) -> Variant:
    """A holiday counts before a weekend."""
    if holiday(day, "BE"):
        return "holiday"
    return "weekend" if is_weekend(day) else "week"


def block_of(pricer: Pricer, day_id: UUID, day: BillingDay, insured: Insured, taken: Collection[Role] = ()) -> Block:
    """What the tariffs make of all that was recorded without amounts; nothing when all lines have theirs.

    `taken`: roles that other sequences of the date ask and that are asked once.
    """
    done = [CareLine(line.line_id, line.care) for line in day.lines if not (line.withdrawn or line.care.is_priced)]
    if not done:
        return Block()
    if pricer.tariffs.sector != NURSING:
        return _one_by_one(pricer, day.date, insured, done)
    situation = Situation(
        day_id,
        day.date,
        kind_of_day(day.date),
        insured.ct1,
        insured.ct2,
        pricer,
        insured.authorisations,
        taken,
    )
    return derive(situation, done)


def beside_faults(
    pricer: Pricer, day_id: UUID, day: BillingDay, insured: Insured, taken: Collection[Role], block: Block
) -> tuple[list[Reason], Block]:
    """What the tariffs make of the lines beside those that keep a block from being made, and what keeps them too.

    Only where each line asks for itself, whatever becomes of the lines at fault: not where a flat fee may be opened.
    """
    found = list[Reason]()
    allowed = any(holding(insured.authorisations, kind, day.date) for kind in _OPENING)
    if pricer.tariffs.sector == NURSING and allowed:
        return found, Block()
    codes = {line.line_id: line.care.code for line in day.lines}
    while block.reasons:
        at_fault = {reason.line_id for reason in block.reasons}
        kept = tuple([line for line in day.lines if line.line_id not in at_fault])
        if len(kept) == len(day.lines):
            return found, Block()
        day = day._replace(lines=kept)
        block = block_of(pricer, day_id, day, insured, taken)
        own = [one for one in block.reasons if one.line_id and ("nomenclature_code", codes[one.line_id]) in one.facts]
        found += own  # that of a base service is by its turn, which the lines at fault may change
    return found, block


def differences(pricer: Pricer, day: BillingDay, insured: Insured) -> list[tuple[Line, Difference]]:
    """Lines that came with other amounts than the tariffs give, and that nobody confirmed."""
    found = []
    for line in day.active:
        if line.is_derived or line.is_amount_confirmed or not line.care.is_priced:
            continue
        difference = compare(pricer, line.care, day.date, insured.ct1, insured.ct2)
        if difference:
            found.append((line, difference))
    return found


def _one_by_one(pricer: Pricer, day: Date, insured: Insured, done: Sequence[CareLine]) -> Block:
    """Each line asks for itself: there are no blocks outside home nursing."""
    made, reasons = [], []
    for line in done:
        care = line.care
        price = pricer.price(care.code, day, insured.ct1, insured.ct2, care.units)
        if isinstance(price, Unpriced):
            reasons.append(Reason(price.reason, line.line_id, (("nomenclature_code", care.code),)))
            continue
        identity = uuid5(line.line_id, "priced")
        made.append(Made(CareLine(identity, price.on(care)), "act", (line.line_id,), price.why))
    return Block(reasons=tuple(reasons)) if reasons else Block(tuple(made))
