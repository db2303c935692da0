"""What waits, in numbers, beside each place of the menu."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.ports import Sql
from projections import sendings
from projections.refusal_causes import roots
from projections.scope import Condition, both, scoped
from projections.worklist import how_many_wait


@dataclass(frozen=True, slots=True)
class Counts:
    """`work`: rows of the first screen. `refusal_causes`: of lines that stand refused, each corrected once."""

    work: int
    prepared_sendings: int
    unread_settlements: int
    refusal_causes: int


def counts(sql: Sql, scope: Collection[UUID], today: Date, *, bills: bool = True, registers: bool = True) -> Counts:
    """As things stand now. `bills`, `registers`: as of `worklist`."""
    causes = {where: roots(sql, where) for where in scope}
    sent = both([scoped(scope), Condition(sendings.WAITS)])
    waits = sql.rows(
        "SELECT coalesce(sum(CASE WHEN status = 'prepared' THEN 1 ELSE 0 END), 0) AS prepared_sendings,"
        " coalesce(sum(CASE WHEN status = 'settled' AND NOT is_archived THEN 1 ELSE 0 END), 0) AS unread_settlements"
        f" FROM sendings WHERE {sent.text}",
        sent.params,
    )[0]
    work = sum(how_many_wait(sql, where, today, causes[where], bills=bills, registers=registers) for where in scope)
    return Counts(work, **waits, refusal_causes=sum(map(len, causes.values())))
