"""Documents beyond eFact after a run made them: handed out, paid, refused, taken back, cancelled; a person notes it."""

from collections.abc import Callable, Sequence
from datetime import date as Date
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Change, Clock, Context, EventLog
from application.run_documents import withdrawn
from domain import billing_day as days
from domain import document as documents
from domain import patient as patients
from domain.billing_day import BillingDay
from domain.document import Document
from domain.errors import Invalid, NotFound
from domain.local_time import local_date

_SHORTEST_REASON = 3
_Act = Callable[[BillingDay, UUID], Sequence[object]]


class Documents:
    """The use cases. `where`: the establishment that the caller may act in; a document of another one is absent."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log, self._clock = log, clock

    def hand_out(self, context: Context, where: UUID, document_id: UUID, on: Date) -> Done[Document]:
        """Note that it went to its addressee: a cancelled run leaves it alone from now on."""
        return self._note(context, where, document_id, lambda state: documents.hand_out(state, on, self._today()))

    def pay(
        self, context: Context, where: UUID, document_id: UUID, on: Date, cents: int, reference: str = ""
    ) -> Done[Document]:
        """Note money that came; its days count as paid once all of it is there."""

        def paid(state: Document) -> list[object]:
            kept = "" if self._is_erased(state.made.patient_id) else reference
            return documents.pay(state, on, cents, kept, self._today())

        return self._note(context, where, document_id, paid, days.pay_on_document)

    def refuse(self, context: Context, where: UUID, document_id: UUID, on: Date) -> Done[Document]:
        """Note that the addressee does not pay: its days are refused, and wait for a decision. Raises `Invalid`."""
        if len(context.meta.reason.strip()) < _SHORTEST_REASON:
            raise Invalid("reason_missing", "reason: say why the addressee does not pay.", field="reason")

        def refused(state: Document) -> list[object]:
            return documents.refuse(state, on, self._today())

        return self._note(context, where, document_id, refused, days.refuse_on_document)

    def reopen(self, context: Context, where: UUID, document_id: UUID) -> Done[Document]:
        """Take back that it was paid or refused, unless something was decided about a day of it since."""
        return self._note(context, where, document_id, documents.reopen, days.reopen_on_document)

    def cancel(self, context: Context, where: UUID, document_id: UUID) -> Done[Document]:
        """Withdraw it, also when it is handed out: its days stand as before, its number is not used again."""

        def decision() -> Decided[Document]:
            streams, state = self._of(where, document_id)
            changes = withdrawn(self._log, state, streams, "document_cancelled")
            return Decided(changes, documents.evolve(state, documents.DocumentCancelled(), document_id))

        return decide(self._log, context, decision)

    def _note(
        self,
        context: Context,
        where: UUID,
        document_id: UUID,
        act: Callable[[Document], list[object]],
        of_days: _Act | None = None,
    ) -> Done[Document]:
        """`of_days`: what happens to each day when that closes the document, or opens it again."""

        def decision() -> Decided[Document]:
            streams, after = self._of(where, document_id)
            before, happened = after, act(after)
            for one in happened:
                after = documents.evolve(after, one, document_id)
            changes = [streams.change(document_id, happened)]
            if of_days is not None and after.status != before.status:
                changes += self._days(before, of_days)
            return Decided(changes, after)

        return decide(self._log, context, decision)

    def _is_erased(self, patient_id: UUID) -> bool:
        """What would be sealed for them has no key any more."""
        state = patients.fold(self._log.load([patient_id]).get(patient_id, []))
        return state is not None and state.is_erased

    def _days(self, state: Document, act: _Act) -> list[Change]:
        inner = Streams(self._log, [one.day_id for one in state.made.days])
        found = ((one.day_id, days.fold(inner.events(one.day_id))) for one in state.made.days)
        return [inner.change(day_id, act(day, state.document_id)) for day_id, day in found if day is not None]

    def _of(self, where: UUID, document_id: UUID) -> tuple[Streams, Document]:
        streams = Streams(self._log, [document_id])
        events = streams.events(document_id)
        is_one = bool(events) and isinstance(events[0], documents.DocumentIssued)
        state = documents.fold(events, document_id) if is_one else None
        if state is None or state.made.establishment_id != where:
            raise NotFound("document_unknown", "There is no such document.")
        return streams, state

    def _today(self) -> Date:
        return local_date(self._clock.now())
