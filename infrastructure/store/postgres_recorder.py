"""Appending on PostgreSQL: two round trips for a small commit and its hooks' own, COPY for a large one."""

from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError

from application.ports import Clock, InlineHook
from infrastructure.store.entry import Append
from infrastructure.store.postgres import PostgresDatabase
from infrastructure.store.postgres_sql import AnyConnection
from infrastructure.store.recorder import LogRecorder
from infrastructure.store.rows import ANSWERS, COMMITS, EVENTS, HEAD
from infrastructure.store.sql import placeholders

COPY_FROM_EVENTS = 40
NOTIFY_EVERY_S = 0.01
"""In a rush of commits announcing each would take a quarter of the speed; who waits looks by itself now and then."""
EVENT_TYPES = ("int8", "uuid", "int4", "text", "bytea", "int8")


class PostgresRecorder(LogRecorder):
    """Every writer takes one advisory lock: positions are committed in their order, so a tailing reader misses none."""

    def __init__(self, database: PostgresDatabase, clock: Clock, inline: Sequence[InlineHook]) -> None:
        super().__init__(database, clock, inline)
        self._postgres = database
        # The statements after the lock see what its former holder committed: each takes a new snapshot.
        self._lock = f"SELECT pg_advisory_xact_lock({database.lock_key('log')})".encode()
        self._notify = f'NOTIFY "{channel(database.schema)}",'
        self._notified_at = 0.0

    def _write(self, appends: Sequence[Append]) -> None:
        with self._postgres.connection() as connection:
            try:
                self._write_on(connection, appends)
            except BaseException:
                if not connection.closed:
                    connection.rollback()
                raise

    def _write_on(self, connection: AnyConnection, appends: Sequence[Append]) -> None:
        with connection.pipeline():
            connection.execute("BEGIN")
            connection.execute(self._lock)
            cursor = connection.execute(HEAD)
        rows = self._number(appends, [(position, instant) for position, instant in cursor.fetchall()])
        try:
            self._call_hooks(self._postgres.sql(connection), appends, rows.recorded_at)
            events = rows.events
            if len(events) >= COPY_FROM_EVENTS:
                _copy(connection, events)
                events = []
            tables = (rows.commits, events, rows.answers)
            with connection.pipeline():
                if statement := _statement(*map(len, tables)):
                    connection.execute(statement, [value for table in tables for row in table for value in row])
                connection.execute("COMMIT")
        except psycopg.errors.UniqueViolation as error:
            raise IntegrityError(str(error)) from error
        self._announce(connection, appends[-1].position)

    def _announce(self, connection: AnyConnection, position: int) -> None:
        """After the commit, not in it: NOTIFY holds a lock of the whole database, over the flush of every tenant."""
        now = monotonic()
        if now - self._notified_at >= NOTIFY_EVERY_S:
            self._notified_at = now
            connection.execute(f"{self._notify} '{position}'".encode(), prepare=False)


def channel(schema: str) -> str:
    """Where each commit is announced."""
    return f"quittance_{schema}"


def _copy(connection: AnyConnection, events: Sequence[tuple[Any, ...]]) -> None:
    copying = f"COPY events ({','.join(EVENTS)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor().copy(copying.encode()) as copy:
        copy.set_types(EVENT_TYPES)
        for row in events:
            copy.write_row(row)


@cache
def _statement(commits: int, events: int, answers: int) -> bytes:
    """One statement over the three tables: one round trip."""
    counts = (("commits", COMMITS, commits), ("events", EVENTS, events), ("answers", ANSWERS, answers))
    inserts = [
        f"INSERT INTO {table} ({','.join(columns)}) VALUES {placeholders(count, len(columns)).replace('?', '%s')}"
        for table, columns, count in counts
        if count
    ]
    *first, last = inserts or [""]
    named = ", ".join(f"i{n} AS ({insert})" for n, insert in enumerate(first))
    return (f"WITH {named} {last}" if named else last).encode()
