"""The touched part of one table in memory: which rows stood, which stand now, which versions closed in between."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import is_not, itemgetter, ne
from typing import Any

from application.ports import Sql
from projections.table import FROM, TO, Table, ViewRow
from projections.time_index import NODE, node_of
from projections.view import Key

_KEYS_A_QUERY = 20_000
"""SQLite takes 32,766 parameters."""


class Slot:
    """One row: `stored` as the table has it, `row` as it stands after the events so far."""

    __slots__ = ("row", "stored")

    def __init__(self, stored: ViewRow | None = None) -> None:
        self.stored = self.row = stored

    def found(self, row: ViewRow) -> None:
        """The table has it."""
        self.stored = self.row = row


class Draft:
    """Slots by key, and what is to be written."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.slots: dict[Key, Slot] = {}
        self._closed: list[tuple[Any, ...]] = []
        self._forgotten: list[Key] = []

    def put(self, slot: Slot, row: ViewRow | None, position: int) -> None:
        """Close the version that stands, open the next."""
        old = slot.row
        if old is not None:
            self._closed.append((*self.table.values(old), position, node_of(old[FROM], position)))
        if row is not None:
            row[FROM] = position
        slot.row = row

    def forget(self, owners: Iterable[Key]) -> None:
        """Nothing personal of these rows is left in the past once the draft is written."""
        self._forgotten.extend(owners)

    def write(self, sql: Sql) -> None:
        """Everything at once."""
        table = self.table
        new, changed, gone = [], [], []
        for key, slot in self.slots.items():
            stored, row = slot.stored, slot.row
            if row is stored:
                continue
            if row is None:
                gone.append(key)
            elif stored is None:
                new.append(table.values(row))
            else:
                changed.append((stored, row))
        if self._closed:
            sql.insert(table.past, (*table.stored, TO, NODE), self._closed)
        if new:
            sql.insert(table.name, table.stored, new)
        if changed:
            self._update(sql, changed)
        _each_chunk(sql, f"DELETE FROM {table.name} WHERE {table.key}", gone)
        _each_chunk(sql, f"{_forget(table)} WHERE {table.grouped_by}", self._forgotten)

    def _update(self, sql: Sql, changed: Sequence[tuple[ViewRow, ViewRow]]) -> None:
        """Only the columns in which any row differs: a month's verdicts need not write its invoices again."""
        key = self.table.key
        before, after = [old for old, _ in changed], [new for _, new in changed]
        columns = [name for name in self.table.changing if _differs(itemgetter(name), before, after)]
        values = itemgetter(key, *columns)
        sql.update(self.table.name, (key,), columns, [values(row) for row in after])


def load(sql: Sql, table: Table, owners: Iterable[Key]) -> Iterator[ViewRow]:
    """Current rows of these owners."""
    query = f"SELECT {', '.join(table.stored)} FROM {table.name} WHERE {table.grouped_by}"
    for keys in _chunks(owners):
        among, params = any_of(sql, keys)
        for row in sql.rows(f"{query} {among}", params):
            yield row if isinstance(row, dict) else dict(row)


def any_of(sql: Sql, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The right side of `column …` for "is one of these": one array where the database knows them."""
    if sql.dialect == "postgresql":
        return "= ANY(?)", [list(values)]
    return f"IN ({', '.join('?' * len(values))})", list(values)


def _differs(pick: Callable[[ViewRow], Any], before: Sequence[ViewRow], after: Sequence[ViewRow]) -> bool:
    """Most values of a changed row are the very objects that stood before: looked at first, for that is quick."""
    return any(map(is_not, map(pick, before), map(pick, after))) and any(map(ne, map(pick, before), map(pick, after)))


def _forget(table: Table) -> str:
    if not table.personal:
        return f"DELETE FROM {table.past}"
    return f"UPDATE {table.past} SET {', '.join(f'{name} = NULL' for name in table.personal)}"


def _each_chunk(sql: Sql, statement: str, keys: Iterable[Key]) -> None:
    for chunk in _chunks(keys):
        among, params = any_of(sql, chunk)
        sql.run(f"{statement} {among}", params)


def _chunks(values: Iterable[Key]) -> Iterator[list[Key]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, _KEYS_A_QUERY)):
        yield chunk
