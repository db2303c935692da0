"""What the use cases need from outside: log, messages, keys, clock, codec, unions. Shapes only."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from domain.answer import Answer
from domain.billing_file import BillingFile, WrittenFile
from domain.mailbox import Mailbox

Event = Any
"""An event type of `domain.event.REGISTER`."""


@dataclass(frozen=True, slots=True)
class Meta:
    """Who acted, for whom, why and because of what; the same shape for every commit.

    `reason` is free text, stored under the key of `reason_subject` (a patient or an establishment).
    `cause` is what made it happen: a message hash, a rule id.
    """

    actor: str
    on_behalf_of: str | None = None
    reason: str = ""
    reason_subject: UUID | None = None
    cause: str = ""
    command_id: str = ""
    correlation_id: str = ""


class Change(NamedTuple):
    """Events to append to one stream that is expected to be at `expected_version` (0: it does not exist yet)."""

    stream_id: UUID
    expected_version: int
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a repeated request gets: the first one's status and body. `key` is the caller's, `digest` the request's."""

    key: str
    digest: str
    status: int
    body: bytes
    position: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event with its envelope. `recorded_at` is UTC and never goes back along `position`."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    event: Event
    recorded_at: datetime
    meta: Meta


class ConcurrencyConflict(Exception):
    """Another commit came first on a stream of this one: load again, decide again."""


class VersionStale(Exception):
    """The caller decided upon an older version of the aggregate than the one that stands."""


class AnswerKeyReused(Exception):
    """The same idempotency key was used for another request."""


class EventLog(Protocol):
    """The append-only log. Positions have no meaning but their order."""

    def append(self, changes: Sequence[Change], meta: Meta, answer: StoredAnswer | None = None) -> int:
        """All or nothing, one commit; answers its last position. Raises `ConcurrencyConflict`."""

    def load(self, stream_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, list[Event]]:
        """Events of many streams in version order, few queries; absent streams are absent."""

    def history(self, stream_id: UUID, upto: int | None = None) -> list[Recorded]:
        """One stream with envelopes."""

    def histories(self, stream_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, list[Recorded]]:
        """Many streams with envelopes, few queries; absent streams are absent."""

    def read(self, after: int, limit: int, upto: int | None = None) -> list[Recorded]:
        """The log after a position, in order; a tailing reader misses none."""

    def head(self) -> int:
        """Position of the last event, 0 when there is none."""

    def position_at(self, instant: datetime) -> int:
        """Last position recorded at or before the instant."""

    def stored_answer(self, key: str) -> StoredAnswer | None:
        """The answer kept under an idempotency key."""


@dataclass(frozen=True, slots=True)
class MessageInfo:
    """A raw message as stored: `sha256` names the bytes, `kind` says what they came as (920000, answer …)."""

    sha256: str
    kind: str
    direction: str
    establishment_id: UUID
    size: int
    stored_at: datetime


class MessageStore(Protocol):
    """Raw bytes sent and received, sealed, by SHA-256: a copy for each establishment and kind that they came as.

    Whoever lets a person name a hash asks for the copy of that person's establishment: `info`, then `read`.
    """

    def put(self, content: bytes, kind: str, direction: str, establishment_id: UUID) -> tuple[str, bool]:
        """Store and commit; answers the hash and whether the establishment had no such copy of that kind yet."""

    def get(self, sha256: str) -> bytes:
        """The bytes, whoever gave them: for a hash that the log names. Raises `domain.errors.NotFound`."""

    def info(self, sha256: str, establishment_id: UUID, kind: str) -> MessageInfo | None:
        """What is known of this very copy without opening it."""

    def read(self, info: MessageInfo) -> bytes:
        """The bytes of this very copy. Raises `domain.errors.NotFound`."""


