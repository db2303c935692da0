"""Who stands before and after a row in a list that somebody came from: by the same keyset as the pages of the list."""

from uuid import UUID

from application.ports import Row, Sql
from projections.paging import Asked, Listing, cursor_of
from projections.scope import Condition


def neighbours(listing: Listing, sql: Sql, where: Condition, asked: Asked, row: Row) -> tuple[UUID | None, UUID | None]:
    """Keys of the rows before and after; None at either end. The row itself need not meet the condition any more."""
    sort = asked.sort or listing.sorts[0]
    place, key = row[sort], row[listing.table.key]
    found: list[UUID | None] = []
    for descending in (not asked.descending, asked.descending):
        there = Asked(sort, descending, None, 1, asked.at)
        after = cursor_of(there, place, key, sort)
        page = listing.page(sql, where, Asked(sort, descending, after, 1, asked.at))
        found.append(page.rows[0][listing.table.key] if page.rows else None)
    return found[0], found[1]
