"""Read what the unions answer: store the bytes, commit, then interpret; any order of arrival ends alike.

An answer binds to the one sending whose reference it carries. What does not fit becomes an item for a person, and
everything else of the file is processed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from application.apply_answer import Applied, apply_answer
from application.commit import Decided, Done, Streams, caused, decide
from application.polling import Mailboxes
from application.ports import (
    BillingFileCodec,
    Clock,
    ConcurrencyConflict,
    Context,
    EventLog,
    Lookups,
    MessageStore,
    UnionTransport,
    UnreadableMessage,
    Watch,
)
from domain import inbox
from domain.answer import Answer
from domain.errors import DomainError
from domain.inbox import ItemRaised, MessageInterpreted, MessageReceived, MessageUnreadable
from domain.mailbox import Mailbox
from domain.sending import sending_id

Origin = Literal["union", "upload", "take_over"]
Settled = Callable[[Context, UUID], object]
_SETTLEMENT = "920900"


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What was understood of one file. `outcome` is already_read when the same bytes came before."""

    message: str
    kind: str
    outcome: Literal["read", "already_read", "unmatched", "unreadable", "not_applied"]
    sending_id: UUID | None = None
    status: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking the unions. `outcome` is queued while no session is open: they are asked when one opens."""

    outcome: Literal["queued", "nothing", "messages"]
    answers: tuple[AnswerReport, ...] = ()


class Answers:
    """Receive, collect, interpret again. `settled`: called behind the commit of each settlement; it raises nothing."""

    mailbox: Mailbox = "invoicing"

    def __init__(
        self,
        log: EventLog,
        lookups: Lookups,
        messages: MessageStore,
        codec: BillingFileCodec,
        transport: UnionTransport,
        clock: Clock,
        settled: Settled = lambda _context, _where: None,
    ) -> None:
        self._log, self._lookups, self._messages = log, lookups, messages
        self._codec, self._settled = codec, settled
        self._mailboxes = Mailboxes(log, messages, transport, clock)

    def is_open(self, where: UUID) -> bool:
        """Whether a session is open in which the unions can be asked. Raises `NotFound`."""
        return self._mailboxes.is_open(where)

    def collect(self, context: Context, where: UUID, watch: Watch = iter) -> Done[Fetched]:
        """Fetch what waits at the unions, or let it be fetched when a session opens. Raises `UnionsNotReached`."""
        if not self.is_open(where):
            return decide(self._log, context, lambda: Decided([self._mailboxes.queued(where)], Fetched("queued")))
        reports = self.fetch(Context(context.meta), where, watch)
        told = Fetched("messages" if reports else "nothing", reports)
        return decide(self._log, context, lambda: Decided([], told))

    def fetch(
        self, context: Context, where: UUID, watch: Watch = iter, *, is_scheduled: bool = False
    ) -> tuple[AnswerReport, ...]:
        """Ask and take in what waits, in a session. Raises `UnionsNotReached`."""

        def take(content: bytes) -> AnswerReport:
            return self._interpret_or_leave(context, where, self._store(context, where, content, "union"))

        return self._mailboxes.fetch(context, where, take, watch, is_scheduled=is_scheduled)

    def receive(self, context: Context, where: UUID, content: bytes, origin: Origin = "upload") -> Done[AnswerReport]:
        """Take a file that a person brings."""
        sha256 = self._store(Context(context.meta), where, content, origin)
        return self.interpret(context, where, sha256)

    def receive_or_leave(self, context: Context, where: UUID, content: bytes, origin: Origin) -> AnswerReport:
        """Take one of many files: what cannot be applied waits for a person and keeps none of the others back."""
        plain = Context(context.meta)
        return self._interpret_or_leave(plain, where, self._store(plain, where, content, origin))

    def retry_unmatched(self, context: Context, where: UUID) -> tuple[AnswerReport, ...]:
        """Interpret again what answered no known sending when it came."""
        plain = Context(context.meta)
        found = self._lookups.unmatched_messages(where)
        return tuple(self._interpret_or_leave(plain, where, sha256) for sha256 in found)

    def interpret(self, context: Context, where: UUID, sha256: str) -> Done[AnswerReport]:
        """Read a stored file and commit all that follows from it at once."""
        context = caused(context, sha256)
        content = self._messages.get(sha256)
        message = inbox.message_id(where, sha256)
        try:
            answer = self._codec.read_answer(content)
        except UnreadableMessage as unreadable:
            code = unreadable.code
            return decide(self._log, context, lambda: self._unreadable(where, message, sha256, code))
        done = decide(self._log, context, lambda: self._interpreted(where, message, sha256, answer))
        if answer.message == _SETTLEMENT:  # read before, too: whoever was cut short goes on with what follows
            self._settled(Context(context.meta), where)
        return done

    def _interpret_or_leave(self, context: Context, where: UUID, sha256: str) -> AnswerReport:
        """One file that cannot be applied must not keep back those behind it: it becomes an item for a person."""
        try:
            return self.interpret(context, where, sha256).result
        except (DomainError, ConcurrencyConflict) as refused:
            code = getattr(refused, "code", "busy")
            item = inbox.item_id(inbox.message_id(where, sha256), "not_applied", "")
            raised = ItemRaised(where, "not_applied", sha256, None, (("code", code),))

            def decision() -> Decided[AnswerReport]:
                streams = Streams(self._log, [item])
                new = [] if streams.events(item) else [raised]
                report = AnswerReport(sha256, "", "not_applied", items=("not_applied",))
                return Decided([streams.change(item, new)], report)

            return decide(self._log, caused(context, sha256), decision).result

    def _store(self, context: Context, where: UUID, content: bytes, origin: Origin) -> str:
        sha256, _ = self._messages.put(content, "answer", "in", where)
        message = inbox.message_id(where, sha256)

        def decision() -> Decided[None]:
            streams = Streams(self._log, [message])
            if streams.events(message):
                return Decided([], None)
            received = MessageReceived(where, sha256, len(content), origin)
            return Decided([streams.change(message, [received])], None)

        decide(self._log, caused(context, sha256), decision)
        return sha256

    def _unreadable(self, where: UUID, message: UUID, sha256: str, code: str) -> Decided[AnswerReport]:
        item = inbox.item_id(message, "unreadable", "")
        streams = Streams(self._log, [message, item])
        if any(isinstance(e, MessageUnreadable) for e in streams.events(message)):
            return Decided([], AnswerReport(sha256, "", "already_read"))
        raised = ItemRaised(where, "unreadable", sha256, None, (("code", code),))
        changes = [streams.change(message, [MessageUnreadable(code)]), streams.change(item, [raised])]
        return Decided(changes, AnswerReport(sha256, "", "unreadable", items=("unreadable",)))

    def _interpreted(self, where: UUID, message: UUID, sha256: str, answer: Answer) -> Decided[AnswerReport]:
        target = sending_id(where, answer.provider_reference)
        unmatched = inbox.item_id(message, "sending_unknown", "")
        streams = Streams(self._log, [message, target, unmatched])
        before = [e for e in streams.events(message) if isinstance(e, MessageInterpreted)]
        if any(e.sending_id is not None for e in before):
            report = AnswerReport(sha256, answer.message, "already_read", before[-1].sending_id)
            return Decided([], report)
        unread = sum(len(piece.raw) for piece in answer.unread)
        if not streams.events(target):
            if before:
                return Decided([], AnswerReport(sha256, answer.message, "unmatched"))
            facts = (("provider_reference", answer.provider_reference), ("message", answer.message))
            raised = ItemRaised(where, "sending_unknown", sha256, None, facts)
            noted = MessageInterpreted(answer.message, None, unread)
            changes = [streams.change(message, [noted]), streams.change(unmatched, [raised])]
            report = AnswerReport(sha256, answer.message, "unmatched", items=("sending_unknown",))
            return Decided(changes, report)
        applied = apply_answer(self._log, where, message, sha256, answer, target)
        noted = MessageInterpreted(answer.message, target, unread)
        changes = [streams.change(message, [noted]), *applied.changes]
        if streams.events(unmatched):
            changes.append(streams.change(unmatched, inbox.settle_item(inbox.fold_item(streams.events(unmatched)))))
        return Decided(changes, _report(sha256, answer, target, applied))


def _report(sha256: str, answer: Answer, target: UUID, applied: Applied) -> AnswerReport:
    return AnswerReport(sha256, answer.message, "read", target, applied.status, applied.items)
