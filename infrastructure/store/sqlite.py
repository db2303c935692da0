"""SQLite as a store: one file, one writer at a time, readers beside it, several processes.

Columns declared `uuid`, `date` or `boolean` come back as such, as on PostgreSQL. That works for plain columns; a
function over one (`max(id)`) gives the stored bytes, text or number.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock, get_ident
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from infrastructure.store.errors import StoreUnavailable
from infrastructure.store.sql import named

BUSY_TIMEOUT_S = 30.0
SLOW_START_S = 0.02


class SqliteSql:
    """One transaction."""

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Mapping[str, Any]]:
        """All rows, by column name."""
        cursor = self._connection.execute(sql, params)
        names = [column[0] for column in cursor.description or ()]
        return named(names, cursor)

    def tuples(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows, without names."""
        return self._connection.execute(sql, params).fetchall()

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """A statement; answers the row count."""
        return self._connection.execute(sql, params).rowcount

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """One prepared statement for all rows."""
        marks = ",".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", rows)

    def update(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """One prepared statement for all rows; SQLite finds each by its index without leaving the process."""
        changes = ",".join(f"{column} = ?{len(keys) + n}" for n, column in enumerate(columns, 1))
        where = " AND ".join(f"{key} = ?{n}" for n, key in enumerate(keys, 1))
        self._connection.executemany(f"UPDATE {table} SET {changes} WHERE {where}", rows)

    def any_of(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """A list of marks: SQLite allows 32,766 of them."""
        return f"IN ({','.join('?' * len(values))})", list(values)

    def script(self, text: str) -> None:
        """Statement by statement: sqlite3's own `executescript` would commit first."""
        statement = ""
        for line in text.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.run(statement)
                statement = ""


class SqliteDatabase:
    """Connections to one file."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        _register_types()
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
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            detect_types=sqlite3.PARSE_DECLTYPES,
        )
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Six processes may open a new file at once, and the change of mode does not wait for the busy timeout."""
    deadline = monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
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
        raise


def _register_types() -> None:
    sqlite3.register_adapter(UUID, lambda value: value.bytes)
    sqlite3.register_adapter(date, date.isoformat)
    sqlite3.register_converter("uuid", lambda stored: UUID(bytes=stored))
    sqlite3.register_converter("date", lambda stored: date.fromisoformat(stored.decode()))
    sqlite3.register_converter("boolean", lambda stored: stored != b"0")
