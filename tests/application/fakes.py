"""What stands in for views, unions and, where thousands of histories are tried, for the store itself.

Slow and simple on purpose: each look-up folds the log.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from datetime import date as Date
from hashlib import sha256
from threading import Lock
from typing import Any
from uuid import UUID, uuid5

from application.ports import (
    Change,
    Collected,
    ConcurrencyConflict,
    Event,
    EventLog,
    KeyRing,
    LastPoll,
    MessageInfo,
    Meta,
    NotTransmitted,
    OutcomeUnknown,
    Recorded,
    StoredAnswer,
    UndecidedDay,
)
from application.register import billed_records, likeness, number_blind
from domain import billing_day as days
from domain import insurability_query as queries
from domain import patient as patients
from domain import sending as sendings
from domain.day_events import CareRecorded
from domain.errors import NotFound
from domain.establishment import EstablishmentRegistered
from domain.event import TOPIC_OF
from domain.inbox import MessageInterpreted, MessageReceived
from domain.insurability_query import InsurabilityQueued
from domain.local_time import local_date
from domain.mailbox import Mailbox, MailboxPolled, PollQueued
from domain.patient import NationalNumberReplaced, PatientRegistered
from domain.sending import SendingPrepared


class FoldingLookups:
    """The `Lookups` port over the log alone."""

    def __init__(self, log: EventLog, keys: KeyRing) -> None:
        self._log, self._keys = log, keys
        self._streams: dict[UUID, list[Event]] = {}
        self._refused_on: dict[UUID, Date] = {}
        self._position = 0
        self._lock = Lock()

    def streams(self, opening: type[Any]) -> dict[UUID, list[Event]]:
        """Streams that begin with an event of this type, in order of their beginning."""
        with self._lock:
            while batch := self._log.read(self._position, 1000):
                for recorded in batch:
                    self._streams.setdefault(recorded.stream_id, []).append(recorded.event)
                    if getattr(recorded.event, "refused_cents", 0):
                        self._refused_on[recorded.stream_id] = local_date(recorded.recorded_at)
                self._position = batch[-1].position
            return {i: list(events) for i, events in self._streams.items() if isinstance(events[0], opening)}

    def establishment_ids(self) -> list[UUID]:
        return list(self.streams(EstablishmentRegistered))

    def prepared_day_ids(self, establishment_id: UUID, until: Date) -> list[UUID]:
        return [i for i, day in self._days(establishment_id) if day.is_prepared and day.date <= until]

    def decided_day_ids(self, establishment_id: UUID, until: Date) -> list[UUID]:
        return [
            i
            for i, day in self._days(establishment_id)
            if not day.is_prepared and day.waits_for_run and day.date <= until
        ]

    def days_around(self, establishment_id: UUID, spans: Mapping[UUID, Collection[tuple[Date, Date]]]) -> list[UUID]:
        known = list(self._days(establishment_id))
        people = billed_records(self._log, [*spans, *(day.patient_id for _, day in known)])
        return [
            i
            for i, day in known
            if any(
                first <= day.date <= last
                for who, given in spans.items()
                if people[who][0] == people[day.patient_id][0]
                for first, last in given
            )
        ]

    def merged_records(self, establishment_id: UUID) -> set[UUID]:
        states = {i: patients.fold(events) for i, events in self._patients(establishment_id)}
        return {one for i, state in states.items() if state and state.merged_into for one in (i, state.merged_into)}

    def undecided_refusals(self, establishment_id: UUID, until: Date | None = None) -> list[UndecidedDay]:
        found = [
            UndecidedDay(i, d.date, d.refused_cents, self._refused_on[i], d.left_times)
            for i, d in self._days(establishment_id)
            if d.verdict in ("mixed", "refused") and d.decision == "none" and (until is None or d.date <= until)
        ]
        return sorted(found, key=lambda one: (one.refused_on, one.date, one.day_id))

    def patients_by_number(self, establishment_id: UUID, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        found: dict[bytes, UUID] = {}
        known = list(self._patients(establishment_id))
        for identifier, events in known:
            state = patients.fold(events)
            if state is not None:
                found.setdefault(number_blind(self._keys, establishment_id, state.number), identifier)
        for identifier, events in known:
            for event in events:
                if isinstance(event, PatientRegistered | NationalNumberReplaced):
                    number = event.ssin or getattr(event, "affiliation_number", "")
                    found.setdefault(number_blind(self._keys, establishment_id, number), identifier)
        return {blind: found[blind] for blind in blinds if blind in found}

    def merged_into(self, patient_id: UUID) -> list[UUID]:
        states = {i: patients.fold(events) for i, events in self.streams(PatientRegistered).items()}
        nearest = [i for i, state in states.items() if state and state.merged_into == patient_id]
        return nearest + [further for one in nearest for further in self.merged_into(one)]

    def patients_alike(self, establishment_id: UUID, mark: bytes) -> list[UUID]:
        alike = []
        for identifier, events in self._patients(establishment_id):
            state = patients.fold(events)
            if state and likeness(self._keys, establishment_id, state.details) == mark:
                alike.append(identifier)
        return alike

    def prepared_sending_ids(self, establishment_id: UUID) -> list[UUID]:
        found = [s for i, e in self.streams(SendingPrepared).items() if (s := sendings.fold(e, i))]
        mine = [s for s in found if s.made.establishment_id == establishment_id and s.status in sendings.UNSENT]
        return [s.sending_id for s in sorted(mine, key=lambda s: s.made.sending_number)]

    def queued_sending_ids(self, establishment_id: UUID) -> list[UUID]:
        waiting = self.prepared_sending_ids(establishment_id)
        return [i for i in waiting if (s := sendings.fold(self._log.load([i])[i], i)) and s.status == "queued"]

    def queued_question_ids(self, establishment_id: UUID, *, together: bool, most: int) -> list[UUID]:
        """By their folds, which are what a view has to agree with."""
        found = dict[UUID, None]()
        for recorded in self._log.read(0, 100_000):
            if isinstance(recorded.event, InsurabilityQueued) and recorded.event.establishment_id == establishment_id:
                every = queries.fold(self._log.load([recorded.stream_id])[recorded.stream_id]).every
                waiting = [one for one in every if one.awaits]
                if any((one.is_queued and one.asked.together) == together for one in waiting):  # type: ignore[union-attr]
                    found[recorded.event.patient_id] = None
        return list(found)[:most]

    def last_poll(self, establishment_id: UUID, mailbox: Mailbox = "invoicing") -> LastPoll | None:
        asked = [r for r in self._log.read(0, 100_000) if isinstance(r.event, PollQueued | MailboxPolled)]
        mine = [r for r in asked if (r.event.establishment_id, r.event.mailbox) == (establishment_id, mailbox)]
        return LastPoll(mine[-1].recorded_at, isinstance(mine[-1].event, PollQueued)) if mine else None

    def unmatched_messages(self, establishment_id: UUID) -> list[str]:
        found = []
        for events in self.streams(MessageReceived).values():
            read = [e for e in events if isinstance(e, MessageInterpreted)]
            if events[0].establishment_id == establishment_id and read and not any(e.sending_id for e in read):
                found.append(events[0].sha256)
        return found

    def _days(self, where: UUID) -> Iterable[tuple[UUID, days.BillingDay]]:
        for identifier, events in self.streams(CareRecorded).items():
            day = days.fold(events)
            if day and day.establishment_id == where:
                yield identifier, day

    def _patients(self, where: UUID) -> Iterable[tuple[UUID, list[Event]]]:
        for identifier, events in self.streams(PatientRegistered).items():
            if events[0].establishment_id == where and not (patients.fold(events) or events[0]).is_erased:
                yield identifier, events


class Postbox:
    """The `UnionTransport` port: keeps what is handed over, and gives out what a test puts in."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.waiting: list[tuple[str, bytes]] = []
        self.proof = b""
        self.fails: type[OutcomeUnknown | NotTransmitted] | None = None
        self.is_in_session = True
        self.most = 100

    def is_open(self, tpp_number: str) -> bool:
        return self.is_in_session

    def transmit(self, content: bytes, provider_reference: str, union: str, tpp_number: str) -> None:
        if self.fails is not NotTransmitted:
            self.taken.append((union, content))
        if self.fails:
            raise self.fails

    def collect(self, tpp_number: str) -> Collected:
        given = self.waiting[: self.most]
        return Collected(given, self.proof, has_more=len(given) == self.most)

    def confirm(self, tpp_number: str, receipts: Sequence[str]) -> None:
        self.waiting = [(receipt, content) for receipt, content in self.waiting if receipt not in receipts]

    def arrive(self, *contents: bytes) -> None:
        for content in contents:
            self.waiting.append((f"receipt {len(self.waiting)}", content))


