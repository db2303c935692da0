"""Things done by several hands at once, each handed back as soon as it is done."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def many_hands(
    things: Iterable[T], do: Callable[[T], R], at_once: int, every_s: float | None = None
) -> Iterator[R | None]:
    """What came of each thing, in the order in which they are done; at most `at_once` are under way.

    None whenever `every_s` passed and none was done: whoever waits may have to say that it goes on. A thing is taken
    when a hand is free and what was done before it was looked at. What `do` raises comes out here, once the others that
    are under way are done.
    """
    coming = iter(things)
    with ThreadPoolExecutor(at_once) as hands:
        begun = {hands.submit(do, thing) for thing in islice(coming, at_once)}
        while begun:
            done, begun = wait(begun, every_s, FIRST_COMPLETED)
            if not done:
                yield None
            for one in done:
                yield one.result()
            begun |= {hands.submit(do, thing) for thing in islice(coming, at_once - len(begun))}
