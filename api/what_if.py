"""What days would have cost otherwise, as all doors ask for it and tell it. Money in minor units of `currency`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from api.build import Quittance
from application.register import billed_records
from application.what_if import Row, Sum, Supposition, WhatIf, span_of, would_cost
from domain.care import CareLine
from domain.errors import Invalid, NotFound
from projections import days
from projections.as_of import union
from projections.history import DayFilter, conditions
from projections.patients import merged_into
from projections.scope import Condition, both, one_of

MOST_DAYS = 60_000
"""Billing days that are looked at for one answer: beyond that, ask for a shorter time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days: one by its id, else those of a month or from a date to another, of all patients or of one record."""

    month: str = ""
    date_from: Date | None = None
    date_to: Date | None = None
    patient_id: UUID | None = None
    day_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SumOut:
    """Of all days that can be told both ways. `difference_cents`: above zero when it would be more."""

    former_cents: int
    new_cents: int
    difference_cents: int


@dataclass(frozen=True, slots=True)
class LineCostOut:
    """A line: its code, the insurer's amount and the patient's share. Amounts are null as long as nobody knows them."""

    code: str
    units: int
    amount_cents: int | None
    patient_share_cents: int | None


@dataclass(frozen=True, slots=True)
class OnlyThenOut:
    """Days without a price as it is, and what they would cost then."""

    days: int
    insurer_cents: int
    patient_cents: int


@dataclass(frozen=True, slots=True)
class DayCostOut:
    """A day that would be asked otherwise; with `reasons` nobody can say, and the differences are null.

    `former_reasons`: why nobody can say what it costs as it is; the differences are null then, too.
    """

    day_id: UUID
    patient_id: UUID
    date: Date
    former: tuple[LineCostOut, ...]
    new: tuple[LineCostOut, ...]
    difference_cents: int | None
    patient_difference_cents: int | None
    reasons: tuple[str, ...]
    former_reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonOut:
    """So many days cannot be told because of this; a day may have several reasons."""

    code: str
    days: int


@dataclass(frozen=True, slots=True)
class WhatIfOut:
    """What days would cost. `days`: all that were looked at; `changed`, `untold`: how many of them stand in `rows`.

    `only_then`: of `changed`, those that have no price as it is; they are in no sum, nor are those that cannot be told.
    `rows` by date, at most as many as were asked for; `rows_left_out`: how many more there are.
    """

    days: int
    changed: int
    untold: int
    currency: str
    insurer: SumOut
    patient: SumOut
    only_then: OnlyThenOut
    reasons: tuple[ReasonOut, ...]
    rows: tuple[DayCostOut, ...]
    rows_left_out: int


def ask(quittance: Quittance, where: UUID, asked: Asked, given: Supposition, upto: int | None = None) -> WhatIf:
    """Of the days of a practice, as of a position of the log. Raises `Invalid`, `NotAllowed`, `NotFound`."""
    found = _day_ids(quittance, where, asked, upto)
    return would_cost(quittance.log, quittance.lookups, quittance.tariffs, where, found, given, upto)


def what_if_out(found: WhatIf, most: int) -> WhatIfOut:
    """With at most so many rows."""
    shown = found.rows[:most]
    return WhatIfOut(
        found.days,
        found.changed,
        found.untold,
        found.currency,
        _sum_out(found.insurer),
        _sum_out(found.patient),
        OnlyThenOut(*found.only_then),
        tuple(ReasonOut(code, count) for code, count in found.reasons.items()),
        tuple(_day_out(row) for row in shown),
        len(found.rows) - len(shown),
    )


def _day_ids(quittance: Quittance, where: UUID, asked: Asked, upto: int | None) -> list[UUID]:
    """Days with care, by date. Raises `Invalid` for more than are looked at, `NotFound` for a day that is not there."""
    wanted, one = DayFilter(), Condition("line_count > 0")
    if asked.day_id:
        one = both([one, Condition("day_id = ?", (asked.day_id,))])
    else:
        first, last = span_of(asked.month, asked.date_from, asked.date_to)
        wanted = DayFilter(date_from=first.isoformat(), date_to=last.isoformat())
    if asked.patient_id:
        one = both([one, one_of("patient_id", _records(quittance, asked.patient_id, upto))])
    with quittance.store.database.snapshot() as sql:
        text, params = union(days.TABLE, "day_id, date, sequence", both([conditions([where], wanted), one]), upto)
        rows = sql.rows(f"SELECT day_id FROM {text} AS t ORDER BY date, day_id LIMIT ?", (*params, MOST_DAYS + 1))
    if asked.day_id and not rows:
        raise NotFound("day_unknown", "There is no such billing day.")
    if len(rows) > MOST_DAYS:
        raise Invalid("what_if_too_many", f"At most {MOST_DAYS:,} days: ask for a shorter time.", field="date_to")
    return [row["day_id"] for row in rows]


def _records(quittance: Quittance, patient_id: UUID, upto: int | None) -> list[UUID]:
    """All records of the person."""
    known = billed_records(quittance.log, [patient_id], upto)
    last = known[patient_id][0] if patient_id in known else patient_id
    with quittance.store.database.snapshot() as sql:
        return [last, *merged_into(sql, last, upto)]


def _sum_out(one: Sum) -> SumOut:
    return SumOut(one.former_cents, one.new_cents, one.difference_cents)


def _day_out(row: Row) -> DayCostOut:
    found = row.found
    return DayCostOut(
        found.day_id,
        row.patient_id,
        found.day,
        _lines_out(found.former),
        _lines_out(found.new),
        found.difference_cents,
        found.share_difference_cents,
        tuple(dict.fromkeys(reason.code for reason in found.reasons)),
        tuple(dict.fromkeys(reason.code for reason in found.former_reasons)),
    )


def _lines_out(lines: Sequence[CareLine]) -> tuple[LineCostOut, ...]:
    return tuple(
        LineCostOut(
            line.care.code,
            line.care.units,
            line.care.amount_cents if line.care.is_priced else None,
            line.care.patient_share_cents if line.care.is_priced else None,
        )
        for line in lines
    )
