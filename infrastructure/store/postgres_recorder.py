"""Appending on PostgreSQL: one round trip for a small commit without hooks, COPY for a large one."""

from collections.abc import Sequence
from functools import cache
from time import monotonic

import psycopg
from eventsourcing.persistence import IntegrityError
from psycopg.pq import TransactionStatus

from application.ports import Clock, InlineHook
from infrastructure.store.entry import Append
from infrastructure.store.postgres import PostgresDatabase
from infrastructure.store.postgres_sql import AnyConnection
from infrastructure.store.recorder import LogRecorder
from infrastructure.store.rows import ANSWERS, COMMITS, EVENTS, HEAD, number
from infrastructure.store.times import microseconds

COPY_FROM_EVENTS = 40
NOTIFY_EVERY_S = 0.01
"""In a rush of commits announcing each would take a quarter of the speed; who waits looks by itself now and then."""


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
        is_small = sum(len(append.stored) for append in appends) < COPY_FROM_EVENTS
        try:
            recorded_at = (self._insert if is_small else self._copy)(connection, appends)
            if connection.info.transaction_status is not TransactionStatus.IDLE:
                self._call_hooks(self._postgres.sql(connection), appends, recorded_at)
                connection.execute("COMMIT")
        except psycopg.errors.UniqueViolation as error:
            raise IntegrityError(str(error)) from error
        self._announce(connection, appends[-1].position)

    def _insert(self, connection: AnyConnection, appends: Sequence[Append]) -> int:
        """Few rows: the server adds them to the head, so that nobody waits for this process inside the lock.

        When no hook looks before the commit, that goes in the same message.
        """
        rows = number(appends, 0, microseconds(self._clock.now()))
        tables = (rows.commits, rows.events, rows.answers)
        statement = _statement(*map(len, tables))
        values = [rows.recorded_at, *(value for table in tables for row in table for value in row)]
        with connection.pipeline():
            connection.execute("BEGIN")
            connection.execute(self._lock)
            head = connection.execute(statement, values)
            if not self._inline:
                connection.execute("COMMIT")
        position, recorded_at = _only(head.fetchall())
        for append in appends:
            append.position += position
        return recorded_at

    def _copy(self, connection: AnyConnection, appends: Sequence[Append]) -> int:
        """Many rows: numbered here, as COPY takes no expression."""
        with connection.pipeline():
            connection.execute("BEGIN")
            connection.execute(self._lock)
            head = connection.execute(HEAD)
        rows = self._number(appends, head.fetchall())
        sql = self._postgres.sql(connection)
        sql.insert("events", EVENTS, rows.events)
        sql.insert("commits", COMMITS, rows.commits)
        sql.insert("answers", ANSWERS, rows.answers)
        return rows.recorded_at

    def _announce(self, connection: AnyConnection, position: int) -> None:
        """After the commit, not in it: NOTIFY holds a lock of the whole database, over the flush of every tenant."""
        now = monotonic()
        if now - self._notified_at >= NOTIFY_EVERY_S:
            self._notified_at = now
            connection.execute(f"{self._notify} '{position}'".encode(), prepare=False)


def _only(rows: Sequence[tuple[int, int]]) -> tuple[int, int]:
    (row,) = rows
    return row


def channel(schema: str) -> str:
    """Where each commit is announced."""
    return f"quittance_{schema}"


@cache
def _statement(commits: int, events: int, answers: int) -> bytes:
    """Insert the rows of three tables behind the head of the log, and tell where and when that was."""
    counts = ((_COMMIT, commits), (_EVENT, events), (_ANSWER, answers))
    inserts = [
        f", i{table} AS ({insert} " + " UNION ALL ".join([f"SELECT {values} FROM at"] * count) + ")"
        for table, ((insert, values), count) in enumerate(counts)
        if count
    ]
    return f"WITH at AS ({_AT}){''.join(inserts)} SELECT position, instant FROM at".encode()


_AT = (
    "SELECT coalesce(max(id), 0) AS position, greatest(max(recorded_at), %s) AS instant"
    " FROM (SELECT id, recorded_at FROM commits ORDER BY id DESC LIMIT 1) AS head"
)


def _row(table: str, columns: Sequence[str], **values: str) -> tuple[str, str]:
    """The insert of a table and the values of one row of it, those behind the head by name."""
    given = ", ".join(values.get(name, "%s") for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)})", given


_COMMIT = _row("commits", COMMITS, id="position + %s", recorded_at="greatest(instant, %s)", reason_subject="%s::uuid")
_EVENT = _row("events", EVENTS, position="position + %s", commit_id="position + %s")
_ANSWER = _row("answers", ANSWERS, position="position + %s", recorded_at="greatest(instant, %s)")
