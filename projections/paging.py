"""Keyset pages: a page begins after the last row of the one before, so rows that come in between shift nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.ports import Row, Sql
from domain.errors import Invalid
from projections.as_of import sources, union
from projections.scope import Condition, both
from projections.table import Table

MOST_ROWS = 200
MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """How a list is wanted. `after`: the cursor of the page before; `at`: log position, None for now."""

    sort: str = ""
    descending: bool = False
    after: str | None = None
    limit: int = 50
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the cursor of the next page, None at the end."""

    rows: list[Row]
    following: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A table that can be listed. `sorts`: the columns to sort by, the first one unless asked otherwise."""

    table: Table
    sorts: tuple[str, ...]

    def page(self, sql: Sql, where: Condition, asked: Asked) -> Page:
        """One page of the rows that meet the condition. Raises `Invalid` for a wrong sort, limit or cursor."""
        sort, table = self._sort(asked), self.table
        if not 1 <= asked.limit <= MOST_ROWS:
            raise Invalid("limit_invalid", f"limit: give 1 to {MOST_ROWS}.", field="limit")
        order = "DESC" if asked.descending else "ASC"
        conditions = [where]
        if asked.after is not None:
            value, key = _opened(asked.after, sort, descending=asked.descending)
            sign = "<" if asked.descending else ">"
            conditions.append(Condition(f"({sort}, {table.key}) {sign} (?, ?)", (value, key)))
        found: list[Row] = []
        for source in sources(table, asked.at):
            whole = both([*conditions, source.condition])
            found += sql.rows(
                f"SELECT {', '.join(table.names)} FROM {source.name} WHERE {whole.text}"
                f" ORDER BY {sort} {order}, {table.key} {order} LIMIT ?",
                (*whole.params, asked.limit + 1),
            )
        found.sort(key=lambda row: (row[sort], row[table.key]), reverse=asked.descending)
        rows = found[: asked.limit]
        more = len(found) > asked.limit
        return Page(rows, cursor_of(asked, rows[-1][sort], rows[-1][table.key], sort) if more else None)

    def count(self, sql: Sql, where: Condition, at: int | None = None) -> int:
        """How many rows meet the condition, counted up to 100,001."""
        text, params = union(self.table, "1 AS one", where, at)
        found = sql.rows(
            f"SELECT count(*) AS n FROM (SELECT one FROM {text} AS t LIMIT ?) AS c", (*params, MOST_COUNTED + 1)
        )
        return int(found[0]["n"])

    def _sort(self, asked: Asked) -> str:
        if asked.sort and asked.sort not in self.sorts:
            raise Invalid("sort_invalid", f"sort: give one of {', '.join(self.sorts)}.", field="sort")
        return asked.sort or self.sorts[0]


def walk(listing: Listing, sql: Sql, where: Condition, asked: Asked) -> Iterable[Row]:
    """All rows, page by page: for exports."""
    while True:
        page = listing.page(sql, where, asked)
        yield from page.rows
        if page.following is None:
            return
        asked = Asked(asked.sort, asked.descending, page.following, asked.limit, asked.at)


def cursor_of(asked: Asked, value: str | int, key: UUID, sort: str = "") -> str:
    """Opaque name of the place behind a row, good for lists asked in the same order."""
    place = json.dumps([sort or asked.sort, asked.descending, value, str(key)])
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _opened(cursor: str, sort: str, *, descending: bool) -> tuple[str | int, UUID]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        made_for, downwards, value, key = json.loads(text)
        opened = UUID(key)
    except (ValueError, TypeError, AttributeError):
        made_for = value = opened = None
        downwards = descending
    if opened is None or (made_for, downwards) != (sort, descending) or not isinstance(value, str | int):
        raise Invalid("cursor_invalid", "after: give the cursor of the page before, with the same sort.", field="after")
    return value, opened
