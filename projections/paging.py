"""Keyset pages: a page begins after the last row of the one before, so rows that come in between shift nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.ports import Row, Sql
from domain.errors import Invalid
from projections.as_of import Source, sources, union
from projections.scope import Condition, both
from projections.table import WHOLE, Table

MOST_ROWS = 200
MOST_COUNTED = 100_000
_ENOUGH = MOST_COUNTED + 1


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
        sort, place = self._checked(asked)
        found: list[Row] = []
        for source in sources(self.table, asked.at):
            query = self._query(sql, source, both([where, *place]), asked, sort)
            found += sql.rows(query.text, query.params)
        return self._page(found, asked, sort)

    def page_and_sum(self, sql: Sql, where: Condition, asked: Asked, column: str) -> tuple[Page, int, int]:
        """`page`, and of all rows that meet the condition the number and the sum of a column in cents.

        Current rows are read once for both where the condition may leave few; where it leaves all, an index has both,
        on PostgreSQL those of today alone.
        """
        if not where.narrows and (asked.at is None or sql.dialect == "sqlite"):
            return self.page(sql, where, asked), *self.count_and_sum(sql, where, column, asked.at)
        sort, place = self._checked(asked)
        now, *past = sources(self.table, asked.at)
        query = self._query_with_sum(now, where, place, asked, sort, column)
        found = sql.rows(query.text, query.params)
        whole = [(found[0]["whole_count"], found[0]["whole_sum"])] if found else []
        if not found and place:
            whole = [_summed(sql, now, where, column)]
        rows: list[Row] = [{name: row[name] for name in self.table.names} for row in found]
        for source in past:
            query = self._query(sql, source, both([where, *place]), asked, sort)
            rows += sql.rows(query.text, query.params)
            whole.append(_summed(sql, source, where, column))
        count, cents = sum(int(n) for n, _ in whole), sum(int(cents) for _, cents in whole)
        return self._page(rows, asked, sort), count, cents

    def count_and_sum(self, sql: Sql, where: Condition, column: str, at: int | None = None) -> tuple[int, int]:
        """How many rows meet the condition, and the sum of a column in cents; of far too many, of some of them."""
        found = [_summed(sql, source, taking_all(sql, where), column) for source in sources(self.table, at)]
        return sum(count for count, _ in found), sum(cents for _, cents in found)

    def _checked(self, asked: Asked) -> tuple[str, list[Condition]]:
        """By what it is sorted, and where the page begins."""
        sort = self.sort_of(asked)
        if not 1 <= asked.limit <= MOST_ROWS:
            raise Invalid("limit_invalid", f"limit: give 1 to {MOST_ROWS}.", field="limit")
        return sort, self._place(asked, sort)

    def _page(self, found: list[Row], asked: Asked, sort: str) -> Page:
        """The first of what the sources gave."""
        key = self.table.key
        found.sort(key=lambda row: (row[sort], row[key]), reverse=asked.descending)
        rows = found[: asked.limit]
        more = len(found) > asked.limit
        return Page(rows, cursor_of(asked, rows[-1][sort], rows[-1][key], sort) if more else None)

    def _query_with_sum(
        self, source: Source, where: Condition, place: list[Condition], asked: Asked, sort: str, column: str
    ) -> Condition:
        """Like `_query`, each row with `whole_count` and `whole_sum`: what meets the condition is kept aside once."""
        table, key, names = source.name, self.table.key, ", ".join(self.table.names)
        met, behind = both([where, source.condition]), both(place or [Condition("1 = 1")])
        text = (
            f"WITH met AS MATERIALIZED (SELECT {key}, {sort}, {column} AS cents FROM {table} WHERE {met.text}),"
            " whole AS MATERIALIZED (SELECT count(*) AS whole_count, coalesce(sum(cents), 0) AS whole_sum FROM met)"
            f" SELECT {names}, whole_count, whole_sum FROM {table}, whole WHERE {key} IN"
            f" (SELECT {key} FROM met WHERE {behind.text} ORDER BY {_order(asked, sort, key)} LIMIT ?)"
        )
        return Condition(text, (*met.params, *behind.params, asked.limit + 1))

    def _query(self, sql: Sql, source: Source, wanted: Condition, asked: Asked, sort: str) -> Condition:
        """The first rows of one source. Sorts keys and not rows: most rows are sorted only to be left out."""
        table, names = self.table, ", ".join(self.table.names)
        is_in_order = any(index.where == WHOLE and index.columns[1] == sort for index in table.indexes)
        where = both([taking_all(sql, wanted) if is_in_order else wanted, source.condition])
        order = f"ORDER BY {_order(asked, sort, table.key)} LIMIT ?"
        params = (*where.params, asked.limit + 1)
        if source.is_past:
            return Condition(f"SELECT {names} FROM {source.name} WHERE {where.text} {order}", params)
        keys = f"SELECT {table.key}, {sort} FROM {source.name} WHERE {where.text}"
        if sql.dialect == "postgresql" and where.narrows:
            # A fence: else it may walk an index in this order for ever, looking for rows that lie at its end.
            keys = f"SELECT {table.key}, {sort} FROM ({keys} OFFSET 0) AS met"
        first = f"SELECT {table.key} FROM ({keys} {order}) AS first"
        return Condition(f"SELECT {names} FROM {source.name} WHERE {table.key} IN ({first})", params)

    def _place(self, asked: Asked, sort: str) -> list[Condition]:
        """Behind the last row of the page before."""
        if asked.after is None:
            return []
        value, key = _opened(asked.after, sort, descending=asked.descending)
        sign = "<" if asked.descending else ">"
        return [Condition(f"({sort}, {self.table.key}) {sign} (?, ?)", (value, key), narrows=False)]

    def count(self, sql: Sql, where: Condition, at: int | None = None) -> int:
        """How many rows meet the condition, counted up to 100,001."""
        text, params = union(self.table, "1 AS one", where, at)
        found = sql.rows(f"SELECT count(*) AS n FROM (SELECT one FROM {text} AS t LIMIT ?) AS c", (*params, _ENOUGH))
        return int(found[0]["n"])

    def sort_of(self, asked: Asked) -> str:
        """The column to sort by. Raises `Invalid` for one that it cannot be."""
        if asked.sort and asked.sort not in self.sorts:
            raise Invalid("sort_invalid", f"sort: give one of {', '.join(self.sorts)}.", field="sort")
        return asked.sort or self.sorts[0]


def _order(asked: Asked, sort: str, key: str) -> str:
    direction = "DESC" if asked.descending else "ASC"
    return f"{sort} {direction}, {key} {direction}"


def _summed(sql: Sql, source: Source, where: Condition, column: str) -> tuple[int, int]:
    met = both([where, source.condition])
    few = f"(SELECT {column} AS cents FROM {source.name} WHERE {met.text} LIMIT ?) AS few"
    found = sql.rows(f"SELECT count(*) AS n, coalesce(sum(cents), 0) AS cents FROM {few}", (*met.params, _ENOUGH))[0]
    return int(found["n"]), int(found["cents"])


def taking_all(sql: Sql, where: Condition) -> Condition:
    """The condition; one that takes every row says so on SQLite, which then may follow an index that holds them all."""
    return where if where.narrows or sql.dialect != "sqlite" else both([where, Condition(WHOLE, narrows=False)])


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
