"""Appending on PostgreSQL: three round trips inside the lock for a small commit, COPY for a large one."""

from collections.abc import Sequence
from functools import cache
from time import monotonic

import psycopg
from eventsourcing.persistence import IntegrityError

from application.ports import Clock, InlineHook
from infrastructure.store.entry import Append
from infrastructure.store.postgres import PostgresDatabase
from infrastructure.store.postgres_sql import AnyConnection
from infrastructure.store.recorder import LogRecorder
from infrastructure.store.rows import ANSWERS, COMMITS, EVENTS, HEAD, Numbered
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
        self._begin = f"BEGIN; SELECT pg_advisory_xact_lock({database.lock_key('log')}); {HEAD}".encode()
        # After the commit, not in it: NOTIFY holds a lock of the whole database, over the disk flush of every tenant.
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
        cursor = connection.execute(self._begin, prepare=False)
        while cursor.nextset():
            pass
        rows = self._number(appends, [(position, instant) for position, instant in cursor.fetchall()])
        try:
            _insert(connection, rows)
        except psycopg.errors.UniqueViolation as error:
            raise IntegrityError(str(error)) from error
        self._call_hooks(self._postgres.sql(connection), appends, rows.recorded_at)
        connection.execute(self._commit(appends[-1].position), prepare=False)

    def _commit(self, position: int) -> bytes:
        now = monotonic()
        if now - self._notified_at < NOTIFY_EVERY_S:
            return b"COMMIT"
        self._notified_at = now
        return f"COMMIT; {self._notify} '{position}'".encode()


def channel(schema: str) -> str:
    """Where each commit is announced."""
    return f"quittance_{schema}"


def _insert(connection: AnyConnection, rows: Numbered) -> None:
    by_copy = len(rows.events) >= COPY_FROM_EVENTS
    events = [] if by_copy else rows.events
    if statement := _statement(len(rows.commits), len(events), len(rows.answers)):
        values = [value for table in (rows.commits, events, rows.answers) for row in table for value in row]
        connection.execute(statement, values)
    if by_copy:
        copying = f"COPY events ({','.join(EVENTS)}) FROM STDIN (FORMAT BINARY)"
        with connection.cursor().copy(copying.encode()) as copy:
            copy.set_types(EVENT_TYPES)
            for row in rows.events:
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
