"""The list of erased subjects outside the database, so that restoring an older backup cannot bring anybody back.

One id a line; ids are keyed and lead to nobody. It lies beside the master key and is kept with it.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from application.ports import KeyRing


class ErasureList:
    """Append-only file; a missing one is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, subjects: Iterable[UUID]) -> None:
        """Remember these for good; written to the disk before it returns."""
        known = set(self.read())
        new = [subject for subject in subjects if subject not in known]
        if not new:
            return
        with self._path.open("a", encoding="ascii") as file:
            self._path.chmod(0o600)
            file.writelines(f"{subject}\n" for subject in new)
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> list[UUID]:
        """All of them, in the order of their erasure."""
        if not self._path.exists():
            return []
        return [UUID(line) for line in self._path.read_text("ascii").split()]


class ListedKeys:
    """A `KeyRing` that writes an erasure on the list before it destroys the key."""

    def __init__(self, keys: KeyRing, listed: ErasureList) -> None:
        self._keys, self._listed = keys, listed
        self.keyed_id, self.blind = keys.keyed_id, keys.blind
        self.seal, self.unseal = keys.seal, keys.unseal

    def erase(self, subject: UUID) -> None:
        """Listed first: what is on the list is erased again whenever a backup brings it back."""
        self._listed.add([subject])
        self._keys.erase(subject)
