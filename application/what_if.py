"""What days of a practice would have cost with other tariffs, another category or another entitlement.

Nothing is written: days stay as they are, whatever is supposed of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from application.ports import EventLog, Lookups
from application.register import billed_records
from application.run_practice import establishment_of
from application.run_standing import others_of_the_date
from application.tariffs import TariffDesk
from domain import billing_day as days
from domain.authorisation import CATEGORIES
from domain.billing_day import BillingDay
from domain.care import CareLine
from domain.errors import Invalid
from domain.patient import Patient
from domain.pricing.book import PriceBook
from domain.pricing.day_prices import Insured
from domain.pricing.reasons import Reason
from domain.pricing.what_if import Known, Repriced, Supposed, amount_cents, anew, share_cents, what_if
from domain.rules.limits import month_end, month_start
from domain.run_prices import taken_beside
from domain.tariffs import suitable

NO_CATEGORY = "none"
SUPPOSED_CATEGORIES = (*CATEGORIES["katz"], *CATEGORIES["palliative"], NO_CATEGORY)
MOST_DATES = 366
_BATCH = 2_000
"""Billing days that are in memory at once."""
_HOLDER = re.compile("[0-9]{3}")
_CURRENCY = "EUR"
"""Of a practice without any set."""


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is taken to be otherwise, as asked; empty: as it is.

    `tariffs`: id of a set that came in, accepted or not. `category`: one of `SUPPOSED_CATEGORIES`. `ct1`, `ct2`: both
    or none.
    """

    tariffs: str = ""
    category: str = ""
    ct1: str = ""
    ct2: str = ""


class Sum(NamedTuple):
    """Of all days that can be told both as they are and as they would be, in minor units."""

    former_cents: int
    new_cents: int

    @property
    def difference_cents(self) -> int:
        """Above zero: it would be more."""
        return self.new_cents - self.former_cents


class OnlyThen(NamedTuple):
    """Days that have no price as it is, and one by what is supposed: how many, and what they would cost."""

    days: int
    insurer_cents: int
    patient_cents: int


