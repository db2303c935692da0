"""Waiting for the log to grow: woken by the own commits of this process, on PostgreSQL by all; else by polling."""

from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread
from time import monotonic

import psycopg

from infrastructure.store.errors import StoreUnavailable
from infrastructure.store.postgres import PostgresDatabase
from infrastructure.store.postgres_recorder import channel

POLL_S = 0.02
"""Between looks at the log without notifications. One look costs some ten microseconds on SQLite."""
POLL_NOTIFIED_S = 0.1
"""With notifications: for the last of a rush, which is not announced, and for what a broken connection lost."""


class Tail:
    """Callers sleep here until something was committed."""

    def __init__(self, head: Callable[[], int], poll_s: float = POLL_S) -> None:
        self._head = head
        self._poll_s = poll_s
        self._known = 0
        self._changed = Condition()

    def reached(self, position: int) -> None:
        """Somebody knows that this position is committed: nobody needs to ask the database."""
        if position > self._known:
            with self._changed:
                self._known = max(self._known, position)
                self._changed.notify_all()

    def wait_for(self, position: int, timeout_s: float) -> int:
        """The head as soon as it is at least `position`; after the timeout, whatever it is then."""
        deadline = monotonic() + timeout_s
        while self._known < position:
            with suppress(StoreUnavailable):  # it may be back before the time is over
                self.reached(self._head())
            left = deadline - monotonic()
            with self._changed:
                if self._known >= position or left <= 0:
                    break
                self._changed.wait(min(left, self._poll_s))
        return self._known

    def close(self) -> None:
        """Nothing to give back."""


class NotifiedTail(Tail):
    """Listens on a connection of its own, from the first wait on."""

    def __init__(self, head: Callable[[], int], database: PostgresDatabase) -> None:
        super().__init__(head, POLL_NOTIFIED_S)
        self._database = database
        self._listener: Thread | None = None
        self._closing = False

    def wait_for(self, position: int, timeout_s: float) -> int:
        """As above; the first wait also starts the listener."""
        with self._changed:
            if self._listener is None:
                self._listener = Thread(target=self._listen, name="quittance-tail", daemon=True)
                self._listener.start()
        return super().wait_for(position, timeout_s)

    def close(self) -> None:
        """Ends the listener."""
        self._closing = True
        if self._listener:
            self._listener.join()

    def _listen(self) -> None:
        while not self._closing:
            try:
                self._listen_on_one_connection()
            except (psycopg.Error, StoreUnavailable):
                with self._changed:  # the server went away: waiters poll until it is back
                    self._changed.wait(POLL_NOTIFIED_S)

    def _listen_on_one_connection(self) -> None:
        with self._database.connection() as connection:
            connection.execute(f'LISTEN "{channel(self._database.schema)}"'.encode())
            self.reached(self._head())
            while not self._closing:
                for notice in connection.notifies(timeout=POLL_NOTIFIED_S):
                    self.reached(int(notice.payload))
            connection.execute("UNLISTEN *")
