"""Copy what is kept, table by table, from one database to an empty one: backup and restore are the same walk.

Everything travels as it is stored: sealed text stays sealed, keys stay wrapped. The master key is not among it, nor
are the views, which are made again from the log, nor sessions and jobs: after a restore everybody signs in again,
and a job that was not done is started anew by a person.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from infrastructure.store.errors import Damaged, NotEmpty
from infrastructure.store.migrating import has_table, migrate
from infrastructure.store.sql import StoreDatabase, StoreSql

_ROWS = 2_000
_MESSAGES = 20

_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("installation", "id", ("id", "secret", "erasures")),
    ("keys", "subject_id", ("subject_id", "wrapped", "created_at")),
    ("erased_keys", "subject_id", ("subject_id", "erased_at")),
    (
        "commits",
        "id",
        (
            "id",
            "recorded_at",
            "actor",
            "on_behalf_of",
            "reason",
            "reason_subject",
            "cause",
            "command_id",
            "correlation_id",
        ),
    ),
    ("events", "position", ("position", "stream_id", "version", "topic", "state", "commit_id")),
    ("answers", "key", ("key", "digest", "status", "body", "position", "recorded_at")),
    (
        "messages",
        "sha256, establishment_id, kind",
        ("sha256", "establishment_id", "kind", "direction", "size", "stored_at", "wrapped_key", "content"),
    ),
    ("access_log", "id", ("at", "actor", "on_behalf_of", "action", "patient_id", "cause")),
    (
        "credentials",
        "user_id",
        ("user_id", "password_hash", "must_change", "totp", "is_enrolled", "totp_step", "changed_at"),
    ),
    ("preferences", "preference_id", ("preference_id", "user_id", "name", "value", "changed_at")),
)
_SINCE_0002 = {"credentials", "preferences"}
"""A backup made by an older version lacks them; its digest is that of empty ones."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Rows by table, and the SHA-256 of all their values, the same on either database."""

    rows: dict[str, int]
    digest: str


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def copy_store(source: StoreDatabase, target: StoreDatabase, expected: str = "") -> Copied:
    """Copy all of one instant of the source. `expected`: the digest that it must have.

    Raises `NotEmpty` when the target holds anything, and `Damaged`; then nothing is written.
    """
    migrate(target)
    copied, digest = {}, hashlib.sha256()
    with source.snapshot() as read, target.transaction() as write:
        if write.tuples("SELECT 1 FROM installation") or write.tuples("SELECT 1 FROM events LIMIT 1"):
            raise NotEmpty("the target holds data already: restore into an empty database")
        for table, key, columns in _TABLES:
            if table in _SINCE_0002 and not has_table(read, table):
                continue
            copied[table] = _copy_table(read, write, digest, table, key, columns)
        if expected and digest.hexdigest() != expected:
            raise Damaged("the rows are not those that were copied into this file")
    return Copied(copied, digest.hexdigest())


def write_digest(database: StoreDatabase, digest: str) -> None:
    """Leave the digest of a finished copy in it."""
    with database.transaction() as sql:
        sql.run("CREATE TABLE copy_digest (digest text NOT NULL)")
        sql.run("INSERT INTO copy_digest (digest) VALUES (?)", (digest,))


def read_digest(database: StoreDatabase) -> str:
    """The digest left in a finished SQLite copy. Raises `Damaged` when there is none."""
    with database.reading() as sql:
        if sql.tuples("SELECT 1 FROM sqlite_master WHERE name = 'copy_digest'"):
            for (digest,) in sql.tuples("SELECT digest FROM copy_digest"):
                return str(digest)
    raise Damaged("this is no finished copy")


def _note(digest: _Digest, values: Sequence[Any]) -> None:
    for value in values:
        raw = value if isinstance(value, bytes) else repr(value).encode()
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)


def _copy_table(
    read: StoreSql, write: StoreSql, digest: _Digest, table: str, key: str, columns: tuple[str, ...]
) -> int:
    size = _MESSAGES if table == "messages" else _ROWS
    names, width = ", ".join(columns), key.count(",") + 1
    marks = ", ".join("?" * width)
    total, after = 0, tuple[Any, ...]()
    while True:
        beyond = f" WHERE ({key}) > ({marks})" if after else ""
        rows = read.tuples(f"SELECT {key}, {names} FROM {table}{beyond} ORDER BY {key} LIMIT {size}", after)
        if not rows:
            return total
        write.insert(table, columns, [row[width:] for row in rows])
        for row in rows:
            _note(digest, row[width:])
        total, after = total + len(rows), rows[-1][:width]
