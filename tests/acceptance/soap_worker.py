"""Workers as `quittance worker` is one, each a process of its own that can be killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event

from api.build import build
from api.job_worker import working_off
from api.mycarenet import MyCareNetSettings
from api.settings import Settings
from application import post_rounds
from tests.acceptance.crash_worker import kill, start
from tests.acceptance.over_soap import Month, Shifted

_LEASE, _POLL = timedelta(seconds=1), timedelta(milliseconds=200)
"""Instead of minutes and an hour: what a killed worker held is free soon."""
_EVERY_S = 0.05


def work_off(settings: Settings, way: MyCareNetSettings, clock: Shifted, said: Connection) -> None:
    """Until it is killed."""
    post_rounds.LEASE = _LEASE
    built = build(settings, clock, way=way)
    quittance = replace(built, post=replace(built.post, every=_POLL))
    with working_off(quittance, _EVERY_S):
        said.send("works")
        Event().wait()


@dataclass
class Workers:
    """Some of them, at work on one month."""

    month: Month
    running: list[tuple[BaseProcess, Connection]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def at_work(cls, month: Month, count: int) -> Iterator["Workers"]:
        """`count` that work; all are killed at the end."""
        made = cls(month)
        try:
            for _ in range(count):
                made.add()
            for _, said in made.running:
                assert said.recv() == "works"
            yield made
        finally:
            while made.running:
                made.kill(0)

    def add(self) -> None:
        """One more, which works as soon as it can."""
        self.running.append(start(work_off, self.month.installation.settings, self.month.way, self.month.clock))

    def kill(self, place: int) -> None:
        """At whatever it does just now."""
        process, said = self.running.pop(place)
        kill(process)
        said.close()
