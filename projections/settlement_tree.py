"""What was settled, to be opened step by step: the unions at the top; `settled_days` has the lines."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from application.ports import Sql
from projections import invoices
from projections.as_of import union
from projections.history import InvoiceFilter, conditions


@dataclass(frozen=True, slots=True)
class UnionNode:
    """Invoices of one national union. `refused_invoices`: those with at least one refused day."""

    national_union: str
    sendings: int
    invoices: int
    refused_invoices: int
    refused_days: int
    requested_cents: int
    accepted_cents: int
    refused_cents: int


def unions(
    sql: Sql, scope: Collection[UUID], wanted: InvoiceFilter | None = None, at: int | None = None
) -> list[UnionNode]:
    """The top of the tree. Its branches are `INVOICES` of a union and `DAYS` of an invoice."""
    where = conditions(scope, wanted or InvoiceFilter(status="settled"))
    columns = "national_union, sending_id, refused_days, requested_cents, accepted_cents, refused_cents"
    text, params = union(invoices.TABLE, columns, where, at)
    rows = sql.rows(
        "SELECT national_union, count(DISTINCT sending_id) AS sendings, count(*) AS invoices,"
        " sum(CASE WHEN refused_days > 0 THEN 1 ELSE 0 END) AS refused_invoices, sum(refused_days) AS refused_days,"
        " sum(requested_cents) AS requested_cents, sum(accepted_cents) AS accepted_cents,"
        f" sum(refused_cents) AS refused_cents FROM {text} AS t GROUP BY national_union ORDER BY national_union",
        params,
    )
    return [UnionNode(**row) for row in rows]
