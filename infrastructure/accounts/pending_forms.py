"""Forms that came when the session was over: kept sealed for an hour, for the person and the browser that sent them."""

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from application.ports import Clock, KeyRing
from infrastructure.accounts.pruning import delete_old
from infrastructure.store.sql import StoreDatabase, StoreSql
from infrastructure.store.times import microseconds

KEPT = timedelta(hours=1)
MOST_CHARACTERS = 64_000
MOST_OF_USER, MOST_OF_ADDRESS = 10, 50


class PendingForms:
    """A token names a form; only its hash is stored. Sealed under the key of the person, which exists already."""

    def __init__(self, database: StoreDatabase, keys: KeyRing, clock: Clock) -> None:
        self._database, self._keys, self._clock = database, keys, clock

    def keep(self, user_id: UUID, address: bytes, form: str) -> str:
        """Answers the token; drops what is too old. `address`: a hash.

        Raises `ValueError` for a form that is too large, or one too many of the person or the address in an hour, and
        `NotAllowed` for somebody whose data were erased.
        """
        if len(form) > MOST_CHARACTERS:
            raise ValueError("this form is too large to be kept")
        token, now = secrets.token_urlsafe(32), self._clock.now()
        name = _hash(token)
        with self._database.transaction() as sql:
            delete_old(sql, "pending_forms", "token_hash", "kept_at < ?", (microseconds(now - KEPT),))
            if _count(sql, "user_id", user_id) >= MOST_OF_USER or _count(sql, "address", address) >= MOST_OF_ADDRESS:
                raise ValueError("too many forms are kept already")
        sealed = self._keys.seal(user_id, name.hex(), form)
        with self._database.transaction() as sql:
            sql.insert(
                "pending_forms",
                ("token_hash", "user_id", "address", "form", "kept_at"),
                [(name, user_id, address, sealed, microseconds(now))],
            )
        return token

    def open(self, token: str, user_id: UUID) -> str | None:
        """The form; None when it is gone or was somebody else's."""
        name = _hash(token)
        with self._database.reading() as sql:
            rows = sql.tuples(
                "SELECT form FROM pending_forms WHERE token_hash = ? AND user_id = ? AND kept_at >= ?",
                (name, user_id, microseconds(self._clock.now() - KEPT)),
            )
        return self._keys.unseal(user_id, name.hex(), rows[0][0]) if rows else None

    def drop(self, token: str, user_id: UUID) -> None:
        """Not wanted any more."""
        with self._database.transaction() as sql:
            sql.run("DELETE FROM pending_forms WHERE token_hash = ? AND user_id = ?", (_hash(token), user_id))


def _count(sql: StoreSql, column: str, value: object) -> int:
    return int(sql.tuples(f"SELECT count(*) FROM pending_forms WHERE {column} = ?", (value,))[0][0])


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
