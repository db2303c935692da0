"""`quittance worker` itself, each in a process of its own that can be killed."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from unittest.mock import patch

from api.build import Quittance, build
from api.cli.main import run
from api.cli.simulator import environment_of
from api.job_worker import working_off
from api.settings import Settings
from tests.acceptance.crash_worker import kill, start
from tests.acceptance.over_soap import Month, Shifted

_LEASE, _POLL = timedelta(seconds=0.5), timedelta(milliseconds=200)
"""Instead of a minute and an hour: what a killed worker held is free soon."""
LONGER = timedelta(seconds=2)
"""A lease that is not lost either where a machine has much to do."""
_EVERY_S = 0.05
_LONGEST, PATIENCE_S = 1_000, 60


def worker(environment: dict[str, str], clock: Shifted, lease: timedelta, log: Path, said: Connection) -> None:
    """As an operator starts it, but for its time and its intervals. What it prints is `said`, and its log a file."""

    def hurried(settings: Settings) -> Quittance:
        built = build(settings, clock)
        return replace(built, post=replace(built.post, every=_POLL, lease=lease))

    os.environ.update(environment)
    os.dup2(said.fileno(), 1)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT), 2)
    with (
        patch("sys.argv", ["quittance", "worker"]),
        patch("api.cli.console.build", hurried),
        patch("api.cli.worker.working_off", partial(working_off, every_s=_EVERY_S)),
    ):
        run()


@dataclass
class One:
    """A worker. `log`: its file."""

    process: BaseProcess
    log: Path
    _said: Connection
    _is_ready: bool = False

    def wait_for(self) -> None:
        """Until it says that it works."""
        if not self._is_ready:
            self._is_ready = self._line().startswith("At work")
            assert self._is_ready

    def kill(self) -> None:
        """At whatever it does just now."""
        kill(self.process)
        self._said.close()

    def stop(self) -> None:
        """Tell it to, as an operator does; it ends well."""
        self.wait_for()
        self.process.terminate()
        self.process.join(PATIENCE_S)
        assert self.process.exitcode == 0
        assert self._line() == "Stopping between two messages…\n"
        self._said.close()

    def told(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def _line(self) -> str:
        assert self._said.poll(PATIENCE_S)
        return os.read(self._said.fileno(), _LONGEST).decode()


@dataclass
class Workers:
    """Some of them, at work on one month."""

    month: Month
    logs: Path
    lease: timedelta
    running: list[One] = field(default_factory=list)
    killed: list[One] = field(default_factory=list)

    @classmethod
    @contextmanager
    def at_work(cls, month: Month, logs: Path, count: int, lease: timedelta = _LEASE) -> Iterator["Workers"]:
        """`count` that work. Whoever is left at the end is told to stop; no trouble stands in any log."""
        logs.mkdir()
        made = cls(month, logs, lease)
        try:
            for _ in range(count):
                made.add()
            for one in made.running:
                one.wait_for()
            yield made
            for one in made.running:
                one.stop()
            told = [line for one in made.running + made.killed for line in one.told()]
            assert [line for line in told if line["level"] != "info"] == []
        finally:
            for one in made.running:
                one.process.kill()

    def add(self) -> None:
        """One more, which works as soon as it can."""
        installation, log = self.month.installation, self.logs / f"{len(self.running) + len(self.killed)}.log"
        log.touch()
        environment = installation.environment | environment_of(self.month.way)
        process, said = start(worker, environment, self.month.clock, self.lease, log)
        self.running.append(One(process, log, said))

    def kill(self, which: One) -> None:
        """Of those that run."""
        self.running.remove(which)
        self.killed.append(which)
        which.kill()


def wait_until(holds: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE_S
    while not holds():
        assert monotonic() < until
        sleep(0.05)
