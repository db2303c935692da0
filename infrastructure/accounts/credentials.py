"""Passwords and second factors as rows; with sessions, attempts and preferences the whole `CredentialStore` port.

Whatever must not happen twice (a step of time used, an enrolment finished) is one conditional UPDATE.
"""

from typing import Any
from uuid import UUID

from application.credential_store import Credentials
from application.ports import Clock
from infrastructure.accounts.attempts import SignInAttempts
from infrastructure.accounts.preferences import Preferences
from infrastructure.accounts.stored_sessions import StoredSessions
from infrastructure.store.sql import StoreDatabase
from infrastructure.store.times import microseconds

_COLUMNS = ("user_id", "password_hash", "must_change", "totp", "is_enrolled", "totp_step", "changed_at")


class StoredCredentials(SignInAttempts, StoredSessions, Preferences):
    """The `CredentialStore` port, on either database."""

    def __init__(self, database: StoreDatabase, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def credentials(self, user_id: UUID) -> Credentials | None:
        """Of one person."""
        with self._database.reading() as sql:
            found = sql.tuples(
                "SELECT password_hash, must_change, totp, is_enrolled, totp_step FROM credentials WHERE user_id = ?",
                (user_id,),
            )
        return Credentials(*found[0]) if found else None

    def give_password(self, user_id: UUID, password_hash: str) -> None:
        """All in one transaction: the former password, second factor and sessions go together."""
        with self._database.transaction() as sql:
            sql.run("DELETE FROM sessions WHERE user_id = ?", (user_id,))
            sql.run(
                f"INSERT INTO credentials ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, '', ?, 0, ?)"
                " ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash,"
                " must_change = excluded.must_change, totp = '', is_enrolled = excluded.is_enrolled, totp_step = 0,"
                " changed_at = excluded.changed_at",
                (user_id, password_hash, True, False, self._now()),
            )

    def change_password(self, user_id: UUID, former: str, password_hash: str) -> bool:
        """Unless the former one is no longer there."""
        return self._changed(
            "password_hash = ?, must_change = ?, changed_at = ? WHERE user_id = ? AND password_hash = ?",
            *(password_hash, False, self._now(), user_id, former),
        )

    def rehash(self, user_id: UUID, former: str, password_hash: str) -> None:
        """The same password: nothing else changes."""
        self._changed("password_hash = ? WHERE user_id = ? AND password_hash = ?", password_hash, user_id, former)

    def begin_enrolment(self, user_id: UUID, totp: str) -> str:
        """Only where none is kept yet."""
        self._changed("totp = ? WHERE user_id = ? AND totp = ''", totp, user_id)
        found = self.credentials(user_id)
        return found.totp if found else ""

    def finish_enrolment(self, user_id: UUID, totp: str, step: int) -> bool:
        """Only that secret, and only once."""
        return self._changed(
            "is_enrolled = ?, totp_step = ?, changed_at = ? WHERE user_id = ? AND totp = ? AND is_enrolled = ?",
            *(True, step, self._now(), user_id, totp, False),
        )

    def use_step(self, user_id: UUID, step: int) -> bool:
        """Steps only go up."""
        return self._changed("totp_step = ? WHERE user_id = ? AND totp_step < ?", step, user_id, step)

    def _changed(self, change: str, *params: Any) -> bool:  # noqa: ANN401 - any value of a column
        with self._database.transaction() as sql:
            return sql.run(f"UPDATE credentials SET {change}", params) == 1

    def _now(self) -> int:
        return microseconds(self._clock.now())
