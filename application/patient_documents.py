"""Documents for patients: which invoices have one to be given, and noting that it was, one by one or a file at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Change, Clock, Context, EventLog
from domain import invoice as invoices
from domain import sending as sendings
from domain.day_events import DayBilled, DayCredited
from domain.errors import Invalid, NotFound
from domain.invoice import Invoice
from domain.local_time import local_date
from domain.patient_document import Correction, Way


@dataclass(frozen=True, slots=True)
class Corrected:
    """An original invoice, and those that correct it, in the order in which they were made."""

    invoice_id: UUID
    invoice: Invoice
    corrections: tuple[tuple[UUID, Invoice], ...] = ()

    @property
    def ended(self) -> tuple[Correction, ...]:
        """Corrections that their insurer answered."""
        return tuple(
            Correction(identifier, one.made.sending_id)
            for identifier, one in self.corrections
            if one.status == "settled"
        )

    @property
    def untold(self) -> tuple[Correction, ...]:
        """Those whose end the patient was not told of."""
        return tuple(one for one in self.ended if one.invoice_id not in self.invoice.told)

    @property
    def is_due(self) -> bool:
        """The patient is to be given a document: the first one, or a new one after a correction."""
        return self.invoice.status != "withdrawn" and (not self.invoice.documents or bool(self.untold))

    def is_due_for(self, sending_id: UUID) -> bool:
        """Because of that sending: it asks this invoice, or corrects it."""
        first = self.invoice.made.sending_id == sending_id and not self.invoice.documents
        return self.is_due and (first or any(one.sending_id == sending_id for one in self.untold))


@dataclass(frozen=True, slots=True)
class DocumentsGiven:
    """`invoice_ids`: invoices whose document was noted."""

    invoice_ids: tuple[UUID, ...]


class PatientDocuments:
    """The use cases."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log, self._clock = log, clock

    def of_sending(self, sending_id: UUID, at: int | None = None) -> tuple[Corrected, ...]:
        """The documents that a file calls for, in the order of its invoices. Raises `NotFound`."""
        state = sendings.fold(self._log.load([sending_id], at).get(sending_id, []), sending_id)
        if state is None:
            raise NotFound("sending_unknown", "There is no such sending.")
        return self.of_invoices(state.made.invoice_ids, at)

    def of_invoices(self, invoice_ids: Sequence[UUID], at: int | None = None) -> tuple[Corrected, ...]:
        """Of these, or of the originals that they correct, each once."""
        known = _Invoices(self._log, at)
        originals = dict.fromkeys(first for one in invoice_ids if (first := known.original(one)))
        return tuple(known.corrected(list(originals)))

    def give(
        self,
        context: Context,
        where: UUID,
        invoice_ids: Sequence[UUID],
        given_on: Date,
        way: Way,
        position: int | None = None,
    ) -> Done[DocumentsGiven]:
        """Note that their patients were given them as made up to that position, None: up to now.

        One commit for all. Raises `NotFound`, `NotAllowed`, `Invalid` for the first that cannot be.
        """

        def decision() -> Decided[DocumentsGiven]:
            made_at = self._position(position)
            known = self.of_invoices(invoice_ids, made_at)
            return self._given(where, list(dict.fromkeys(invoice_ids)), known, given_on, way, made_at)

        return decide(self._log, context, decision)

    def give_all(
        self, context: Context, where: UUID, sending_id: UUID, given_on: Date, way: Way, position: int | None = None
    ) -> Done[DocumentsGiven]:
        """The same for all documents that a sending calls for and that were not noted yet, perhaps none."""

        def decision() -> Decided[DocumentsGiven]:
            made_at = self._position(position)
            known = [one for one in self.of_sending(sending_id, made_at) if one.is_due_for(sending_id)]
            streams = Streams(self._log, [one.invoice_id for one in known])
            still = [one.invoice_id for one in known if _is_news(_owned(streams, where, one.invoice_id), one)]
            return self._given(where, still, known, given_on, way, made_at)

        return decide(self._log, context, decision)

    def withdraw(self, context: Context, where: UUID, invoice_id: UUID) -> Done[DocumentsGiven]:
        """The last document of the invoice was noted by mistake. Raises `NotFound`."""

        def decision() -> Decided[DocumentsGiven]:
            streams = Streams(self._log, [invoice_id])
            happened = invoices.withdraw_document(_owned(streams, where, invoice_id))
            return Decided([streams.change(invoice_id, happened)], DocumentsGiven((invoice_id,)))

        return decide(self._log, context, decision)

    def _position(self, asked: int | None) -> int:
        head = self._log.head()
        if asked is not None and not 0 < asked <= head:
            raise Invalid("field_invalid", "position: give one that the log has.", field="position")
        return head if asked is None else asked

    def _given(
        self,
        where: UUID,
        invoice_ids: Sequence[UUID],
        known: Iterable[Corrected],
        given_on: Date,
        way: Way,
        made_at: int,
    ) -> Decided[DocumentsGiven]:
        """`known`: as of the position up to which the documents were made."""
        today, ended_of = local_date(self._clock.now()), {one.invoice_id: one.ended for one in known}
        if not ended_of.keys() >= set(invoice_ids):
            raise Invalid("field_invalid", "position: give one at which the invoice was there.", field="position")
        streams = Streams(self._log, invoice_ids)
        changes: list[Change] = []
        for identifier in invoice_ids:
            state, ended = _owned(streams, where, identifier), ended_of.get(identifier, ())
            happened = invoices.give_document(state, given_on, way, made_at, ended, today)
            changes.append(streams.change(identifier, happened))
        return Decided(changes, DocumentsGiven(tuple(change.stream_id for change in changes)))


