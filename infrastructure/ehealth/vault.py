"""Secrets of sessions with MyCareNet as rows, sealed under the establishment; and what a card is asked to sign.

A secret is written and deleted by the very transaction that commits its event (`hook`): neither is there without the
other, whoever is killed in between. Tables that are not restored with a backup: nobody is left in a session by one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from application.mycarenet_ports import MyCareNetSession
from application.ports import Clock, KeyRing, Recorded, Sql
from domain.mycarenet_session import MyCareNetSessionClosed, MyCareNetSessionOpened, MyCareNetSessionRenewed
from infrastructure.accounts.pruning import delete_old
from infrastructure.store.sql import StoreDatabase
from infrastructure.store.times import instant, microseconds

_COLUMNS = (
    "establishment_id",
    "session_id",
    "method",
    "holder_kind",
    "opened_at",
    "opened_by",
    "ends_at",
    "fingerprint",
    "certificate_ends_at",
)
_SESSIONS, _REQUESTS = "mycarenet_sessions", "mycarenet_card_requests"
_REPLACED = ", ".join(f"{one} = excluded.{one}" for one in (*_COLUMNS[1:], "secret"))


class Vault:
    """The `SessionVault` port, on either database. Give `hook` to the log."""

    def __init__(self, database: StoreDatabase, keys: KeyRing, clock: Clock) -> None:
        self._database, self._keys, self._clock = database, keys, clock
        self._held: dict[tuple[UUID, datetime], tuple[MyCareNetSession, str]] = {}

    @contextmanager
    def holding(self, session: MyCareNetSession, secret: str) -> Iterator[None]:
        """Sealed before the transaction: it may have to make a key."""
        name = (session.session_id, session.ends_at)
        self._held[name] = session, self._keys.seal(session.establishment_id, str(session.session_id), secret)
        try:
            yield
        finally:
            self._held.pop(name, None)

    def hook(self, sql: Sql, recorded: Sequence[Recorded]) -> None:
        """In the transaction of the log."""
        for one in recorded:
            match one.event:
                case MyCareNetSessionOpened() | MyCareNetSessionRenewed():
                    held = self._held.get((one.event.session_id, one.event.ends_at))
                    if held is not None:
                        _write(sql, *held)
                case MyCareNetSessionClosed():
                    sql.run(f"DELETE FROM {_SESSIONS} WHERE session_id = ?", (one.event.session_id,))

    def find(self, establishment_id: UUID) -> MyCareNetSession | None:
        """By the primary key."""
        with self._database.reading() as sql:
            rows = sql.tuples(
                f"SELECT {', '.join(_COLUMNS)} FROM {_SESSIONS} WHERE establishment_id = ?", (establishment_id,)
            )
        for where, identifier, method, kind, opened_at, opened_by, ends_at, fingerprint, holds_until in rows:
            about = (where, identifier, method, kind, instant(opened_at), opened_by, instant(ends_at), fingerprint)
            return MyCareNetSession(*about, instant(holds_until) if holds_until else None)
        return None

    def secret(self, session: MyCareNetSession) -> str:
        """Unsealed."""
        with self._database.reading() as sql:
            rows = sql.tuples(
                f"SELECT secret FROM {_SESSIONS} WHERE establishment_id = ? AND session_id = ?",
                (session.establishment_id, session.session_id),
            )
        return self._keys.unseal(session.establishment_id, str(session.session_id), rows[0][0]) if rows else ""

    def forget(self, session: MyCareNetSession) -> None:
        """Unless it was renewed meanwhile."""
        with self._database.transaction() as sql:
            sql.run(
                f"DELETE FROM {_SESSIONS} WHERE establishment_id = ? AND session_id = ? AND ends_at = ?",
                (session.establishment_id, session.session_id, microseconds(session.ends_at)),
            )

    def keep_request(self, establishment_id: UUID, request_id: UUID, actor: str, secret: str, since: datetime) -> None:
        """One row."""
        sealed = self._keys.seal(establishment_id, str(request_id), secret)
        with self._database.transaction() as sql:
            delete_old(sql, _REQUESTS, "request_id", "made_at < ?", (microseconds(since),))
            columns = ("request_id", "establishment_id", "actor", "secret", "made_at")
            row = (request_id, establishment_id, actor, sealed, microseconds(self._clock.now()))
            sql.insert(_REQUESTS, columns, [row])

    def take_request(self, establishment_id: UUID, request_id: UUID, actor: str, since: datetime) -> str | None:
        """Of two at once only one deletes the row."""
        whose = "request_id = ? AND establishment_id = ? AND actor = ? AND made_at >= ?"
        values = (request_id, establishment_id, actor, microseconds(since))
        with self._database.transaction() as sql:
            rows = sql.tuples(f"SELECT secret FROM {_REQUESTS} WHERE {whose}", values)
            if not sql.run(f"DELETE FROM {_REQUESTS} WHERE {whose}", values):
                return None
        return self._keys.unseal(establishment_id, str(request_id), rows[0][0])


def _write(sql: Sql, session: MyCareNetSession, sealed: str) -> None:
    """In place of whatever was open."""
    marks = ", ".join("?" * (len(_COLUMNS) + 1))
    sql.run(
        f"INSERT INTO {_SESSIONS} ({', '.join(_COLUMNS)}, secret) VALUES ({marks})"
        f" ON CONFLICT (establishment_id) DO UPDATE SET {_REPLACED}",
        (
            session.establishment_id,
            session.session_id,
            session.method,
            session.holder_kind,
            microseconds(session.opened_at),
            session.opened_by,
            microseconds(session.ends_at),
            session.fingerprint,
            microseconds(session.certificate_ends_at) if session.certificate_ends_at else None,
            sealed,
        ),
    )
