"""HTTP on loopback, in front of `Simulator`. A lost connection is a connection that really closes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from application.ports import Clock
from infrastructure.mycarenet_simulator.app import PATHS, Simulator
from infrastructure.mycarenet_simulator.envelope import MOST_BYTES
from infrastructure.mycarenet_simulator.errors import ConnectionLost
from infrastructure.mycarenet_simulator.mtom import KIND
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from infrastructure.simulator.scenario import ACCEPTS_ALL
from infrastructure.simulator.scenario import Scenario as UnionScenario

LOOPBACK = "127.0.0.1"
_XML = "text/xml; charset=utf-8"


class Server(ThreadingHTTPServer):
    """Bound to loopback only; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, simulator: Simulator, port: int = 0) -> None:
        self.simulator = simulator
        super().__init__((LOOPBACK, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the standard library has it
        """A caller who hung up, or was killed, is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://{LOOPBACK}:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 60

    def do_POST(self) -> None:
        """The only verb that SOAP has."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
            return self._refuse(413)
        content = self.rfile.read(int(length))
        if self.headers.get_content_type() not in ("text/xml", KIND):
            return self._refuse(415)
        action, kind = self.headers.get("SOAPAction", ""), self.headers.get("Content-Type", "")
        try:
            status, answer = self.server.simulator.answer(self.path, content, action, kind)
        except KeyError:
            return self._refuse(404)
        except ConnectionLost:
            self.close_connection = True
            return None
        self.send_response(status)
        self.send_header("Content-Type", _XML)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        return None

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self.send_error(status)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the name in the standard library
        """Nothing: addresses hold no secret, but tests are quiet."""


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that listens."""

    url: str
    simulator: Simulator

    def address(self, service: str) -> str:
        """Of a service in `PATHS`."""
        return f"{self.url}{PATHS[service]}"


@contextmanager
def running(
    folder: Path,
    clock: Clock,
    seed: int = 1,
    scenario: Scenario = USUAL,
    unions: UnionScenario = ACCEPTS_ALL,
    port: int = 0,
    mailboxes: Path | None = None,
) -> Iterator[Running]:
    """Serve from a thread as long as the block lasts."""
    simulator = Simulator(folder, clock, seed, scenario, unions, mailboxes=mailboxes)
    try:
        with Server(simulator, port) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield Running(server.url, simulator)
            finally:
                server.shutdown()
                thread.join()
    finally:
        simulator.close()
