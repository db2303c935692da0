"""Fold a batch into one view: load the rows it touches, apply in memory, write what changed.

A version that opens and closes within the batch goes to the past with its final end, so that any cut of the log into
batches leaves the same rows.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

from application.ports import EventLog, Recorded, Sql
from projections.table import FROM, TO, Table, ViewRow
from projections.time_index import NODE, node_of
from projections.view import Key, RowView, SetView, Streams, View

_KEYS_A_QUERY = 20_000
"""SQLite takes 32,766 parameters."""


class Draft:
    """The touched part of a table, in memory."""

    def __init__(self, table: Table, rows: Iterable[ViewRow]) -> None:
        self.table = table
        self.rows: dict[Key, ViewRow] = {row[table.key]: row for row in rows}
        self._stored = dict(self.rows)
        self._written: set[Key] = set()
        self._closed: list[tuple[Any, ...]] = []
        self._forgotten: list[Key] = []

    def put(self, key: Key, row: ViewRow | None, position: int) -> None:
        """Close the version that stands, open the next."""
        old = self.rows.pop(key, None)
        if old is not None:
            opened = old[FROM]
            self._closed.append((*self.table.values(old), position, node_of(opened, position)))
        if row is not None:
            row[FROM] = position
            self.rows[key] = row
        self._written.add(key)

    def forget(self, owners: Iterable[Key]) -> None:
        """Nothing personal of these rows is left in the past once the batch is written."""
        self._forgotten.extend(owners)

    def write(self, sql: Sql) -> None:
        """Everything at once."""
        table, rows, stored = self.table, self.rows, self._stored
        if self._closed:
            sql.insert(table.past, (*table.stored, TO, NODE), self._closed)
        gone = [key for key in self._written if key not in rows and key in stored]
        for keys in _chunks(gone):
            among, params = any_of(sql, keys)
            sql.run(f"DELETE FROM {table.name} WHERE {table.key} {among}", params)
        kept = [key for key in self._written if key in rows]
        if new := [table.values(rows[key]) for key in kept if key not in stored]:
            sql.insert(table.name, table.stored, new)
        if changed := [rows[key] for key in kept if key in stored]:
            self._update(sql, changed)
        for keys in _chunks(self._forgotten):
            among, params = any_of(sql, keys)
            sql.run(f"{_forget(table)} WHERE {table.grouped_by} {among}", params)

    def _update(self, sql: Sql, changed: Sequence[ViewRow]) -> None:
        """Only the columns in which any row differs: a month's verdicts need not write its invoices again."""
        key, stored = self.table.key, self._stored
        pairs = [(stored[row[key]], row) for row in changed]
        columns = [name for name in self.table.changing if any(old[name] != new[name] for old, new in pairs)]
        values = itemgetter(key, *columns)
        sql.update(self.table.name, (key,), columns, [values(row) for row in changed])


def fold(sql: Sql, log: EventLog, view: View, batch: Sequence[Recorded]) -> None:
    """Bring one view over a batch that follows its position."""
    touches = view.touches
    wanted = [recorded for recorded in batch if recorded.topic in touches]
    if not wanted:
        return
    owners = {owner for recorded in wanted if recorded.version > 1 or not view.is_by_stream for owner in touches[recorded.topic](recorded)}
    draft = Draft(view.table, _load(sql, view.table, owners))
    needs = view.needs_stream
    streams = Streams(log, [r.stream_id for r in wanted if needs(r)] if needs else (), batch)
    if isinstance(view, RowView):
        _fold_rows(view, draft, wanted, streams)
    else:
        _fold_sets(view, draft, wanted, streams)
    draft.write(sql)


def _fold_rows(view: RowView, draft: Draft, wanted: Iterable[Recorded], streams: Streams) -> None:
    touches, apply, rows = view.touches, view.apply, draft.rows
    for recorded in wanted:
        keys = touches[recorded.topic](recorded)
        for key in keys:
            old = rows.get(key)
            new = apply(old, recorded, streams)
            if new is not old:
                draft.put(key, new, recorded.position)
        if recorded.topic in view.forgets:
            draft.forget(keys)


def _fold_sets(view: SetView, draft: Draft, wanted: Iterable[Recorded], streams: Streams) -> None:
    owner_column = view.table.grouped_by
    sets: dict[Key, dict[Key, ViewRow]] = {}
    for key, row in draft.rows.items():
        sets.setdefault(row[owner_column], {})[key] = row
    for recorded in wanted:
        owners = view.touches[recorded.topic](recorded)
        for owner in owners:
            mine = sets.setdefault(owner, {})
            for key, changed in view.apply(mine, recorded, streams).items():
                draft.put(key, changed, recorded.position)
                if changed is None:
                    mine.pop(key, None)
                else:
                    mine[key] = changed
        if recorded.topic in view.forgets:
            draft.forget(owners)


def _load(sql: Sql, table: Table, owners: Collection[Key]) -> Iterator[ViewRow]:
    query = f"SELECT {', '.join(table.stored)} FROM {table.name} WHERE {table.grouped_by}"
    for keys in _chunks(owners):
        among, params = any_of(sql, keys)
        for row in sql.rows(f"{query} {among}", params):
            yield row if isinstance(row, dict) else dict(row)


def _forget(table: Table) -> str:
    if not table.personal:
        return f"DELETE FROM {table.past}"
    return f"UPDATE {table.past} SET {', '.join(f'{name} = NULL' for name in table.personal)}"


def any_of(sql: Sql, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The right side of `column …` for "is one of these": one array where the database knows them."""
    if sql.dialect == "postgresql":
        return "= ANY(?)", [list(values)]
    return f"IN ({', '.join('?' * len(values))})", list(values)


def _chunks(values: Iterable[Key]) -> Iterator[list[Key]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, _KEYS_A_QUERY)):
        yield chunk
