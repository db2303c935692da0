"""A site that speaks with a simulated MyCareNet over sockets, and the computer of somebody who has a card and a reader.

with over_mycarenet(folder) as there:
    there.site, there.simulator                  as everywhere
with there.agent(folder) as desk:                the reader agent, at the port that the pages ask
    desk.home(page); desk.code(page)             its own window
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import Page

from api.cli.simulator import settings_for
from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.app import Simulator
from infrastructure.mycarenet_simulator.serving import running
from infrastructure.reader_agent.agent import Agent, build
from infrastructure.reader_agent.app import application
from infrastructure.reader_agent.settings import AgentSettings
from infrastructure.simulator.scenario import USUAL
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.infrastructure.reader_agent.issued import Generation, Personalised, personalised
from tests.stores import SteppedClock
from tests.web.site import RunningSite

_MORNING = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
_AUTHENTICATION = "3F00DF005038"


@dataclass
class There:
    """The sample practice, whose nurse has a card and whose group has a P12."""

    site: RunningSite
    simulator: Simulator

    def p12(self, name: str = "nurse") -> tuple[bytes, str]:
        """Keystore and password."""
        return self.simulator.keystores()[name].read_bytes(), self.simulator.password()

    def card(self, generation: Generation = "1.8") -> Personalised:
        """Of the sample practice's nurse, issued by whom the simulated platform trusts."""
        kind: pki.KeyKind = "rsa-2048" if generation == "1.7" else "p-384"
        who, now = demo.NURSE, self.site.clock.instant
        held = pki.identity_card(self.simulator.authority, who.ssin, who.given_name, who.surname, now, kind)
        blank = replace(personalised(generation, who.ssin), key=held.key, certificate=held.certificate)
        return blank.with_file(_AUTHENTICATION, held.certificate.public_bytes(Encoding.DER) + b"\0" * 50)

    @contextmanager
    def agent(self, folder: Path) -> Iterator["AgentDesk"]:
        """With the card service of this machine, and the time of the site."""
        settings = AgentSettings(port=self.site.quittance.settings.agent_port, home=folder / "agent")
        agent = build(settings, self.site.clock.now)
        config = uvicorn.Config(
            application(agent),
            port=settings.port,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield AgentDesk(agent)
        server.should_exit = True
        thread.join(timeout=10)
        agent.desk.close()


@dataclass
class AgentDesk:
    """The agent as its person meets it."""

    agent: Agent

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.agent.settings.port}"

    def home(self, page: Page) -> None:
        """Its own window, as starting it opens it."""
        page.goto(f"{self.url}/?key={self.agent.key}")

    def code(self, page: Page) -> str:
        """The digits that link a browser."""
        self.home(page)
        page.get_by_role("button", name="afficher un code").click()
        return page.locator(".digits").inner_text()


@contextmanager
def over_mycarenet(folder: Path, kind: str = "sqlite") -> Iterator[There]:
    """The sample practice on the morning on which October is billed; set `QUITTANCE_AGENT_PORT` before."""
    clock = SteppedClock(_MORNING)
    with running(with_keys(folder / "mycarenet"), clock, unions=USUAL) as simulated:
        way = settings_for(simulated.simulator, simulated.url)
        with RunningSite.open(folder / "home", clock, kind, way) as site:
            site.enter_practice()
            yield There(site, simulated.simulator)


def free_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
