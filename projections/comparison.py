"""Figures of several establishments side by side: one query a figure, however many they are; now or at any position."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from application.ports import Sql
from projections import days, establishments, refusals, sendings
from projections.as_of import union
from projections.delays import WAITING
from projections.figures import Span
from projections.history import DayFilter, RefusalFilter, SendingFilter, conditions
from projections.scope import Condition, both, one_of, scoped
from projections.table import FROM

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class First:
    """First verdicts on days. `whole_lines`: accepted with nothing taken off. Money in cents."""

    lines: int
    whole_lines: int
    requested_cents: int
    accepted_cents: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Lines that stand refused, and how many of them only follow from another one. Money in cents."""

    lines: int
    cascaded_lines: int
    refused_cents: int


def names(sql: Sql, scope: Collection[UUID], at: int | None = None) -> dict[UUID, str]:
    """Of the establishments that existed, in the order of their names."""
    text, params = union(establishments.TABLE, "establishment_id, name", scoped(scope), at)
    rows = sql.rows(f"SELECT establishment_id, name FROM {text} AS t ORDER BY name, establishment_id", params)
    return {row["establishment_id"]: row["name"] for row in rows}


def firsts(sql: Sql, scope: Collection[UUID], span: Span, at: int | None = None) -> dict[UUID, First]:
    """By establishment: a verdict counts when the day had none before it. Agrees with `figures.first_passes`."""
    wanted = DayFilter(national_union=span.national_union, date_from=span.date_from, date_to=span.date_to)
    begun = Condition(f"{FROM} <= ?", (at,)) if at is not None else Condition("1 = 1")
    where = both([conditions(scope, wanted), Condition(days.SETTLED), begun])
    columns = f"establishment_id, day_id, line_count, lost_lines, accepted_cents, refused_cents, {FROM} AS since"
    verdicts = " UNION ALL ".join(
        f"SELECT {columns} FROM {name} WHERE {where.text}" for name in (days.TABLE.name, days.TABLE.past)
    )
    return _by_establishment(
        sql,
        First,
        "SELECT v.establishment_id, sum(v.line_count) AS lines, sum(v.line_count - v.lost_lines) AS whole_lines,"
        " sum(v.accepted_cents + v.refused_cents) AS requested_cents, sum(v.accepted_cents) AS accepted_cents"
        f" FROM ({verdicts}) AS v WHERE NOT EXISTS (SELECT 1 FROM {days.TABLE.past} AS p"
        " WHERE p.establishment_id = v.establishment_id AND p.day_id = v.day_id"
        f" AND p.{days.SETTLED} AND p.{FROM} < v.since) GROUP BY v.establishment_id",
        (*where.params, *where.params),
    )


def refused(sql: Sql, scope: Collection[UUID], wanted: RefusalFilter, at: int | None = None) -> dict[UUID, Refused]:
    """By establishment: what `refusals_page` lists for the same filter."""
    text, params = union(refusals.TABLE, "establishment_id, is_cascade, refused_cents", conditions(scope, wanted), at)
    return _by_establishment(
        sql,
        Refused,
        "SELECT establishment_id, count(*) AS lines, sum(CASE WHEN is_cascade THEN 1 ELSE 0 END) AS cascaded_lines,"
        f" sum(refused_cents) AS refused_cents FROM {text} AS t GROUP BY establishment_id",
        params,
    )


def waiting_cents(
    sql: Sql, scope: Collection[UUID], national_union: str | None = None, at: int | None = None
) -> dict[UUID, int]:
    """By establishment: asked for in sendings that left and have no settlement yet."""
    where = both([conditions(scope, SendingFilter(national_union=national_union)), one_of("status", WAITING)])
    text, params = union(sendings.TABLE, "establishment_id, requested_cents", where, at)
    return _by_establishment(
        sql,
        int,
        f"SELECT establishment_id, sum(requested_cents) AS x FROM {text} AS t GROUP BY establishment_id",
        params,
    )


def _by_establishment(sql: Sql, made: Callable[..., T], text: str, params: Sequence[Any]) -> dict[UUID, T]:
    """The first column names the establishment; the others are figures, which PostgreSQL may give as decimals."""
    found = {}
    for row in sql.rows(text, params):
        where, *figures = row.values()
        found[where] = made(*(int(figure) for figure in figures))
    return found
