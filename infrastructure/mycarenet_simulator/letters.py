"""Questions about members that came together, and what waits of each insurer for whoever asked. One SQLite file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from infrastructure.mycarenet_simulator.notebook import Notebook

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    owner TEXT NOT NULL, input_reference TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (owner, input_reference)
);
CREATE TABLE IF NOT EXISTS letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL, input_reference TEXT NOT NULL, io TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL,
    tack BLOB NOT NULL, tack_from REAL NOT NULL, answers_from REAL NOT NULL,
    tack_confirmed INTEGER NOT NULL DEFAULT 0, confirmed INTEGER NOT NULL DEFAULT 0
);
"""
_GIVEN = "owner, input_reference, io, name, content, tack, tack_from, answers_from"


@dataclass(frozen=True, slots=True)
class Letter:
    """What one insurer says to its part of a message; `io` is empty for MyCareNet itself, which acknowledges nothing.

    `name` and `content`: of the message that answers. Instants are seconds since the epoch.
    """

    owner: str
    input_reference: str
    io: str
    name: str
    content: bytes
    tack: bytes
    tack_from: float
    answers_from: float
    number: int = 0
    message_name: str = "MDA"

    @property
    def reference(self) -> str:
        """Of the message that answers."""
        return f"{self.name.lower()}.{self.number:014d}"

    @property
    def tack_reference(self) -> str:
        """Of the acknowledgement."""
        return f"tack.{self.number:014d}"


class Letters(Notebook):
    """Of all insurers."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, _SCHEMA)

    def digest(self, owner: str, input_reference: str) -> bytes | None:
        """Of what came under this reference, if anything did."""
        where = "owner = ? AND input_reference = ?"
        row = self._sql.execute(f"SELECT digest FROM batches WHERE {where}", (owner, input_reference)).fetchone()
        return None if row is None else bytes(row[0])

    def add(self, owner: str, input_reference: str, digest: bytes, letters: Sequence[Letter]) -> None:
        """Remember a message and what waits for it; call it inside a transaction."""
        self._sql.execute("INSERT INTO batches VALUES (?, ?, ?)", (owner, input_reference, digest))
        names = _GIVEN.split(", ")
        for letter in letters:
            values = tuple(getattr(letter, name) for name in names)
            self._sql.execute(f"INSERT INTO letters ({_GIVEN}) VALUES ({', '.join('?' * len(names))})", values)

    def tacks(self, owner: str, now: datetime) -> list[Letter]:
        """Whose acknowledgement is due and not confirmed, oldest first."""
        return self._found("owner = ? AND NOT tack_confirmed AND io <> '' AND tack_from <= ?", owner, now)

    def due(self, owner: str, now: datetime) -> list[Letter]:
        """Whose answer is due and not confirmed, oldest first."""
        return self._found("owner = ? AND NOT confirmed AND answers_from <= ?", owner, now)

    def confirm_tack(self, number: int) -> None:
        """It comes no more."""
        self._sql.execute("UPDATE letters SET tack_confirmed = 1 WHERE number = ?", (number,))

    def confirm(self, number: int) -> None:
        """It comes no more."""
        self._sql.execute("UPDATE letters SET confirmed = 1 WHERE number = ?", (number,))

    def _found(self, where: str, owner: str, now: datetime) -> list[Letter]:
        with self._lock:
            rows = self._sql.execute(
                f"SELECT {_GIVEN}, number FROM letters WHERE {where} ORDER BY number", (owner, now.timestamp())
            )
            return [Letter(*row) for row in rows]
