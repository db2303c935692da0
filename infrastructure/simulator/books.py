"""What a union remembers of a third-party number: which invoices came in which file, and what it paid for which lines.

One SQLite file in the mailbox. A file is entered with its settlement; entering it again after a crash changes nothing.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS invoices (number TEXT PRIMARY KEY, file INTEGER, sending INTEGER, month TEXT);
CREATE TABLE IF NOT EXISTS payments
    (reference TEXT, invoice TEXT, file INTEGER, cents INTEGER, PRIMARY KEY (reference, invoice, file));
"""
_MANY = 500


@dataclass(frozen=True, slots=True)
class Payment:
    """Of one line in one invoice; negative when it was taken back: `invoice` is then the one that had been paid."""

    reference: str
    invoice: str
    cents: int


@dataclass(frozen=True, slots=True)
class Entered:
    """An invoice as it came in. `month`: billed month of its file, YYYYMM."""

    number: str
    sending: int
    month: str


class Books:
    """Of one mailbox; `file`: number of the file that is being looked at, which does not count as an earlier one."""

    def __init__(self, folder: Path, file: int) -> None:
        self._path, self._file = folder / "books.db", file

    def invoices(self, numbers: Collection[str]) -> Mapping[str, Entered]:
        """Those of earlier files, by number."""
        with self._open() as books:
            rows = self._among(books, "SELECT number, sending, month FROM invoices WHERE number", numbers)
            return {number: Entered(number, sending, month) for number, sending, month in rows}

    def paid(self, references: Collection[str]) -> dict[tuple[str, str], int]:
        """Cents that stand paid from earlier files, by line reference and number of the invoice."""
        standing: dict[tuple[str, str], int] = {}
        with self._open() as books:
            query = "SELECT reference, invoice, cents FROM payments WHERE reference"
            for reference, invoice, cents in self._among(books, query, references):
                standing[reference, invoice] = standing.get((reference, invoice), 0) + cents
        return {of: cents for of, cents in standing.items() if cents}

    def enter(self, invoices: Iterable[Entered], paid: Iterable[Payment]) -> None:
        """A file that is settled."""
        with self._open() as books:
            entered = [(one.number, self._file, one.sending, one.month) for one in invoices]
            books.executemany("INSERT OR IGNORE INTO invoices VALUES (?, ?, ?, ?)", entered)
            lines = [(one.reference, one.invoice, self._file, one.cents) for one in paid]
            books.executemany("INSERT OR IGNORE INTO payments VALUES (?, ?, ?, ?)", lines)
            books.commit()

    def _among(self, books: sqlite3.Connection, query: str, values: Collection[str]) -> Iterator[tuple[Any, ...]]:
        wanted = list(values)
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            marks = ",".join("?" * len(some))
            yield from books.execute(f"{query} IN ({marks}) AND file < ?", (*some, self._file))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path)) as books:
            books.executescript(_TABLES)
            yield books