class Row(NamedTuple):
    """A day that would be asked otherwise, or of which nobody can say: then `found.reasons` tell why."""

    patient_id: UUID
    found: Repriced


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`days`: with care, all of them; `changed`: how many would be asked otherwise; `untold`: how many nobody can tell.

    `reasons`: days by each reason why they cannot be told; a day may have several. `rows`: by date. `only_then`: of
    `changed`, those that are in no sum, as nobody can say what they cost as it is.
    """

    days: int
    changed: int
    untold: int
    reasons: Mapping[str, int]
    insurer: Sum
    patient: Sum
    currency: str
    rows: tuple[Row, ...]
    only_then: OnlyThen


def span_of(month: str, first: Date | None, last: Date | None) -> tuple[Date, Date]:
    """First and last day that are asked for: a month, or from one day to another. Raises `Invalid`."""
    if first is None and last is None:
        try:
            begin = month_start(month)
        except ValueError:
            raise Invalid("month_invalid", "month: give a month as YYYY-MM.", field="month") from None
        return begin, month_end(begin)
    if first is None or last is None:
        raise Invalid("day_missing", "Give the first and the last day.", field="date_to" if first else "date_from")
    if not timedelta() <= last - first < timedelta(days=MOST_DATES):
        raise Invalid("what_if_span", f"date_to: give at most {MOST_DATES} days, the first one first.", field="date_to")
    return first, last


def would_cost(
    log: EventLog,
    lookups: Lookups,
    desk: TariffDesk,
    where: UUID,
    day_ids: Sequence[UUID],
    given: Supposition,
    upto: int | None = None,
) -> WhatIf:
    """Days of the practice as they would be asked, in the order given; as of a position of the log.

    Raises `Invalid` when nothing is supposed or it cannot be, `NotFound` for a set that is not the practice's, and
    `NotAllowed` for one of another country or sector.
    """
    supposed, book = _supposed(log, desk, where, given, upto), desk.book(where, upto)
    count = Counter[str]()
    reasons, rows = Counter[str](), list[Row]()
    for row in _Looking(log, lookups, where, supposed, book, upto).rows(day_ids):
        found = row.found
        reasons.update({reason.code for reason in found.reasons})
        if not found.reasons:
            count.update(_amounts(found))
        count.update(days=1, changed=found.is_other, untold=bool(found.reasons))
        if found.reasons or found.is_other:
            rows.append(row)
    return WhatIf(
        count["days"],
        count["changed"],
        count["untold"],
        dict(reasons.most_common()),
        Sum(count["former"], count["new"]),
        Sum(count["former_share"], count["new_share"]),
        next((tariffs.currency for tariffs in reversed((supposed.book or book).sets)), _CURRENCY),
        tuple(rows),
        OnlyThen(count["then"], count["then_insurer"], count["then_patient"]),
    )


def by_what_holds(
    log: EventLog, lookups: Lookups, desk: TariffDesk, where: UUID, day_ids: Sequence[UUID], upto: int | None = None
) -> dict[UUID, Repriced]:
    """Days as tariffs, insurability and authorisations of now would ask them, whatever held when they were asked."""
    looking = _Looking(log, lookups, where, None, desk.book(where, upto), upto)
    return {row.found.day_id: row.found for row in looking.rows(day_ids)}


class _Looking:
    """At days of one practice, batch by batch; a patient is read once. Nothing supposed: by what holds now."""

    def __init__(
        self, log: EventLog, lookups: Lookups, where: UUID, supposed: Supposed | None, book: PriceBook, upto: int | None
    ) -> None:
        self._log, self._lookups, self._where, self._upto = log, lookups, where, upto
        self._supposed, self._book = supposed, book
        self._people: dict[UUID, Patient | None] = {}

    def rows(self, day_ids: Sequence[UUID]) -> Iterator[Row]:
        """One a day that has care, in the order given."""
        for start in range(0, len(day_ids), _BATCH):
            batch = day_ids[start : start + _BATCH]
            loaded = self._log.load(batch, self._upto)
            states = ((day_id, days.fold(loaded.get(day_id, ()))) for day_id in batch)
            yield from self._batch({day_id: day for day_id, day in states if day and day.active})

    def _batch(self, found: Mapping[UUID, BillingDay]) -> Iterator[Row]:
        self._meet({day.patient_id for day in found.values()})
        beside = others_of_the_date(self._log, self._lookups, self._where, found, self._upto)
        for day_id, day in found.items():
            yield Row(day.patient_id, self._repriced(day_id, day, beside[day_id]))

    def _meet(self, who: set[UUID]) -> None:
        new = who - self._people.keys()
        known = billed_records(self._log, list(new), self._upto)
        self._people |= {one: known[one][1] if one in known else None for one in new}

    def _repriced(self, day_id: UUID, day: BillingDay, others: Mapping[UUID, BillingDay]) -> Repriced:
        patient = self._people[day.patient_id]
        supposed = self._supposed
        pricer = self._book.pricer(day.date) or (supposed and supposed.book and supposed.book.pricer(day.date))
        period = patient.insurability(day.date) if patient else None
        if patient is None or period is None:
            as_it_is = tuple(CareLine(line.line_id, line.care) for line in day.active)
            return Repriced(day_id, day.date, as_it_is, (), (Reason("insurability_missing"),))
        insured = Insured(period.ct1, period.ct2, patient.authorisations)
        taken = taken_beside(pricer, day, others, insured) if pricer and others else ()
        known = Known(day_id, day, insured, taken)
        return what_if([known], supposed, self._book)[0] if supposed else anew(known, self._book)


def _amounts(found: Repriced) -> dict[str, int]:
    if found.former_reasons:
        return {"then": 1, "then_insurer": amount_cents(found.new), "then_patient": share_cents(found.new)}
    return {
        "former": amount_cents(found.former),
        "new": amount_cents(found.new),
        "former_share": share_cents(found.former),
        "new_share": share_cents(found.new),
    }


def _supposed(log: EventLog, desk: TariffDesk, where: UUID, given: Supposition, upto: int | None) -> Supposed:
    if given == Supposition():
        raise Invalid(
            "what_if_nothing", "Suppose another set, another category or other holder codes.", field="tariffs"
        )
    if given.category and given.category not in SUPPOSED_CATEGORIES:
        named = ", ".join(SUPPOSED_CATEGORIES)
        raise Invalid("field_invalid", f"category: give one of {named}.", field="category")
    for name, code in (("ct1", given.ct1), ("ct2", given.ct2)):
        if (given.ct1 or given.ct2) and not _HOLDER.fullmatch(code):
            raise Invalid("field_invalid", f"{name}: give three digits.", field=name)
    return Supposed(
        _book(log, desk, where, given.tariffs, upto) if given.tariffs else None,
        ("" if given.category == NO_CATEGORY else given.category) if given.category else None,
        (given.ct1, given.ct2) if given.ct1 else None,
    )


def _book(log: EventLog, desk: TariffDesk, where: UUID, message: str, upto: int | None) -> PriceBook:
    """The set alone, from its own first day on."""
    details = establishment_of(log, where, upto).details
    suitable(desk.state(where, upto), message, details.country, details.sector)
    supposed = desk.tariff_set(message)
    return PriceBook([(supposed.valid_from, supposed)])
