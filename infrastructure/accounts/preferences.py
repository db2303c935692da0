"""What people prefer, sealed by whoever sets it: one row a person and name."""

from uuid import UUID, uuid5

from application.ports import Clock
from infrastructure.store.sql import StoreDatabase
from infrastructure.store.times import microseconds

_COLUMNS = ("preference_id", "user_id", "name", "value", "changed_at")


class Preferences:
    """The part of the `CredentialStore` port about preferences."""

    def __init__(self, database: StoreDatabase, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def preference(self, user_id: UUID, name: str) -> str | None:
        """As it was given."""
        with self._database.reading() as sql:
            found = sql.tuples("SELECT value FROM preferences WHERE preference_id = ?", (uuid5(user_id, name),))
        return str(found[0][0]) if found else None

    def set_preference(self, user_id: UUID, name: str, value: str, most: int) -> bool:
        """A known name is replaced, a new one counted."""
        named, now = uuid5(user_id, name), microseconds(self._clock.now())
        with self._database.transaction() as sql:
            changed = sql.run(
                "UPDATE preferences SET value = ?, changed_at = ? WHERE preference_id = ?", (value, now, named)
            )
            if changed:
                return True
            ((count,),) = sql.tuples("SELECT count(*) FROM preferences WHERE user_id = ?", (user_id,))
            if count >= most:
                return False
            sql.run(
                f"INSERT INTO preferences ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (preference_id) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
                (named, user_id, name, value, now),
            )
            return True

    def drop_preference(self, user_id: UUID, name: str) -> None:
        """Gone."""
        with self._database.transaction() as sql:
            sql.run("DELETE FROM preferences WHERE preference_id = ?", (uuid5(user_id, name),))
