"""Ask insurers about many patients in one message: stored and committed, then handed over; answers come by and by.

What becomes of a message that left is never guessed: without a word of MyCareNet its outcome is unknown, and nothing is
sent again by itself. A question changes nothing at an insurer, so a person may ask again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.insurability import PASSING, QUESTION, Wish, question_of
from application.mycarenet_ports import MemberBatchCodec
from application.ports import (
    Clock,
    Context,
    EventLog,
    MessageStore,
    NotTransmitted,
    OutcomeUnknown,
    UnionTransport,
)
from application.run_practice import establishment_of
from domain import insurability_batch as batches
from domain import insurability_query as queries
from domain import patient as patients
from domain.errors import Invalid, NotAllowed, NotFound
from domain.insurability_batch import MOST, Batch, BatchAsked, BatchFailed, BatchTaken
from domain.insurability_query import InsurabilityAsked, InsurabilityQueued, MemberQuestion, Status
from domain.local_time import local_date
from domain.patient import Patient


@dataclass(frozen=True, slots=True)
class AskedTogether:
    """`reference`: of the message, empty when none left. `left_out`: who is not in it, and why.

    `status` queued: it leaves when a session opens, and these patients with it.
    """

    reference: str
    status: Status
    codes: tuple[str, ...]
    asked: tuple[UUID, ...]
    left_out: tuple[tuple[UUID, str], ...] = ()


class InsurabilityBatches:
    """The use case. `transport` None: no address is set, and nobody can be asked so."""

    def __init__(
        self,
        log: EventLog,
        messages: MessageStore,
        codec: MemberBatchCodec,
        transport: UnionTransport | None,
        clock: Clock,
    ) -> None:
        self._log, self._messages, self._codec = log, messages, codec
        self._transport, self._clock = transport, clock

    @property
    def is_offered(self) -> bool:
        """Whether questions can leave together from here."""
        return self._transport is not None

    def is_open(self, where: UUID) -> bool:
        """Whether somebody opened a session in which questions may leave together now."""
        return self._transport is not None and self._transport.is_open(self._tpp_number(where))

    def ask(self, context: Context, where: UUID, patient_ids: Sequence[UUID], wish: Wish) -> Done[AskedTogether]:
        """Let questions about these patients leave in one message; without a session when one opens.

        Nothing is recorded when they cannot be asked. A repeated command, also one cut short, asks nothing again.
        Raises `Invalid` and `NotAllowed`.
        """
        transport, wanted = self._offered(), tuple(dict.fromkeys(patient_ids))
        if len(wanted) > MOST:
            raise Invalid("insurability_too_many", f"At most {MOST} patients in one message.", field="patient_ids")
        if not self.is_open(where) and self._reference(context, where)[1] is None:
            return decide(self._log, context, lambda: self._to_queue(where, wanted, wish))
        begun, is_new = self._begun(context, where, wanted, wish)
        if not is_new:
            return decide(self._log, context, lambda: Decided([], begun))
        happened = self._handed_over(transport, where, begun)
        is_queued = isinstance(happened, BatchFailed) and happened.is_certain and not self.is_open(where)
        return decide(self._log, context, lambda: self._ended(where, begun, happened, is_queued=is_queued))

    def ask_queued(self, context: Context, where: UUID, patient_ids: Sequence[UUID], wish: Wish) -> AskedTogether:
        """Let those leave in one message that wait for a session; who waits no more is not asked about.

        What stays in the queue comes back `queued`: no session is open, or whoever is asked is away for now.
        Raises `Invalid` and `NotAllowed` as `ask`.
        """
        transport = self._offered()
        if not self.is_open(where):
            return AskedTogether("", "queued", (), tuple(patient_ids))
        begun, is_new = self._begun(context, where, patient_ids, wish, only_queued=True)
        if not is_new:
            return begun
        happened = self._handed_over(transport, where, begun)
        is_queued = isinstance(happened, BatchFailed) and happened.is_certain and happened.code in PASSING
        return decide(self._log, context, lambda: self._ended(where, begun, happened, is_queued=is_queued)).result

    def of(self, where: UUID, reference: str, at: int | None = None) -> Batch:
        """What became of a message. Raises `NotFound`."""
        stream = batches.batch_id(where, reference)
        state = batches.fold(self._log.load([stream], at).get(stream, []))
        if state is None:
            raise NotFound("insurability_batch_unknown", "No message of this practice has that reference.")
        return state

    def _begun(
        self, context: Context, where: UUID, wanted: Sequence[UUID], wish: Wish, *, only_queued: bool = False
    ) -> tuple[AskedTogether, bool]:
        """As committed by this command, and whether that was now."""

        def decision() -> Decided[tuple[AskedTogether, bool]]:
            reference, known = self._reference(context, where)
            if known is not None:
                return Decided([], (_told(known, ()), False))
            stream = batches.batch_id(where, reference)
            streams = Streams(self._log, [stream, *map(queries.queries_id, wanted)])
            still = [one for one in wanted if not only_queued or _is_queued(streams, one, wish)]
            asked, left_out = self._questions(where, still, reference, wish)
            if not asked:
                return Decided([], (AskedTogether("", "failed", (), (), left_out), False))
            content = self._codec.write_together(list(asked.values()), self._tpp_number(where))
            sha256, _ = self._messages.put(content, QUESTION, "out", where)
            batch = BatchAsked(where, reference, *wish.span, tuple(asked), sha256)
            changes = [streams.change(stream, [batch])]
            for patient, question in asked.items():
                happened = InsurabilityAsked(where, patient, question.reference, *wish.span, sha256, reference)
                changes.append(streams.change(queries.queries_id(patient), [happened]))
            return Decided(changes, (_told(Batch(batch), left_out), True))

        return decide(self._log, Context(context.meta), decision).result

    def _handed_over(self, transport: UnionTransport, where: UUID, begun: AskedTogether) -> BatchTaken | BatchFailed:
        try:
            content = self._messages.get(self._batch(where, begun.reference)[1].asked.message)
            transport.transmit(content, begun.reference, "", self._tpp_number(where))
        except OutcomeUnknown:
            return BatchFailed("no_answer", is_certain=False)
        except NotTransmitted as refused:
            return BatchFailed(refused.code, refused.said)
        return BatchTaken()

    def _ended(
        self, where: UUID, begun: AskedTogether, happened: BatchTaken | BatchFailed, *, is_queued: bool
    ) -> Decided[AskedTogether]:
        """`is_queued`: its questions wait again, each in the place that it had."""
        streams, before = self._batch(where, begun.reference)
        after = batches.evolve(before, happened) or before
        changes = [streams.change(batches.batch_id(where, begun.reference), [happened])]
        if not is_queued:
            return Decided(changes, _told(after, begun.left_out))
        of_each = Streams(self._log, map(queries.queries_id, begun.asked))
        for place, one in enumerate(begun.asked):
            stream = queries.queries_id(one)
            reference = batches.question_reference(begun.reference, place)
            back = queries.put_back(queries.fold(of_each.events(stream)), reference, together=True)
            changes.append(of_each.change(stream, back))
        return Decided(changes, AskedTogether("", "queued", (), begun.asked, begun.left_out))

    def _to_queue(self, where: UUID, wanted: Sequence[UUID], wish: Wish) -> Decided[AskedTogether]:
        """A question in the stream of each patient; those that wait already stay as they are."""
        asked, left_out = self._questions(where, wanted, "", wish)
        streams = Streams(self._log, map(queries.queries_id, asked))
        changes = []
        for one in asked:
            stream = queries.queries_id(one)
            state = queries.fold(streams.events(stream))
            reference = queries.reference_of(one, len(state.every))
            happened = InsurabilityQueued(where, one, reference, *wish.span, together=True)
            changes.append(streams.change(stream, queries.queue(state, happened)))
        return Decided(changes, AskedTogether("", "queued" if asked else "failed", (), tuple(asked), left_out))

    def _reference(self, context: Context, where: UUID) -> tuple[str, Batch | None]:
        """One that no message has yet, or that of this very command with what it asked."""
        command = context.meta.command_id
        seed = command or self._clock.now().isoformat()
        for nth in count():
            reference = batches.reference_of(where, seed, nth)
            recorded = self._log.history(batches.batch_id(where, reference))
            if not recorded:
                return reference, None
            if command and recorded[0].meta.command_id == command:
                return reference, batches.fold(one.event for one in recorded)
        raise AssertionError("unreachable")

    def _questions(
        self, where: UUID, wanted: Sequence[UUID], reference: str, wish: Wish
    ) -> tuple[dict[UUID, MemberQuestion], tuple[tuple[UUID, str], ...]]:
        """By patient, in their order; and who cannot be asked about. Raises `Invalid`."""
        queries.check_span(wish.first_day, wish.last_day, local_date(self._clock.now()))
        loaded = self._log.load(wanted)
        asked: dict[UUID, MemberQuestion] = {}
        left_out: list[tuple[UUID, str]] = []
        for one in wanted:
            state = patients.fold(loaded.get(one, []))
            try:
                patient = _askable(state, where)
                asked[one] = question_of(batches.question_reference(reference, len(asked)), patient, wish)
            except (Invalid, NotAllowed) as refused:
                left_out.append((one, refused.code))
        return asked, tuple(left_out)

    def _batch(self, where: UUID, reference: str) -> tuple[Streams, Batch]:
        stream = batches.batch_id(where, reference)
        streams = Streams(self._log, [stream])
        state = batches.fold(streams.events(stream))
        assert state is not None  # noqa: S101 - `_begun` asked it
        return streams, state

    def _tpp_number(self, where: UUID) -> str:
        return establishment_of(self._log, where).details.tpp_number

    def _offered(self) -> UnionTransport:
        if self._transport is None:
            raise NotAllowed(
                "member_data_async_missing", "No address is set: see QUITTANCE_MYCARENET_MEMBER_DATA_ASYNC."
            )
        return self._transport


def _is_queued(streams: Streams, patient_id: UUID, wish: Wish) -> bool:
    awaited = queries.fold(streams.events(queries.queries_id(patient_id))).awaited(*wish.span)
    return awaited is not None and awaited.is_queued


def _askable(state: Patient | None, where: UUID) -> Patient:
    if state is None or state.establishment_id != where:
        raise NotAllowed("patient_unknown", "There is no such patient.")
    if state.is_erased:
        raise NotAllowed("patient_erased", "This patient's personal data were erased for good.")
    return state


def _told(state: Batch, left_out: tuple[tuple[UUID, str], ...]) -> AskedTogether:
    return AskedTogether(state.asked.reference, state.status, state.codes, state.asked.patient_ids, left_out)
