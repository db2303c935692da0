"""Between the socket of the simulated MyCareNet and the simulator: every message that passes is judged by the schemas.

Installed for the whole run by tests/conftest.py, in front of every simulator that listens. A test in whose time something
passed that does not validate fails; how much was judged is reported with the test, and CI wants it to be something.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from unittest.mock import patch

from infrastructure.mycarenet_simulator import mtom, serving
from infrastructure.mycarenet_simulator.app import Simulator
from infrastructure.mycarenet_simulator.errors import ConnectionLost
from tests.wire import official


@dataclass
class Heard:
    """How many messages passed, how many of them were judged, and what is wrong with those."""

    passed: int = 0
    judged: int = 0
    faults: list[str] = field(default_factory=list)


class Wire:
    """What passed since the last look."""

    def __init__(self) -> None:
        self._heard, self._lock = Heard(), Lock()

    def passes(self, who: str, content: bytes) -> None:
        """Judge one message, from the thread that carries it."""
        with self._lock:
            self._heard.passed += 1
            if official.is_here():
                self._heard.judged += 1
                self._heard.faults += [f"{who}: {fault}" for fault in official.faults(content)]

    def look(self) -> Heard:
        """From here on anew."""
        with self._lock:
            heard, self._heard = self._heard, Heard()
        return heard


@dataclass(frozen=True)
class _Overheard:
    """A simulator as its socket sees it."""

    simulator: Simulator
    wire: Wire

    def answer(self, path: str, content: bytes, soap_action: str, content_type: str) -> tuple[int, bytes]:
        is_packed = content_type.lower().startswith(mtom.KIND)
        asked = mtom.unpacked(content, content_type) if is_packed else content
        try:
            status, answer = self.simulator.answer(path, content, soap_action, content_type)
        except ConnectionLost:
            self.wire.passes(f"asked {path}", asked)
            raise
        self.wire.passes(f"asked {path}", asked)
        self.wire.passes(f"answered {path} ({status})", answer)
        return status, answer


@contextmanager
def overheard() -> Iterator[Wire]:
    """Every simulator that begins to listen in this block."""
    wire = Wire()

    class Server(serving.Server):
        def __init__(self, simulator: Simulator, port: int = 0) -> None:
            heard: Any = _Overheard(simulator, wire)
            super().__init__(heard, port)

    with patch.object(serving, "Server", Server):
        yield wire
