"""The session in which a practice speaks with MyCareNet: one per establishment at a time, whoever opened it.

What proves it (token, key, holder) is a secret and stands nowhere here: `SessionVault` of `application.mycarenet_ports`
keeps it, and forgets it when the session is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from domain.errors import NotAllowed
from domain.event import event

Method = Literal["p12", "card"]
HolderKind = Literal["person", "company", "group"]
Ending = Literal["asked", "not_believed"]
_SPACE = UUID("7c0d3f3e-64a4-4a43-9b0f-3f6f1f0f2c5d")


@event("mycarenet_session.opened")
class MyCareNetSessionOpened:
    """The token service gave a session, by the key of a keystore or by a card; one that was open is over with it.

    `fingerprint`: SHA-256 of the certificate that asked, in hexadecimal; empty where it was not noted yet.
    """

    establishment_id: UUID
    session_id: UUID
    method: Method
    holder_kind: HolderKind
    ends_at: datetime
    fingerprint: str = ""
    certificate_ends_at: datetime | None = None


@event("mycarenet_session.renewed")
class MyCareNetSessionRenewed:
    """The same session with a new token, which lasts longer."""

    session_id: UUID
    ends_at: datetime


@event("mycarenet_session.closed")
class MyCareNetSessionClosed:
    """Over before its end: `asked` by somebody, or because a service no longer believed its token."""

    session_id: UUID
    why: Ending


@event("mycarenet_session.refused")
class MyCareNetSessionRefused:
    """The token service gave none. `code`: why, as the catalogue knows it; `said`: its own code, empty if it has none.

    Its words are not kept: nobody knows whom they name.
    """

    establishment_id: UUID
    method: Method
    code: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that nobody ended; its end may have passed."""

    session_id: UUID
    method: Method
    holder_kind: HolderKind
    ends_at: datetime


def stream_of(establishment_id: UUID) -> UUID:
    """The stream of an establishment's sessions."""
    return uuid5(_SPACE, str(establishment_id))


def session_id(establishment_id: UUID, assertion_id: str) -> UUID:
    """Of the session that begins with this token."""
    return uuid5(stream_of(establishment_id), assertion_id)


def fold(events: Iterable[object]) -> OpenSession | None:
    """The session of the establishment after all events of its stream, None when it was closed or never opened."""
    state: OpenSession | None = None
    for happened in events:
        match happened:
            case MyCareNetSessionOpened():
                state = OpenSession(happened.session_id, happened.method, happened.holder_kind, happened.ends_at)
            case MyCareNetSessionRenewed() if state is not None:
                state = replace(state, ends_at=happened.ends_at)
            case MyCareNetSessionClosed():
                state = None
    return state


def renew(state: OpenSession | None, known: UUID, ends_at: datetime) -> list[object]:
    """Let the session last longer. Raises `NotAllowed` when it was closed or replaced meanwhile."""
    if state is None or state.session_id != known:
        raise NotAllowed("mycarenet_session_none", "There is no such open session: open one.")
    return [MyCareNetSessionRenewed(known, ends_at)]


def close(state: OpenSession | None, known: UUID, why: Ending = "asked") -> list[object]:
    """End the session; one that was closed or replaced meanwhile stays as it is."""
    return [MyCareNetSessionClosed(known, why)] if state is not None and state.session_id == known else []


def lose(state: OpenSession | None, known: UUID, ends_at: datetime) -> list[object]:
    """End it, for a service does not believe its token; one that has another token by now stays as it is."""
    return close(state, known, "not_believed") if state is not None and state.ends_at == ends_at else []
