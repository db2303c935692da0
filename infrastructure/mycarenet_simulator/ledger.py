"""What MyCareNet remembers of posts: whose, when, their acknowledgments, and what replaces an answer. One SQLite file.

Business answers are not here: they wait in the mailboxes of the simulated unions until they are confirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from infrastructure.mycarenet_simulator.notebook import Notebook

_SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL, input_reference TEXT NOT NULL, digest BLOB NOT NULL, io TEXT NOT NULL,
    message_name TEXT NOT NULL, tack BLOB NOT NULL, tack_from REAL NOT NULL, answers_from REAL NOT NULL,
    reject BLOB NOT NULL, tack_confirmed INTEGER NOT NULL DEFAULT 0, reject_confirmed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (owner, input_reference)
)
"""
_COLUMNS = "number, owner, input_reference, digest, io, message_name, tack, tack_from, answers_from, reject"


@dataclass(frozen=True, slots=True)
class Post:
    """`tack`: content of the acknowledgment. `reject` is empty unless the union refused to treat the message.

    Instants are seconds since the epoch: the insurer's acknowledgment and the answers wait until then.
    """

    number: int
    owner: str
    input_reference: str
    digest: bytes
    io: str
    message_name: str
    tack: bytes
    tack_from: float
    answers_from: float
    reject: bytes = b""

    @property
    def reference(self) -> str:
        """By which the unions know it."""
        return f"{self.number:014d}"

    @property
    def tack_reference(self) -> str:
        """Of the insurer's acknowledgment."""
        return f"tack.{self.reference}"

    @property
    def reject_reference(self) -> str:
        """Of the REJECT message."""
        return f"reject.{self.reference}"


class Ledger(Notebook):
    """Of all that was posted."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, _SCHEMA)

    def find(self, owner: str, input_reference: str) -> Post | None:
        """The post of this reference, if there was one."""
        found = self._posts("owner = ? AND input_reference = ?", (owner, input_reference))
        return found[0] if found else None

    def next_number(self) -> int:
        """That of the next post; call it inside the transaction that adds it."""
        row = self._sql.execute("SELECT coalesce(max(number), 0) + 1 FROM posts").fetchone()
        return int(row[0])

    def add(self, post: Post) -> None:
        """Remember a post."""
        values = tuple(getattr(post, name) for name in _COLUMNS.split(", "))
        self._sql.execute(f"INSERT INTO posts ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})", values)

    def of(self, owner: str) -> dict[str, Post]:
        """All posts of one owner, by the reference that the unions know."""
        return {post.reference: post for post in self._posts("owner = ?", (owner,))}

    def tacks(self, owner: str, now: datetime) -> list[Post]:
        """Posts whose acknowledgment is due and not confirmed, oldest first."""
        return self._posts("owner = ? AND NOT tack_confirmed AND tack_from <= ?", (owner, now.timestamp()))

    def rejects(self, owner: str, now: datetime) -> list[Post]:
        """The same for REJECT messages."""
        where = "owner = ? AND NOT reject_confirmed AND reject <> x'' AND answers_from <= ?"
        return self._posts(where, (owner, now.timestamp()))

    def confirm_tack(self, number: int) -> None:
        """It comes no more."""
        self._sql.execute("UPDATE posts SET tack_confirmed = 1 WHERE number = ?", (number,))

    def confirm_reject(self, number: int) -> None:
        """It comes no more."""
        self._sql.execute("UPDATE posts SET reject_confirmed = 1 WHERE number = ?", (number,))

    def _posts(self, where: str, values: Sequence[object]) -> list[Post]:
        with self._lock:
            rows = self._sql.execute(f"SELECT {_COLUMNS} FROM posts WHERE {where} ORDER BY number", values)
            return [Post(*row) for row in rows]
