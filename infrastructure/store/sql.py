"""What both databases share: the port of the views, widened by what the store itself needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, Protocol, TypeVar

from application.ports import Database, Sql

T = TypeVar("T")
CHUNK = 5_000
"""Ids in one query: enough to make round trips cheap, few enough for every limit on parameters."""


class StoreSql(Sql, Protocol):
    """A transaction that also hands out plain tuples and knows how to ask for many ids."""

    def tuples(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, without names."""

    def any_of(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The right side of `column …` for "is one of these", with its parameters."""

    def script(self, text: str) -> None:
        """Run several statements without parameters."""


class StoreDatabase(Database, Protocol):
    """Either database, as the store opens it."""

    def transaction(self) -> AbstractContextManager[StoreSql]:
        """Read and write; commits at the end, rolls back on an error."""

    def snapshot(self) -> AbstractContextManager[StoreSql]:
        """Read only, one consistent state."""

    def reading(self) -> AbstractContextManager[StoreSql]:
        """Single queries, each with its own state: one round trip less than a snapshot."""

    def migrating(self) -> AbstractContextManager[StoreSql]:
        """A transaction that no other process migrates beside."""

    def scrub(self) -> None:
        """After an erasure: let go of what the database's own files still keep of deleted rows, as far as it can."""

    def close(self) -> None:
        """Give back every connection."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size`."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def named(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Mapping[str, Any]]:
    """Rows by column name; plain dictionaries are the fastest mapping there is."""
    return [dict(zip(names, row, strict=True)) for row in rows]


def placeholders(rows: int, columns: int) -> str:
    """`(?,?),(?,?)` for a statement over several rows."""
    row = f"({','.join('?' * columns)})"
    return ",".join([row] * rows)
