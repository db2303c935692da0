"""All rows that meet a filter, at once: their ids in order, their sum, the rows themselves piece by piece.

For exports and for work on a whole filter. The ids are taken in one query, so a later row cannot slip between them.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from application.ports import Row, Sql
from projections.as_of import sources, union
from projections.paging import Asked, Listing, taking_all
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


def count_and_sum(
    listing: Listing, sql: Sql, where: Condition, column: str, at: int | None = None, most: int | None = None
) -> tuple[int, int]:
    """How many rows meet the condition, and the sum of a column in cents over them; of `most` rows if that is given."""
    text, params = union(listing.table, f"{column} AS cents", taking_all(sql, where), at)
    if most is not None:
        text, params = f"(SELECT cents FROM {text} AS u LIMIT ?)", [*params, most]
    found = sql.rows(f"SELECT count(*) AS n, coalesce(sum(cents), 0) AS cents FROM {text} AS t", params)[0]
    return int(found["n"]), int(found["cents"])
