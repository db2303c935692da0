"""One invoice: what was asked for whom, what became of each of its days, and every line with its reason."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.invoices import ABSENT
from api.rest.rights import not_here, within
from api.web.casework import casework_of
from api.web.casework_things import PAGES
from api.web.document_panels import papers_of_invoice
from api.web.doors import MayRead
from api.web.form_fields import NOTHING, Wrong
from api.web.looks import invoice_state, verdict
from api.web.said import names_of
from api.web.sending import Brief, sending_of
from api.web.settlement_branches import branches_of
from api.web.timeline import timeline_of
from api.web.visit import Visit
from domain import invoice as invoices
from domain.invoice import Invoice
from projections.history import INVOICES
from projections.paging import Asked
from projections.scope import both, one_of, scoped

router = APIRouter(prefix="/c/{where}/factures")


@router.get("/{invoice_id}")
def show_invoice(visit: MayRead, invoice_id: UUID, source: Brief = "") -> Response:
    """As of the day asked for; days and lines as its sending left them."""
    return invoice_page(visit, invoice_id, source)


def invoice_page(visit: Visit, invoice_id: UUID, source: str = "", wrong: Wrong = NOTHING) -> Response:
    """Also what a form that was refused comes back to."""
    state = invoice_of(visit, invoice_id)
    visit.saw("invoice.read", [state.made.patient_id])
    mine = both([scoped(visit.scope), one_of("invoice_id", [invoice_id])])
    with visit.sql() as sql:
        rows = INVOICES.page(sql, mine, Asked(limit=1, at=visit.upto)).rows
    sending = sending_of(visit, state.made.sending_id)
    return visit.page(
        "invoice.html",
        status=422 if wrong.form else 200,
        wrong=wrong,
        invoice_id=invoice_id,
        state=state,
        made=state.made,
        name=names_of(visit, [state.made.patient_id]).get(state.made.patient_id, ""),
        way=invoice_state({"status": state.status}),
        verdict=verdict({"verdict": state.verdict}),
        sending=sending,
        papers=papers_of_invoice(visit, invoice_id, state, sending),
        today=visit.as_of or visit.today,
        follows=_follows(visit, state),
        branch=next(iter(branches_of(visit, rows)), None),
        entries=timeline_of(visit, invoice_id, source),
        source=source,
        casework=casework_of(visit, invoice_id),
    )


PAGES["invoice"] = show_invoice


def _follows(visit: Visit, state: Invoice) -> str:
    """Number of the invoice that this one follows, empty for an original one."""
    previous = state.made.previous_invoice_id
    former = invoices.fold(visit.events(previous)) if previous else None
    return former.made.invoice_number if former else ""


def invoice_of(visit: Visit, invoice_id: UUID) -> Invoice:
    """State as of the day asked for. Raises `NotFound`."""
    state = invoices.fold(visit.events(invoice_id))
    within(visit.known_caller, state.made.establishment_id if state else None, ABSENT)
    return state or not_here(ABSENT)
