"""What the tariffs made of a day, or would make of it now, and why: for a person to see. Nothing is written."""

from dataclasses import dataclass, replace
from itertools import combinations
from uuid import UUID

from application.ports import EventLog, Lookups
from application.register import billed_records
from application.run_standing import others_of_the_date
from application.tariffs import TariffDesk
from domain.billing_day import BillingDay, Line
from domain.day_events import DayPriced
from domain.errors import NotFound
from domain.patient import Patient
from domain.pricing.compare import Difference
from domain.pricing.day_prices import Insured, block_of, differences
from domain.pricing.nursing import Block, Made
from domain.pricing.price import Pricer
from domain.pricing.reasons import Reason
from domain.pricing.tariff_set import ONCE, TariffSet
from domain.run_prices import taken_beside

_TAKEN = tuple(roles for count in range(len(ONCE) + 1) for roles in combinations(ONCE, count))
"""What other sequences of a date may have asked when the day was priced."""


@dataclass(frozen=True, slots=True)
class DayPrices:
    """`made`: lines of the tariffs, with why; they are in the log when `is_recorded`, else they would be made now.

    `reasons` keep the day from its prices, `hints` tell why it is not the block that one might expect. `differing`:
    lines that came with other amounts, and that nobody confirmed. `tariffs` None: no set counts for the day.
    """

    tariffs: TariffSet | None
    ct1: str = ""
    ct2: str = ""
    made: tuple[Made, ...] = ()
    reasons: tuple[Reason, ...] = ()
    hints: tuple[Reason, ...] = ()
    differing: tuple[tuple[Line, Difference], ...] = ()
    is_recorded: bool = False


def day_prices(
    log: EventLog, lookups: Lookups, tariffs: TariffDesk, day_id: UUID, day: BillingDay, upto: int | None = None
) -> DayPrices | None:
    """None for a day whose lines came with amounts that no set contradicts."""
    recorded = _recorded(log, tariffs, day_id, day, upto)
    if not day.is_open:
        return recorded
    pricer = tariffs.book(day.establishment_id, upto).pricer(day.date)
    patient = _patient(log, day, upto)
    period = patient.insurability(day.date) if patient else None
    if pricer is None or patient is None or period is None:
        lacks = (("insurability_missing", period is None), ("tariff_missing", pricer is None))
        missing = tuple(Reason(code) for code, is_missing in lacks if is_missing)
        return DayPrices(pricer.tariffs if pricer else None, reasons=missing) if day.unpriced else recorded
    insured = Insured(period.ct1, period.ct2, patient.authorisations)
    differing = tuple(differences(pricer, day, insured))
    if recorded is not None:
        return replace(recorded, differing=differing)
    if not (day.unpriced or differing):
        return None
    beside = others_of_the_date(log, lookups, day.establishment_id, {day_id: day}, upto)[day_id]
    block = block_of(pricer, day_id, day, insured, taken_beside(pricer, day, beside, insured))
    return _told(pricer, insured, block, differing)


def _recorded(log: EventLog, tariffs: TariffDesk, day_id: UUID, day: BillingDay, upto: int | None) -> DayPrices | None:
    """What stands in the log is explained by making it again from what was known when it was recorded."""
    if not any(line.is_derived for line in day.lines):
        return None
    entry = next(one for one in reversed(log.history(day_id, upto)) if isinstance(one.event, DayPriced))
    happened: DayPriced = entry.event
    try:
        pricer = Pricer(tariffs.tariff_set(happened.tariffs))
    except NotFound:
        return DayPrices(None, happened.ct1, happened.ct2, is_recorded=True)
    patient = _patient(log, day, entry.position)
    insured = Insured(happened.ct1, happened.ct2, patient.authorisations if patient else ())
    wanted = [line.line_id for line in happened.lines]
    for taken in _TAKEN:
        block = block_of(pricer, day_id, day, insured, taken)
        if [made.line.line_id for made in block.lines] == wanted:
            return _told(pricer, insured, block, (), is_recorded=True)
    return DayPrices(pricer.tariffs, happened.ct1, happened.ct2, is_recorded=True)


def _told(
    pricer: Pricer,
    insured: Insured,
    block: Block,
    differing: tuple[tuple[Line, Difference], ...],
    *,
    is_recorded: bool = False,
) -> DayPrices:
    return DayPrices(
        pricer.tariffs, insured.ct1, insured.ct2, block.lines, block.reasons, block.hints, differing, is_recorded
    )


def _patient(log: EventLog, day: BillingDay, upto: int | None) -> Patient | None:
    """The record under which the day is billed."""
    found = billed_records(log, [day.patient_id], upto).get(day.patient_id)
    return found[1] if found else None
