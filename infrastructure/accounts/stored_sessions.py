"""Sessions as rows: the hash of a token names one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from application.credential_store import SignedIn
from infrastructure.accounts.pruning import delete_old
from infrastructure.store.sql import StoreDatabase, StoreSql
from infrastructure.store.times import instant, microseconds

_COLUMNS = ("token_hash", "user_id", "method", "address", "is_verified", "opened_at", "seen_at", "is_over")


class StoredSessions:
    """The part of the `CredentialStore` port about sessions."""

    def __init__(self, database: StoreDatabase) -> None:
        self._database = database

    def open_session(self, session: SignedIn) -> None:
        """A new row."""
        with self._database.transaction() as sql:
            sql.insert("sessions", _COLUMNS, [_row(session)])

    def replace_session(self, token_hash: bytes, session: SignedIn) -> bool:
        """Both or nothing: of two at once only one finds the former row."""
        with self._database.transaction() as sql:
            if not sql.run("DELETE FROM sessions WHERE token_hash = ?", (token_hash,)):
                return False
            sql.insert("sessions", _COLUMNS, [_row(session)])
            return True

    def session(self, token_hash: bytes) -> SignedIn | None:
        """By its name."""
        with self._database.reading() as sql:
            found = _select(sql, "token_hash = ?", token_hash)
        return found[0] if found else None

    def sessions_of(self, user_id: UUID) -> Sequence[SignedIn]:
        """By person, the latest first."""
        with self._database.reading() as sql:
            return _select(sql, "user_id = ? ORDER BY opened_at DESC, token_hash", user_id)

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        """Never back in time."""
        at = microseconds(seen_at)
        self._run("UPDATE sessions SET seen_at = ? WHERE token_hash = ? AND seen_at < ?", at, token_hash, at)

    def let_session_end(self, token_hash: bytes) -> None:
        """Marked; `end_old_sessions` removes it a day later."""
        self._run("UPDATE sessions SET is_over = ? WHERE token_hash = ?", True, token_hash)

    def end_session(self, token_hash: bytes) -> None:
        """One."""
        self._run("DELETE FROM sessions WHERE token_hash = ?", token_hash)

    def end_sessions(self, user_id: UUID, but: bytes = b"") -> None:
        """Those of a person."""
        self._run("DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?", user_id, but)

    def end_old_sessions(self, opened_before: datetime, seen_before: datetime) -> None:
        """Those of everybody that are over."""
        limits = (microseconds(opened_before), microseconds(seen_before))
        with self._database.transaction() as sql:
            delete_old(sql, "sessions", "token_hash", "opened_at <= ? OR seen_at <= ?", limits)

    def _run(self, statement: str, *params: Any) -> None:  # noqa: ANN401 - any value of a column
        with self._database.transaction() as sql:
            sql.run(statement, params)


def _row(session: SignedIn) -> tuple[Any, ...]:
    return (
        session.token_hash,
        session.user_id,
        session.method,
        session.address,
        session.is_verified,
        microseconds(session.opened_at),
        microseconds(session.seen_at),
        session.is_over,
    )


def _select(sql: StoreSql, where: str, value: object) -> list[SignedIn]:
    rows = sql.tuples(f"SELECT {', '.join(_COLUMNS)} FROM sessions WHERE {where}", (value,))
    return [
        SignedIn(bytes(name), user_id, method, bytes(address), is_verified, instant(opened), instant(seen), is_over)
        for name, user_id, method, address, is_verified, opened, seen, is_over in rows
    ]
