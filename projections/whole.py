"""All rows that meet a filter, at once: their ids in order, and the rows themselves piece by piece.

For exports and for work on a whole filter. The ids are taken in one query, so a later row cannot slip between them.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from application.ports import Row, Sql
from projections.as_of import sources
from projections.paging import Asked, Listing
from projections.scope import Condition, both, one_of

_PIECE = 500


def ordered_ids(listing: Listing, sql: Sql, where: Condition, asked: Asked, most: int) -> list[UUID]:
    """Keys of up to `most` + 1 rows in the order asked for: one more than wanted tells that there are too many.

    `asked.after` and `asked.limit` do not count here. Raises `Invalid` for a wrong sort.
    """
    table, sort = listing.table, listing.sort_of(asked)
    direction = "DESC" if asked.descending else "ASC"
    found: list[tuple[Any, UUID]] = []
    for source in sources(table, asked.at):
        met = both([where, source.condition])
        rows = sql.rows(
            f"SELECT {table.key} AS key, {sort} AS place FROM {source.name} WHERE {met.text}"
            f" ORDER BY {sort} {direction}, {table.key} {direction} LIMIT ?",
            (*met.params, most + 1),
        )
        found += [(row["place"], row["key"]) for row in rows]
    found.sort(reverse=asked.descending)
    return [key for _, key in found[: most + 1]]


def rows_of(listing: Listing, sql: Sql, ids: Sequence[UUID], at: int | None = None) -> Iterable[Sequence[Row]]:
    """The rows of these keys in their order, some hundreds at a time; those that are not there are left out."""
    table, names = listing.table, ", ".join(listing.table.names)
    for start in range(0, len(ids), _PIECE):
        piece = ids[start : start + _PIECE]
        found: dict[UUID, Row] = {}
        for source in sources(table, at):
            where = both([one_of(table.key, piece), source.condition])
            rows = sql.rows(f"SELECT {names} FROM {source.name} WHERE {where.text}", where.params)
            found.update({row[table.key]: row for row in rows})
        yield [found[key] for key in piece if key in found]