class KeyRing(Protocol):
    """Keys per subject, keyed ids and the blind index; only this side ever sees a master key."""

    def keyed_id(self, *parts: str) -> UUID:
        """128 bits of HMAC-SHA-256 over the parts: ids of things with personal content."""

    def blind(self, kind: str, value: str) -> bytes:
        """Index of a number: equal numbers, equal bytes; not reversible without the installation's secret."""

    def seal(self, subject: UUID, context: str, text: str) -> str:
        """Text under the subject's key, bound to its context. Raises `domain.errors.NotAllowed` when erased."""

    def unseal(self, subject: UUID, context: str, sealed: str) -> str:
        """Back to text; `domain.event.ERASED` when the key is gone."""

    def erase(self, subject: UUID) -> None:
        """Destroy the subject's key for good; a restored backup forgets it again."""


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The instant, UTC, aware."""


class BillingFileCodec(Protocol):
    """Writes and reads eFact files."""

    def write(self, file: BillingFile) -> WrittenFile:
        """The 920000 of a sending."""

    def faults(self, content: bytes) -> Sequence[tuple[int | None, str]]:
        """What a union would refuse in it: running number of the record, if it has one, and refusal code."""

    def read_answer(self, content: bytes) -> Answer:
        """What a union wrote. Raises `UnreadableMessage` when not even the kind of message can be told."""

    def read_request(self, content: bytes) -> tuple[BillingFile, WrittenFile]:
        """A 920000 made elsewhere, as the practice meant it, and where everything stands in it.

        Raises `UnreadableMessage` when records, amounts or numbers that a settlement needs cannot be read.
        """

    def kind(self, content: bytes) -> str:
        """Name of the message (920000, 920900 …), empty when it cannot be told."""


class UnreadableMessage(Exception):
    """A file that nobody can interpret; `code` is from the catalogue, the text names place and cure."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Collected:
    """What waits at the unions: pairs of receipt and bytes. `proof`: the whole answer as it came, if any.

    `has_more`: as many came as were asked for, so that more may wait behind them.
    """

    waiting: Sequence[tuple[str, bytes]]
    proof: bytes = field(default=b"", repr=False)
    has_more: bool = False


class UnionTransport(Protocol):
    """The way to the national unions and back. A mailbox belongs to one third-party number."""

    def is_open(self, tpp_number: str) -> bool:
        """Whether somebody opened a session in which something can be sent for that number; asks nobody outside."""

    def transmit(self, content: bytes, provider_reference: str, union: str, tpp_number: str) -> None:
        """Hand over one file. Raises `OutcomeUnknown` or `NotTransmitted`."""

    def collect(self, tpp_number: str) -> Collected:
        """Answers that wait; they do until they are confirmed. Raises `UnionsNotReached`."""

    def confirm(self, tpp_number: str, receipts: Sequence[str]) -> None:
        """Tell the sender that these are stored. Raises `UnionsNotReached`."""


class OutcomeUnknown(Exception):
    """The file was handed over, but no confirmation of the hand-over came back."""


class NotTransmitted(Exception):
    """The file certainly did not leave. `code`: why, as the catalogue knows it; `said`: the code of whoever refused.

    `registration_id`: under which registration it was to go where a mandate is missing, `holder_kind`: of the session.
    """

    def __init__(
        self,
        message: str = "",
        code: str = "not_transmitted",
        said: str = "",
        registration_id: UUID | None = None,
        holder_kind: str = "",
    ) -> None:
        super().__init__(message)
        self.code, self.said, self.registration_id, self.holder_kind = code, said, registration_id, holder_kind


class UnionsNotReached(Exception):
    """Nothing could be fetched, or confirmed: what waits there waits on. The text is of whoever said no, if anybody.

    `code`: why, as the catalogue knows it. `proof`: what came instead of an answer, as it came.
    """

    def __init__(self, message: str = "", code: str = "not_reached", proof: bytes = b"") -> None:
        super().__init__(message)
        self.code, self.proof = code, proof


@dataclass(frozen=True, slots=True)
class UndecidedDay:
    """A day that is refused, in part or whole, and that nobody decided upon.

    `date`: of care; `refused_on`: when the word that refused it came; `left_times`: runs that went by since.
    """

    day_id: UUID
    date: Date
    refused_cents: int
    refused_on: Date
    left_times: int


@dataclass(frozen=True, slots=True)
class LastPoll:
    """`is_queued`: somebody wanted a mailbox to be asked while no session was open, and nobody did since."""

    at: datetime
    is_queued: bool


