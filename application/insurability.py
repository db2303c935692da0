"""Ask insurers about a patient's insurability: the question is stored and committed, then asked, then its answer.

An answer never changes the patient's file by itself: it is shown beside what is recorded. A command that was cut short
goes on where it stopped: what was answered is not asked again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from application.commit import Decided, Done, decide
from application.mycarenet_ports import MemberCodec, MemberService
from application.ports import (
    Change,
    Clock,
    Context,
    EventLog,
    MessageStore,
    NotTransmitted,
    OutcomeUnknown,
    Recorded,
    UnreadableMessage,
)
from application.run_practice import establishment_of
from domain import insurability_batch as batches
from domain import insurability_query as queries
from domain import patient as patients
from domain.errors import Invalid, NotAllowed, NotFound
from domain.insurability_difference import Piece, side_by_side
from domain.insurability_query import (
    WITHDRAWN,
    InsurabilityAnswered,
    InsurabilityAsked,
    InsurabilityQueryFailed,
    InsurabilityQueued,
    MemberQuestion,
    Outcome,
    Purpose,
    Query,
)
from domain.local_time import local_date
from domain.member_answer import MemberAnswer
from domain.patient import Patient
from domain.rules.limits import month_end, month_start

QUESTION, ANSWER = "member_query", "member_answer"
"""Kinds of the stored bytes."""
NO_SESSION = "mycarenet_session_none"
"""Why nothing is asked: nobody opened a session."""
PASSING = frozenset({"not_reached", "no_session", "service_unavailable"})
"""Why nothing was handed over, and what ends by itself: what comes from the queue waits for that."""
MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be asked about: days (both included), and whether for invoicing."""

    first_day: Date
    last_day: Date
    purpose: Purpose = "invoicing"

    @property
    def span(self) -> tuple[Date, Date, Purpose]:
        """As the domain is told it."""
        return self.first_day, self.last_day, self.purpose


def of_month(month: str) -> Wish:
    """A whole month, for invoicing. Raises ValueError."""
    first = month_start(month)
    return Wish(first, month_end(first))


@dataclass(frozen=True, slots=True)
class ShownQuery:
    """`answer` None: none came, or nobody can read it. `pieces`: recorded and said side by side."""

    query: Query
    asked_at: datetime
    answered_at: datetime | None
    answer: MemberAnswer | None
    pieces: tuple[Piece, ...]

    @property
    def differs(self) -> bool:
        """Whether the two sides disagree on any day."""
        return any(piece.differs for piece in self.pieces)


