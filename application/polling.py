"""Ask the unions what waits for a practice, and keep of each time what came of it, with the answer as it came."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from application.commit import Decided, Streams, decide
from application.one_by_one import one_by_one
from application.ports import (
    Change,
    Clock,
    Collected,
    ConcurrencyConflict,
    Context,
    EventLog,
    MessageStore,
    UnionsNotReached,
    UnionTransport,
    Watch,
)
from domain import establishment as establishments
from domain import mailbox as mailboxes
from domain.errors import NotFound
from domain.local_time import local_date
from domain.mailbox import Mailbox, MailboxPolled

T = TypeVar("T")
PROOF = "poll"
"""Under which kind the whole answer is kept."""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The mailbox of each establishment, by its third-party number. `which`: of its two."""

    log: EventLog
    messages: MessageStore
    transport: UnionTransport
    clock: Clock
    which: Mailbox = "invoicing"

    def is_open(self, where: UUID) -> bool:
        """Whether a session is open in which it can be asked. Raises `NotFound`."""
        return self.transport.is_open(self._tpp_number(where))

    def queued(self, where: UUID) -> Change:
        """Let it be asked when a session opens."""
        mailbox = self._today(where)
        streams = Streams(self.log, [mailbox])
        return streams.change(mailbox, mailboxes.queue_poll(streams.events(mailbox), where, self.which))

    def fetch(
        self, context: Context, where: UUID, take: Callable[[bytes], T], watch: Watch = iter, *, is_scheduled: bool
    ) -> tuple[T, ...]:
        """Ask, and let each thing that waits be taken in, in a session. Raises `UnionsNotReached`.

        Asked again while an answer was full and brought something new. A receipt is confirmed last: what was cut short
        before waits there still, and so does what cannot be taken in just now because others write the same
        (`ConcurrencyConflict`). One that cannot be taken in or confirmed keeps none of those behind it back.
        """
        taken, seen = list[T](), set[str]()
        with one_by_one() as each:
            while True:
                tpp_number, collected = self.ask(context, where, is_scheduled=is_scheduled)
                receipts = {receipt for receipt, _ in collected.waiting}
                is_new, looked_at = not receipts <= seen, 0
                seen |= receipts
                for receipt, content in watch(collected.waiting):
                    looked_at += 1
                    with each(), suppress(ConcurrencyConflict):
                        taken.append(take(content))
                        self.transport.confirm(tpp_number, [receipt])
                if not (collected.has_more and is_new and looked_at == len(collected.waiting)):
                    break
        return tuple(taken)

    def ask(self, context: Context, where: UUID, *, is_scheduled: bool) -> tuple[str, Collected]:
        """Its number, and what waits there. That it was asked is committed first.

        Raises `NotFound` and `UnionsNotReached`.
        """
        tpp_number = self._tpp_number(where)
        try:
            collected = self.transport.collect(tpp_number)
        except UnionsNotReached as error:
            proof = self._keep(error.proof, where)
            self._note(context, where, MailboxPolled(where, "failed", 0, error.code, proof, is_scheduled, self.which))
            raise
        count, proof = len(collected.waiting), self._keep(collected.proof, where)
        outcome: mailboxes.Outcome = "messages" if count else "nothing"
        self._note(context, where, MailboxPolled(where, outcome, count, "", proof, is_scheduled, self.which))
        return tpp_number, collected

    def _keep(self, proof: bytes, where: UUID) -> str:
        return self.messages.put(proof, PROOF, "in", where)[0] if proof else ""

    def _note(self, context: Context, where: UUID, happened: MailboxPolled) -> None:
        def decision() -> Decided[None]:
            mailbox = self._today(where)
            return Decided([Streams(self.log, [mailbox]).change(mailbox, [happened])], None)

        decide(self.log, context, decision)

    def _today(self, where: UUID) -> UUID:
        return mailboxes.mailbox_id(where, local_date(self.clock.now()), self.which)

    def _tpp_number(self, where: UUID) -> str:
        state = establishments.fold(self.log.load([where]).get(where, []))
        if state is None:
            raise NotFound("establishment_unknown", "There is no such establishment.")
        return state.details.tpp_number
