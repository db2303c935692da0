"""Serve the API with uvicorn, and beside it the worker that keeps the views on PostgreSQL current."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from threading import Event
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.build import Quittance
from api.job_worker import working_off
from api.rest.beside import beside
from api.rest.log_lines import write_log_lines
from api.rest.retention import forgetting
from infrastructure.store.errors import StoreUnavailable

LOG = logging.getLogger("quittance.views")
_WAIT_S = 0.5
_AFTER_A_FAULT_S = 1.0


def serve(quittance: Quittance, app: ASGIApp, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until a signal ends it; open streams end first, then the workers."""
    write_log_lines()
    with kept_current(quittance), forgetting(quittance), working_off(quittance):
        StreamsFirst(configuration(app, host, port)).run()


class StreamsFirst(uvicorn.Server):
    """Ends open event streams before it waits for requests to finish: by themselves they never do."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """On a signal, or when told."""
        app: Any = self.config.app
        await app.state.head_watch.close()
        await super().shutdown(sockets)


def configuration(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """Our own lines of log instead of uvicorn's, which would repeat paths and queries.

    Without its access log uvicorn still writes to that logger as soon as somebody gives it a handler.
    """
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=5,
        log_config=None,
    )


@contextmanager
def kept_current(quittance: Quittance) -> Iterator[None]:
    """Views follow the log meanwhile. On SQLite every append does that itself and there is nothing to run."""
    if quittance.store.database.dialect == "sqlite":
        yield
        return
    with beside(lambda stopping: _follow(quittance, stopping), "views"):
        yield


def _follow(quittance: Quittance, stopping: Event) -> None:
    """Several processes may do this at once: each batch is folded by one of them."""
    reached = 0
    while not stopping.is_set():
        try:
            if quittance.store.log.wait_for(reached + 1, _WAIT_S) > reached:
                reached = quittance.views.catch_up()
        except StoreUnavailable:
            stopping.wait(_AFTER_A_FAULT_S)
        except Exception as error:  # noqa: BLE001 - the views stay behind, the service lives on
            LOG.error("%s", json.dumps({"fault": type(error).__name__, "where": "views"}))  # noqa: TRY400 - no values
            stopping.wait(_AFTER_A_FAULT_S)