class Insurability:
    """The use cases. `service` None: none is set up, and only what was answered before can be read."""

    def __init__(
        self, log: EventLog, messages: MessageStore, codec: MemberCodec, service: MemberService | None, clock: Clock
    ) -> None:
        self._log, self._messages, self._codec = log, messages, codec
        self._service, self._clock = service, clock

    @property
    def is_offered(self) -> bool:
        """Whether anybody can be asked from here."""
        return self._service is not None

    @property
    def at_once(self) -> int:
        """How many questions may be under way side by side."""
        return self._service.at_once if self._service else 1

    def is_open(self, where: UUID) -> bool:
        """Whether somebody opened a session in which the practice may ask now."""
        return self._service is not None and self._service.is_open(self._tpp_number(where))

    def awaits_session(self, where: UUID) -> bool:
        """Whether what is asked now waits until a session opens."""
        return self.is_offered and not self.is_open(where)

    def ask(
        self, context: Context, patient_id: UUID, wish: Wish, where: UUID | None = None, *, queues: bool = True
    ) -> Done[Query]:
        """Ask, and record what came of it: a refusal too is a result. `where`: the practice that it must be of.

        Without a session it is queued, and asked when one opens; unless it `queues` not: then it raises `NotAllowed`.
        Raises `NotFound`, `Invalid`, `NotAllowed` when nothing can be asked; nothing is recorded then.
        """
        service = self._offered()
        begun, tpp_number = self._begun(context, service, patient_id, wish, where, queues=queues)
        if begun.is_over or isinstance(begun.asked, InsurabilityQueued):  # a repeated command, or a session is awaited
            return decide(self._log, context, lambda: Decided([], begun))
        asked = begun.asked
        happened = self._handed_over(service, tpp_number, asked)
        if isinstance(happened, InsurabilityQueryFailed) and happened.is_certain and not service.is_open(tpp_number):
            if not queues:
                raise _no_session()
            return decide(self._log, context, lambda: self._put_back(patient_id, asked.reference))
        return decide(self._log, context, lambda: self._ended(patient_id, happened))

    def ask_queued(self, context: Context, patient_id: UUID, reference: str) -> Query | None:
        """Ask what waits for a session, now; None when it waits no more. What stays in the queue comes back `queued`:
        no session is open, or whoever is asked is away for now. Raises `NotAllowed`, `Invalid` as `ask`.
        """
        service = self._offered()
        stream = queries.queries_id(patient_id)

        def decision() -> Decided[Query | None]:
            recorded = self._log.history(stream)
            every = queries.fold(one.event for one in recorded)
            known = every.of(reference)
            if known is None or not known.is_queued:
                return Decided([], known if known and known.awaits else None)
            state = self._patient(patient_id, known.asked.establishment_id)
            if not self.is_open(state.establishment_id):
                return Decided([], known)
            wish = Wish(known.asked.first_day, known.asked.last_day, known.asked.purpose)
            happened = self._question(state, patient_id, reference, wish)
            return Decided([Change(stream, len(recorded), [happened])], queries.evolve(every, happened).of(reference))

        begun = decide(self._log, context, decision).result
        if begun is None or isinstance(begun.asked, InsurabilityQueued):
            return begun
        asked = begun.asked
        tpp_number = self._tpp_number(asked.establishment_id)
        happened = self._handed_over(service, tpp_number, asked)
        if isinstance(happened, InsurabilityQueryFailed) and happened.is_certain and happened.code in PASSING:
            return decide(self._log, context, lambda: self._put_back(patient_id, reference)).result
        return decide(self._log, context, lambda: self._ended(patient_id, happened)).result

    def withdraw(self, context: Context, patient_id: UUID, reference: str) -> Done[Query]:
        """Take a question back that waits for a session. Raises `NotFound`, `NotAllowed`."""

        def decision() -> Decided[Query]:
            stream = queries.queries_id(patient_id)
            known = queries.fold(self._log.load([stream]).get(stream, [])).of(reference)
            if known is None:
                raise NotFound("insurability_query_unknown", "There is no such question.")
            if not known.is_queued:
                raise NotAllowed("insurability_not_queued", "It does not wait for a session.")
            return self._ended(patient_id, InsurabilityQueryFailed(reference, WITHDRAWN))

        return decide(self._log, context, decision)

    def give_up(self, context: Context, patient_id: UUID, reference: str, code: str) -> None:
        """Record why a question that was queued is not asked; if it still waits."""
        stream = queries.queries_id(patient_id)

        def decision() -> Decided[None]:
            before = self._log.load([stream]).get(stream, [])
            happened = InsurabilityQueryFailed(reference, code)
            return Decided([Change(stream, len(before), queries.fail(queries.fold(before), happened))], None)

        decide(self._log, context, decision)

    def shown(self, patient_id: UUID, state: Patient, at: int | None = None) -> tuple[ShownQuery, ...]:
        """The latest questions, the newest first, each with what its answer says; nothing of an erased patient's."""
        recorded = self._log.history(queries.queries_id(patient_id), at)
        every = self._as_left(queries.fold(one.event for one in recorded).every[-MOST_SHOWN:], at)
        return tuple(self._shown(one, state, recorded) for one in reversed(every))

    def latest(self, patient_id: UUID, at: int | None = None) -> Query | None:
        """The newest question, without what was said."""
        stream = queries.queries_id(patient_id)
        every = self._as_left(queries.fold(self._log.load([stream], at).get(stream, [])).every[-1:], at)
        return every[-1] if every else None

    def queued(self, patient_id: UUID) -> list[str]:
        """References of the questions that wait for a session."""
        stream = queries.queries_id(patient_id)
        every = queries.fold(self._log.load([stream]).get(stream, [])).every
        return [one.asked.reference for one in every if one.is_queued]

    def is_known(self, patient_id: UUID, wish: Wish) -> bool:
        """Whether the same was asked today already, and was answered or will be."""
        recorded = self._log.history(queries.queries_id(patient_id))
        state, today = queries.fold(one.event for one in recorded), local_date(self._clock.now())
        asked = [one.event for one in recorded if local_date(one.recorded_at) == today]
        same = [
            found
            for one in asked
            if isinstance(one, InsurabilityAsked | InsurabilityQueued)
            if Wish(one.first_day, one.last_day, one.purpose) == wish and (found := state.of(one.reference)) is not None
        ]
        return any(one.status in ("answered", "waiting", "queued") for one in self._as_left(same))

    def proof(self, patient_id: UUID, reference: str, at: int | None = None) -> bytes:
        """The answer as it came. Raises `NotFound`."""
        events = self._log.load([queries.queries_id(patient_id)], at).get(queries.queries_id(patient_id), [])
        known = queries.fold(events).of(reference)
        if known is None or known.answer is None:
            raise NotFound("insurability_query_unknown", "There is no answer to such a question.")
        return self._messages.get(known.answer.message)

    def _begun(
        self,
        context: Context,
        service: MemberService,
        patient_id: UUID,
        wish: Wish,
        of: UUID | None,
        *,
        queues: bool,
    ) -> tuple[Query, str]:
        """The question as committed by this command, now or before it was cut short; or as it waits in the queue."""

        def decision() -> Decided[tuple[Query, str]]:
            state = self._patient(patient_id, of)
            where = state.establishment_id
            tpp_number = self._tpp_number(where)
            stream = queries.queries_id(patient_id)
            recorded = self._log.history(stream)
            every = queries.fold(one.event for one in recorded)
            known = _of_command(recorded, context.meta.command_id)
            if known is not None and known.is_over:
                return Decided([], (known, tpp_number))
            is_open = service.is_open(tpp_number)
            if not is_open and not queues:
                raise _no_session()
            known = known or every.awaited(*wish.span)
            if known is not None and is_open != isinstance(known.asked, InsurabilityQueued):
                return Decided([], (known, tpp_number))
            reference = known.asked.reference if known else queries.reference_of(patient_id, len(every.every))
            happened: InsurabilityAsked | InsurabilityQueued
            if is_open:
                happened = self._question(state, patient_id, reference, wish)
            else:
                self._checked(state, reference, wish)
                happened = InsurabilityQueued(where, patient_id, reference, *wish.span)
            after = queries.evolve(every, happened).of(reference)
            assert after is not None  # noqa: S101 - it was put there
            return Decided([Change(stream, len(recorded), [happened])], (after, tpp_number))

        return decide(self._log, Context(context.meta), decision).result

    def _checked(self, state: Patient, reference: str, wish: Wish) -> MemberQuestion:
        """Raises `Invalid` when it cannot be asked."""
        queries.check_span(wish.first_day, wish.last_day, local_date(self._clock.now()))
        return question_of(reference, state, wish)

    def _question(self, state: Patient, patient_id: UUID, reference: str, wish: Wish) -> InsurabilityAsked:
        """Written and stored. Raises `Invalid` when it cannot be asked."""
        where = state.establishment_id
        content = self._codec.write(self._checked(state, reference, wish), self._tpp_number(where))
        sha256, _ = self._messages.put(content, QUESTION, "out", where)
        return InsurabilityAsked(where, patient_id, reference, *wish.span, sha256)

    def _handed_over(
        self, service: MemberService, tpp_number: str, asked: InsurabilityAsked
    ) -> InsurabilityAnswered | InsurabilityQueryFailed:
        """What came of it."""
        try:
            raw = service.ask(tpp_number, asked.reference, self._messages.get(asked.message))
        except OutcomeUnknown:
            return InsurabilityQueryFailed(asked.reference, "no_answer", is_certain=False)
        except NotTransmitted as refused:
            return InsurabilityQueryFailed(asked.reference, refused.code, refused.said)
        return self._answered(asked, raw)

    def _answered(self, asked: InsurabilityAsked, raw: bytes) -> InsurabilityAnswered:
        """Stored before anything is read of it."""
        sha256, _ = self._messages.put(raw, ANSWER, "in", asked.establishment_id)
        try:
            answer = self._codec.read(raw, asked.reference)
        except UnreadableMessage as unreadable:
            return InsurabilityAnswered(asked.reference, sha256, "unreadable", codes=(unreadable.code,))
        return InsurabilityAnswered(asked.reference, sha256, outcome_of(answer), answer.io, answer.codes)

    def _ended(self, patient_id: UUID, happened: InsurabilityAnswered | InsurabilityQueryFailed) -> Decided[Query]:
        def events(state: queries.Queries) -> list[object]:
            if isinstance(happened, InsurabilityAnswered):
                return queries.answer(state, happened)
            return queries.fail(state, happened)

        return self._recorded(patient_id, happened.reference, events)

    def _put_back(self, patient_id: UUID, reference: str) -> Decided[Query]:
        return self._recorded(patient_id, reference, lambda state: queries.put_back(state, reference))

    def _recorded(
        self, patient_id: UUID, reference: str, events: Callable[[queries.Queries], list[object]]
    ) -> Decided[Query]:
        stream = queries.queries_id(patient_id)
        before = self._log.load([stream]).get(stream, [])
        happened = events(queries.fold(before))
        after = queries.fold([*before, *happened]).of(reference)
        assert after is not None  # noqa: S101 - it was asked; no message takes along what is under way
        return Decided([Change(stream, len(before), happened)], after)

    def _shown(self, query: Query, state: Patient, recorded: Sequence[Recorded]) -> ShownQuery:
        asked, answer = query.asked, None
        at = {one.event: one.recorded_at for one in recorded}
        said = query.answer
        if said is not None and said.outcome != "unreadable" and not state.is_erased:
            answer = self._codec.read(self._messages.get(said.message), asked.reference)
        pieces = side_by_side(state, answer, asked.first_day, asked.last_day) if answer else ()
        return ShownQuery(query, at[asked], at[said] if said else None, answer, pieces)

    def _as_left(self, every: Sequence[Query], at: int | None = None) -> list[Query]:
        """With what became of the message in which each left together with others, where nothing else is known."""
        waiting = {one.batch: one.asked.establishment_id for one in every if one.batch and not one.is_over}
        ids = {reference: batches.batch_id(where, reference) for reference, where in waiting.items()}
        found = self._log.load(ids.values(), at) if ids else {}
        states = {reference: batches.fold(found.get(stream, [])) for reference, stream in ids.items()}
        return [
            replace(one, left=state.status, left_codes=state.codes) if (state := states.get(one.batch)) else one
            for one in every
        ]

    def _patient(self, patient_id: UUID, of: UUID | None) -> Patient:
        state = patients.fold(self._log.load([patient_id]).get(patient_id, []))
        if state is None or of not in (None, state.establishment_id):
            raise NotFound("patient_unknown", "There is no such patient.")
        if state.is_erased:
            raise NotAllowed("patient_erased", "This patient's personal data were erased for good.")
        return state

    def _tpp_number(self, where: UUID) -> str:
        return establishment_of(self._log, where).details.tpp_number

    def _offered(self) -> MemberService:
        if self._service is None:
            raise NotAllowed("member_data_missing", "No address of MemberData is set: see QUITTANCE_MYCARENET_….")
        return self._service


