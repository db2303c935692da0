"""Leases on work as rows: whatever two workers could do at once is one conditional UPDATE."""

from datetime import datetime

from infrastructure.store.sql import StoreDatabase
from infrastructure.store.times import microseconds


class StoredLeases:
    """The `Leases` port, on either database."""

    def __init__(self, database: StoreDatabase) -> None:
        self._database = database

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Of two workers only one finds it free."""
        with self._database.transaction() as sql:
            sql.run("INSERT INTO work_leases (name, owner, until) VALUES (?, '', 0) ON CONFLICT DO NOTHING", (name,))
            taken = sql.run(
                "UPDATE work_leases SET owner = ?, until = ? WHERE name = ? AND (owner = ? OR until <= ?)",
                (owner, microseconds(until), name, owner, microseconds(now)),
            )
        return taken == 1

    def release(self, name: str, owner: str) -> None:
        """Only by whoever holds it."""
        with self._database.transaction() as sql:
            sql.run("DELETE FROM work_leases WHERE name = ? AND owner = ?", (name, owner))
