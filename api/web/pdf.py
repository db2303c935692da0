"""Lists and documents as one PDF: the same rows, rights and access records as their pages, on paper."""

from collections.abc import Callable, Sequence
from uuid import UUID

from fastapi import APIRouter, Response

from api.web.chosen import filtered, is_whole, ticked
from api.web.doors import MayRead, MaySeeCare
from api.web.grids import grid_named
from api.web.pdf_care import print_day, print_invoice
from api.web.pdf_document import print_document
from api.web.pdf_list import list_title, print_list, print_plain
from api.web.pdf_patient import print_patient
from api.web.pdf_sending import print_sending
from api.web.pdf_settlement import print_settlement
from api.web.pdf_words import Printed, Speaker, pdf_answer
from api.web.plain_lists import plain_named
from api.web.visit import Visit
from domain.errors import Invalid

router = APIRouter(prefix="/c/{where}")

_MOST = 200
_MOST_ROWS_TOGETHER = 20_000
_SHORT_ID = 8
_KINDS: dict[str, Callable[[Visit, UUID], Printed]] = {
    "sending": print_sending,
    "settlement": print_settlement,
    "invoice": print_invoice,
    "document": print_document,
    "day": print_day,
    "patient": print_patient,
}
"""What a list of documents may be made of."""


@router.get("/export/{grid}.pdf")
def download_list(visit: MayRead, grid: str) -> Response:
    """A list; the query is that of its page. Raises `Invalid` for more than 5,000 rows."""
    if plain := plain_named(visit, grid):
        title = Speaker(visit.language).t(plain.title)
        return pdf_answer(visit, [print_plain(visit, plain)], title, title)
    shown = grid_named(visit, grid)
    title = list_title(visit, shown)
    return pdf_answer(visit, [print_list(visit, shown)], title, title)


@router.get("/envois/{sending_id}.pdf")
def download_sending(visit: MayRead, sending_id: UUID) -> Response:
    """One sending."""
    return _single(visit, "sending", sending_id)


@router.get("/decomptes/{sending_id}.pdf")
def download_settlement(visit: MayRead, sending_id: UUID) -> Response:
    """The settlement of one sending."""
    return _single(visit, "settlement", sending_id)


@router.get("/factures/{invoice_id}.pdf")
def download_invoice(visit: MayRead, invoice_id: UUID) -> Response:
    """One invoice."""
    return _single(visit, "invoice", invoice_id)


@router.get("/hors-efact/{document_id}.pdf")
def download_document(visit: MayRead, document_id: UUID) -> Response:
    """One invoice beyond eFact."""
    return _single(visit, "document", document_id)


@router.get("/jours/{day_id}.pdf")
def download_day(visit: MayRead, day_id: UUID) -> Response:
    """One billing day."""
    return _single(visit, "day", day_id)


@router.get("/patients/{patient_id}.pdf")
def download_patient(visit: MaySeeCare, patient_id: UUID) -> Response:
    """One patient's file."""
    return _single(visit, "patient", patient_id)


@router.post("/documents")
def download_documents(visit: MayRead) -> Response:
    """`kind` and the `selected` ids of a list, or the whole filter of the `list` that the address goes on with.

    One file, each document on a sheet of its own, in the order of the list. Nothing is changed, so the form needs no
    command id. One that is not of this practice: none is printed. Raises `NotFound` and `Invalid`.
    """
    kind = visit.text("kind", 20)
    if kind not in _KINDS:
        raise Invalid("field_invalid", f"kind: give one of {', '.join(_KINDS)}.", field="kind")
    name = Speaker(visit.language).t(f"print_file.{kind}")
    return pdf_answer(visit, _printed(visit, kind, _meant(visit, kind)), name, name.capitalize())


def _single(visit: Visit, kind: str, identifier: UUID) -> Response:
    name = Speaker(visit.language).t(f"print_file.{kind}")
    short = identifier.hex[:_SHORT_ID]
    return pdf_answer(visit, [_KINDS[kind](visit, identifier)], f"{name}-{short}", name.capitalize())


def _meant(visit: Visit, kind: str) -> list[UUID]:
    if is_whole(visit):
        listed = grid_named(visit, visit.text("list", 40))
        if listed.spec.prints != kind:
            raise Invalid("field_invalid", f"kind: {listed.spec.name} prints as {listed.spec.prints}.", field="kind")
        ids = filtered(visit, listed)
    else:
        ids = ticked(visit)
    if not ids:
        raise Invalid("nothing_selected", "Tick at least one row.", field="selected")
    if len(ids) > _MOST:
        raise Invalid("print_too_large", f"At most {_MOST} documents at once.", field="selected")
    return ids


def _printed(visit: Visit, kind: str, ids: Sequence[UUID]) -> list[Printed]:
    """Raises `Invalid` when several together have too many rows: one alone is bounded by its own kind."""
    made, rows = [], 0
    for identifier in ids:
        one = _KINDS[kind](visit, identifier)
        rows += one.document.row_count
        if rows > _MOST_ROWS_TOGETHER and len(ids) > 1:
            raise Invalid("print_too_large", f"At most {_MOST_ROWS_TOGETHER:,} rows together.", field="selected")
        made.append(one)
    return made
