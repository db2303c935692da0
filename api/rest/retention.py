"""What is not kept for ever: answers of repeated requests, forgotten when the service starts and once a day."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event

from api.build import Quittance
from api.rest.beside import beside

LOG = logging.getLogger("quittance.retention")
ANSWERS_KEPT_MONTHS = 25
"""How long a request may be repeated under its `Idempotency-Key` (decisions.md, Events and storage)."""

_DAY_S = 24 * 3600.0
_SHORTEST_MONTH = 28


def forget_answers(quittance: Quittance) -> int:
    """Delete the answers whose time is over; answers how many."""
    return quittance.store.log.forget_answers(months_before(quittance.clock.now(), ANSWERS_KEPT_MONTHS))


def months_before(instant: datetime, months: int) -> datetime:
    """The same day that many months earlier; the 28th for a day that not every month has, so a little more is kept."""
    whole = instant.year * 12 + instant.month - 1 - months
    year, month = divmod(whole, 12)
    return instant.replace(year=year, month=month + 1, day=min(instant.day, _SHORTEST_MONTH))


@contextmanager
def forgetting(quittance: Quittance, every_s: float = _DAY_S) -> Iterator[None]:
    """Now, and then once a day until the end. Several processes may do this at once."""
    with beside(lambda stopping: _keep_forgetting(quittance, stopping, every_s), "retention"):
        yield


def _keep_forgetting(quittance: Quittance, stopping: Event, every_s: float) -> None:
    while True:
        try:
            forget_answers(quittance)
        except Exception as error:  # noqa: BLE001 - tomorrow again; the service lives on
            LOG.error("%s", json.dumps({"fault": type(error).__name__, "where": "retention"}))  # noqa: TRY400 - no values
        if stopping.wait(every_s):
            return
