"""Copy what is kept, table by table, from one database to an empty one: backup and restore are the same walk.

Everything travels as it is stored: sealed text stays sealed, keys stay wrapped. The master key is not among it, nor
are the views, which are made again from the log.
"""

from infrastructure.store.errors import NotEmpty
from infrastructure.store.migrating import migrate
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
        "sha256",
        ("sha256", "establishment_id", "kind", "direction", "size", "stored_at", "wrapped_key", "content"),
    ),
    ("access_log", "id", ("at", "actor", "action", "patient_id", "cause")),
)


def copy_store(source: StoreDatabase, target: StoreDatabase) -> dict[str, int]:
    """Rows copied by table, all of one instant of the source. Raises `NotEmpty` when the target holds anything."""
    migrate(target)
    copied = {}
    with source.snapshot() as read, target.transaction() as write:
        if write.tuples("SELECT 1 FROM installation") or write.tuples("SELECT 1 FROM events LIMIT 1"):
            raise NotEmpty("the target holds data already: restore into an empty database")
        for table, key, columns in _TABLES:
            copied[table] = _copy_table(read, write, table, key, columns)
    return copied


def _copy_table(read: StoreSql, write: StoreSql, table: str, key: str, columns: tuple[str, ...]) -> int:
    size = _MESSAGES if table == "messages" else _ROWS
    names = ", ".join(columns)
    total, after = 0, None
    while True:
        beyond = "" if after is None else f" WHERE {key} > ?"
        rows = read.tuples(
            f"SELECT {key}, {names} FROM {table}{beyond} ORDER BY {key} LIMIT {size}", [] if after is None else [after]
        )
        if not rows:
            return total
        write.insert(table, columns, [row[1:] for row in rows])
        total, after = total + len(rows), rows[-1][0]
