"""One invoice beyond eFact: its days, its communication, where it stands; and what a person notes of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.documents import ABSENT, document_in
from api.rest.rights import not_here
from api.web.casework import casework_of
from api.web.casework_things import PAGES
from api.web.doors import MayBill, MayRead
from api.web.form_fields import NOTHING, Wrong, day, done_or_wrong, version
from api.web.looks import document_state
from api.web.said import names_of
from api.web.sending import Brief
from api.web.settlement_branches import Twig, twig_of
from api.web.timeline import timeline_of
from api.web.typed_money import as_typed, typed_cents
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from domain.document import OPEN, Document, printed
from domain.errors import Invalid
from domain.event import ERASED
from projections.document_days import days_of_document

router = APIRouter(prefix="/c/{where}/hors-efact/{document_id}")
Act = Callable[[Context], Done[Any]]


@router.get("")
def show_document(visit: MayRead, document_id: UUID, source: Brief = "") -> Response:
    """As of the day of the visit."""
    return _page(visit, document_id, source)


PAGES["document"] = show_document


@router.post("/remise")
def hand_out(visit: MayBill, document_id: UUID) -> Response:
    """It went to its addressee."""

    def act(context: Context) -> Done[Any]:
        return visit.quittance.documents.hand_out(context, visit.practice, document_id, day(visit, "on"))

    return _noted(visit, document_id, "remise", act)


@router.post("/paiement")
def note_payment(visit: MayBill, document_id: UUID) -> Response:
    """Money came for it, all of it or a part."""

    def act(context: Context) -> Done[Any]:
        cents = typed_cents(visit.text("amount", 20))
        if cents is None:
            raise Invalid("field_invalid", "amount: give an amount in euro.", field="amount")
        paid_on, reference = day(visit, "on"), visit.text("reference", 60)
        return visit.quittance.documents.pay(context, visit.practice, document_id, paid_on, cents, reference)

    return _noted(visit, document_id, "paiement", act)


@router.post("/refus")
def note_refusal(visit: MayBill, document_id: UUID) -> Response:
    """Its addressee does not pay: its days wait for a decision."""

    def act(context: Context) -> Done[Any]:
        return visit.quittance.documents.refuse(context, visit.practice, document_id, day(visit, "on"))

    return _noted(visit, document_id, "refus", act, needs_reason=True)


@router.post("/rouvrir")
def reopen(visit: MayBill, document_id: UUID) -> Response:
    """Payments or the refusal were noted wrongly."""
    undo = visit.quittance.documents.reopen
    return _noted(visit, document_id, "rouvrir", lambda to: undo(to, visit.practice, document_id), needs_reason=True)


@router.post("/annuler")
def cancel(visit: MayBill, document_id: UUID) -> Response:
    """Withdraw it: its days stand as they stood before."""
    withdraw = visit.quittance.documents.cancel
    return _noted(
        visit, document_id, "annuler", lambda to: withdraw(to, visit.practice, document_id), needs_reason=True
    )


def document_of(visit: Visit, document_id: UUID) -> Document:
    """State as of the day asked for. Raises `NotFound`."""
    state = document_in(list(visit.events(document_id)), document_id)
    if state is None or state.made.establishment_id != visit.practice:
        not_here(ABSENT)
    return state


def twigs_of(visit: Visit, state: Document) -> tuple[Twig, ...]:
    """Its days with the lines that it asks for, as of the day asked for."""
    log, upto = visit.quittance.log, visit.upto
    return tuple(twig_of(visit, one) for one in days_of_document(log, state.document_id, state.made, upto))


def references_of(visit: Visit, state: Document) -> list[str]:
    """Of its payments, for who may see care: they are about a patient."""
    shows = visit.may_ever("medical")
    return [one.reference if shows and one.reference != ERASED else "" for one in state.payments]


def _page(visit: Visit, document_id: UUID, source: str = "", wrong: Wrong = NOTHING) -> Response:
    state = document_of(visit, document_id)
    made = state.made
    visit.saw("document.read", [made.patient_id])
    return visit.page(
        "document.html",
        status=422 if wrong.form else 200,
        state=state,
        made=made,
        document_id=document_id,
        name=names_of(visit, [made.patient_id]).get(made.patient_id, ""),
        way=document_state({"status": state.status}),
        communication=printed(made.communication),
        twigs=twigs_of(visit, state),
        payments=tuple(zip(state.payments, references_of(visit, state), strict=True)),
        is_open=state.status in OPEN,
        open_amount=as_typed(state.open_cents),
        entries=timeline_of(visit, document_id, source),
        source=source,
        version=len(visit.events(document_id)),
        casework=casework_of(visit, document_id),
        wrong=wrong,
    )


def _noted(visit: Visit, document_id: UUID, form: str, act: Act, *, needs_reason: bool = False) -> Response:
    """Only upon what the person saw; back to the page, which says what was wrong with the form."""
    made = document_of(visit.now(), document_id).made
    return done_or_wrong(
        visit,
        form,
        act,
        f"/hors-efact/{document_id}",
        lambda wrong: _page(visit, document_id, wrong=wrong),
        about=made.establishment_id,
        expected=version(visit, document_id),
        needs_reason=needs_reason,
    )
