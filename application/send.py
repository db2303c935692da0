"""Hand prepared files over to the unions: commit the intent, transmit, record the outcome, never send twice blindly.

Without a session a file waits in a queue; whoever works it off hands it over in the name of whoever asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Literal, cast
from uuid import UUID

from application.apply_answer import ITEM_OF
from application.commit import Decided, Done, Streams, decide
from application.ports import (
    Clock,
    Context,
    EventLog,
    Lookups,
    MessageStore,
    NotTransmitted,
    OutcomeUnknown,
    UnionTransport,
)
from application.run_changes import give_back
from domain import establishment as establishments
from domain import inbox
from domain import numbering as numbers
from domain import sending as sendings
from domain.errors import DomainError, NotAllowed, NotFound
from domain.local_time import local_date
from domain.rules.limits import Scope


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one sending. `code` says why when it was held back, failed, or waits for what no session brings.

    `until`: the first day on which it may leave, where a limit of the insurers held it back. `said`: the code of
    whoever refused the file. `registration_id`, `holder_kind`: under which it was to go where a mandate is missing, and
    of whoever held the session.
    """

    sending_id: UUID
    outcome: Literal["transmitted", "outcome_unknown", "queued", "held_back", "failed"]
    code: str = ""
    until: Date | None = None
    said: str = ""
    registration_id: UUID | None = None
    holder_kind: str = ""


