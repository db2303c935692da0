"""What a billing run appends to its streams: invoices issued, days billed, the sending prepared."""

from collections.abc import Collection
from datetime import date as Date
from uuid import UUID

from application.commit import Streams
from application.ports import Change, EventLog
from domain import billing_day as days
from domain import invoice as invoices
from domain import sending as sendings
from domain.billing_file import WrittenFile
from domain.care import reference_of
from domain.compose import GivenNumbers
from domain.day_events import ReturnCause
from domain.run_plan import PlannedInvoice, PlannedSending


def sending_changes(
    where: UUID,
    run_id: UUID,
    creation_date: Date,
    sending: PlannedSending,
    given: GivenNumbers,
    written: WrittenFile,
    message: str,
    streams: Streams,
    rejected: Collection[UUID] = (),
) -> list[Change]:
    """All changes of one sending. `message`: hash of the stored file; `streams`: the days as they were planned.

    `rejected`: sendings that were refused as a whole, of which some days were returned.

    What is given back of a day stands before what is asked for it again.
    """
    changes: list[Change] = []
    invoice_ids = []
    happened: dict[UUID, list[object]] = {}
    for index, (invoice, number) in enumerate(zip(sending.invoices, given.invoice_numbers, strict=True)):
        identifier = invoices.invoice_id(given.sending_id, number)
        invoice_ids.append(identifier)
        changes.append(Change(identifier, 0, [_issued(where, given, index, invoice, written)]))
        records = iter(written.numbers.lines[index])
        for candidate in invoice.days:
            mine = tuple(next(records) for _ in invoice.lines_of(candidate))
            own = happened.setdefault(candidate.day_id, [])
            if invoice.key.is_credit:
                payer = UUID(invoice.key.previous)
                own += days.credit(candidate.day, payer, given.sending_id, identifier, mine)
            else:
                own += [*candidate.priced, *days.bill(candidate.day, given.sending_id, identifier, mine)]
    changes += [streams.change(day_id, events) for day_id, events in happened.items()]
    came_from = {one.day.returned_from for i in sending.invoices for one in i.days if one.day.returned_from}
    prepared = sendings.SendingPrepared(
        establishment_id=where,
        run_id=run_id,
        union=sending.union,
        billed_month=sending.billed_month,
        creation_date=creation_date,
        sending_number=given.sending_number,
        provider_reference=given.provider_reference,
        reference=reference_of(given.sending_id),
        message=message,
        invoice_ids=tuple(invoice_ids),
        record_count=written.record_count,
        line_count=sum(len(group) for group in written.numbers.lines),
        day_count=len(sending.day_ids),
        requested_cents=written.total_cents,
        control_number=written.control_number,
        replaces=tuple(sorted(came_from & set(rejected), key=str)),
    )
    return [Change(given.sending_id, 0, [prepared]), *changes]


def _issued(
    where: UUID, given: GivenNumbers, index: int, invoice: PlannedInvoice, written: WrittenFile
) -> invoices.InvoiceIssued:
    cares = [line.care for candidate in invoice.days for line in invoice.lines_of(candidate)]
    return invoices.InvoiceIssued(
        establishment_id=where,
        patient_id=invoice.key.patient_id,
        sending_id=given.sending_id,
        invoice_number=given.invoice_numbers[index],
        reference="",
        billed_month=invoice.key.billed_month,
        sickness_fund=invoice.key.sickness_fund,
        destination=invoice.key.destination,
        ct1=invoice.key.ct1,
        ct2=invoice.key.ct2,
        invoicing_type=invoice.key.invoicing_type,
        record=written.numbers.invoices[index],
        total_record=_total_record(written, index),
        requested_cents=sum(care.amount_cents for care in cares),
        patient_share_cents=sum(care.patient_share_cents for care in cares),
        supplement_cents=sum(care.supplement_cents for care in cares),
        line_count=len(cares),
        day_ids=tuple(candidate.day_id for candidate in invoice.days),
        previous_invoice_id=UUID(invoice.key.previous) if invoice.key.previous else None,
        again_days=0 if invoice.key.is_credit else sum(not candidate.day.is_prepared for candidate in invoice.days),
    )


def _total_record(written: WrittenFile, index: int) -> int:
    """Running number of an invoice's record 80: just before the next record 20, or before the record 90."""
    following = written.numbers.invoices[index + 1 : index + 2]
    return (following[0] if following else written.record_count) - 1


def give_back(log: EventLog, state: sendings.Sending, inner: Streams, cause: ReturnCause) -> list[Change]:
    """Return days and withdraw invoices of a sending of which nothing was accepted. `inner`: its invoices' streams."""
    changes: list[Change] = []
    day_ids: list[UUID] = []
    for identifier in state.made.invoice_ids:
        invoice = invoices.fold(inner.events(identifier))
        if invoice is not None:
            day_ids.extend(invoice.made.day_ids)  # one that is credited and asked again stands in two of them
            changes.append(inner.change(identifier, invoices.withdraw(invoice)))
    streams = Streams(log, day_ids)
    for day_id in dict.fromkeys(day_ids):
        day = days.fold(streams.events(day_id))
        if day is not None:
            changes.append(streams.change(day_id, days.give_back(day, state.sending_id, cause)))
    return changes
