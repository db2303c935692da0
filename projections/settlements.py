"""Settled sendings in sum: what the unions were asked, what they paid and what they refused."""

from dataclasses import dataclass

from application.ports import Sql
from projections import sendings
from projections.as_of import union
from projections.scope import Condition


@dataclass(frozen=True, slots=True)
class SettlementTotals:
    """Cents. `unread`: settlements that nobody took note of."""

    sendings: int
    unread: int
    requested_cents: int
    accepted_cents: int
    refused_cents: int


def settlement_totals(sql: Sql, where: Condition, at: int | None = None) -> SettlementTotals:
    """Over the sendings that meet the condition."""
    columns = "is_read, requested_cents, accepted_cents, refused_cents"
    text, params = union(sendings.TABLE, columns, where, at)
    rows = sql.rows(
        "SELECT count(*) AS sendings, coalesce(sum(CASE WHEN is_read THEN 0 ELSE 1 END), 0) AS unread,"
        " coalesce(sum(requested_cents), 0) AS requested_cents, coalesce(sum(accepted_cents), 0) AS accepted_cents,"
        f" coalesce(sum(refused_cents), 0) AS refused_cents FROM {text} AS t",
        params,
    )
    return SettlementTotals(**{name: int(value) for name, value in rows[0].items()})
