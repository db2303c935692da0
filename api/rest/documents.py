"""Documents beyond eFact: listed, read, and what a person notes of them. Nobody answers them by a file."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date as Date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.rest.bodies import Body, Day, Reason, example
from api.rest.commands import Command, Writes
from api.rest.filters import DocumentWanted, narrowed
from api.rest.listing import Pages, Where, asked, list_model, page_answer
from api.rest.reads import Reads
from api.rest.register_bodies import NeededReasonIn, ReasonIn
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayBill, MayRead, Product, not_here, within
from application.access import Caller
from application.commit import Done
from application.ports import Context, EventLog
from domain import document as documents
from domain.document import Document, DocumentIssued, DocumentPaid
from projections import documents as view
from projections.history import DocumentFilter, conditions

router = resource("/documents", "documents")
ABSENT = "document_unknown"
Cents = Annotated[int, Field(ge=0, le=10_000_000_00)]


class HandedOutIn(Body):
    """The day on which it went to its addressee."""

    model_config = example(on="2026-04-11")

    on: Day
    reason: Reason = ""


class PaymentIn(Body):
    """Money that came: all that is open, or a part. `reference`: how you find it again, a statement for instance."""

    model_config = example(on="2026-04-11", amount_cents=668, reference="extrait 41")

    on: Day
    amount_cents: Cents
    reference: Annotated[str, Field(max_length=60)] = ""
    reason: Reason = ""


class RefusalIn(Body):
    """That the addressee does not pay, and why."""

    model_config = example(on="2026-04-11", reason="patient plus inscrit à la maison médicale")

    on: Day
    reason: Annotated[str, Field(min_length=3, max_length=500)]


@dataclass(frozen=True, slots=True)
class DocumentOut(DocumentIssued):
    """A document. `communication`: as a payment names it, twelve digits. `open_cents`: what is still to come."""

    document_id: UUID | None = None
    status: str = ""
    handed_out_on: Date | None = None
    refused_on: Date | None = None
    payments: tuple[DocumentPaid, ...] = ()
    paid_cents: int = 0
    open_cents: int = 0


@dataclass(frozen=True, slots=True)
class DocumentChanged:
    """Which document was changed, and where it stands now."""

    document_id: UUID
    status: str


@router.get("", operation_id="list_documents", response_model=list_model("documents", view.TABLE))
def list_documents(
    caller: MayRead,
    reading: Reads,
    paging: Pages,
    wanted: DocumentWanted,
    establishment_id: Where = None,
) -> Response:
    """Documents beyond eFact, by default by number. An empty date: not yet."""
    where = conditions(reading.scope(caller, establishment_id), narrowed(DocumentFilter, wanted))
    with reading.sql() as sql:
        page = view.DOCUMENTS.page(sql, where, asked(reading, paging))
    return page_answer(reading, paging, "documents", page, action="document.listed")


@router.get("/{document_id}", operation_id="get_document", response_model=DocumentOut, responses=NOT_CHANGED)
def get_document(caller: MayRead, reading: Reads, document_id: UUID) -> Response:
    """One document with its days. References of payments are for who may see care."""
    events = reading.events(document_id)
    state = document_in(events, document_id)
    within(caller, state.made.establishment_id if state else None, ABSENT)
    if state is None:
        not_here(ABSENT)
    body = shown(state, whole=caller.may("medical"))
    return reading.one(body, len(events), action="document.read", patients=[state.made.patient_id])


@router.post("/{document_id}/hand-out", operation_id="hand_out_document", response_model=DocumentChanged)
def hand_out_document(
    caller: MayBill, command: Writes, quittance: Product, document_id: UUID, body: HandedOutIn
) -> Response:
    """Note that it went to its addressee: a cancelled run leaves it alone from then on."""
    made = owned_document(caller, quittance.log, document_id).made
    where = made.establishment_id
    return _answered(
        command,
        made,
        document_id,
        body.reason,
        lambda to: quittance.documents.hand_out(to, where, document_id, body.on),
    )


@router.post("/{document_id}/payments", operation_id="note_document_payment", response_model=DocumentChanged)
def note_document_payment(
    caller: MayBill, command: Writes, quittance: Product, document_id: UUID, body: PaymentIn
) -> Response:
    """Note money that came for it; its days count as paid once all of it is there."""
    made = owned_document(caller, quittance.log, document_id).made
    where, what = made.establishment_id, (body.on, body.amount_cents, body.reference)
    return _answered(
        command, made, document_id, body.reason, lambda to: quittance.documents.pay(to, where, document_id, *what)
    )


@router.post("/{document_id}/refusal", operation_id="note_document_refusal", response_model=DocumentChanged)
def note_document_refusal(
    caller: MayBill, command: Writes, quittance: Product, document_id: UUID, body: RefusalIn
) -> Response:
    """Note that the addressee does not pay: its days are refused, and wait for a decision."""
    made = owned_document(caller, quittance.log, document_id).made
    where = made.establishment_id
    return _answered(
        command, made, document_id, body.reason, lambda to: quittance.documents.refuse(to, where, document_id, body.on)
    )


@router.post("/{document_id}/reopen", operation_id="reopen_document", response_model=DocumentChanged)
def reopen_document(
    caller: MayBill, command: Writes, quittance: Product, document_id: UUID, body: NeededReasonIn
) -> Response:
    """Take back what was noted wrongly, payments or refusal, unless a day of it was decided or billed since."""
    made = owned_document(caller, quittance.log, document_id).made
    where = made.establishment_id
    return _answered(
        command, made, document_id, body.reason, lambda to: quittance.documents.reopen(to, where, document_id)
    )


@router.post("/{document_id}/cancel", operation_id="cancel_document", response_model=DocumentChanged)
def cancel_document(
    caller: MayBill, command: Writes, quittance: Product, document_id: UUID, body: ReasonIn
) -> Response:
    """Withdraw it, as long as nothing of it is paid: its days stand as before, its number is not used again."""
    made = owned_document(caller, quittance.log, document_id).made
    where = made.establishment_id
    return _answered(
        command, made, document_id, body.reason, lambda to: quittance.documents.cancel(to, where, document_id)
    )


def document_in(events: list[Any], document_id: UUID) -> Document | None:
    """The document of a stream; None when it is that of another kind of thing."""
    is_one = bool(events) and isinstance(events[0], DocumentIssued)
    return documents.fold(events, document_id) if is_one else None


def owned_document(caller: Caller, log: EventLog, document_id: UUID) -> Document:
    """A document that the caller may see. Raises `NotFound`."""
    state = document_in(log.load([document_id]).get(document_id, []), document_id)
    within(caller, state.made.establishment_id if state else None, ABSENT)
    return state or not_here(ABSENT)


def shown(state: Document, *, whole: bool) -> dict[str, Any]:
    """A document for whoever may see it; `whole`: for who may see care."""
    payments = state.payments if whole else tuple(replace(one, reference="") for one in state.payments)
    return {
        **asdict(state.made),
        "document_id": state.document_id,
        "status": state.status,
        "handed_out_on": state.handed_out_on,
        "refused_on": state.refused_on,
        "payments": payments,
        "paid_cents": state.paid_cents,
        "open_cents": state.open_cents,
    }


def _answered(
    command: Command,
    made: DocumentIssued,
    document_id: UUID,
    reason: str,
    act: Callable[[Context], Done[Document]],
) -> Response:
    return command.answer(act, _changed, about=made.establishment_id, reason=reason, on=document_id)


def _changed(state: Document) -> dict[str, Any]:
    return {"document_id": state.document_id, "status": state.status}
