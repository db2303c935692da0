"""Billed months at a glance."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from application.ports import Sql
from projections import sendings
from projections.as_of import union
from projections.history import SendingFilter, conditions

_VOID = "('cancelled', 'rejected', 'envelope_rejected')"


@dataclass(frozen=True, slots=True)
class Period:
    """Sendings of one billed month. Cancelled and rejected ones are counted, their amounts are not.

    `open_cents`: asked for and not yet settled.
    """

    month: str
    sendings: int
    requested_cents: int
    accepted_cents: int
    refused_cents: int
    open_cents: int


def periods(
    sql: Sql, scope: Collection[UUID], wanted: SendingFilter | None = None, at: int | None = None
) -> list[Period]:
    """The latest month first."""
    columns = "month, status, requested_cents, accepted_cents, refused_cents"
    text, params = union(sendings.TABLE, columns, conditions(scope, wanted or SendingFilter()), at)
    rows = sql.rows(
        "SELECT month, count(*) AS sendings,"
        f" sum(CASE WHEN status IN {_VOID} THEN 0 ELSE requested_cents END) AS requested_cents,"
        " sum(accepted_cents) AS accepted_cents, sum(refused_cents) AS refused_cents,"
        f" sum(CASE WHEN status = 'settled' OR status IN {_VOID} THEN 0 ELSE requested_cents END) AS open_cents"
        f" FROM {text} AS t GROUP BY month ORDER BY month DESC",
        params,
    )
    return [Period(**row) for row in rows]