def question_of(reference: str, state: Patient, wish: Wish) -> MemberQuestion:
    """As it is written. Raises `Invalid` for a patient whom no number names to an insurer."""
    period = state.insurability(wish.last_day) or next(iter(state.periods), None)
    fund = period.sickness_fund if period else ""
    if not state.ssin and not (state.affiliation_number and fund):
        raise Invalid("insurability_number_missing", "Record a national number, or fund and affiliation number.")
    return MemberQuestion(
        reference, state.ssin, state.affiliation_number, fund, wish.first_day, wish.last_day, wish.purpose
    )


def _no_session() -> NotAllowed:
    return NotAllowed(NO_SESSION, "Open a session with MyCareNet first.")


def _of_command(recorded: Sequence[Recorded], command_id: str) -> Query | None:
    """What this command asked before, if it was cut short or is repeated."""
    named = (one.event for one in recorded if command_id and one.meta.command_id == command_id)
    asked = next((one for one in named if isinstance(one, InsurabilityAsked | InsurabilityQueued)), None)
    query = queries.fold(one.event for one in recorded).of(asked.reference) if asked else None
    return None if query is None or query.batch else query


def outcome_of(answer: MemberAnswer) -> Outcome:
    """In one word."""
    if not answer.is_answered:
        return "refused"
    return "complete" if answer.is_complete else "partial"
