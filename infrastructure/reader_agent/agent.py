"""One running agent: what it is made of, and how it is put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe

from cryptography import x509

from infrastructure.reader_agent import private
from infrastructure.reader_agent.cards import Cards
from infrastructure.reader_agent.desk import Desk
from infrastructure.reader_agent.pairing import Pairings
from infrastructure.reader_agent.settings import AgentSettings


@dataclass(frozen=True, slots=True)
class Agent:
    """`key` opens the agent's own pages, for the person whose folder it stands in."""

    settings: AgentSettings
    cards: Cards
    desk: Desk
    pairings: Pairings
    key: str


def build(
    settings: AgentSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC), cards: Cards | None = None
) -> Agent:
    """Raises `NotPrivate`, OSError for a folder that cannot be used, ValueError for anchors that are none."""
    here = cards or Cards(read_anchors(settings.anchors), now)
    pairings = Pairings(settings.home / "pairings.json", now)
    pairings.all()  # a file that others can read is found out before anything is served
    return Agent(settings, here, Desk(here, now), pairings, _key(settings.home / "key"))


def read_anchors(file: Path | None) -> list[x509.Certificate]:
    """None without a file."""
    return x509.load_pem_x509_certificates(file.read_bytes()) if file else []


def _key(file: Path) -> str:
    """The same at every start: whoever starts the agent twice gets to the one that runs."""
    known = private.read(file).strip()
    if not known:
        known = token_urlsafe(32)
        private.write(file, known)
    return known
