"""SQLite as a store: one file, one writer at a time, readers beside it, several processes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock, get_ident
from time import monotonic, sleep
from typing import Any

from infrastructure.store.errors import Damaged, StoreUnavailable
from infrastructure.store.sqlite_sql import SqliteSql, register_types

BUSY_TIMEOUT_S = 30.0
SCRUB_WAIT_S = 2.0
"""Readers are short; should one last longer, the log is emptied by the next scrub or when the last process closes."""
SLOW_START_S = 0.02


class SqliteDatabase:
    """Connections to one file."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        register_types()
        self._path = path
        self._writing = Lock()
        self._writer_thread: int | None = None
        self._writer = self._connect()
        self._readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[SqliteSql]:
        """The write lock of the process first, so that its threads queue instead of polling the file's lock."""
        if self._writer_thread == get_ident():
            message = "this thread already has a transaction open: SQLite has one writer"
            raise RuntimeError(message)
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_S):
            raise StoreUnavailable(f"another thread has been writing for {BUSY_TIMEOUT_S:.0f} s")
        self._writer_thread = get_ident()
        try:
            with _transaction(self._writer, "BEGIN IMMEDIATE") as sql:
                yield sql
        finally:
            self._writer_thread = None
            self._writing.release()

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSql]:
        """In WAL mode a reader keeps the state of its first query."""
        with self._reader() as connection, _transaction(connection, "BEGIN") as sql:
            yield sql

    @contextmanager
    def reading(self) -> Iterator[SqliteSql]:
        """Without a transaction around."""
        with self._reader() as connection:
            yield SqliteSql(connection)

    def migrating(self) -> Any:  # noqa: ANN401 - the same context manager as `transaction`
        """A write transaction keeps every other process out already."""
        return self.transaction()

    def scrub(self) -> None:
        """Overwritten pages go to the file at once, and the write-ahead log with the former ones is emptied."""
        with self._writing:
            self._writer.execute(f"PRAGMA busy_timeout = {SCRUB_WAIT_S * 1000:.0f}")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._writer.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")

    def close(self) -> None:
        """Also lets SQLite fold the write-ahead log into the file."""
        self._closed = True
        with suppress(Empty):
            while True:
                self._readers.get_nowait().close()
        self._writer.close()

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._readers.get_nowait()
        except Empty:
            connection = self._connect()
            connection.execute("PRAGMA query_only = 1")
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._readers.put(connection)

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
                detect_types=sqlite3.PARSE_DECLTYPES,
            )
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"cannot open {self._path}: {error}") from error
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten with zeros, whatever this build of SQLite does by itself.
        connection.execute("PRAGMA secure_delete = ON").fetchall()
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Six processes may open a new file at once, and the change of mode does not wait for the busy timeout."""
    deadline = monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            if type(error) is sqlite3.DatabaseError:
                connection.close()
                raise Damaged(f"SQLite: {error}") from error
            if monotonic() > deadline:
                connection.close()
                raise StoreUnavailable(str(error)) from error
            sleep(SLOW_START_S)
        else:
            return


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[SqliteSql]:
    try:
        connection.execute(begin)
        yield SqliteSql(connection)
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise StoreUnavailable("another process has been writing for too long") from error
        if type(error) is sqlite3.DatabaseError:
            raise Damaged(f"SQLite: {error}") from error
        raise
