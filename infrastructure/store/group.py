"""Group commit: what threads bring while one commit is being made goes together into the next.

The log has one writer at a time, so that its order is the order of commits. The price is one disk flush after the
other; sharing flushes wins it back.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from infrastructure.store.entry import Append
from infrastructure.store.errors import StoreUnavailable

GROUP_EVENTS = 500
"""A group closes here, so that a large import does not make small commits wait for its rows."""


class GroupCommit:
    """Threads queue; whoever gets the lock first writes for all who wait."""

    def __init__(self, write: Callable[[Sequence[Append]], None]) -> None:
        self._write = write
        self._waiting: deque[Append] = deque()
        self._writing = Lock()

    def submit(self, append: Append) -> None:
        """Returns when the append is committed. Raises what made it fail."""
        self._waiting.append(append)
        with self._writing:
            while not append.done:
                self._write_next()
        if append.error:
            raise append.error

    def _write_next(self) -> None:
        group = self._take()
        try:
            error = self._attempt(group)
            if error is not None and len(group) > 1:
                for append in group:
                    append.error = self._attempt([append])
            else:
                group[0].error = error
        except BaseException:  # the leader was interrupted: the others must not wait for it
            for append in group:
                append.error = append.error or StoreUnavailable("interrupted: whether it was stored is unknown")
            raise
        finally:
            for append in group:
                append.done = True

    def _take(self) -> list[Append]:
        group = [self._waiting.popleft()]
        events = len(group[0].stored)
        while self._waiting and events + len(self._waiting[0].stored) <= GROUP_EVENTS:
            group.append(self._waiting.popleft())
            events += len(group[-1].stored)
        return group

    def _attempt(self, group: Sequence[Append]) -> Exception | None:
        try:
            self._write(group)
        except Exception as error:  # noqa: BLE001 - each caller gets its own error, the leader must not keep them
            return error
        return None
