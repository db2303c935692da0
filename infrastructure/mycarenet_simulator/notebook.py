"""One SQLite file in which a service remembers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock


class Notebook:
    """Safe for several threads: each call holds the lock for its transaction."""

    def __init__(self, file: Path, schema: str) -> None:
        self._lock = RLock()
        self._sql = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        file.chmod(0o600)
        self._sql.executescript(schema)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._sql.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nobody else comes between."""
        with self._lock:
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._sql.execute("ROLLBACK")
                raise
            self._sql.execute("COMMIT")
