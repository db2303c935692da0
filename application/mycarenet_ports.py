"""What sessions with MyCareNet and questions about members need from outside. Shapes only."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.answer import Answer
from domain.insurability_query import MemberQuestion
from domain.member_answer import MemberAnswer
from domain.mycarenet_session import HolderKind, Method
from domain.registration import Registration


class MemberCodec(Protocol):
    """Writes questions about members, and reads what insurers say."""

    def write(self, asked: MemberQuestion, issuer: str) -> bytes:
        """One question; `issuer`: number of the care provider for whom it is asked."""

    def read(self, content: bytes, reference: str) -> MemberAnswer:
        """The answer to the question of that reference in what came. Raises `UnreadableMessage`."""


class MemberBatchCodec(Protocol):
    """The same for many questions in one message."""

    def write_together(self, asked: Sequence[MemberQuestion], issuer: str) -> bytes:
        """At least one question, each of another reference."""

    def read_together(self, content: bytes) -> Answer | Sequence[tuple[MemberAnswer, bytes]]:
        """A word about the message as a whole, or answers, each with its own bytes. Raises `UnreadableMessage`."""


class MemberService(Protocol):
    """Insurers, asked about one member in each question; from several threads at once, if need be."""

    @property
    def at_once(self) -> int:
        """How many questions may be under way side by side."""

    def is_open(self, tpp_number: str) -> bool:
        """Whether somebody opened a session in which something can be asked for that number; asks nobody outside."""

    def ask(self, tpp_number: str, reference: str, content: bytes) -> bytes:
        """The whole answer as it came. Raises `OutcomeUnknown`, or `NotTransmitted` when it was not even looked at."""


@dataclass(frozen=True, slots=True)
class MyCareNetSession:
    """The session of an establishment with MyCareNet, but for its secret. `opened_by`: the actor.

    `fingerprint`: SHA-256 of the certificate that asked for it, empty where it was not noted yet; and its end.
    """

    establishment_id: UUID
    session_id: UUID
    method: Method
    holder_kind: HolderKind
    opened_at: datetime
    opened_by: str
    ends_at: datetime
    fingerprint: str = ""
    certificate_ends_at: datetime | None = None


class SessionVault(Protocol):
    """What proves a session, sealed: written and deleted in the very commit that says so, by a hook of the log."""

    def holding(self, session: MyCareNetSession, secret: str) -> AbstractContextManager[None]:
        """Have the secret ready for a commit within the block that opens or renews this session."""

    def find(self, establishment_id: UUID) -> MyCareNetSession | None:
        """The one of an establishment, also when its end has passed."""

    def secret(self, session: MyCareNetSession) -> str:
        """Of that very session; empty when it is gone."""

    def forget(self, session: MyCareNetSession) -> None:
        """Its end has passed."""

    def keep_request(self, establishment_id: UUID, request_id: UUID, actor: str, secret: str, since: datetime) -> None:
        """What a card is asked to sign, until it comes back; those kept before `since` are forgotten."""

    def take_request(self, establishment_id: UUID, request_id: UUID, actor: str, since: datetime) -> str | None:
        """Once, for whom it was made; None when it is gone, older, or somebody else's."""


@dataclass(frozen=True, slots=True)
class GrantedSession:
    """What the token service gave. `ends_at`: of the token; `secret`: all that proves it, as its maker reads it.

    `fingerprint`, `certificate_ends_at`: of the certificate that asked; not told when a session is renewed.
    """

    assertion_id: str
    holder_kind: HolderKind
    ends_at: datetime
    secret: str = field(repr=False)
    fingerprint: str = ""
    certificate_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """For whom a session is: the third-party number, and the registrations in force under which it may be used."""

    tpp_number: str
    registrations: Sequence[Registration]


class TokenDesk(Protocol):
    """Tokens of the eHealth platform. Every call that asks for one raises `SessionRefused` when there is none.

    Raises `domain.errors.Invalid` for a keystore, a certificate or a message that cannot be used, and `NotAllowed` for
    a holder who fits no registration.
    """

    @property
    def length(self) -> timedelta:
        """How long a session may last here, whatever is granted."""

    def by_p12(self, content: bytes, password: str, sender: Sender) -> GrantedSession:
        """By the key of an eHealth P12, which identifies and holds the token."""

    def prepare_card(self, certificate: bytes, sender: Sender) -> tuple[bytes, str]:
        """A request in the name of a card's certificate (DER), without its signature, and what belongs to it."""

    def by_card(self, prepared: str, signed: bytes, sender: Sender) -> GrantedSession:
        """By the request that the card signed."""

    def renew(self, secret: str, sender: Sender) -> GrantedSession:
        """A new token for the same key. Raises `domain.errors.NotAllowed` where only the card can ask for one."""


class SessionRefused(Exception):
    """The token service gave no session. `code`: why, as the catalogue knows it; `said`: its own code, if any."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(f"{code} {said}".strip())
        self.code, self.said = code, said
