"""A token service that gives what it is told to, for tests of what is done with it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from application.mycarenet_ports import GrantedSession, Sender, SessionRefused
from application.ports import Clock

YEAR = timedelta(days=365)


@dataclass
class TellingDesk:
    """`refuses`: code and the service's own code of a refusal. `lasts`: how long a token holds. `asked`: how, for whom.

    `meanwhile`: what happens once while the service is asked.
    """

    clock: Clock
    refuses: tuple[str, str] | None = None
    lasts: timedelta = timedelta(hours=24)
    length: timedelta = timedelta(hours=12)
    asked: list[tuple[str, Sender]] = field(default_factory=list)
    meanwhile: Any = None

    def by_p12(self, content: bytes, password: str, sender: Sender) -> GrantedSession:
        return self._given("p12", sender)

    def prepare_card(self, certificate: bytes, sender: Sender) -> tuple[bytes, str]:
        return b"<envelope/>", "a prepared request"

    def by_card(self, prepared: str, signed: bytes, sender: Sender) -> GrantedSession:
        assert prepared == "a prepared request"
        return self._given("card", sender)

    def renew(self, secret: str, sender: Sender) -> GrantedSession:
        assert secret.startswith("secret of ")
        return self._given("renewal", sender)

    def _given(self, way: str, sender: Sender) -> GrantedSession:
        self.asked.append((way, sender))
        name = f"{way} {len(self.asked)}"
        if self.meanwhile:
            then, self.meanwhile = self.meanwhile, None
            then()
        if self.refuses:
            raise SessionRefused(*self.refuses)
        return GrantedSession(
            name, "person", self.clock.now() + self.lasts, f"secret of {name}", way * 8, self.clock.now() + YEAR
        )
