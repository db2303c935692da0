"""What travels through the library: a domain event with the stream and version that it does not carry itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.ports import Event, Meta, StoredAnswer


class Entry(NamedTuple):
    """The library's idea of a domain event (`DomainEventProtocol`)."""

    originator_id: UUID
    originator_version: int
    event: Event


@dataclass(slots=True)
class Append:
    """One commit on its way to the recorder, which fills in the lower half."""

    entries: Sequence[Entry]
    meta: Meta
    reason: str
    answer: StoredAnswer | None
    stored: Sequence[StoredEvent] = ()
    position: int = 0
    error: Exception | None = None
    done: bool = False
    turn: Lock = field(default_factory=Lock, repr=False)
