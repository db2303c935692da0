"""Which months still have work for a billing run: days that are in no sending, by month of care."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from application.ports import Sql
from projections import days, sendings
from projections.as_of import union
from projections.scope import Condition, both, one_of, scoped


@dataclass(frozen=True, slots=True)
class PreparedMonth:
    """Days of one month (`YYYY-MM`) that are in no sending. Money in cents, of all but the `unpriced` days."""

    month: str
    days: int
    amount_cents: int
    unpriced: int = 0


def prepared_months(sql: Sql, scope: Collection[UUID], at: int | None = None) -> list[PreparedMonth]:
    """Months with days to bill, the earliest first, as of a position of the log."""
    where = both([scoped(scope), Condition("sending_id IS NULL AND line_count > 0")])
    source, params = union(days.TABLE, "month, amount_cents, unpriced", where, at)
    rows = sql.rows(
        "SELECT month, count(*) AS days, sum(amount_cents) AS amount_cents,"
        " sum(CASE WHEN unpriced > 0 THEN 1 ELSE 0 END) AS unpriced"
        f" FROM {source} AS waiting GROUP BY month ORDER BY month",
        params,
    )
    return [
        PreparedMonth(row["month"], int(row["days"]), int(row["amount_cents"]), int(row["unpriced"])) for row in rows
    ]


def has_care(sql: Sql, scope: Collection[UUID], month: str, at: int | None = None) -> bool:
    """Whether any day of that month has care that was not withdrawn, as of a position of the log."""
    source, params = union(days.TABLE, "1 AS one", _with_care(scope, month), at)
    return bool(sql.rows(f"SELECT one FROM {source} AS entered LIMIT 1", params))


def cared_for_in(scope: Collection[UUID], month: str, at: int | None = None) -> Condition:
    """Patients with such days."""
    source, params = union(days.TABLE, "patient_id", _with_care(scope, month), at)
    return Condition(f"patient_id IN {source}", tuple(params))


def last_billed_month(sql: Sql, scope: Collection[UUID], at: int | None = None) -> str:
    """The latest month of which there is a sending, empty without one."""
    source, params = union(sendings.TABLE, "month", scoped(scope), at)
    rows = sql.rows(f"SELECT max(month) AS month FROM {source} AS billed", params)
    return rows[0]["month"] or ""


def _with_care(scope: Collection[UUID], month: str) -> Condition:
    return both([scoped(scope), one_of("month", [month]), Condition("line_count > 0")])
