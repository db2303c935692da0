"""Take in what insurers say to questions that left together: any order, doubled or in parts, ends alike.

Bytes are stored, then all that follows from them is committed at once, then they are confirmed. Each patient's answer
is kept by itself too, so that who reads it reads nothing of anybody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from application.commit import Decided, Done, Streams, caused, decide
from application.insurability import ANSWER, outcome_of
from application.mycarenet_ports import MemberBatchCodec
from application.polling import Mailboxes
from application.ports import (
    Change,
    Clock,
    Context,
    EventLog,
    MessageStore,
    UnionTransport,
    UnreadableMessage,
    Watch,
)
from domain import inbox
from domain import insurability_batch as batches
from domain import insurability_query as queries
from domain.answer import TECHNICAL, Answer
from domain.inbox import ItemRaised
from domain.insurability_batch import Batch, BatchNotTreated
from domain.insurability_query import InsurabilityAnswered
from domain.mailbox import Mailbox
from domain.member_answer import MemberAnswer

ANSWERS = "member_answers"
"""Kind of the stored bytes as they came, with what is said about everybody."""
Outcome = Literal["read", "already_read", "unmatched", "unreadable"]


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What was understood of one thing that came. `reference`: of the message that left; `count`: answers new here."""

    message: str
    kind: Literal["answers", "acknowledgement", "refusal", ""]
    outcome: Outcome
    reference: str = ""
    count: int = 0
    item: str = ""


