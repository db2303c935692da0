"""What a billing run appends for its documents beyond eFact: each issued, and its days put on it."""

from datetime import date as Date
from uuid import UUID

from application.commit import Streams
from application.ports import Change, EventLog
from domain import billing_day as days
from domain import document as documents
from domain.day_events import ReturnCause
from domain.document import Document, DocumentDay, DocumentIssued
from domain.run_plan import PlannedDocument


def document_changes(
    where: UUID, run_id: UUID, today: Date, planned: PlannedDocument, number: str, streams: Streams
) -> list[Change]:
    """All changes of one document. `streams`: the days as they were planned."""
    identifier = documents.document_id(where, number)
    cares = [line.care for one in planned.days for line in one.day.to_bill]
    issued = DocumentIssued(
        establishment_id=where,
        patient_id=planned.key.patient_id,
        run_id=run_id,
        number=number,
        communication=documents.communication_of(number),
        destination=planned.key.destination,
        billed_month=planned.key.billed_month,
        issued_on=today,
        days=tuple(
            DocumentDay(
                one.day_id,
                tuple(line.line_id for line in one.day.to_bill),
                sum(line.care.amount_cents for line in one.day.to_bill),
            )
            for one in planned.days
        ),
        amount_cents=sum(care.amount_cents for care in cares),
        patient_share_cents=sum(care.patient_share_cents for care in cares),
        supplement_cents=sum(care.supplement_cents for care in cares),
        again_days=sum(not one.day.is_prepared for one in planned.days),
    )
    changes, first = [Change(identifier, 0, [issued])], 1
    for one in planned.days:
        records = tuple(range(first, first + len(one.day.to_bill)))
        billed = days.bill(one.day, identifier, identifier, records, is_document=True)
        changes.append(streams.change(one.day_id, [*one.priced, *billed]))
        first += len(records)
    return changes


def withdrawn(log: EventLog, state: Document, streams: Streams, cause: ReturnCause) -> list[Change]:
    """The document cancelled, and its days as they stood before. `streams`: with that of the document."""
    changes = [streams.change(state.document_id, documents.cancel(state))]
    inner = Streams(log, [one.day_id for one in state.made.days])
    for one in state.made.days:
        day = days.fold(inner.events(one.day_id))
        if day is not None:
            changes.append(inner.change(one.day_id, days.give_back(day, state.document_id, cause)))
    return changes
