"""One computer: a reader with a card in this process, an agent, its person's browser, and pages from elsewhere."""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from infrastructure.reader_agent.agent import Agent, build
from infrastructure.reader_agent.app import application
from infrastructure.reader_agent.cards import Cards
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.pcsc import Reader
from infrastructure.reader_agent.settings import AgentSettings
from tests.infrastructure.reader_agent.asked import body, unsigned
from tests.infrastructure.reader_agent.issued import NOW, Generation, personalised
from tests.infrastructure.reader_agent.virtual_card import VirtualCard, lent
from tests.stores import SteppedClock

PAGES = "https://quittance.example"
PORT = 47632


class Computer:
    """`card` is None when the reader is empty."""

    def __init__(self, folder: Path, generation: Generation = "1.8", port: int = PORT, **options: Any) -> None:
        own = self.own = f"http://127.0.0.1:{port}"
        self.clock = SteppedClock(NOW)
        self.card: VirtualCard | None = VirtualCard(personalised(generation))
        self.on_it = personalised(generation)
        self.service_off = False
        settings = AgentSettings(port=port, home=folder / "home", **options)
        cards = Cards([self.on_it.root], self.clock.now, readers=self._readers, transaction=self._transaction)
        self.agent: Agent = build(settings, self.clock.now, cards)
        self.app: Any = application(self.agent)
        self.person = TestClient(self.app, base_url=own, headers={"Origin": own}, follow_redirects=True)
        self.pages = TestClient(self.app, base_url=own, headers={"Origin": PAGES})

    def _readers(self) -> list[Reader]:
        if self.service_off:
            raise CardError("pcsc_service_not_running")
        return [Reader("One", has_card=self.card is not None)]

    @contextmanager
    def _transaction(self, reader: str, *, reset: bool = False) -> Iterator[Any]:
        if self.card is None:
            raise CardError("no_card")
        with lent(self.card) as exchange:
            yield exchange

    def paired(self) -> "Computer":
        self.person.get("/", params={"key": self.agent.key})
        shown = re.search(r'class="digits">(\d{4}) (\d{4})<', self.person.post("/code").text)
        assert shown is not None
        answer = self.pages.post("/v1/pairing", json={"code": "".join(shown.groups())})
        assert answer.status_code == 200
        self.pages.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return self

    def ask(self) -> tuple[str, str]:
        """Address of the request for the pages, path of the window for the person."""
        answer = self.pages.post("/v1/requests", json={"reader": "One", "practice": "Les Tilleuls", "lang": "fr"})
        assert answer.status_code == 201, answer.text
        asked = answer.json()
        assert asked["pin_page"].startswith(f"{self.own}/pin/")
        return f"/v1/requests/{asked['id']}", asked["pin_page"].removeprefix(self.own)

    def type(self, window: str, digits: str, **fields: str) -> str:
        return self.person.post(window, data={"pin": digits, **fields}).text

    def envelope(self, protocol: Any = "saml") -> dict[str, str]:
        message = unsigned(
            self.on_it.certificate, body(self.on_it.certificate, protocol, now=self.clock.now()), now=self.clock.now()
        )
        return {"envelope": b64encode(message).decode()}
