"""So many calls in a second at most, whoever makes them in this process."""

from collections.abc import Callable
from threading import Lock
from time import monotonic, sleep


class Pace:
    """Each call waits for its turn; turns are `1 / per_second` apart, and unused ones are not saved up."""

    def __init__(
        self, per_second: float, now: Callable[[], float] = monotonic, wait: Callable[[float], None] = sleep
    ) -> None:
        self._apart, self._now, self._wait = 1 / per_second, now, wait
        self._next = 0.0
        self._lock = Lock()

    def __call__(self) -> None:
        """Return when it is the caller's turn."""
        with self._lock:
            now = self._now()
            turn = max(now, self._next)
            self._next = turn + self._apart
        if turn > now:
            self._wait(turn - now)
