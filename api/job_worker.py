"""What is done without anybody waiting for it: jobs that people started, what rules left undone, and the post.

A thread of a process each, beside the service or in `quittance worker`. Several processes may do it at once.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Event
from uuid import uuid4

from api.build import Quittance
from api.rest.beside import beside
from application.one_by_one import one_by_one

LOG = logging.getLogger("quittance.jobs")
EVERY_S = 1.0
_AFTER_A_FAULT_S = 5.0

Work = Callable[[str, Callable[[], bool]], bool]
"""Does what is due, left when the second says so; no when nothing was."""


@contextmanager
def working_off(quittance: Quittance, every_s: float = EVERY_S) -> Iterator[None]:
    """Jobs and the post are done meanwhile; what is not at its end is left to whoever comes next."""
    works: dict[str, Work] = {"jobs": _jobs(quittance), "post": quittance.post.work}
    with ExitStack() as threads:
        for name, work in works.items():
            threads.enter_context(beside(partial(_work, work, name, every_s), name))
        yield


def _jobs(quittance: Quittance) -> Work:
    """First what a settlement left undone when the service was stopped behind its commit."""
    is_resumed = Event()

    def work(owner: str, is_closing: Callable[[], bool]) -> bool:
        is_done = False
        with one_by_one() as each:
            if not is_resumed.is_set():
                with each():
                    quittance.rules.resume()
                    is_resumed.set()
            with each():
                is_done = quittance.jobs.work(owner, is_closing)
        return is_done

    return work


def _work(work: Work, name: str, every_s: float, stopping: Event) -> None:
    owner = uuid4().hex
    while not stopping.is_set():
        try:
            if not work(owner, stopping.is_set):
                stopping.wait(every_s)
        except Exception as error:  # noqa: BLE001 - the lease ends, and the work goes on
            LOG.error("%s", json.dumps({"fault": type(error).__name__, "where": name}))  # noqa: TRY400 - no values
            stopping.wait(_AFTER_A_FAULT_S)