class Interrupting:
    """A log where something else happens just after a chosen load: the races of threads, without threads."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._wanted: tuple[Callable[[list[UUID]], bool], Callable[[], object]] | None = None

    def after(self, load_of: Callable[[list[UUID]], bool], act: Callable[[], object]) -> None:
        """Once, after the first load of such streams."""
        self._wanted = (load_of, act)

    def load(self, stream_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, list[Event]]:
        asked = list(stream_ids)
        loaded = self._log.load(asked, upto)
        if self._wanted and self._wanted[0](asked):
            (_, act), self._wanted = self._wanted, None
            act()
        return loaded

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class MemoryLog:
    """The `EventLog` port in a list; `fork` gives another history from here on."""

    def __init__(self) -> None:
        self.recorded: list[Recorded] = []
        self.streams: dict[UUID, tuple[Event, ...]] = {}

    def fork(self) -> "MemoryLog":
        other = copy(self)
        other.recorded, other.streams = list(self.recorded), dict(self.streams)
        return other

    def append(self, changes: Sequence[Change], meta: Meta, answer: StoredAnswer | None = None) -> int:
        for change in changes:
            if len(self.streams.get(change.stream_id, ())) != change.expected_version:
                raise ConcurrencyConflict
        now = datetime(2026, 3, 2, tzinfo=UTC)
        for change in changes:
            for version, event in enumerate(change.events, change.expected_version + 1):
                topic = TOPIC_OF[type(event)].topic
                position = len(self.recorded) + 1
                self.recorded.append(Recorded(position, change.stream_id, version, topic, event, now, meta))
            self.streams[change.stream_id] = (*self.streams.get(change.stream_id, ()), *change.events)
        return len(self.recorded)

    def load(self, stream_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, list[Event]]:
        return {i: list(self.streams[i]) for i in stream_ids if i in self.streams}

    def history(self, stream_id: UUID, upto: int | None = None) -> list[Recorded]:
        return [recorded for recorded in self.recorded if recorded.stream_id == stream_id]

    def histories(self, stream_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, list[Recorded]]:
        return {one: self.history(one) for one in stream_ids if one in self.streams}

    def read(self, after: int, limit: int, upto: int | None = None) -> list[Recorded]:
        return self.recorded[after : after + limit]

    def head(self) -> int:
        return len(self.recorded)

    def position_at(self, instant: datetime) -> int:
        return self.head()

    def stored_answer(self, key: str) -> StoredAnswer | None:
        return None


class MemoryMessages:
    """The `MessageStore` port in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._copies: dict[tuple[str, UUID, str], MessageInfo] = {}

    def put(self, content: bytes, kind: str, direction: str, establishment_id: UUID) -> tuple[str, bool]:
        name = sha256(content).hexdigest()
        mine = (name, establishment_id, kind)
        is_new = mine not in self._copies
        self._kept[name] = content
        self._copies[mine] = MessageInfo(name, kind, direction, establishment_id, len(content), datetime.now(UTC))
        return name, is_new

    def get(self, sha256: str) -> bytes:
        if sha256 not in self._kept:
            raise NotFound("message_unknown", "There is no such message.")
        return self._kept[sha256]

    def info(self, sha256: str, establishment_id: UUID, kind: str) -> MessageInfo | None:
        return self._copies.get((sha256, establishment_id, kind))

    def read(self, info: MessageInfo) -> bytes:
        return self.get(info.sha256)


class PlainKeys:
    """The `KeyRing` port without keys: for histories in memory only."""

    def keyed_id(self, *parts: str) -> UUID:
        return uuid5(UUID(int=0), "|".join(parts))

    def blind(self, kind: str, value: str) -> bytes:
        return sha256(f"{kind}|{value}".encode()).digest()

    def seal(self, subject: UUID, context: str, text: str) -> str:
        return text

    def unseal(self, subject: UUID, context: str, sealed: str) -> str:
        return sealed

    def erase(self, subject: UUID) -> None:
        return None
