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
from projections.history import DayFilter, RefusalFilter, conditions
from projections.scope import Condition, both, scoped
from projections.table import FROM


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
    verdicts, refused = _first_verdicts(scope, span, at), refused_by_verdict(scope, span, at)
    rows = sql.rows(
        "SELECT f.month AS month, count(*) AS days, sum(f.line_count) AS lines,"
        " sum(f.line_count - coalesce(r.lost, 0)) AS whole_lines,"
        " sum(f.accepted_cents + f.refused_cents) AS requested_cents, sum(f.accepted_cents) AS accepted_cents"
        f" FROM {verdicts.text} AS f LEFT JOIN {refused.text} AS r ON r.day_id = f.day_id AND r.since = f.since"
        " GROUP BY f.month ORDER BY f.month",
        (*verdicts.params, *refused.params),
    )
    return [FirstPass(**row) for row in rows]


def refused_by_month(
    sql: Sql, scope: Collection[UUID], wanted: RefusalFilter, at: int | None = None
) -> dict[str, tuple[int, int]]:
    """Lines and cents that stand refused, by month of care: what `refusals_page` lists for the same filter."""
    text, params = union(refusals.TABLE, "month, refused_cents", conditions(scope, wanted), at)
    rows = sql.rows(
        f"SELECT month, count(*) AS lines, sum(refused_cents) AS refused_cents FROM {text} AS t GROUP BY month", params
    )
    return {row["month"]: (row["lines"], row["refused_cents"]) for row in rows}


def _first_verdicts(scope: Collection[UUID], span: Span, at: int | None) -> Condition:
    """A sub-query: the version of each day that its first verdict opened.

    Few days have a second verdict: they alone are looked for in the past and put in order.
    """
    wanted = conditions(
        scope, DayFilter(national_union=span.national_union, date_from=span.date_from, date_to=span.date_to)
    )
    settled = [Condition(days.SETTLED), _begun(at)]
    again = both([scoped(scope), *settled])
    names = "day_id, month, line_count, accepted_cents, refused_cents"
    now = both(
        [
            wanted,
            *settled,
            Condition(f"day_id NOT IN (SELECT day_id FROM {days.TABLE.past} WHERE {again.text})", again.params),
        ]
    )
    earlier = (
        f"SELECT {names}, sending_id, establishment_id, date, {FROM},"
        f" row_number() OVER (PARTITION BY day_id ORDER BY {FROM}) AS nth FROM {days.TABLE.past} WHERE {again.text}"
    )
    return Condition(
        f"(SELECT {names}, {FROM} AS since FROM {days.TABLE.name} WHERE {now.text}"
        f" UNION ALL SELECT {names}, {FROM} AS since FROM ({earlier}) AS e WHERE nth = 1 AND {wanted.text})",
        (*now.params, *again.params, *wanted.params),
    )


def refused_by_verdict(scope: Collection[UUID], span: Span, at: int | None) -> Condition:
    """A sub-query: lines that each verdict refused or paid less, by the position of the verdict."""
    wanted = RefusalFilter(national_union=span.national_union, date_from=span.date_from, date_to=span.date_to)
    where = both([conditions(scope, wanted), _begun(at)])
    both_tables = " UNION ALL ".join(
        f"SELECT day_id, {FROM} AS since FROM {name} WHERE {where.text}"
        for name in (refusals.TABLE.name, refusals.TABLE.past)
    )
    text = f"(SELECT day_id, since, count(*) AS lost FROM ({both_tables}) AS v GROUP BY day_id, since)"
    return Condition(text, (*where.params, *where.params))


def _begun(at: int | None) -> Condition:
    params: tuple[Any, ...] = () if at is None else (at,)
    return Condition("1 = 1" if at is None else f"{FROM} <= ?", params)
