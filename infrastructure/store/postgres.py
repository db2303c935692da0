"""PostgreSQL as a store: one schema a tenant, pooled connections, explicit limits on every wait."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.numeric import NumericBinaryLoader
from psycopg_pool import ConnectionPool

from infrastructure.store.errors import StoreUnavailable
from infrastructure.store.postgres_sql import AnyConnection, PostgresSql

POOL_SIZE = 12
POOL_WAIT_S = 10.0
CONNECT_TIMEOUT_S = 5
LOCK_TIMEOUT_S = 30
IDLE_IN_TRANSACTION_S = 120


class PostgresDatabase:
    """A pool of connections that all see one schema."""

    dialect = "postgresql"

    def __init__(self, url: str, schema: str, pool_size: int = POOL_SIZE, open_timeout_s: float = POOL_WAIT_S) -> None:
        self.schema = schema
        self._types: dict[str, dict[str, str]] = {}
        self._pool: ConnectionPool[AnyConnection] = ConnectionPool(
            url,
            kwargs={"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S},
            min_size=1,
            max_size=pool_size,
            timeout=POOL_WAIT_S,
            configure=self._configure,
            check=_check_if_it_spoke,
            open=False,
        )
        try:
            self._pool.open(wait=True, timeout=open_timeout_s)
        except psycopg.OperationalError as error:
            self._pool.close()
            raise StoreUnavailable(f"PostgreSQL does not answer: {error}") from error

    @contextmanager
    def connection(self) -> Iterator[AnyConnection]:
        """One pooled connection in auto-commit; what breaks it is said in our own words."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise StoreUnavailable(f"PostgreSQL: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[PostgresSql]:
        """Read committed: each statement sees what was committed before it."""
        with self.connection() as connection, connection.transaction():
            yield self.sql(connection)

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSql]:
        """One state for all queries inside."""
        with self.connection() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield self.sql(connection)
            finally:
                if not connection.closed:
                    connection.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[PostgresSql]:
        """Without a transaction around."""
        with self.connection() as connection:
            yield self.sql(connection)

    @contextmanager
    def migrating(self) -> Iterator[PostgresSql]:
        """Under a lock of the schema's name: `CREATE … IF NOT EXISTS` alone fails when two do it at once."""
        with self.transaction() as sql_:
            sql_.run("SELECT pg_advisory_xact_lock(?)", (self.lock_key("migrations"),))
            sql_.script(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')
            yield sql_

    def sql(self, connection: AnyConnection) -> PostgresSql:
        """The port over a connection whose transaction someone else ends."""
        return PostgresSql(connection, self._types)

    def lock_key(self, purpose: str) -> int:
        """Advisory locks are numbers and belong to the whole database: derive ours from the schema."""
        digest = sha256(f"quittance {self.schema} {purpose}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    def scrub(self) -> None:
        """Deleted rows lie in the server's pages and log until it overwrites them: no client can hurry that."""

    def close(self) -> None:
        """Waits for nothing: who still works gets an error."""
        self._pool.close()

    def _configure(self, connection: AnyConnection) -> None:
        connection.adapters.register_loader("numeric", _WholeNumberLoader)
        connection.execute(
            sql.SQL("SET search_path = {}; {}; SET lock_timeout = {}; {}").format(
                sql.Identifier(self.schema),
                sql.SQL(_PLANS),
                sql.Literal(f"{LOCK_TIMEOUT_S}s"),
                sql.SQL("SET idle_in_transaction_session_timeout = {}").format(
                    sql.Literal(f"{IDLE_IN_TRANSACTION_S}s")
                ),
            )
        )


_PLANS = "SET jit = off; SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1; SET work_mem = '32MB'"
"""Compiling, and starting workers, costs more than our queries; pages lie in memory or on a fast disk; 100,000 rows
are sorted in memory."""


class _WholeNumberLoader(NumericBinaryLoader):
    """`sum` of a bigint is numeric here and a whole number on SQLite: give the same on both."""

    def load(self, data: Any) -> Any:  # noqa: ANN401 - psycopg's buffer type
        number = super().load(data)
        return int(number) if number == number.to_integral_value() else number


def _check_if_it_spoke(connection: AnyConnection) -> None:
    """A server that went away has closed the socket, which makes it readable: one system call, no round trip."""
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    if poller.poll(0):
        ConnectionPool.check_connection(connection)
