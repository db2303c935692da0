"""Things done one after the other, where one at which the program breaks keeps none of those behind it back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


@contextmanager
def one_by_one() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """What it gives goes around each thing. The first trouble comes out at the end, when all of them had their turn."""
    troubles: list[Exception] = []

    @contextmanager
    def each() -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - it comes out below
            troubles.append(error)

    yield each
    if troubles:
        raise troubles[0]
