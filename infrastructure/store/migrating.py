"""Numbered SQL, applied once and in order. Workers that start together wait for the first; they change nothing."""

import re
from collections.abc import Iterator
from importlib.resources import files

from infrastructure.store.errors import NotMigrated
from infrastructure.store.sql import StoreDatabase, StoreSql

_NAME = re.compile(r"(\d{4})_\w+\.(sqlite|postgresql)\.sql")


def migrate(database: StoreDatabase) -> None:
    """Bring the tables to this version of the program."""
    with database.migrating() as sql:
        sql.run("CREATE TABLE IF NOT EXISTS migrations (number integer PRIMARY KEY)")
        applied = _applied(sql)
        for number, text in _known(database.dialect):
            if number not in applied:
                sql.script(text)
                sql.run("INSERT INTO migrations (number) VALUES (?)", (number,))


def check_migrated(database: StoreDatabase) -> None:
    """Refuse to work on tables of another version. Raises `NotMigrated`."""
    wanted = {number for number, _ in _known(database.dialect)}
    with database.reading() as sql:
        found = _applied(sql) if has_table(sql, "migrations") else set()
    if found != wanted:
        raise NotMigrated(f"the database has migrations {sorted(found)}, this program needs {sorted(wanted)}")


def schema_version(sql: StoreSql) -> int:
    """Number of the last migration."""
    return max(_applied(sql))


def _applied(sql: StoreSql) -> set[int]:
    return {number for (number,) in sql.tuples("SELECT number FROM migrations")}


def has_table(sql: StoreSql, name: str) -> bool:
    """Whether there is such a table: a database of an older version lacks some."""
    if sql.dialect == "sqlite":
        return bool(sql.tuples("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)))
    return bool(sql.tuples("SELECT 1 WHERE to_regclass(?) IS NOT NULL", (name,)))


def _known(dialect: str) -> Iterator[tuple[int, str]]:
    folder = files("infrastructure.store") / "migrations"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        match = _NAME.fullmatch(file.name)
        if match and match[2] == dialect:
            yield int(match[1]), file.read_text(encoding="utf-8")
