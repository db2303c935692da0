"""Composition of the store: one call opens everything over one database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from application.ports import Clock, InlineHook
from infrastructure.keys.master import MasterKey
from infrastructure.keys.ring import SubjectKeys
from infrastructure.store.access import Access
from infrastructure.store.log import CareEventStore, Log
from infrastructure.store.mapper import EventMapper
from infrastructure.store.messages import Messages
from infrastructure.store.migrating import check_migrated, migrate
from infrastructure.store.postgres import POOL_SIZE, POOL_WAIT_S, PostgresDatabase
from infrastructure.store.postgres_recorder import PostgresRecorder
from infrastructure.store.recorder import LogRecorder
from infrastructure.store.sql import StoreDatabase
from infrastructure.store.sqlite import SqliteDatabase
from infrastructure.store.sqlite_recorder import SqliteRecorder
from infrastructure.store.tail import NotifiedTail, Tail
from infrastructure.store.upcasting import UPCASTERS, Upcaster

SQLITE = "sqlite:///"
DEFAULT_SCHEMA = "quittance"


@dataclass(frozen=True, slots=True)
class Store:
    """All that is kept. Close it at the end."""

    log: Log
    messages: Messages
    keys: SubjectKeys
    access: Access
    database: StoreDatabase
    tail: Tail

    def close(self) -> None:
        """Give back threads and connections."""
        self.tail.close()
        self.database.close()


def open_store(
    url: str,
    master_key: MasterKey,
    clock: Clock,
    inline: Sequence[InlineHook] = (),
    *,
    create: bool = True,
    schema: str = DEFAULT_SCHEMA,
    pool_size: int = POOL_SIZE,
    open_timeout_s: float = POOL_WAIT_S,
    upcasters: Mapping[str, Mapping[int, Upcaster]] = UPCASTERS,
) -> Store:
    """`sqlite:///path/file.db` (four slashes: absolute) or `postgresql://…`; `schema` and pool are PostgreSQL's.

    With `create` missing tables are made. Raises `MasterKeyFault`, `StoreUnavailable` and `NotMigrated`.
    """
    database = open_database(url, schema, pool_size, open_timeout_s)
    try:
        if create:
            migrate(database)
        check_migrated(database)
        keys = SubjectKeys(database, master_key, clock)
    except BaseException:
        database.close()
        raise
    recorder, tail = _recorder(database, clock, inline)
    log = Log(database, CareEventStore(EventMapper(keys, upcasters), recorder), keys, tail)
    return Store(log, Messages(database, keys, clock), keys, Access(database, clock), database, tail)


def open_database(
    url: str, schema: str = DEFAULT_SCHEMA, pool_size: int = POOL_SIZE, open_timeout_s: float = POOL_WAIT_S
) -> Any:  # noqa: ANN401 - one of the two
    """The database alone, without keys and log: what a backup is copied from and to."""
    if url.startswith(SQLITE):
        return SqliteDatabase(Path(unquote(url.removeprefix(SQLITE))))
    if url.startswith(("postgresql://", "postgres://")):
        return PostgresDatabase(url, schema, pool_size, open_timeout_s)
    raise ValueError("the database address starts with sqlite:/// or postgresql://")


def _recorder(database: StoreDatabase, clock: Clock, inline: Sequence[InlineHook]) -> tuple[LogRecorder, Tail]:
    recorder: LogRecorder
    if isinstance(database, PostgresDatabase):
        recorder = PostgresRecorder(database, clock, inline)
        return recorder, NotifiedTail(lambda: recorder.max_notification_id() or 0, database)
    recorder = SqliteRecorder(database, clock, inline)
    return recorder, Tail(lambda: recorder.max_notification_id() or 0)
