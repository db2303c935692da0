"""The `Sql` port on PostgreSQL: `?` for parameters, COPY for many rows."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg import Connection

from infrastructure.store.sql import named, placeholders

FEW_ROWS = 20
"""Up to here one INSERT is faster than opening a COPY."""

SOME_ROWS = 300
"""Up to here an UPDATE over arrays is faster than making a temporary table."""

AnyConnection = Connection[tuple[Any, ...]]


class PostgresSql:
    """One transaction."""

    dialect = "postgresql"

    def __init__(self, connection: AnyConnection, types: dict[str, dict[str, str]]) -> None:
        self._cursor = connection.cursor(binary=True)
        self._types = types

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Mapping[str, Any]]:
        """All rows, by column name."""
        rows = self.tuples(sql, params)
        return named([column.name for column in self._cursor.description or ()], rows)

    def tuples(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows, without names."""
        self._execute(sql, params)
        return self._cursor.fetchall() if self._cursor.description else []

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """A statement; answers the row count."""
        self._execute(sql, params)
        return self._cursor.rowcount

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """One statement for a few rows, COPY for many."""
        names = ",".join(columns)
        if len(rows) > FEW_ROWS:
            self._copy(table, columns, self._column_types(table), rows)
        elif rows:
            marks = placeholders(len(rows), len(columns))
            self.run(f"INSERT INTO {table} ({names}) VALUES {marks}", [value for row in rows for value in row])

    def update(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """One statement: over arrays for some rows, over a temporary table filled by COPY for many (twice as fast)."""
        if not rows:
            return
        names = [*keys, *columns]
        changes = ",".join(f"{column} = given.{column}" for column in columns)
        where = " AND ".join(f"{table}.{key} = given.{key}" for key in keys)
        if len(rows) > SOME_ROWS:
            self.run(f"CREATE TEMP TABLE given ON COMMIT DROP AS SELECT {','.join(names)} FROM {table} WITH NO DATA")
            self._copy("given", names, self._column_types(table), rows)
            self.run(f"UPDATE {table} SET {changes} FROM given WHERE {where}")
            self.run("DROP TABLE given")
            return
        types = self._column_types(table)
        arrays = ",".join(f"?::{types[name]}[]" for name in names)
        self.run(
            f"UPDATE {table} SET {changes} FROM unnest({arrays}) AS given ({','.join(names)}) WHERE {where}",
            [list(column) for column in zip(*rows, strict=True)],
        )

    def _copy(
        self, table: str, columns: Sequence[str], types: Mapping[str, str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Binary, which needs the column types and spares both sides the text."""
        with self._cursor.copy(f"COPY {table} ({','.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([types[column] for column in columns])
            for row in rows:
                copy.write_row(row)

    def any_of(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """One array, so that the statement is the same for any number of values."""
        return "= ANY(?)", [list(values)]

    def script(self, text: str) -> None:
        """The plain protocol takes many statements in one message."""
        self._cursor.connection.execute(text.encode(), prepare=False)

    def _column_types(self, table: str) -> dict[str, str]:
        if table not in self._types:
            found = self.tuples(
                "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = ?::text::regclass AND attnum > 0 AND NOT attisdropped",
                (table,),
            )
            self._types[table] = dict(found)
        return self._types[table]

    def _execute(self, sql: str, params: Sequence[Any]) -> None:
        if params:
            self._cursor.execute(_with_percent(sql).encode(), params)
        else:
            self._cursor.execute(sql.encode())


@lru_cache(maxsize=2_048)
def _with_percent(sql: str) -> str:
    parts = sql.replace("%", "%%").split("'")
    parts[::2] = [part.replace("?", "%s") for part in parts[::2]]
    return "'".join(parts)
