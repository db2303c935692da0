"""Workers of the post that are killed at a given step, between any two things that they write or say."""

import os
import signal
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from api.build import build
from api.settings import Settings
from application.ports import Collected
from infrastructure.simulator.scenario import USUAL
from infrastructure.simulator.unions import SimulatedUnions
from tests.stores import SteppedClock


class CountedUnions:
    """Simulated unions behind a session; each file that they took is one line of `taken`."""

    def __init__(self, folder: Path, clock: SteppedClock, *, is_in_session: bool = True) -> None:
        self._unions, self.taken = SimulatedUnions(folder, 1, clock, USUAL), folder.with_name("taken")
        self.is_in_session = is_in_session

    def is_open(self, tpp_number: str) -> bool:
        return self.is_in_session

    def transmit(self, content: bytes, provider_reference: str, union: str, tpp_number: str) -> None:
        self._unions.transmit(content, provider_reference, union, tpp_number)
        with self.taken.open("a", encoding="ascii") as lines:
            lines.write(f"{provider_reference}\n")

    def collect(self, tpp_number: str) -> Collected:
        return Collected(self._unions.collect(tpp_number).waiting, b"<the whole answer/>")

    def confirm(self, tpp_number: str, receipts: Any) -> None:
        self._unions.confirm(tpp_number, receipts)


def work(settings: Settings, unions: Path, at: datetime, steps: int, acknowledge: Connection) -> None:
    """Rounds until nothing is due, then tells how; killed at that step before or after anything is written or said."""
    clock = SteppedClock(at)
    transport = CountedUnions(unions, clock)
    quittance = build(settings, clock, transport)
    left = [steps]

    def step() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def mortal(thing: object, name: str) -> None:
        act = getattr(thing, name)

        def acting(*given: Any, **more: Any) -> Any:
            step()
            done = act(*given, **more)
            step()
            return done

        setattr(thing, name, acting)

    for thing, name in (
        (transport, "transmit"),
        (transport, "collect"),
        (transport, "confirm"),
        (quittance.messages, "put"),
        (quittance.log, "append"),
    ):
        mortal(thing, name)
    rounds = 0
    while quittance.post.work(f"worker {os.getpid()}"):
        rounds += 1
    quittance.close()
    acknowledge.send(rounds)
