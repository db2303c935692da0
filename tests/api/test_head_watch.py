"""The watcher of the log: readers that go away in the middle of a wait take nobody else's news with them."""

import asyncio
from time import sleep
from typing import Any

from api.rest.head_watch import HeadWatch


class GrowingLog:
    """One event more at each look."""

    head = 0

    def wait_for(self, position: int, timeout_s: float) -> int:
        sleep(0.001)
        self.head += 1
        return self.head


def test_readers_that_are_cancelled_twice_leave_the_watcher_to_the_others() -> None:
    """As the server does with a stream whose reader closed the window."""

    async def story() -> list[Any]:
        watch, odd = HeadWatch(GrowingLog()), []  # type: ignore[arg-type]
        for _ in range(40):
            readers = [asyncio.create_task(watch.grown(2**53, 5)) for _ in range(20)]
            await asyncio.sleep(0.002)
            for _ in range(3):
                for reader in readers:
                    reader.cancel()
                await asyncio.sleep(0)
            ended = await asyncio.gather(*readers, return_exceptions=True)
            odd += [error for error in ended if not isinstance(error, asyncio.CancelledError)]
        assert await asyncio.wait_for(watch.grown(1, 1), 3)
        await watch.close()
        return odd

    assert asyncio.run(story()) == []


def test_nothing_grows_within_the_time_or_at_the_end() -> None:
    async def story() -> tuple[bool, bool, bool]:
        watch = HeadWatch(GrowingLog())  # type: ignore[arg-type]
        late = await watch.grown(2**53, 0.01)
        waits = asyncio.create_task(watch.grown(2**53, 5))
        await asyncio.sleep(0.01)
        await watch.close()
        return late, await asyncio.wait_for(waits, 1), await watch.grown(0, 5)

    assert asyncio.run(story()) == (False, False, False)
