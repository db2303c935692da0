"""Group commit: what threads bring while one commit is being made goes together into the next.

The log has one writer at a time, so that its order is the order of commits. The price is one disk flush after the
other, and one set of round trips; sharing them wins it back.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from infrastructure.store.entry import Append
from infrastructure.store.errors import StoreUnavailable

GROUP_EVENTS = 500
"""A group closes here, so that a large import does not make small commits wait for its rows."""


class GroupCommit:
    """The first to come leads: it writes for all who wait by then, and hands the lead to the first who came later."""

    def __init__(self, write: Callable[[Sequence[Append]], None]) -> None:
        self._write = write
        self._mutex = Lock()
        self._waiting: deque[Append] = deque()
        self._led = False

    def submit(self, append: Append) -> None:
        """Returns when the append is committed. Raises what made it fail."""
        append.turn.acquire()
        with self._mutex:
            self._waiting.append(append)
            leads, self._led = not self._led, True
        if not leads:
            append.turn.acquire()  # until it is written, or its turn to lead
        if not append.done:
            self._lead()
        if append.error:
            raise append.error

    def _lead(self) -> None:
        group = self._take()
        try:
            error = self._attempt(group)
            for append in group:
                # Alone, each succeeds or meets its own error; but what may be stored already is never repeated.
                is_certain = error is None or isinstance(error, StoreUnavailable) or len(group) == 1
                append.error = error if is_certain else self._attempt([append])
        except BaseException:  # the leader was interrupted: the others must not wait for it
            for append in group:
                append.error = append.error or StoreUnavailable("interrupted: whether it was stored is unknown")
            raise
        finally:
            self._hand_over(group)

    def _take(self) -> list[Append]:
        with self._mutex:
            group = [self._waiting.popleft()]
            events = len(group[0].stored)
            while self._waiting and events + len(self._waiting[0].stored) <= GROUP_EVENTS:
                group.append(self._waiting.popleft())
                events += len(group[-1].stored)
        return group

    def _hand_over(self, group: Sequence[Append]) -> None:
        """The next leader first: the database is idle until it begins."""
        with self._mutex:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        if following:
            following.turn.release()
        for append in group:
            append.done = True
            append.turn.release()

    def _attempt(self, group: Sequence[Append]) -> Exception | None:
        try:
            self._write(group)
        except Exception as error:  # noqa: BLE001 - each caller gets its own error, the leader must not keep them
            return error
        return None
