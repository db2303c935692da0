"""Does the jobs that people started, and first what rules left undone: one thread a process, beside the service.

Several processes may do it at once.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

from api.build import Quittance
from api.rest.beside import beside

LOG = logging.getLogger("quittance.jobs")
EVERY_S = 1.0
_AFTER_A_FAULT_S = 5.0


@contextmanager
def working_off(quittance: Quittance, every_s: float = EVERY_S) -> Iterator[None]:
    """Jobs are done meanwhile; one that is not at its end is left to whoever comes next."""
    with beside(lambda stopping: _work(quittance, stopping, every_s), "jobs"):
        yield


def _work(quittance: Quittance, stopping: Event, every_s: float) -> None:
    owner, is_resumed = uuid4().hex, False
    while not stopping.is_set():
        try:
            if not is_resumed:
                quittance.rules.resume()
                is_resumed = True
            if not quittance.jobs.work(owner, stopping.is_set):
                stopping.wait(every_s)
        except Exception as error:  # noqa: BLE001 - the lease ends, and the job goes on
            LOG.error("%s", json.dumps({"fault": type(error).__name__, "where": "jobs"}))  # noqa: TRY400 - no values
            stopping.wait(_AFTER_A_FAULT_S)
