"""The document: an invoice beyond eFact, for days of one patient and month whose destination no file of ours reaches.

A medical house, MediPrima, or whatever else stands as destination gets it on paper. Nobody answers it by a file: that
it left, was paid or was refused is noted by a person, and a wrong note is taken back by another one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal
from uuid import UUID, uuid5

from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import Sealed, event
from domain.numbering import HIGHEST

Status = Literal["issued", "handed_out", "paid", "refused", "cancelled"]
OPEN: tuple[Status, ...] = ("issued", "handed_out")
"""It may still be paid, refused or cancelled."""

_DOCUMENTS = UUID("6d0a2f0e-7c39-5d8c-9a57-1f3b8f6f0a54")
_NUMBER_DIGITS, _MODULUS = 6, 97
_LONGEST_REFERENCE = 60


@dataclass(frozen=True, slots=True)
class DocumentDay:
    """What it asks of one day: its lines, and their sum in cents."""

    day_id: UUID
    line_ids: tuple[UUID, ...]
    amount_cents: int


@event("document.issued", subject="patient_id")
class DocumentIssued:
    """A billing run made the document. `communication`: the 12 digits by which a payment names it.

    Money in cents; who the patient is stands in the register only. `again_days`: how many were billed before.
    """

    establishment_id: UUID
    patient_id: UUID
    run_id: UUID
    number: str
    communication: str
    destination: str
    billed_month: str
    issued_on: Date
    days: tuple[DocumentDay, ...]
    amount_cents: int
    patient_share_cents: int
    supplement_cents: int
    again_days: int = 0


@event("document.handed_out")
class DocumentHandedOut:
    """It went to its addressee."""

    on: Date


@event("document.paid", subject="patient_id")
class DocumentPaid:
    """Money came. `patient_id` is that of the document; `reference`: how whoever noted it finds it again."""

    patient_id: UUID
    on: Date
    cents: int
    reference: Sealed = ""


@event("document.refused")
class DocumentRefused:
    """The addressee does not pay; why stands in the envelope."""

    on: Date


@event("document.reopened")
class DocumentReopened:
    """Payments, or the refusal, were noted wrongly: it waits as before, and nothing of it is paid."""


@event("document.cancelled")
class DocumentCancelled:
    """Withdrawn; its number is never used again, and its days stand as they stood before."""


@dataclass(frozen=True, slots=True)
class Document:
    """State of a document."""

    document_id: UUID
    made: DocumentIssued
    status: Status = "issued"
    handed_out_on: Date | None = None
    payments: tuple[DocumentPaid, ...] = ()
    refused_on: Date | None = None

    @property
    def paid_cents(self) -> int:
        """What came so far."""
        return sum(one.cents for one in self.payments)

    @property
    def open_cents(self) -> int:
        """What is still to come."""
        return self.made.amount_cents - self.paid_cents if self.status in OPEN else 0


def document_id(establishment_id: UUID, number: str) -> UUID:
    """Identity of a document: its number is unique in its establishment."""
    return uuid5(_DOCUMENTS, f"{establishment_id}|{number}")


def number_of(year: int, running: int) -> str:
    """Ten digits. Raises `NotAllowed` when those of the year are used up."""
    if running > HIGHEST["document"]:
        raise NotAllowed("document_numbers_exhausted", "All document numbers of the year are used.", year=year)
    return f"{year:04d}{running:0{_NUMBER_DIGITS}d}"


def communication_of(number: str) -> str:
    """The structured communication of ten digits: those, and what is left of them by 97, 97 itself for nothing."""
    return f"{number}{int(number) % _MODULUS or _MODULUS:02d}"


def printed(communication: str) -> str:
    """As payment forms show the twelve digits: `+++123/4567/89012+++`."""
    return f"+++{communication[:3]}/{communication[3:7]}/{communication[7:]}+++"


def evolve(state: Document | None, happened: object, identifier: UUID) -> Document:
    """Fold one event of the document's stream."""
    if isinstance(happened, DocumentIssued):
        return Document(identifier, happened)
    if state is None:
        raise NotFound("document_unknown", "A document begins with its issue.")
    match happened:
        case DocumentHandedOut():
            return replace(state, status="handed_out", handed_out_on=happened.on)
        case DocumentPaid():
            state = replace(state, payments=(*state.payments, happened))
            return replace(state, status="paid") if state.paid_cents >= state.made.amount_cents else state
        case DocumentRefused():
            return replace(state, status="refused", refused_on=happened.on)
        case DocumentReopened():
            status: Status = "handed_out" if state.handed_out_on else "issued"
            return replace(state, status=status, payments=(), refused_on=None)
        case DocumentCancelled():
            return replace(state, status="cancelled")
    return state


def fold(events: Iterable[object], identifier: UUID) -> Document | None:
    """State after all events of one stream."""
    state: Document | None = None
    for happened in events:
        state = evolve(state, happened, identifier)
    return state


def hand_out(state: Document, on: Date, today: Date) -> list[object]:
    """Note that it went to its addressee."""
    if state.status != "issued":
        raise NotAllowed("document_handed_out", f"This document is {state.status}: only an issued one is handed out.")
    _check_day(state, on, today)
    return [DocumentHandedOut(on)]


def pay(state: Document, on: Date, cents: int, reference: str, today: Date) -> list[object]:
    """Note money that came for it, all of it or a part; more than is open is another document's."""
    _needs_open(state)
    _check_day(state, on, today)
    if not min(1, state.open_cents) <= cents <= state.open_cents:
        raise Invalid("document_amount", "amount: give at most what is open.", field="amount", open=state.open_cents)
    if len(reference) > _LONGEST_REFERENCE:
        raise Invalid("field_invalid", f"reference: at most {_LONGEST_REFERENCE} characters.", field="reference")
    return [DocumentPaid(state.made.patient_id, on, cents, reference.strip())]


def refuse(state: Document, on: Date, today: Date) -> list[object]:
    """Note that the addressee does not pay. A part that was paid stands in the way: a document is refused whole."""
    _needs_open(state)
    _needs_nothing_paid(state)
    _check_day(state, on, today)
    return [DocumentRefused(on)]


def reopen(state: Document) -> list[object]:
    """Take back that it was paid, in part or whole, or refused."""
    if not state.payments and state.status != "refused":
        raise NotAllowed("document_nothing_noted", "Neither a payment nor a refusal of this document is noted.")
    return [DocumentReopened()]


def cancel(state: Document) -> list[object]:
    """Withdraw it, as long as nothing of it is paid."""
    _needs_open(state)
    _needs_nothing_paid(state)
    return [DocumentCancelled()]


def _needs_open(state: Document) -> None:
    if state.status not in OPEN:
        raise NotAllowed("document_closed", f"This document is {state.status}.")


def _needs_nothing_paid(state: Document) -> None:
    if state.payments:
        raise NotAllowed("document_partly_paid", "A part of this document is paid: take that note back first.")


def _check_day(state: Document, on: Date, today: Date) -> None:
    if not state.made.issued_on <= on <= today:
        raise Invalid("document_date", "on: give a day between that of the document and today.", field="on")
