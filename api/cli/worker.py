"""`quittance worker`: jobs, queued sendings and requests for answers, in a process beside the service or without it."""

import signal
from threading import Event

import typer

from api.cli.console import working
from api.job_worker import working_off
from api.rest.log_lines import write_log_lines

_ENDS = (signal.SIGINT, signal.SIGTERM)
_LOOKS_UP_S = 1.0
"""A signal that comes just before the wait, or to another thread, does not wake it: whoever waits looks up."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)


def worker() -> None:
    """Do what waits: jobs, queued sendings, requests for answers. Several may run; `serve` does the same by itself."""
    stopping = Event()
    with working() as (quittance, voice):
        former = {one: signal.signal(one, lambda *_: stopping.set()) for one in _ENDS}
        try:
            write_log_lines()
            with working_off(quittance):
                voice.say("worker.ready")
                while not stopping.wait(_LOOKS_UP_S):
                    pass
                voice.say("worker.stopping")
        finally:
            for one, handler in former.items():
                signal.signal(one, handler)
