"""Attempts to sign in, by keyed hash of account and address; none is older than the window in which they count."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from infrastructure.accounts.pruning import delete_old
from infrastructure.store.sql import StoreDatabase, StoreSql
from infrastructure.store.times import instant, microseconds


class SignInAttempts:
    """The part of the `CredentialStore` port about attempts."""

    def __init__(self, database: StoreDatabase) -> None:
        self._database = database

    def attempt(self, account: bytes, address: bytes, at: datetime, since: datetime) -> UUID:
        """Note one, forget the old ones. Visible to all others once this returns."""
        attempt_id = uuid4()
        with self._database.transaction() as sql:
            delete_old(sql, "sign_in_attempts", "attempt_id", "at <= ?", (microseconds(since),))
            row = (attempt_id, account, address, microseconds(at))
            sql.insert("sign_in_attempts", ("attempt_id", "account", "address", "at"), [row])
        return attempt_id

    def attempts(self, account: bytes, address: bytes, since: datetime) -> tuple[list[datetime], list[datetime]]:
        """Instants after `since`, the latest first."""
        with self._database.snapshot() as sql:
            return _instants(sql, "account", account, since), _instants(sql, "address", address, since)

    def forget_attempt(self, attempt_id: UUID) -> None:
        """One."""
        self._run("DELETE FROM sign_in_attempts WHERE attempt_id = ?", attempt_id)

    def forget_attempts(self, account: bytes) -> None:
        """All on an account."""
        self._run("DELETE FROM sign_in_attempts WHERE account = ?", account)

    def _run(self, statement: str, *params: Any) -> None:  # noqa: ANN401 - any value of a column
        with self._database.transaction() as sql:
            sql.run(statement, params)


def _instants(sql: StoreSql, column: str, value: bytes, since: datetime) -> list[datetime]:
    found = sql.tuples(
        f"SELECT at FROM sign_in_attempts WHERE {column} = ? AND at > ? ORDER BY at DESC", (value, microseconds(since))
    )
    return [instant(at) for (at,) in found]
