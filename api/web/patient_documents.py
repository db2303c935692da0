"""Documents for patients: printed for one invoice or a whole sending, and noted as given on the pages of both."""

from collections.abc import Callable
from datetime import date as Date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.catalogue import text
from api.patient_documents import NOW, documents_of, edition_of, paper_of
from api.rest.rights import not_here
from api.web.document_panels import A_FILE
from api.web.doors import MayBill, MaySeeCare
from api.web.form_fields import day, done_or_wrong
from api.web.invoice import invoice_of, invoice_page
from api.web.sending import sending_of, sending_page
from api.web.visit import Visit
from application.commit import Done
from application.patient_documents import DocumentsGiven
from application.ports import Context
from domain.errors import Invalid
from domain.patient_document import WAYS, Way
from projections.patient_document import PatientDocument

router = APIRouter(prefix="/c/{where}")
Position = Annotated[int, Query(ge=0, description="Of the log, up to which it is made; 0: as of the day shown.")]
Edition = Annotated[str, Query(max_length=9)]


@router.get("/envois/{sending_id}/documents-patients.pdf")
def download_documents(
    visit: MaySeeCare,
    sending_id: UUID,
    position: Position = 0,
    part: Annotated[int, Query(ge=1, le=1_000)] = 1,
    due: Annotated[bool, Query(description="Only those that are still to be given.")] = True,
) -> Response:
    """Of a whole sending, a document a patient; so many at once, the next ones in the next part."""
    sending_of(visit, sending_id)
    at = _position(visit, position)
    found = visit.quittance.patient_documents.of_sending(sending_id, at)
    wanted = [one for one in found if one.is_due_for(sending_id) or not due]
    made = documents_of(visit.quittance, wanted[(part - 1) * A_FILE : part * A_FILE], at)
    return _pdf(visit, made or not_here("patient_document_unknown"), "files_name")


@router.post("/envois/{sending_id}/documents-patients")
def give_documents(visit: MayBill, sending_id: UUID) -> Response:
    """Note that the patients were given all that the sending called for when its page was opened."""
    sending_of(visit.now(), sending_id)
    give = visit.quittance.patient_documents.give_all
    return _given(
        visit,
        f"/envois/{sending_id}",
        lambda context: give(context, visit.practice, sending_id, *_how(visit)),
        lambda wrong: sending_page(visit, sending_id, wrong=wrong),
    )


@router.get("/factures/{invoice_id}/document-patient.pdf")
def download_document(visit: MaySeeCare, invoice_id: UUID, edition: Edition = NOW, position: Position = 0) -> Response:
    """Of one invoice: as it would be given now, as asked, or as it was given."""
    invoice_of(visit, invoice_id)
    made = edition_of(visit.quittance, invoice_id, edition, _position(visit, position))
    return _pdf(visit, (made,), "file_name")


@router.post("/factures/{invoice_id}/document-patient")
def give_document(visit: MayBill, invoice_id: UUID) -> Response:
    """Note that the patient was given it."""
    invoice_of(visit.now(), invoice_id)
    give = visit.quittance.patient_documents.give
    return _given(
        visit,
        f"/factures/{invoice_id}",
        lambda context: give(context, visit.practice, [invoice_id], *_how(visit)),
        lambda wrong: invoice_page(visit, invoice_id, wrong=wrong),
    )


@router.post("/factures/{invoice_id}/document-patient/retirer")
def withdraw_document(visit: MayBill, invoice_id: UUID) -> Response:
    """The last note was a mistake."""
    invoice_of(visit.now(), invoice_id)
    withdraw = visit.quittance.patient_documents.withdraw
    return done_or_wrong(
        visit,
        "not_given",
        lambda context: withdraw(context, visit.practice, invoice_id),
        f"/factures/{invoice_id}",
        lambda wrong: invoice_page(visit, invoice_id, wrong=wrong),
        about=visit.practice,
        needs_reason=True,
    )


def _given(
    visit: Visit, home: str, act: Callable[[Context], Done[DocumentsGiven]], again: Callable[[Any], Response]
) -> Response:
    return done_or_wrong(visit, "given", act, home, again, about=visit.practice)


def _how(visit: Visit) -> tuple[Date, Way, int]:
    """When, how, and up to which position of the log what was printed from the page was made. Raises `Invalid`."""
    for way in WAYS:
        if way == visit.text("way", 8):
            given = visit.text("position", 20)
            return day(visit, "given_on"), way, int(given) if given.isascii() and given.isdigit() else 0
    raise Invalid("field_missing", "way: choose one.", field="way")


def _position(visit: Visit, asked: int) -> int:
    """That of the page from which it is printed, else of the day shown. Raises `Invalid`."""
    head = visit.quittance.log.head()
    if asked > head:
        raise Invalid("field_invalid", "position: give one that the log has.", field="position")
    return asked or (head if visit.upto is None else visit.upto)


def _pdf(visit: Visit, made: tuple[PatientDocument, ...], name: str) -> Response:
    """Who sees whose data is on record before a byte leaves."""
    content = paper_of(made, visit.language, visit.quittance.clock.now())
    visit.saw("patient_papers.read", [one.invoice.made.patient_id for one in made])
    file = f"{text(f'patient_document.{name}', visit.language)}-{(visit.as_of or visit.today).isoformat()}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, "application/pdf")
