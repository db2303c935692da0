"""Opened keys, a bounded number of them, forgotten at once when any is erased."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LIMIT = 50_000


class KeyCache:
    """Least recently used go first. `generation` keeps a key read before an erasure from coming back after it."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = Lock()
        self._keys: OrderedDict[UUID, AESGCM] = OrderedDict()
        self.generation = 0

    def find(self, subjects: Iterable[UUID]) -> tuple[dict[UUID, AESGCM], list[UUID]]:
        """What is known, and what must be loaded."""
        found: dict[UUID, AESGCM] = {}
        missing: dict[UUID, None] = {}
        with self._lock:
            for subject in subjects:
                key = self._keys.get(subject)
                if key is None:
                    missing[subject] = None
                else:
                    self._keys.move_to_end(subject)
                    found[subject] = key
        return found, list(missing)

    def keep(self, keys: Mapping[UUID, AESGCM], generation: int) -> None:
        """Remember them, unless something was erased since the generation was read."""
        with self._lock:
            if generation != self.generation:
                return
            self._keys.update(keys)
            while len(self._keys) > self._limit:
                self._keys.popitem(last=False)

    def clear(self) -> None:
        """Forget all: an erasure is rare, loading again is cheap."""
        with self._lock:
            self.generation += 1
            self._keys.clear()
