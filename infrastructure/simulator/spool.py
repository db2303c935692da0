"""The mailbox of one third-party number as files: whatever was handed over or not yet confirmed survives a restart.

    incoming/   files that arrived and are not answered yet     sent/      files that are
    answers/    answers until they are confirmed                numbers/   sending numbers in use, by year
    books.db    invoices that came, and lines that were paid

Names hold numbers, instants and the provider reference, never a person. Files are readable by their owner only.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path

from domain.local_time import local_date
from infrastructure.simulator.answers import Due
from infrastructure.simulator.books import Books

_INSTANT = "%Y%m%dT%H%M%SZ"
_FOLDERS = ("incoming", "sent", "answers", "numbers")
_REFERENCE_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file in `incoming`; `number` counts all files of this mailbox."""

    number: int
    at: datetime
    union: str
    reference: str

    @property
    def name(self) -> str:
        """Its file name."""
        return f"{self.number:06d}.{self.at:{_INSTANT}}.{self.union}.{self.reference}"

    @classmethod
    def named(cls, name: str) -> "Spooled":
        """Back from a file name."""
        number, at, union, reference = name.split(".")
        return cls(int(number), datetime.strptime(at, _INSTANT).replace(tzinfo=UTC), union, reference)


class Mailbox:
    """Use it inside `locked`, which lets one process at a time in."""

    def __init__(self, folder: Path, tpp_number: str) -> None:
        self._folder = folder / sha256(tpp_number.encode()).hexdigest()[:24]

    @contextmanager
    def locked(self) -> Iterator["Mailbox"]:
        """Hold the mailbox; makes its folders."""
        for name in _FOLDERS:
            (self._folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            flock(lock, LOCK_EX)
            yield self

    def receive(self, content: bytes, reference: str, union: str, at: datetime) -> None:
        """Keep a file that arrived; after that it is there for good."""
        plain = "".join(c for c in reference if c.isascii() and c.isalnum())[:_REFERENCE_LENGTH]
        names = [*self._names("incoming"), *self._names("sent")]
        number = max((Spooled.named(name).number for name in names), default=0) + 1
        spooled = Spooled(number, at.astimezone(UTC), union, plain)
        self._write("incoming", spooled.name, content)

    def incoming(self) -> list[tuple[Spooled, bytes]]:
        """Files without answers, oldest first."""
        found = [Spooled.named(name) for name in sorted(self._names("incoming"))]
        return [(spooled, (self._folder / "incoming" / spooled.name).read_bytes()) for spooled in found]

    def books(self, spooled: Spooled) -> Books:
        """What the unions remember from before this file."""
        return Books(self._folder, spooled.number)

    def earlier_this_month(self, spooled: Spooled) -> list[bytes]:
        """Files that came to the same union before this one in its calendar month, but those that it sent back."""
        month = f"{local_date(spooled.at):%Y%m}"
        owners = {self._read_mark(name) for name in self._names("numbers")}
        before = [Spooled.named(name) for name in sorted(owners)]
        return [
            (self._folder / "sent" / one.name).read_bytes()
            for one in before
            if (one.union, f"{local_date(one.at):%Y%m}") == (spooled.union, month) and one.number < spooled.number
        ]

    def owner_of(self, year: str, sending_number: str) -> str:
        """Name of the file that used the number first; empty when it is free."""
        name = f"{year}-{sending_number}"
        return self._read_mark(name) if (self._folder / "numbers" / name).exists() else ""

    def use(self, year: str, sending_number: str, owner: Spooled) -> None:
        """Note that the number is used."""
        self._write("numbers", f"{year}-{sending_number}", owner.name.encode("ascii"))

    def answer(self, spooled: Spooled, answers: Sequence[Due]) -> None:
        """Put the answers out and the file away. Doing it again after a crash writes the same files."""
        for place, due in enumerate(answers, 1):
            name = f"{due.at.astimezone(UTC):{_INSTANT}}.{spooled.number:06d}.{place:02d}"
            self._write("answers", f"{name}.{due.message}.{spooled.reference}", due.content)
        (self._folder / "incoming" / spooled.name).replace(self._folder / "sent" / spooled.name)

    def waiting(self, now: datetime) -> list[tuple[str, bytes]]:
        """Answers that are due, in order: (receipt, bytes)."""
        until = f"{now.astimezone(UTC):{_INSTANT}}~"
        names = sorted(name for name in self._names("answers") if name < until)
        return [(name, (self._folder / "answers" / name).read_bytes()) for name in names]

    def remove(self, receipts: Sequence[str]) -> None:
        """Take confirmed answers out; one that is not there is no matter."""
        known = set(self._names("answers"))
        for receipt in known.intersection(receipts):
            (self._folder / "answers" / receipt).unlink()

    def _read_mark(self, name: str) -> str:
        return (self._folder / "numbers" / name).read_text(encoding="ascii")

    def _names(self, folder: str) -> list[str]:
        return [path.name for path in (self._folder / folder).iterdir() if not path.name.startswith("~")]

    def _write(self, folder: str, name: str, content: bytes) -> None:
        """All of it or nothing, on the disk when this returns."""
        target = self._folder / folder / name
        part = target.with_name(f"~{name}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
