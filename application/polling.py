"""Ask the unions what waits for a practice, and keep of each time what came of it, with the answer as it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.commit import Decided, Streams, decide
from application.ports import Change, Clock, Context, EventLog, MessageStore, UnionsNotReached, UnionTransport
from domain import establishment as establishments
from domain import mailbox as mailboxes
from domain.errors import NotFound
from domain.local_time import local_date
from domain.mailbox import MailboxPolled

PROOF = "poll"
"""Under which kind the whole answer is kept."""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The mailbox of each establishment, by its third-party number."""

    log: EventLog
    messages: MessageStore
    transport: UnionTransport
    clock: Clock

    def is_open(self, where: UUID) -> bool:
        """Whether a session is open in which it can be asked. Raises `NotFound`."""
        return self.transport.is_open(self._tpp_number(where))

    def queued(self, where: UUID) -> Change:
        """Let it be asked when a session opens."""
        mailbox = self._today(where)
        streams = Streams(self.log, [mailbox])
        return streams.change(mailbox, mailboxes.queue_poll(streams.events(mailbox), where))

    def ask(self, context: Context, where: UUID, *, is_scheduled: bool) -> tuple[str, Sequence[tuple[str, bytes]]]:
        """Its number, and what waits there: (receipt, bytes). That it was asked is committed first.

        Raises `NotFound` and `UnionsNotReached`.
        """
        tpp_number = self._tpp_number(where)
        try:
            collected = self.transport.collect(tpp_number)
        except UnionsNotReached as error:
            proof = self._keep(error.proof, where)
            self._note(context, where, MailboxPolled(where, "failed", 0, error.code, proof, is_scheduled))
            raise
        count, proof = len(collected.waiting), self._keep(collected.proof, where)
        outcome: mailboxes.Outcome = "messages" if count else "nothing"
        self._note(context, where, MailboxPolled(where, outcome, count, "", proof, is_scheduled))
        return tpp_number, collected.waiting

    def _keep(self, proof: bytes, where: UUID) -> str:
        return self.messages.put(proof, PROOF, "in", where)[0] if proof else ""

    def _note(self, context: Context, where: UUID, happened: MailboxPolled) -> None:
        def decision() -> Decided[None]:
            mailbox = self._today(where)
            return Decided([Streams(self.log, [mailbox]).change(mailbox, [happened])], None)

        decide(self.log, context, decision)

    def _today(self, where: UUID) -> UUID:
        return mailboxes.mailbox_id(where, local_date(self.clock.now()))

    def _tpp_number(self, where: UUID) -> str:
        state = establishments.fold(self.log.load([where]).get(where, []))
        if state is None:
            raise NotFound("establishment_unknown", "There is no such establishment.")
        return state.details.tpp_number
