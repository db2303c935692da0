"""Figures about verdicts: what insurers accept at first sight, what their refusals hang on; now or at any position.

The first pass of a day is its first verdict: later billings of the same day do not better it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.ports import Sql
from projections import days, refusals
from projections.as_of import union
from projections.history import DayFilter, RefusalFilter, asks_only, conditions
from projections.scope import Condition, both, scoped
from projections.table import FROM, WHOLE


@dataclass(frozen=True, slots=True)
class Span:
    """Dates of care, ISO text, both included. None: any union."""

    date_from: str
    date_to: str
    national_union: str | None = None


@dataclass(frozen=True, slots=True)
class FirstPass:
    """First verdicts on days of one month of care. `whole_lines`: accepted with nothing taken off. Money in cents."""

    month: str
    days: int
    lines: int
    whole_lines: int
    requested_cents: int
    accepted_cents: int


def first_passes(sql: Sql, scope: Collection[UUID], span: Span, at: int | None = None) -> list[FirstPass]:
    """The earliest month first."""
    verdicts = _first_verdicts(sql, scope, span, at)
    rows = sql.rows(
        "SELECT substr(date, 1, 7) AS month, sum(days) AS days, sum(lines) AS lines, sum(lines - lost) AS whole_lines,"
        " sum(accepted + refused) AS requested_cents, sum(accepted) AS accepted_cents"
        f" FROM {verdicts.text} AS f GROUP BY 1 ORDER BY 1",
        verdicts.params,
    )
    return [FirstPass(**row) for row in rows]


def refused_by_month(
    sql: Sql, scope: Collection[UUID], wanted: RefusalFilter, at: int | None = None
) -> dict[str, tuple[int, int]]:
    """Lines and cents that stand refused, by month of care: what `refusals_page` lists for the same filter."""
    where = _by_date(sql, conditions(scope, wanted), wanted)
    text, params = union(refusals.TABLE, "count(*) AS lines, sum(refused_cents) AS cents", where, at, "date")
    rows = sql.rows(
        f"SELECT substr(date, 1, 7) AS month, sum(lines) AS lines, sum(cents) AS cents FROM {text} AS t GROUP BY 1",
        params,
    )
    return {row["month"]: (row["lines"], row["cents"]) for row in rows}


def _first_verdicts(sql: Sql, scope: Collection[UUID], span: Span, at: int | None) -> Condition:
    """A sub-query: sums by date of care over the version of each day that its first verdict opened.

    Few days have a second verdict: they alone are looked for in the past and put in order.
    """
    asked = DayFilter(national_union=span.national_union, date_from=span.date_from, date_to=span.date_to)
    wanted, settled = conditions(scope, asked), [Condition(days.SETTLED), _begun(at)]
    again = both([scoped(scope), *settled])
    names = "line_count, lost_lines, accepted_cents, refused_cents"
    once = Condition(f"day_id NOT IN (SELECT day_id FROM {days.TABLE.past} WHERE {again.text})", again.params)
    now = both([_by_date(sql, wanted, asked), *settled, once])
    earlier = (
        f"SELECT {names}, sending_id, establishment_id, date,"
        f" row_number() OVER (PARTITION BY day_id ORDER BY {FROM}) AS nth FROM {days.TABLE.past} WHERE {again.text}"
    )
    summed = (
        "SELECT date, count(*) AS days, sum(line_count) AS lines, sum(lost_lines) AS lost,"
        " sum(accepted_cents) AS accepted, sum(refused_cents) AS refused"
    )
    return Condition(
        f"({summed} FROM {days.TABLE.name} WHERE {now.text} GROUP BY date"
        f" UNION ALL {summed} FROM ({earlier}) AS e WHERE nth = 1 AND {wanted.text} GROUP BY date)",
        (*now.params, *again.params, *wanted.params),
    )


def _by_date(sql: Sql, where: Condition, asked: DayFilter | RefusalFilter) -> Condition:
    """The condition; one that asks for dates alone takes SQLite to the index of the list, which holds all it needs."""
    is_held = sql.dialect == "sqlite" and asks_only(asked, {"date_from", "date_to"})
    return both([where, Condition(WHOLE)]) if is_held else where


def _begun(at: int | None) -> Condition:
    params: tuple[Any, ...] = () if at is None else (at,)
    return Condition("1 = 1" if at is None else f"{FROM} <= ?", params)
