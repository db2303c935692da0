"""What people call a sending: its number and its union, for lists that only hold its id."""

from collections.abc import Collection, Mapping
from uuid import UUID

from application.ports import Row, Sql
from projections.scope import both, one_of, scoped


def sendings_by_id(sql: Sql, scope: Collection[UUID], sending_ids: Collection[UUID]) -> Mapping[UUID, Row]:
    """Number and union of those sendings that are in the scope; both never change. At most some hundred ids."""
    if not sending_ids:
        return {}
    where = both([scoped(scope), one_of("sending_id", sorted(sending_ids))])
    rows = sql.rows(f"SELECT sending_id, sending_number, national_union FROM sendings WHERE {where.text}", where.params)
    return {row["sending_id"]: row for row in rows}
