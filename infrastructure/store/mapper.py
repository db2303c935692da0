"""Between domain events and stored bytes: `{"v":1,"e":{…}}`; `"s"` names the sealed texts, `"k"` whose they are.

A state says itself what is sealed in it, so that history stays readable when the marks of a type change later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from application.ports import Event
from domain.event import REGISTER, TOPIC_OF, EventType
from infrastructure.keys.crypto import seal, unseal
from infrastructure.keys.ring import SubjectKeys
from infrastructure.store.entry import Entry
from infrastructure.store.sealing import Plan, has_text, plan_of, replace_at, seal_tree
from infrastructure.store.upcasting import Upcaster, upcast

T = TypeVar("T")
Raw = tuple[UUID, int, str, bytes]
"""Stream, version, topic, state."""


class State(msgspec.Struct, Generic[T]):
    """What is stored of an event."""

    v: int
    e: T
    s: list[str] = []
    k: UUID | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """All that is known of an event type before its first event."""

    type: EventType
    head: bytes
    decoder: msgspec.json.Decoder[State[Any]]
    plan: Plan | None

    def subject(self, entry: Entry) -> UUID | None:
        """Whose key seals this event; nobody's when its sealed fields are all empty."""
        if self.plan is None or not has_text(self.plan, entry.event):
            return None
        if self.type.subject == "self":
            return entry.originator_id
        subject: UUID = getattr(entry.event, self.type.subject)
        return subject


class EventMapper(Mapper[UUID]):
    """The library's mapper, with a way to take many events at once so that their keys come in one query."""

    def __init__(self, keys: SubjectKeys, upcasters: Mapping[str, Mapping[int, Upcaster]]) -> None:
        super().__init__(JSONTranscoder())
        self._keys = keys
        self._upcasters = upcasters

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """One `Entry`."""
        return self.encode_many([domain_event])[0]

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """One `Entry`."""
        stream, version = stored_event.originator_id, stored_event.originator_version
        assert isinstance(stream, UUID)  # noqa: S101 - the library allows text ids, our recorders give none
        (event,) = self.decode_many([(stream, version, stored_event.topic, stored_event.state)])
        return Entry(stream, version, event)

    def encode_many(self, entries: Sequence[DomainEventProtocol[UUID]]) -> list[StoredEvent]:
        """Raises `domain.errors.NotAllowed` for an erased subject."""
        given = cast("Sequence[Entry]", entries)
        codings = {kind: _coding(TOPIC_OF[kind]) for kind in {type(entry.event) for entry in given}}
        coded = [(entry, codings[type(entry.event)]) for entry in given]
        subjects = [coding.subject(entry) for entry, coding in coded]
        wanted = {subject for subject in subjects if subject}
        keys = self._keys.many(wanted, create=True) if wanted else {}
        return [
            StoredEvent(
                entry.originator_id,
                entry.originator_version,
                coding.type.topic,
                _sealed(entry, coding, subject, keys[subject]) if subject else _clear(entry, coding),
            )
            for (entry, coding), subject in zip(coded, subjects, strict=True)
        ]

    def decode_many(self, raws: Iterable[Raw]) -> list[Event]:
        """In the order given. Raises `infrastructure.keys.crypto.SealBroken`."""
        events: list[Event] = []
        waiting: list[tuple[int, Raw, EventType, State[Any]]] = []
        codings: dict[str, Coding] = {}  # by topic: a batch asks for few of them thousands of times
        for raw in raws:
            coding = codings.get(raw[2]) or codings.setdefault(raw[2], _coding(REGISTER[raw[2]]))
            is_current = raw[3].startswith(coding.head)
            state = coding.decoder.decode(raw[3]) if is_current else _AS_JSON.decode(raw[3])
            if state.s or not is_current:
                waiting.append((len(events), raw, coding.type, state))
            events.append(state.e)
        if waiting:
            self._open(events, waiting)
        return events

    def _open(self, events: list[Event], waiting: list[tuple[int, Raw, EventType, State[Any]]]) -> None:
        wanted = {state.k or raw[0] for _, raw, _, state in waiting if state.s}
        keys = self._keys.many(wanted) if wanted else {}
        for index, (stream, version, topic, _), kind, state in waiting:
            key = keys.get(state.k or stream)
            for path in state.s:
                replace_at(state.e, path, partial(unseal, key, context(stream, version, path)))
            if state.v != kind.version:
                shape = upcast(self._upcasters, topic, state.v, kind.version, state.e)
                events[index] = msgspec.convert(shape, kind.type)


def context(stream: UUID, version: int, path: str) -> str:
    """What a sealed text is bound to: the one place where it stands."""
    return f"{stream}|{version}|{path}"


def _clear(entry: Entry, coding: Coding) -> bytes:
    return coding.head + _ENCODER.encode(entry.event) + b"}"


def _sealed(entry: Entry, coding: Coding, subject: UUID, key: AESGCM) -> bytes:
    assert coding.plan  # noqa: S101 - who has a subject has a plan
    stream, version = entry.originator_id, entry.originator_version
    tree, paths = seal_tree(
        coding.plan,
        msgspec.to_builtins(entry.event),
        lambda path, text: seal(key, context(stream, version, path), text),
    )
    owner = b"" if subject == stream else b',"k":' + _ENCODER.encode(subject)
    return coding.head + _ENCODER.encode(tree) + b',"s":' + _ENCODER.encode(paths) + owner + b"}"


_ENCODER = msgspec.json.Encoder()
_AS_JSON: msgspec.json.Decoder[State[Any]] = msgspec.json.Decoder(State[Any])


@cache
def _coding(kind: EventType) -> Coding:
    plan = plan_of(kind.type)
    if plan and not kind.subject:
        raise TypeError(f"{kind.topic} has sealed text, but does not say whose: name its subject")
    head = b'{"v":%d,"e":' % kind.version
    return Coding(kind, head, msgspec.json.Decoder(State[kind.type]), plan)  # type: ignore[name-defined]
