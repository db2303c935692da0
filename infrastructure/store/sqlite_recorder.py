"""Appending on SQLite: `BEGIN IMMEDIATE` is the write lock of all processes."""

import sqlite3
from collections.abc import Sequence

from eventsourcing.persistence import IntegrityError

from infrastructure.store.entry import Append
from infrastructure.store.recorder import LogRecorder
from infrastructure.store.rows import ANSWERS, COMMITS, EVENTS, HEAD


class SqliteRecorder(LogRecorder):
    """Plain prepared inserts: there is no round trip to save."""

    def _write(self, appends: Sequence[Append]) -> None:
        with self._database.transaction() as sql:
            rows = self._number(appends, [(position, instant) for position, instant in sql.tuples(HEAD)])
            try:
                sql.insert("commits", COMMITS, rows.commits)
                sql.insert("events", EVENTS, [(p, stream.bytes, *rest) for p, stream, *rest in rows.events])
                sql.insert("answers", ANSWERS, rows.answers)
            except sqlite3.IntegrityError as error:
                raise IntegrityError(str(error)) from error
            self._call_hooks(sql, appends, rows.recorded_at)
