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
WHOLE = "establishment_id <> ''"
"""True of every row. Said on SQLite by queries over all rows of an establishment, and by indexes for them alone."""
_TYPES = {
    "sqlite": {"uuid": "uuid", "text": "text", "int": "bigint", "bool": "boolean", "bytes": "bytea"},
    # Collation C: the order of bytes, as on SQLite, whatever the server was set up with.
    "postgresql": {"uuid": "uuid", "text": 'text COLLATE "C"', "int": "bigint", "bool": "boolean", "bytes": "bytea"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """`fixed`: the same in every row that ever has the key.

    `personal`: emptied, in the past too, when the patient is erased.
    Dates and instants are ISO text, money is integer cents.
    """

    name: str
    kind: Kind = "text"
    optional: bool = False
    fixed: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """Over current rows, or over closed versions. `where`: a condition that its queries repeat word for word.

    `only_on`: the one database that gets it. One that only saves a sort is for PostgreSQL, which knows when that pays;
    SQLite would follow it row by row even to find three rows among many, so there the rows of an establishment lie
    together and are scanned, which has no bad case; only a query that says `WHOLE` can take such an index.
    """

    columns: tuple[str, ...]
    where: str = ""
    only_on: Literal["", "sqlite", "postgresql"] = ""

    @property
    def limited(self) -> str:
        """The clause that keeps other rows out, if any."""
        return f" WHERE {self.where}" if self.where else ""


@dataclass(frozen=True)
class Table:
    """A table of a view, its columns in order of use: those to filter and sort by first.

    `key` names one row, `owner` the rows that are changed together (the key itself when left empty).

    `scope`: the column by which rows are limited to establishments, empty when there is none. `room`: percent of a
    page kept free, so that an update that touches no index stays on its page (PostgreSQL: HOT).
    """

    name: str
    columns: tuple[Column, ...]
    key: str
    owner: str = ""
    indexes: tuple[Index, ...] = ()
    past_indexes: tuple[Index, ...] = ()
    scope: str = "establishment_id"
    room: int = 10

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
        body = ", ".join(self._column(column, _TYPES[dialect]) for column in self.columns)
        now = f"CREATE TABLE {self.name} ({body}, {FROM} bigint NOT NULL"
        past = f"CREATE TABLE {self.past} ({body}, {FROM} bigint NOT NULL, {TO} bigint NOT NULL, {NODE} bigint NOT NULL"
        alive = ", ".join([*self._scope, NODE, TO, FROM])
        if dialect == "sqlite":
            clustered = ", ".join(dict.fromkeys([*self._scope, self.key]))
            unique = f", UNIQUE ({self.key})" if clustered != self.key else ""
            made = [
                f"{now}, PRIMARY KEY ({clustered}){unique}) WITHOUT ROWID",
                f"{past}, PRIMARY KEY ({alive}, {self.key})) WITHOUT ROWID",
            ]
        else:
            made = [
                f"{now}, PRIMARY KEY ({self.key})) WITH (fillfactor = {100 - self.room})",
                f"{past})",
                f"CREATE INDEX {self.past}_alive ON {self.past} ({alive})",
            ]
        return [*made, *self._indexes(dialect)]

    def drop(self) -> list[str]:
        """Statements that remove both tables."""
        return [f"DROP TABLE IF EXISTS {name}" for name in (self.name, self.past)]

    @property
    def _scope(self) -> Sequence[str]:
        return (self.scope,) if self.scope else ()

    def _indexes(self, dialect: str) -> list[str]:
        wanted = [Index((self.owner,))] if self.owner else []
        wanted += [index for index in self.indexes if index.only_on in ("", dialect)]
        past = [Index((self.grouped_by,))] if self.personal else []
        return [
            f"CREATE INDEX {name}_{number} ON {name} ({', '.join(index.columns)}){index.limited}"
            for name, indexes in ((self.name, wanted), (self.past, [*past, *self.past_indexes]))
            for number, index in enumerate(indexes, 1)
        ]

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
