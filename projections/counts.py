"""What waits, in numbers, beside each place of the menu."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.ports import Sql
from projections import sendings
from projections.days import REFUSED
from projections.scope import Condition, both, scoped
from projections.worklist import how_many_wait


@dataclass(frozen=True, slots=True)
class Counts:
    """`work`: rows of the first screen. `undecided_days`: refused in part or whole, and not billed again."""

    work: int
    prepared_sendings: int
    unread_settlements: int
    undecided_days: int


def undecided(scope: Collection[UUID]) -> Condition:
    """Refused days, in part or whole, that were not billed again: being billed takes the verdict away."""
    return both([scoped(scope), Condition(REFUSED)])


def counts(sql: Sql, scope: Collection[UUID], today: Date) -> Counts:
    """As things stand now."""
    open_ = undecided(scope)
    days = sql.rows(f"SELECT count(*) AS undecided_days FROM days WHERE {open_.text}", open_.params)[0]
    sent = both([scoped(scope), Condition(sendings.WAITS)])
    waits = sql.rows(
        "SELECT coalesce(sum(CASE WHEN status = 'prepared' THEN 1 ELSE 0 END), 0) AS prepared_sendings,"
        " coalesce(sum(CASE WHEN status = 'settled' AND NOT is_archived THEN 1 ELSE 0 END), 0) AS unread_settlements"
        f" FROM sendings WHERE {sent.text}",
        sent.params,
    )[0]
    return Counts(sum(how_many_wait(sql, where, today) for where in scope), **waits, **days)
