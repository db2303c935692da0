"""A view's table, declared once for both databases: current rows in one table, closed versions beside it.

Current rows are changed in place and carry their indexes; a closed version is written once and never touched again.
So a change costs one update and one append, and lists of the present never wade through the past.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Literal

from projections.time_index import NODE

Kind = Literal["uuid", "text", "int", "bool", "bytes"]
ViewRow = dict[str, Any]
"""A row in memory, by column name; `valid_from` is the position that opened it."""

FROM, TO = "valid_from", "valid_to"
_TYPES = {
    "sqlite": {"uuid": "uuid", "text": "text", "int": "bigint", "bool": "boolean", "bytes": "bytea"},
    # Collation C: the order of bytes, as on SQLite, whatever the server was set up with.
    "postgresql": {"uuid": "uuid", "text": 'text COLLATE "C"', "int": "bigint", "bool": "boolean", "bytes": "bytea"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """`fixed`: never changes while the row lives. `personal`: emptied, in the past too, when the patient is erased.

    Dates and instants are ISO text, money is integer cents.
    """

    name: str
    kind: Kind = "text"
    optional: bool = False
    fixed: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """Over current rows. `where`: a condition that its queries repeat word for word."""

    columns: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True)
class Table:
    """`key` names one row, `owner` the rows that are changed together (the key itself when left empty)."""

    name: str
    columns: tuple[Column, ...]
    key: str
    owner: str = ""
    indexes: tuple[Index, ...] = ()
    scope: str = "establishment_id"

    @property
    def past(self) -> str:
        """Name of the table of closed versions."""
        return f"{self.name}_past"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Columns of the view itself."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """Columns of a current row."""
        return (*self.names, FROM)

    @cached_property
    def changing(self) -> tuple[str, ...]:
        """Columns that an update writes."""
        return (*[c.name for c in self.columns if not c.fixed and c.name != self.key], FROM)

    @cached_property
    def personal(self) -> tuple[str, ...]:
        """Columns that an erasure empties."""
        return tuple(column.name for column in self.columns if column.personal)

    @cached_property
    def values(self) -> Callable[[ViewRow], tuple[Any, ...]]:
        """Values of a row in the order of `stored`."""
        return itemgetter(*self.stored)

    @property
    def grouped_by(self) -> str:
        """Column by which current rows are loaded."""
        return self.owner or self.key

    def create(self, dialect: str) -> list[str]:
        """Statements that make both tables and their indexes."""
        now, past, key = self.name, self.past, self.key
        body = ", ".join(self._column(column, _TYPES[dialect]) for column in self.columns)
        # Room on each page, so that an update that touches no index stays on it (PostgreSQL: HOT).
        room = " WITH (fillfactor = 60)" if dialect == "postgresql" else ""
        made = [
            f"CREATE TABLE {now} ({body}, {FROM} bigint NOT NULL, PRIMARY KEY ({key})){room}",
            f"CREATE TABLE {past} ({body}, {FROM} bigint NOT NULL, {TO} bigint NOT NULL, {NODE} bigint NOT NULL)",
        ]
        for number, index in enumerate(self._indexes(), 1):
            where = f" WHERE {index.where}" if index.where else ""
            made.append(f"CREATE INDEX {now}_{number} ON {now} ({', '.join(index.columns)}){where}")
        alive = ", ".join([*([self.scope] if self.scope else []), NODE, TO])
        made.append(f"CREATE INDEX {past}_alive ON {past} ({alive})")
        if self.personal:
            made.append(f"CREATE INDEX {past}_owner ON {past} ({self.grouped_by})")
        return made

    def drop(self) -> list[str]:
        """Statements that remove both tables."""
        return [f"DROP TABLE IF EXISTS {name}" for name in (self.name, self.past)]

    def _indexes(self) -> Sequence[Index]:
        return (*([Index((self.owner,))] if self.owner else []), *self.indexes)

    def _column(self, column: Column, types: Mapping[str, str]) -> str:
        return f"{column.name} {types[column.kind]}{'' if column.optional or column.personal else ' NOT NULL'}"


def uuid(name: str, *, optional: bool = False, fixed: bool = False) -> Column:
    """An identifier."""
    return Column(name, "uuid", optional, fixed)


def text(name: str, *, optional: bool = False, fixed: bool = False) -> Column:
    """Codes, ISO dates, JSON."""
    return Column(name, "text", optional, fixed)


def number(name: str, *, fixed: bool = False) -> Column:
    """Counts and cents."""
    return Column(name, "int", fixed=fixed)


def flag(name: str) -> Column:
    """Yes or no."""
    return Column(name, "bool")