@dataclass(frozen=True, slots=True)
class BatchesFetched:
    """What came of asking. `outcome` is queued while no session is open: insurers are asked when one opens."""

    outcome: Literal["queued", "nothing", "messages"]
    reports: tuple[BatchReport, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """One patient's answer, and under which hash it is kept."""

    answer: MemberAnswer
    sha256: str


class InsurabilityAnswers:
    """The mailbox of questions about members, read."""

    mailbox: Mailbox = "member_data"

    def __init__(
        self, log: EventLog, messages: MessageStore, codec: MemberBatchCodec, transport: UnionTransport, clock: Clock
    ) -> None:
        self._log, self._messages, self._codec = log, messages, codec
        self._mailboxes = Mailboxes(log, messages, transport, clock, self.mailbox)

    def is_open(self, where: UUID) -> bool:
        """Whether a session is open in which it can be asked. Raises `NotFound`."""
        return self._mailboxes.is_open(where)

    def collect(self, context: Context, where: UUID, watch: Watch = iter) -> Done[BatchesFetched]:
        """Fetch what waits, or let it be fetched when a session opens. Raises `UnionsNotReached`."""
        if not self.is_open(where):
            queued = BatchesFetched("queued")
            return decide(self._log, context, lambda: Decided([self._mailboxes.queued(where)], queued))
        reports = self.fetch(Context(context.meta), where, watch)
        told = BatchesFetched("messages" if reports else "nothing", reports)
        return decide(self._log, context, lambda: Decided([], told))

    def fetch(
        self, context: Context, where: UUID, watch: Watch = iter, *, is_scheduled: bool = False
    ) -> tuple[BatchReport, ...]:
        """Ask and take in what waits, in a session. Raises `UnionsNotReached`."""

        def take(content: bytes) -> BatchReport:
            return self.take(context, where, content)

        return self._mailboxes.fetch(context, where, take, watch, is_scheduled=is_scheduled)

    def take(self, context: Context, where: UUID, content: bytes) -> BatchReport:
        """Keep one thing that came, and commit what it says. Raises `ConcurrencyConflict`."""
        sha256, _ = self._messages.put(content, ANSWERS, "in", where)
        context = caused(context, sha256)
        try:
            said = self._codec.read_together(content)
        except UnreadableMessage as unreadable:
            facts = (("code", unreadable.code),)
            return self._left_to_a_person(context, where, BatchReport(sha256, "", "unreadable"), facts)
        if isinstance(said, Answer):
            return decide(self._log, context, lambda: self._of_message(where, sha256, said)).result
        pieces = [_Piece(answer, self._messages.put(raw, ANSWER, "in", where)[0]) for answer, raw in said]
        return decide(self._log, context, lambda: self._of_patients(where, sha256, pieces)).result

    def _of_message(self, where: UUID, sha256: str, said: Answer) -> Decided[BatchReport]:
        """A word of the network or of an insurer about the message as a whole."""
        kind: Literal["acknowledgement", "refusal"] = "acknowledgement" if said.message == TECHNICAL else "refusal"
        reference = said.provider_reference
        stream = batches.batch_id(where, reference)
        streams = Streams(self._log, [stream])
        state = batches.fold(streams.events(stream))
        if state is None:
            report = BatchReport(sha256, kind, "unmatched", reference)
            return self._unmatched(where, report, [reference], [])
        if kind == "acknowledgement":
            events = batches.acknowledge(state, said.oa_reference, sha256)
        else:
            events = batches.leave_untreated(state, BatchNotTreated(said.oa_reference, said.refusal_type or "", sha256))
        report = BatchReport(sha256, kind, "read" if events else "already_read", reference)
        return Decided([streams.change(stream, events)], report)

    def _of_patients(self, where: UUID, sha256: str, pieces: Sequence[_Piece]) -> Decided[BatchReport]:
        """Answers, each to the patient whose question it repeats; of one message as a rule."""
        references = dict.fromkeys(batches.reference_in(one.answer.reference) for one in pieces)
        streams = Streams(self._log, [batches.batch_id(where, one) for one in references])
        known = {one: batches.fold(streams.events(batches.batch_id(where, one))) for one in references}
        about = {one.answer.reference: _patient(known, one.answer.reference) for one in pieces}
        streams.also(queries.queries_id(patient) for patient in about.values() if patient)
        happened: dict[UUID, list[object]] = {}
        counts = dict.fromkeys(references, 0)
        for piece in pieces:
            reference = piece.answer.reference
            patient = about[reference]
            if patient is None:
                continue
            stream = queries.queries_id(patient)
            new = happened.setdefault(stream, [])
            state = queries.fold([*streams.events(stream), *new])
            question = state.of(reference)
            counts[batches.reference_in(reference)] += question is not None and not question.answers
            new += queries.answer(state, _answered(piece))
        changes = [streams.change(stream, events) for stream, events in happened.items()]
        for reference, batch in known.items():
            if batch is not None:
                stream = batches.batch_id(where, reference)
                changes.append(streams.change(stream, batches.answer(batch, sha256, counts[reference])))
        first = next(iter(references), "")
        is_new = any(change.events for change in changes)
        report = BatchReport(sha256, "answers", "read" if is_new else "already_read", first, sum(counts.values()))
        unknown = [reference for reference, patient in about.items() if patient is None]
        return self._unmatched(where, report, unknown, changes) if unknown or not pieces else Decided(changes, report)

    def _unmatched(
        self, where: UUID, report: BatchReport, unknown: Sequence[str], changes: Sequence[Change]
    ) -> Decided[BatchReport]:
        """What answers no question of ours is shown to a person, once for all that came with it."""
        facts = (("reference", unknown[0] if unknown else ""), ("count", str(len(unknown))))
        return self._with_item(where, report, "question_unknown", facts, changes)

    def _left_to_a_person(
        self, context: Context, where: UUID, report: BatchReport, facts: tuple[tuple[str, str], ...]
    ) -> BatchReport:
        return decide(self._log, context, lambda: self._with_item(where, report, "unreadable", facts, [])).result

    def _with_item(
        self,
        where: UUID,
        report: BatchReport,
        kind: str,
        facts: tuple[tuple[str, str], ...],
        changes: Iterable[Change],
    ) -> Decided[BatchReport]:
        item = inbox.item_id(inbox.message_id(where, report.message), kind, "")
        streams = Streams(self._log, [item])
        if streams.events(item):
            return Decided(list(changes), BatchReport(report.message, report.kind, "already_read", report.reference))
        raised = ItemRaised(where, kind, report.message, None, facts)
        outcome: Outcome = "unreadable" if kind == "unreadable" else "unmatched"
        told = BatchReport(report.message, report.kind, outcome, report.reference, report.count, kind)
        return Decided([*changes, streams.change(item, [raised])], told)


def _patient(known: dict[str, Batch | None], question: str) -> UUID | None:
    batch = known[batches.reference_in(question)]
    return batch.patient_of(question) if batch else None


def _answered(piece: _Piece) -> InsurabilityAnswered:
    answer = piece.answer
    return InsurabilityAnswered(answer.reference, piece.sha256, outcome_of(answer), answer.io, answer.codes)
