"""The library's recorder over our tables.

It subclasses `ApplicationRecorder`, not the SQLite and PostgreSQL recorders: ours has other columns, assigns
positions itself and takes another lock, so that every method of theirs would be replaced, while what they add on their
own (tables and composite types made at start, the pipeline that hangs on large saves) would only do harm.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import NoReturn, cast
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent

from application.ports import Clock, InlineHook
from infrastructure.store.entry import Append
from infrastructure.store.group import GroupCommit
from infrastructure.store.rows import Numbered, number, recorded
from infrastructure.store.sql import StoreDatabase, StoreSql
from infrastructure.store.times import microseconds

NO_LIMIT = 2**31 - 1


class LogRecorder(ApplicationRecorder):
    """Reads are the same SQL on both databases; writing is the subclass's."""

    def __init__(self, database: StoreDatabase, clock: Clock, inline: Sequence[InlineHook]) -> None:
        self._database = database
        self._clock = clock
        self._inline = inline
        self._group = GroupCommit(self._write)

    @abstractmethod
    def _write(self, appends: Sequence[Append]) -> None:
        """One transaction under the write lock. Raises `IntegrityError` on a conflict, then nothing is written."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> None:
        """The envelope, the answer and the position travel in `append`. Already encoded: the lock waits for no key."""
        append = cast("Append", kwargs["append"])
        append.stored = stored_events
        self._group.submit(append)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """One stream in version order."""
        with self._database.reading() as sql:
            rows = sql.tuples(
                "SELECT stream_id, version, topic, state FROM events"
                " WHERE stream_id = ? AND version > ? AND version <= ?"
                f" ORDER BY version {'DESC' if desc else 'ASC'} LIMIT ?",
                (originator_id, gt or 0, NO_LIMIT if lte is None else lte, NO_LIMIT if limit is None else limit),
            )
        return [StoredEvent(*row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The log in order of position."""
        after = (start or 0) - (1 if inclusive_of_start else 0)
        condition, params = "position > ?", [after]
        if stop is not None:
            condition, params = f"{condition} AND position <= ?", [*params, stop]
        with self._database.reading() as sql:
            if topics:
                among, names = sql.any_of(topics)
                condition, params = f"{condition} AND topic {among}", [*params, *names]
            rows = sql.tuples(
                "SELECT stream_id, version, topic, state, position FROM events"
                f" WHERE {condition} ORDER BY position LIMIT ?",
                [*params, limit],
            )
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The last position, None in an empty log."""
        with self._database.reading() as sql:
            rows: list[tuple[int | None]] = sql.tuples("SELECT max(position) FROM events")
        return rows[0][0]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NoReturn:
        """Projections pull batches instead."""
        raise NotImplementedError("read the log with EventLog.read and wait with wait_for")

    def _number(self, appends: Sequence[Append], head: Sequence[tuple[int, int]]) -> Numbered:
        """Inside the lock: never at an instant before the commit that came first, whatever the clock says."""
        position, instant = head[0] if head else (0, 0)
        return number(appends, position, max(instant, microseconds(self._clock.now())))

    def _call_hooks(self, sql: StoreSql, appends: Sequence[Append], recorded_at: int) -> None:
        if self._inline:
            events = recorded(appends, recorded_at)
            for hook in self._inline:
                hook(sql, events)
