"""Forms that came when the session was over: kept sealed for an hour, for the browser that sent them alone."""

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from application.ports import Clock, KeyRing
from infrastructure.store.sql import StoreDatabase
from infrastructure.store.times import microseconds

KEPT = timedelta(hours=1)
MOST_CHARACTERS = 64_000


class PendingForms:
    """A token names a form; only its hash is stored. Sealed under the key of the establishment."""

    def __init__(self, database: StoreDatabase, keys: KeyRing, clock: Clock) -> None:
        self._database, self._keys, self._clock = database, keys, clock

    def keep(self, establishment_id: UUID, form: str) -> str:
        """Answers the token; drops what is too old. Raises `ValueError` for a form that is too large to keep."""
        if len(form) > MOST_CHARACTERS:
            raise ValueError("this form is too large to be kept")
        token = secrets.token_urlsafe(32)
        name = _hash(token)
        sealed = self._keys.seal(establishment_id, name.hex(), form)
        now = self._clock.now()
        with self._database.transaction() as sql:
            sql.run("DELETE FROM pending_forms WHERE kept_at < ?", (microseconds(now - KEPT),))
            sql.insert(
                "pending_forms",
                ("token_hash", "establishment_id", "form", "kept_at"),
                [(name, establishment_id, sealed, microseconds(now))],
            )
        return token

    def open(self, token: str) -> tuple[UUID, str] | None:
        """Establishment and form; None when it is gone."""
        name = _hash(token)
        with self._database.reading() as sql:
            rows = sql.tuples(
                "SELECT establishment_id, form FROM pending_forms WHERE token_hash = ? AND kept_at >= ?",
                (name, microseconds(self._clock.now() - KEPT)),
            )
        return (rows[0][0], self._keys.unseal(rows[0][0], name.hex(), rows[0][1])) if rows else None

    def drop(self, token: str) -> None:
        """It was sent, or is not wanted any more."""
        with self._database.transaction() as sql:
            sql.run("DELETE FROM pending_forms WHERE token_hash = ?", (_hash(token),))


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
