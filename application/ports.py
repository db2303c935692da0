"""What the use cases need from outside: log, messages, keys, clock, codec, unions. Shapes only."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from domain.answer import Answer
from domain.billing_file import BillingFile, WrittenFile
from domain.insurability_query import MemberQuestion
from domain.member_answer import MemberAnswer
from domain.mycarenet_session import HolderKind, Method
from domain.registration import Registration

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
    """What waits at the unions: pairs of receipt and bytes. `proof`: the whole answer as it came, if any."""

    waiting: Sequence[tuple[str, bytes]]
    proof: bytes = field(default=b"", repr=False)


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


class MemberCodec(Protocol):
    """Writes questions about members, and reads what insurers say."""

    def write(self, asked: MemberQuestion, issuer: str) -> bytes:
        """One question; `issuer`: number of the care provider for whom it is asked."""

    def read(self, content: bytes, reference: str) -> MemberAnswer:
        """The answer to the question of that reference in what came. Raises `UnreadableMessage`."""


class MemberService(Protocol):
    """Insurers, asked about one member at a time."""

    def is_open(self, tpp_number: str) -> bool:
        """Whether somebody opened a session in which something can be asked for that number; asks nobody outside."""

    def ask(self, tpp_number: str, reference: str, content: bytes) -> bytes:
        """The whole answer as it came. Raises `OutcomeUnknown`, or `NotTransmitted` when it was not even looked at."""


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

    def last_poll(self, establishment_id: UUID) -> LastPoll | None:
        """The latest time that its mailbox was asked, or that somebody wanted it to be; None for never."""

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


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person signs in with. `totp` is sealed, empty until enrolment begins; `totp_step` was used last."""

    password_hash: str
    must_change: bool
    totp: str = ""
    is_enrolled: bool = False
    totp_step: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as stored: neither token nor address, only their hashes. `is_verified`: the second factor was given.

    `is_over`: it was found to have ended by itself, and stays so whatever the clock says.
    """

    token_hash: bytes
    user_id: UUID
    method: str
    address: bytes
    is_verified: bool
    opened_at: datetime
    seen_at: datetime
    is_over: bool = False


class CredentialStore(Protocol):
    """Passwords, second factors, sessions, attempts and preferences of people. Each call commits by itself."""

    def credentials(self, user_id: UUID) -> Credentials | None:
        """None for who never got a password."""

    def give_password(self, user_id: UUID, password_hash: str) -> None:
        """One to be changed at once; forgets the second factor and ends every session."""

    def change_password(self, user_id: UUID, former: str, password_hash: str) -> bool:
        """One of the person's own in place of the former; no when that was replaced meanwhile."""

    def rehash(self, user_id: UUID, former: str, password_hash: str) -> None:
        """The same password hashed otherwise, unless it was changed meanwhile."""

    def begin_enrolment(self, user_id: UUID, totp: str) -> str:
        """Keep a sealed secret until it is confirmed; answers the one kept, which is the first."""

    def finish_enrolment(self, user_id: UUID, totp: str, step: int) -> bool:
        """Let that secret count from now on; no when another one is kept, or one counts already."""

    def use_step(self, user_id: UUID, step: int) -> bool:
        """Take a step of time, later than any taken before; no when it is not."""

    def open_session(self, session: SignedIn) -> None:
        """Keep a session."""

    def replace_session(self, token_hash: bytes, session: SignedIn) -> bool:
        """Another token for a session; no when it is over."""

    def session(self, token_hash: bytes) -> SignedIn | None:
        """The session of a token, however old."""

    def sessions_of(self, user_id: UUID) -> Sequence[SignedIn]:
        """The sessions of a person, however old, the latest first."""

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        """Note that a session is in use."""

    def let_session_end(self, token_hash: bytes) -> None:
        """It is over for good, and not yet forgotten."""

    def end_session(self, token_hash: bytes) -> None:
        """Forget one."""

    def end_sessions(self, user_id: UUID, but: bytes = b"") -> None:
        """Forget those of a person, but one."""

    def end_old_sessions(self, opened_before: datetime, seen_before: datetime) -> None:
        """Forget those opened before or last seen before."""

    def attempt(self, account: bytes, address: bytes, at: datetime, since: datetime) -> UUID:
        """Note an attempt before it is known to fail; older ones than `since` are forgotten."""

    def attempts(self, account: bytes, address: bytes, since: datetime) -> tuple[list[datetime], list[datetime]]:
        """Instants of attempts on the account, and of those from the address, the latest first."""

    def forget_attempt(self, attempt_id: UUID) -> None:
        """It did not fail, or was not admitted."""

    def forget_attempts(self, account: bytes) -> None:
        """The person was let in: what failed before counts no more."""

    def preference(self, user_id: UUID, name: str) -> str | None:
        """What a person set."""

    def set_preference(self, user_id: UUID, name: str, value: str, most: int) -> bool:
        """Set or replace; no when it would be one more than `most`."""

    def drop_preference(self, user_id: UUID, name: str) -> None:
        """As if never set."""


@dataclass(frozen=True, slots=True)
class MyCareNetSession:
    """The session of an establishment with MyCareNet, but for its secret. `opened_by`: the actor."""

    establishment_id: UUID
    session_id: UUID
    method: Method
    holder_kind: HolderKind
    opened_at: datetime
    opened_by: str
    ends_at: datetime


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
    """What the token service gave. `ends_at`: of the token; `secret`: all that proves it, as its maker reads it."""

    assertion_id: str
    holder_kind: HolderKind
    ends_at: datetime
    secret: str = field(repr=False)


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
