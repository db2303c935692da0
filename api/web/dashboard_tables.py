"""Figures of the dashboard put into rows: what a table shows, and the filtered list behind each number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from statistics import median

from api.web.month_span import MonthSpan
from projections.delays import AGES, Answered, Waiting, age_of, departures
from projections.figures import FirstPass

CLASSES = len(AGES) + 1
Query = Mapping[str, object]
"""Parameters of the list that holds exactly what a number counts."""


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of care. `refused_lines` and `refused_cents` stand refused at the time looked at."""

    first: FirstPass
    refused_lines: int
    refused_cents: int

    @property
    def line_rate(self) -> float:
        """Share of lines accepted whole at the first verdict, in percent."""
        return share(self.first.whole_lines, self.first.lines)

    @property
    def euro_rate(self) -> float:
        """Share of the amount accepted at the first verdict, in percent."""
        return share(self.first.accepted_cents, self.first.requested_cents)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number with its list; `query` None: no list holds exactly that."""

    count: int
    cents: int
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class UnionRow:
    """Sendings to one union by age. `status`: of those that wait. `classes`: one a class of age, the youngest first."""

    national_union: str
    status: str
    classes: tuple[Cell, ...]
    whole: Cell


@dataclass(frozen=True, slots=True)
class DelayRow:
    """Settled sendings of one union. `days`: median from departure to settlement, None when no day is known."""

    national_union: str
    sendings: int
    days: float | None
    slowest: int | None


def share(part: int, whole: int) -> float:
    """In percent, 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def month_rows(span: MonthSpan, first: Iterable[FirstPass], refused: Mapping[str, tuple[int, int]]) -> list[MonthRow]:
    """Months with a verdict, the earliest first."""
    known = {one.month: one for one in first}
    return [
        MonthRow(known.get(month) or FirstPass(month, 0, 0, 0, 0, 0), *refused.get(month, (0, 0)))
        for month in span.months
        if month in known or month in refused
    ]


def whole_span(rows: Iterable[MonthRow]) -> MonthRow:
    """Sums over all months."""
    given = list(rows)
    names = ("days", "lines", "whole_lines", "requested_cents", "accepted_cents")
    sums = {name: sum(getattr(row.first, name) for row in given) for name in names}
    return MonthRow(
        FirstPass("", **sums), sum(row.refused_lines for row in given), sum(row.refused_cents for row in given)
    )


def delay_rows(answered: Iterable[Answered]) -> list[DelayRow]:
    """By union, and all of them under an empty name at the end."""
    given = list(answered)
    unions = sorted({one.national_union for one in given})
    return [_delay(union, [one for one in given if union in ("", one.national_union)]) for union in (*unions, "")]


def waiting_rows(waiting: Iterable[Waiting], today: Date) -> list[UnionRow]:
    """One row a union and status."""
    by_row: dict[tuple[str, str], list[Waiting]] = {}
    for one in waiting:
        by_row.setdefault((one.national_union, one.status), []).append(one)
    return [_waiting(union, status, ones, today) for (union, status), ones in by_row.items()]


def unread_rows(answered: Iterable[Answered], today: Date) -> list[UnionRow]:
    """Settlements that nobody read, by union and age since they came; of unknown age: the oldest class."""
    by_union: dict[str, list[Answered]] = {}
    for one in answered:
        by_union.setdefault(one.national_union, []).append(one)
    return [_unread(union, ones, today) for union, ones in by_union.items()]


def ageing_sums(rows: Iterable[UnionRow]) -> tuple[Cell, ...]:
    """Over all rows, each class of age and then the whole; no list holds exactly that."""
    columns = zip(*((*row.classes, row.whole) for row in rows), strict=True)
    return tuple(Cell(sum(cell.count for cell in cells), sum(cell.cents for cell in cells)) for cells in columns)


def _delay(union: str, answered: list[Answered]) -> DelayRow:
    days = [one.days for one in answered if one.days is not None]
    return DelayRow(union, len(answered), median(days) if days else None, max(days, default=None))


def _waiting(union: str, status: str, waiting: list[Waiting], today: Date) -> UnionRow:
    named = {"national_union": union, "status": status}
    cells = []
    for age in range(CLASSES):
        ones = [one for one in waiting if one.age == age]
        since, until = departures(age, today)
        query = {**named, "transmitted_from": since, "transmitted_to": until}
        cells.append(Cell(sum(one.sendings for one in ones), sum(one.requested_cents for one in ones), query))
    whole = Cell(sum(one.sendings for one in waiting), sum(one.requested_cents for one in waiting), named)
    return UnionRow(union, status, tuple(cells), whole)


def _unread(union: str, answered: list[Answered], today: Date) -> UnionRow:
    ages = [age_of(one.settled_on, today) if one.settled_on else CLASSES - 1 for one in answered]
    cells = [
        Cell(ages.count(age), sum(one.requested_cents for one, its in zip(answered, ages, strict=True) if its == age))
        for age in range(CLASSES)
    ]
    named = {"national_union": union, "status": "settled", "is_read": "false"}
    whole = Cell(len(answered), sum(one.requested_cents for one in answered), named)
    return UnionRow(union, "settled", tuple(cells), whole)
