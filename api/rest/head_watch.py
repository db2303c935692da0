"""One watcher of the log for all open streams: a thread waits in the store, however many consumers listen."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from infrastructure.store.errors import StoreUnavailable
from infrastructure.store.log import Log

_WAIT_S = 0.5
_AFTER_A_FAULT_S = 0.2


class HeadWatch:
    """Wakes whoever waits when the log grows. Belongs to one event loop.

    Holds no lock: a stream whose reader went away is cancelled more than once, and would leave a lock taken for ever.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._head = 0
        self._waiting = 0
        self._wanted, self._changed = asyncio.Event(), asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "head-watch")
        self._task: asyncio.Task[None] | None = None
        self.is_closing = False

    async def grown(self, position: int, timeout_s: float) -> bool:
        """Whether the log has passed the position before the time was over."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        self._waiting += 1
        self._wanted.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    while self._head <= position and not self.is_closing:
                        await self._changed.wait()
        finally:
            self._waiting -= 1
        return self._head > position and not self.is_closing

    async def close(self) -> None:
        """Let every stream end; a second time does nothing."""
        if self.is_closing:
            return
        self.is_closing = True
        self._wanted.set()
        self._tell()
        if self._task is not None:
            await self._task
        self._thread.shutdown(wait=False)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.is_closing:
            if not self._waiting:
                self._wanted.clear()
                await self._wanted.wait()
                continue
            try:
                head = await loop.run_in_executor(self._thread, self._log.wait_for, self._head + 1, _WAIT_S)
            except StoreUnavailable:
                await asyncio.sleep(_AFTER_A_FAULT_S)
                continue
            if head > self._head:
                self._head = head
                self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
