"""What a practice must have before anything can be billed, as far as rows tell."""

from collections.abc import Collection
from uuid import UUID

from application.ports import Sql
from projections.scope import scoped

_NEEDED = (("provider_missing", "memberships"), ("patient_missing", "patients"))


def missing(sql: Sql, scope: Collection[UUID]) -> tuple[str, ...]:
    """Codes of the steps that were not done yet, in the order in which to do them."""
    where = scoped(scope)
    return tuple(
        code
        for code, table in _NEEDED
        if not sql.rows(f"SELECT 1 AS one FROM {table} WHERE {where.text} LIMIT 1", where.params)
    )