class Dispatch:
    """Send, and settle what a person knows of an uncertain sending."""

    def __init__(
        self,
        log: EventLog,
        lookups: Lookups,
        messages: MessageStore,
        transport: UnionTransport,
        clock: Clock,
        files_scope: Scope | None = None,
        lacks_registration: Callable[[UUID], bool] = lambda _: False,
    ) -> None:
        self._log, self._lookups, self._messages = log, lookups, messages
        self._transport, self._clock, self._files_scope = transport, clock, files_scope
        self._lacks_registration = lacks_registration

    def send(self, context: Context, where: UUID, sending_ids: Sequence[UUID] = ()) -> Done[tuple[Sent, ...]]:
        """Send these, or every prepared sending of the establishment; limits of the insurers hold each back apart.

        What finds no session open, the first as one behind others, is queued.
        """
        wanted = list(sending_ids) or self._lookups.prepared_sending_ids(where)
        plain = Context(context.meta)
        outcomes = tuple(self._one(plain, where, identifier) for identifier in wanted)
        return decide(self._log, context, lambda: Decided([], outcomes))

    def queue(self, context: Context, where: UUID, sending_id: UUID) -> Done[Sent]:
        """Let it wait for a session, or for the next try in this one."""
        code = "registration_none" if self._lacks_registration(where) else ""

        def decision() -> Decided[Sent]:
            streams, state = self._of(where, sending_id)
            return Decided([streams.change(sending_id, sendings.queue(state))], Sent(sending_id, "queued", code))

        return decide(self._log, context, decision)

    def unqueue(self, context: Context, sending_id: UUID, code: str = "") -> Done[UUID]:
        """Take a sending out of the queue. `code`: why, when no person does it."""

        def decision() -> Decided[UUID]:
            streams, state = self._sending(sending_id)
            return Decided([streams.change(sending_id, sendings.unqueue(state, code))], sending_id)

        return decide(self._log, context, decision)

    def confirm_rejection(self, context: Context, sending_id: UUID) -> Done[UUID]:
        """A person takes a duplicate refusal as final, or that the file is not treated: days return."""

        def decision() -> Decided[UUID]:
            streams, state = self._sending(sending_id)
            happened = sendings.confirm_rejection(state)
            inner = Streams(self._log, state.made.invoice_ids)
            changes = give_back(self._log, state, inner, "rejected")
            ids = [inbox.item_id(sending_id, ITEM_OF[fact], "") for fact in state.facts & sendings.TO_CONFIRM]
            asked = Streams(self._log, ids)
            items = {item_id: inbox.fold_item(asked.events(item_id)) for item_id in ids}
            answered = [asked.change(i, inbox.settle_item(item)) for i, item in items.items() if item]
            return Decided([streams.change(sending_id, happened), *changes, *answered], sending_id)

        return decide(self._log, context, decision)

    def resolve(self, context: Context, sending_id: UUID, *, arrived: bool) -> Done[UUID]:
        """A person says whether a file of unknown outcome arrived; one that did not is prepared as before."""

        def decision() -> Decided[UUID]:
            streams, state = self._sending(sending_id)
            changes = [streams.change(sending_id, sendings.resolve(state, arrived=arrived))]
            if not arrived:
                numbering_id = numbers.numbering_id("sending", self._details(state.made.establishment_id).tpp_number)
                counting = Streams(self._log, [numbering_id])
                changes.append(counting.change(numbering_id, [numbers.FileNotSent(sending_id)]))
            return Decided(changes, sending_id)

        return decide(self._log, context, decision)

    def archive(self, context: Context, sending_id: UUID, *, archived: bool) -> Done[UUID]:
        """Put a sending out of sight, or back."""

        def decision() -> Decided[UUID]:
            streams, state = self._sending(sending_id)
            happened = sendings.archive(state, archived=archived)
            return Decided([streams.change(sending_id, happened)], sending_id)

        return decide(self._log, context, decision)

    def mark_read(self, context: Context, sending_id: UUID) -> Done[UUID]:
        """Take note of a settlement."""

        def decision() -> Decided[UUID]:
            streams, state = self._sending(sending_id)
            return Decided([streams.change(sending_id, sendings.mark_read(state))], sending_id)

        return decide(self._log, context, decision)

    def _one(self, context: Context, where: UUID, sending_id: UUID) -> Sent:
        try:
            content = self._messages.get(self._sending(sending_id)[1].made.message)
            if not self._transport.is_open(self._details(where).tpp_number):
                return self.queue(context, where, sending_id).result
            state, tpp_number = self._hand_over(context, where, sending_id)
        except DomainError as refused:
            return Sent(sending_id, "held_back", refused.code, cast("Date | None", refused.facts.get("until")))
        try:
            self._transport.transmit(content, state.made.provider_reference, state.made.union, tpp_number)
        except OutcomeUnknown:
            return Sent(sending_id, "outcome_unknown")
        except NotTransmitted as refused:
            self._record_failure(context, sending_id, tpp_number, refused)
            if not self._transport.is_open(tpp_number):  # it ended meanwhile
                return self.queue(context, where, sending_id).result
            return Sent(
                sending_id, "failed", refused.code, None, refused.said, refused.registration_id, refused.holder_kind
            )
        self._record(context, sending_id, sendings.SendingTransmitted())
        return Sent(sending_id, "transmitted")

    def _hand_over(self, context: Context, where: UUID, sending_id: UUID) -> tuple[sendings.Sending, str]:
        """Commit that the file leaves, and that it counts against the limits."""

        def decision() -> Decided[tuple[sendings.Sending, str]]:
            streams, state = self._of(where, sending_id)
            details = self._details(where)
            today = local_date(self._clock.now())
            leaving = sendings.hand_over(state, today)
            numbering_id = numbers.numbering_id("sending", details.tpp_number)
            counting = Streams(self._log, [numbering_id])
            file = numbers.FileSent(state.made.union, today, state.made.billed_month, sending_id)
            counted = numbers.send_file(
                numbers.fold(counting.events(numbering_id)),
                file,
                lambda day: establishments.files_limit_of(details, day, self._files_scope),
            )
            return Decided(
                [streams.change(sending_id, leaving), counting.change(numbering_id, counted)],
                (state, details.tpp_number),
            )

        return decide(self._log, context, decision).result

    def _record(self, context: Context, sending_id: UUID, happened: object) -> None:
        def decision() -> Decided[None]:
            streams, _ = self._sending(sending_id)
            return Decided([streams.change(sending_id, [happened])], None)

        decide(self._log, context, decision)

    def _record_failure(self, context: Context, sending_id: UUID, tpp_number: str, refused: NotTransmitted) -> None:
        numbering_id = numbers.numbering_id("sending", tpp_number)

        def decision() -> Decided[None]:
            streams = Streams(self._log, [sending_id, numbering_id])
            said = refused.code, refused.said, refused.registration_id, refused.holder_kind
            failed = streams.change(sending_id, [sendings.SendingHandOverFailed(*said)])
            return Decided([failed, streams.change(numbering_id, [numbers.FileNotSent(sending_id)])], None)

        decide(self._log, context, decision)

    def _sending(self, sending_id: UUID) -> tuple[Streams, sendings.Sending]:
        streams = Streams(self._log, [sending_id])
        state = sendings.fold(streams.events(sending_id), sending_id)
        if state is None:
            raise NotFound("sending_unknown", "There is no such sending.")
        return streams, state

    def _of(self, where: UUID, sending_id: UUID) -> tuple[Streams, sendings.Sending]:
        streams, state = self._sending(sending_id)
        if state.made.establishment_id != where:
            raise NotFound("sending_unknown", "There is no such sending here.")
        return streams, state

    def _details(self, where: UUID) -> establishments.EstablishmentDetails:
        state = establishments.fold(self._log.load([where]).get(where, []))
        if state is None:
            raise NotAllowed("establishment_unknown", "There is no such establishment.")
        return state.details
