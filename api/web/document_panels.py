"""What the pages of a sending and of an invoice say of the documents for their patients."""

from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from api.patient_documents import GivenOut, given_out
from api.web.visit import Visit
from domain.invoice import Invoice
from domain.rules.limits import patient_document_until
from domain.sending import Sending
from projections.patient_papers import papers_of

A_FILE = 200
"""Documents in one PDF file."""


@dataclass(frozen=True, slots=True)
class SendingPapers:
    """`first`: documents of what the file asks; `new`: of earlier invoices whose correction by it ended.

    `until`: last day for the first ones. `position`: of the log, up to which what is printed from the page is made.
    """

    first: int
    new: int
    until: Date
    position: int

    @property
    def due(self) -> int:
        """Still to be given."""
        return self.first + self.new

    @property
    def parts(self) -> range:
        """Files of those."""
        return range(1, -(-self.due // A_FILE) + 1)


@dataclass(frozen=True, slots=True)
class InvoicePapers:
    """`first`: id of the invoice whose document it is, this one or the one that it corrects; None when not known."""

    first: UUID | None
    is_due: bool
    is_corrected: bool
    until: Date | None
    given: tuple[GivenOut, ...]
    position: int


def papers_of_sending(visit: Visit, sending_id: UUID) -> SendingPapers | None:
    """None before it was sent, when nothing of it was accepted, and for files of another program."""
    with visit.sql() as sql:
        row = papers_of(sql, visit.scope, sending_id, visit.upto)
    if row is None:
        return None
    until = patient_document_until(Date.fromisoformat(row["sent_on"]))
    return SendingPapers(row["first_documents"], row["new_documents"], until, _position(visit))


def papers_of_invoice(visit: Visit, invoice_id: UUID, state: Invoice, sending: Sending) -> InvoicePapers | None:
    """None for an invoice that was withdrawn."""
    if state.status == "withdrawn":
        return None
    found = visit.quittance.patient_documents.of_invoices([invoice_id], visit.upto)
    one = found[0] if found else None
    sent_on = sending.transmitted_on
    return InvoicePapers(
        one.invoice_id if one else None,
        one is not None and one.is_due and sent_on is not None,
        one is not None and bool(one.ended),
        patient_document_until(sent_on) if sent_on and state.is_original and not state.documents else None,
        tuple(given_out(each) for each in one.invoice.documents) if one else (),
        _position(visit),
    )


def _position(visit: Visit) -> int:
    return visit.quittance.log.head() if visit.upto is None else visit.upto