def _owned(streams: Streams, where: UUID, invoice_id: UUID) -> Invoice:
    state = invoices.fold(streams.events(invoice_id))
    if state is None or state.made.establishment_id != where:
        raise NotFound("invoice_unknown", "There is no such invoice here.")
    return state


def _is_news(now: Invoice, made: Corrected) -> bool:
    """Whether a document made then still tells its patient anything that no other one did since."""
    return now.status != "withdrawn" and (
        not now.documents or any(one.invoice_id not in now.told for one in made.ended)
    )


class _Invoices:
    """Invoices as of a position, each loaded once; and which of them correct which."""

    def __init__(self, log: EventLog, at: int | None) -> None:
        self._log, self._at = log, at
        self._known: dict[UUID, Invoice | None] = {}

    def original(self, invoice_id: UUID) -> UUID | None:
        """The invoice itself, or the one at the beginning of what it corrects; None when that is not known."""
        passed = set[UUID]()
        following: UUID | None = invoice_id
        while following is not None and following not in passed:
            state = self._of([following])[following]
            if state is None:
                return None
            if state.is_original:
                return following
            passed.add(following)
            following = state.made.previous_invoice_id
        return None

    def corrected(self, originals: Sequence[UUID]) -> Iterable[Corrected]:
        """With what corrects each: found on their days, for an invoice does not know what follows it."""
        found = {identifier: state for identifier, state in self._of(originals).items() if state is not None}
        loaded = self._log.load({day_id for state in found.values() for day_id in state.made.day_ids}, self._at)
        met = {day_id: _asked_in(events) for day_id, events in loaded.items()}
        self._of({one for asked in met.values() for one in asked})
        for identifier, state in found.items():
            others = dict.fromkeys(one for day_id in state.made.day_ids for one in met.get(day_id, ()))
            its = [one for one in others if one != identifier and self.original(one) == identifier]
            made = {one: known for one, known in self._of(its).items() if known and known.status != "withdrawn"}
            yield Corrected(identifier, state, tuple(made.items()))

    def _of(self, ids: Collection[UUID]) -> Mapping[UUID, Invoice | None]:
        new = [one for one in ids if one not in self._known]
        loaded = self._log.load(new, self._at) if new else {}
        self._known |= {one: invoices.fold(loaded.get(one, [])) for one in new}
        return {one: self._known[one] for one in ids}


def _asked_in(events: Iterable[object]) -> tuple[UUID, ...]:
    """Invoices that asked or gave back something of a day, in their order."""
    return tuple(event.invoice_id for event in events if isinstance(event, DayBilled | DayCredited))
