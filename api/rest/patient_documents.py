"""Documents of invoices for their patients: what they say, on paper or as data, and noting that they were given."""

from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from api.patient_documents import NOW, PatientDocumentOut, document_out, documents_of, edition_of, paper_of
from api.rest.bodies import Body, Day, Reason, example
from api.rest.commands import Writes
from api.rest.invoices import ABSENT
from api.rest.reads import Reading, Reads
from api.rest.register_bodies import NeededReasonIn
from api.rest.resources import resource
from api.rest.rights import MayBill, MaySeeCare, Product, not_here, within
from api.rest.sendings import owned_sending, sending_of
from application.access import Caller
from application.patient_documents import DocumentsGiven
from application.ports import EventLog
from domain import invoice as invoices
from domain.patient_document import Way
from domain.rules.limits import patient_document_until

router = resource("/invoices", "invoices")
sending_router = resource("/sendings", "sendings")
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}
Edition = Annotated[
    str, Query(max_length=9, description="`now`: with what was corrected; `issued`: as asked; or `nth` of one given.")
]


class GivenIn(Body):
    """When and how the patients were given them."""

    model_config = example(given_on="2026-03-02", way="given", reason="Au cabinet")

    given_on: Day
    way: Way
    position: Annotated[
        int | None, Field(ge=1, description="As told by the document that was printed; none: as it would be made now.")
    ] = None
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class GivenList:
    """Invoices whose document was noted."""

    invoice_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class DueDocument:
    """`is_corrected`: a new one, for a correction ended; else the first one."""

    invoice_id: UUID
    invoice_number: str
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class DueDocuments:
    """What a sending calls for and nobody noted yet. `until`: last day for first documents; null before it was sent.

    Of new ones no source says the day.
    """

    sending_id: UUID
    until: Date | None
    documents: tuple[DueDocument, ...]


@router.get("/{invoice_id}/patient-document", operation_id="get_patient_document", response_model=PatientDocumentOut)
def get_patient_document(caller: MaySeeCare, reading: Reads, invoice_id: UUID, edition: Edition = NOW) -> Response:
    """What the document says: that of an invoice which corrects another is the other's."""
    _owned(caller, reading, invoice_id)
    made = edition_of(reading.quittance, invoice_id, edition, reading.upto)
    body = document_out(reading.quittance, made, reading.language)
    return reading.many(body, action="patient_papers.read", patients=[made.invoice.made.patient_id])


@router.get(
    "/{invoice_id}/patient-document.pdf",
    operation_id="get_patient_document_pdf",
    response_class=Response,
    responses=_PDF,
)
def get_patient_document_pdf(caller: MaySeeCare, reading: Reads, invoice_id: UUID, edition: Edition = NOW) -> Response:
    """The same on paper, in the language of the patient."""
    _owned(caller, reading, invoice_id)
    made = edition_of(reading.quittance, invoice_id, edition, reading.upto)
    content = paper_of([made], reading.language, reading.quittance.clock.now())
    reading.saw("patient_papers.read", [made.invoice.made.patient_id])
    return _pdf(content, f"patient-document-{made.invoice.made.invoice_number}")


@router.post("/{invoice_id}/patient-document/give", operation_id="give_patient_document", response_model=GivenList)
def give_patient_document(
    caller: MayBill, command: Writes, quittance: Product, invoice_id: UUID, body: GivenIn
) -> Response:
    """Note that the patient was given it."""
    where = _where(caller, quittance.log, invoice_id)
    give = quittance.patient_documents.give
    return command.answer(
        lambda context: give(context, where, [invoice_id], body.given_on, body.way, body.position),
        _given,
        about=where,
        reason=body.reason,
    )


@router.post(
    "/{invoice_id}/patient-document/withdraw", operation_id="withdraw_patient_document", response_model=GivenList
)
def withdraw_patient_document(
    caller: MayBill, command: Writes, quittance: Product, invoice_id: UUID, body: NeededReasonIn
) -> Response:
    """The last note was a mistake: the patient was not given it."""
    where = _where(caller, quittance.log, invoice_id)
    return command.answer(
        lambda context: quittance.patient_documents.withdraw(context, where, invoice_id),
        _given,
        about=where,
        reason=body.reason,
    )


@sending_router.get(
    "/{sending_id}/patient-documents", operation_id="get_due_patient_documents", response_model=DueDocuments
)
def get_due_patient_documents(caller: MaySeeCare, reading: Reads, sending_id: UUID) -> Response:
    """Documents that patients are still to be given because of this sending."""
    state, _ = sending_of(caller, reading, sending_id)
    found = reading.quittance.patient_documents.of_sending(sending_id, reading.upto)
    due = [one for one in found if one.is_due_for(sending_id)]
    body = DueDocuments(
        sending_id,
        patient_document_until(state.transmitted_on) if state.transmitted_on else None,
        tuple(DueDocument(one.invoice_id, one.invoice.made.invoice_number, bool(one.ended)) for one in due),
    )
    return reading.many(body, action="invoice.listed", patients=[one.invoice.made.patient_id for one in due])


@sending_router.get(
    "/{sending_id}/patient-documents.pdf",
    operation_id="get_patient_documents_pdf",
    response_class=Response,
    responses=_PDF,
)
def get_patient_documents_pdf(
    caller: MaySeeCare,
    reading: Reads,
    sending_id: UUID,
    due: Annotated[bool, Query(description="Only those that are still to be given.")] = True,
) -> Response:
    """All of a sending in one file, a document a patient, each on sheets of its own."""
    sending_of(caller, reading, sending_id)
    position = reading.quittance.log.head() if reading.upto is None else reading.upto
    found = reading.quittance.patient_documents.of_sending(sending_id, position)
    wanted = [one for one in found if one.is_due_for(sending_id) or not due]
    made = documents_of(reading.quittance, wanted, position) or not_here("patient_document_unknown")
    content = paper_of(made, reading.language, reading.quittance.clock.now())
    reading.saw("patient_papers.read", [one.invoice.made.patient_id for one in made])
    return _pdf(content, "patient-documents")


@sending_router.post(
    "/{sending_id}/patient-documents/give", operation_id="give_patient_documents", response_model=GivenList
)
def give_patient_documents(
    caller: MayBill, command: Writes, quittance: Product, sending_id: UUID, body: GivenIn
) -> Response:
    """Note that the patients were given all documents that the sending called for and that were not noted yet."""
    where = owned_sending(caller, quittance.log, sending_id).made.establishment_id
    give = quittance.patient_documents.give_all
    return command.answer(
        lambda context: give(context, where, sending_id, body.given_on, body.way, body.position),
        _given,
        about=where,
        reason=body.reason,
    )


def _owned(caller: Caller, reading: Reading, invoice_id: UUID) -> None:
    state = invoices.fold(reading.events(invoice_id))
    within(caller, state.made.establishment_id if state else None, ABSENT)


def _where(caller: Caller, log: EventLog, invoice_id: UUID) -> UUID:
    state = invoices.fold(log.load([invoice_id]).get(invoice_id, []))
    return within(caller, state.made.establishment_id if state else None, ABSENT)


def _given(done: DocumentsGiven) -> dict[str, Any]:
    return {"invoice_ids": done.invoice_ids}


def _pdf(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type="application/pdf")
