"""The `Sql` port on SQLite.

Columns declared `uuid`, `date` or `boolean` come back as such, as on PostgreSQL. That works for plain columns; a
function over one (`max(id)`) gives the stored bytes, text or number.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from infrastructure.store.sql import named


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


def register_types() -> None:
    """sqlite3 keeps adapters for the whole process; doing it twice changes nothing."""
    sqlite3.register_adapter(UUID, lambda value: value.bytes)
    sqlite3.register_adapter(date, date.isoformat)
    sqlite3.register_converter("uuid", lambda stored: UUID(bytes=stored))
    sqlite3.register_converter("date", lambda stored: date.fromisoformat(stored.decode()))
    sqlite3.register_converter("boolean", lambda stored: stored != b"0")