class Lookups(Protocol):
    """Questions that the views answer for the use cases; the log decides afterwards."""

    def establishment_ids(self) -> list[UUID]:
        """All that are registered."""

    def prepared_day_ids(self, establishment_id: UUID, until: Date) -> list[UUID]:
        """Days in no sending, dated up to `until`."""

    def decided_day_ids(self, establishment_id: UUID, until: Date) -> list[UUID]:
        """Days, dated up to `until`, that somebody decided to bill again or to give back.

        No run took them up yet, or they wait for the answer to a credit note.
        """

    def days_around(self, establishment_id: UUID, spans: Mapping[UUID, Collection[tuple[Date, Date]]]) -> list[UUID]:
        """Days with care of each patient within any of the spans (ends included), on whichever record of the person."""

    def merged_records(self, establishment_id: UUID) -> Collection[UUID]:
        """Records that are one person together with another: those that were merged, and what they were merged into."""

    def undecided_refusals(self, establishment_id: UUID, until: Date | None = None) -> list[UndecidedDay]:
        """Refused days, dated up to `until` (None: all), that nobody decided upon; the longest waiting first."""

    def patients_by_number(self, establishment_id: UUID, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        """Records known by these numbers, present or former."""

    def patients_alike(self, establishment_id: UUID, likeness: bytes) -> list[UUID]:
        """Records with the same blind name and birth date."""

    def merged_into(self, patient_id: UUID) -> list[UUID]:
        """Records whose merges end at this one."""

    def prepared_sending_ids(self, establishment_id: UUID) -> list[UUID]:
        """Sendings written and not handed over, queued ones too, in the order of their numbers."""

    def queued_sending_ids(self, establishment_id: UUID) -> list[UUID]:
        """Those of them that wait for a session."""

    def queued_question_ids(self, establishment_id: UUID, *, together: bool, most: int) -> list[UUID]:
        """Patients about whom questions wait for a session, of at most so many, in the order in which they came.

        `together`: those that are to leave with others, or the others.
        """

    def last_poll(self, establishment_id: UUID, mailbox: Mailbox = "invoicing") -> LastPoll | None:
        """The latest time that this mailbox of it was asked, or that somebody wanted it to be; None for never."""

    def unmatched_messages(self, establishment_id: UUID) -> list[str]:
        """Hashes of received files that answer no sending known when they came."""


class Leases(Protocol):
    """Which worker is at a piece of work, and until when: several processes share one database."""

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take it when nobody else holds it by `now`, or hold it longer; no when somebody does."""

    def release(self, name: str, owner: str) -> None:
        """Leave it to anybody."""


class AccessLog(Protocol):
    """Who read a person's data: links, never content."""

    def record(
        self,
        actor: str,
        action: str,
        patient_ids: Iterable[UUID],
        cause: str = "",
        on_behalf_of: str | None = None,
    ) -> None:
        """Write one line a patient, committed before the data leave."""


Row = Mapping[str, Any]


class Sql(Protocol):
    """One open transaction on either database. SQL is written with `?`; rows are mappings by column name."""

    dialect: str

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """A statement; answers the row count."""

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Many rows, by the fastest way the database has."""

    def update(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Set `columns` of the rows named by `keys`, many at once; each row: key values, then column values."""


class Database(Protocol):
    """Where the views live: the same database as the log."""

    dialect: str

    def transaction(self) -> AbstractContextManager[Sql]:
        """Read and write; commits at the end, rolls back on an error."""

    def snapshot(self) -> AbstractContextManager[Sql]:
        """Read only, one consistent state."""


Watch = Callable[[Sequence[Any]], Iterable[Any]]
"""Passes things on one by one, so that somebody can see how far long work is."""

InlineHook = Callable[[Sql, Sequence[Recorded]], None]
"""Called inside the transaction of each append, with the events just written."""


@dataclass(frozen=True, slots=True)
class AnswerKeeper:
    """How the answer of a command is kept with its events: `encode` makes status and body of a result."""

    key: str
    digest: str
    encode: Callable[[Any], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Context:
    """One command: who and why, and where its answer is kept when it may be repeated.

    `expected`: an aggregate and the version that the caller saw of it; another one refuses the command.
    """

    meta: Meta
    keeper: AnswerKeeper | None = None
    expected: tuple[UUID, int] | None = None
