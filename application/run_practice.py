"""What a plan looks at beside the days: the establishment, its providers and its patients, now or as it stood."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any
from uuid import UUID

from application.ports import EventLog, KeyRing, Recorded
from application.register import billed_records, provider_id
from domain import document as documents
from domain import establishment as establishments
from domain import invoice as invoices
from domain import provider as providers
from domain import sending as sendings
from domain.billing_day import AGAIN, BillingDay
from domain.billing_file import PreviousInvoice
from domain.day_events import DayRefusedOnDocument, Settled
from domain.document import Document, DocumentIssued
from domain.errors import NotFound
from domain.establishment import Establishment
from domain.invoice import Invoice
from domain.patient import InsurabilityConfirmed, InsurabilityRecorded
from domain.pricing.book import PriceBook
from domain.provider import Provider
from domain.run_plan import Candidate, Practice
from domain.sending import SendingPrepared


def establishment_of(log: EventLog, where: UUID, upto: int | None = None) -> Establishment:
    """Its state. Raises `NotFound`."""
    state = establishments.fold(log.load([where], upto).get(where, []))
    if state is None:
        raise NotFound("establishment_unknown", "There is no such establishment.")
    return state


def practice_of(
    log: EventLog,
    keys: KeyRing,
    where: UUID,
    candidates: Collection[Candidate],
    prices: PriceBook,
    standing: Sequence[BillingDay] = (),
    upto: int | None = None,
) -> Practice:
    """With each record under which care is billed (itself, or the survivor of a merge). Raises `NotFound`."""
    owners = list({day.patient_id for day in (*(candidate.day for candidate in candidates), *standing)})
    people = billed_records(log, owners, upto)
    former = _former(log, candidates, upto)
    return Practice(
        where,
        establishment_of(log, where, upto),
        _providers(log, keys, candidates, upto),
        people,
        prices,
        tuple(day for day in standing if day.patient_id in people),
        former.previous(),
        _asked_again(log, candidates, {record: last for record, (last, _) in people.items()}, upto),
        {invoice_id: invoice.made for invoice_id, (invoice, _) in former.invoices.items()},
        former.credited(candidates),
    )


_REFUSES = Settled | DayRefusedOnDocument


def _asked_again(
    log: EventLog, candidates: Collection[Candidate], records: Mapping[UUID, UUID], upto: int | None
) -> set[UUID]:
    """Refused days of whose patient, on the record that is billed, the insurability was told since the refusal."""
    refused = {one.day_id: records.get(one.day.patient_id) for one in candidates if one.day.decision in AGAIN}
    if not refused:
        return set()
    people = log.histories({who for who in refused.values() if who}, upto)
    told = {who: _last(entries, InsurabilityRecorded | InsurabilityConfirmed) for who, entries in people.items()}
    days = log.histories(refused, upto)
    return {one for one, who in refused.items() if who and told.get(who, 0) > _last(days.get(one, ()), _REFUSES)}


def _last(entries: Sequence[Recorded], kind: Any) -> int:  # noqa: ANN401 - a type or several
    """Position of the last such event, 0 without any."""
    return max((one.position for one in entries if isinstance(one.event, kind)), default=0)


@dataclass(frozen=True, slots=True)
class _Former:
    """Invoices of earlier files that the candidates name, by id, each with its sending; and documents beyond eFact."""

    invoices: Mapping[UUID, tuple[Invoice, SendingPrepared]]
    documents: Sequence[Document]

    def previous(self) -> dict[UUID, PreviousInvoice]:
        """As a resubmission or a credit note names them; no file names a document."""
        papers = {
            one.document_id: PreviousInvoice(
                one.made.number, 0, one.made.destination, one.made.billed_month.replace("-", ""), ""
            )
            for one in self.documents
        }
        return papers | {
            invoice_id: PreviousInvoice(
                invoice.made.invoice_number,
                sending.sending_number,
                invoice.made.destination,
                invoice.made.billed_month.replace("-", ""),
                invoice.insurer_reference,
            )
            for invoice_id, (invoice, sending) in self.invoices.items()
        }

    def credited(self, candidates: Collection[Candidate]) -> dict[UUID, tuple[str, Date]]:
        """Union and date of the last credit note of each day that waits to be billed again after it."""
        found = {}
        for one in candidates:
            notes = [self.invoices[x.invoice_id][1] for x in one.day.credits if x.invoice_id in self.invoices]
            if notes:
                last = max(notes, key=lambda sending: sending.creation_date)
                found[one.day_id] = (last.union, last.creation_date)
        return found


def _former(log: EventLog, candidates: Collection[Candidate], upto: int | None) -> _Former:
    ids: set[UUID] = set()
    for one in candidates:
        if not one.day.is_prepared and one.day.invoice_id:
            ids |= {one.day.invoice_id, *one.day.to_credit, *(credit.invoice_id for credit in one.day.credits)}
    loaded = log.load(ids, upto) if ids else {}
    papers = {i: events for i, events in loaded.items() if isinstance(events[0], DocumentIssued)}
    states = {i: state for i, events in loaded.items() if i not in papers and (state := invoices.fold(events))}
    sent = log.load({state.made.sending_id for state in states.values()}, upto) if states else {}
    made = {i: sending.made for i, events in sent.items() if (sending := sendings.fold(events, i))}
    known = {i: (one, made[one.made.sending_id]) for i, one in states.items() if one.made.sending_id in made}
    return _Former(known, [paper for i, events in papers.items() if (paper := documents.fold(events, i))])


def _providers(
    log: EventLog, keys: KeyRing, candidates: Collection[Candidate], upto: int | None
) -> dict[str, tuple[UUID, Provider]]:
    wanted = {line.care.provider for candidate in candidates for line in candidate.day.active}
    named = {provider_id(keys, nihii): nihii for nihii in wanted}
    found = {}
    for identifier, events in log.load(named, upto).items():
        state = providers.fold(events)
        if state is not None:
            found[named[identifier]] = (identifier, state)
    return found
