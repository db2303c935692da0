"""Work that goes on beside the service: one thread, told to stop and waited for when the service ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(work: Callable[[Event], None], name: str) -> Iterator[None]:
    """`work` runs meanwhile; it returns soon after the event that it is given is set."""
    stopping = Event()
    worker = Thread(target=work, args=(stopping,), name=name, daemon=True)
    worker.start()
    try:
        yield
    finally:
        stopping.set()
        worker.join()
