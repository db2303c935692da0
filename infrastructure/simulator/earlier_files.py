"""Checks of a file against what the union has from earlier ones (eFact reference 4, records 20 zones 29 to 41).

A resubmission names an invoice that came, in that sending and month; a line that was paid is not paid again.
"""

from collections.abc import Iterator

from infrastructure.efact.message import Record
from infrastructure.simulator.books import Books, Entered
from infrastructure.simulator.case import Case, Service
from infrastructure.simulator.figures import is_refused, paid_cents
from infrastructure.simulator.findings import Findings, Hit
from infrastructure.simulator.letters import reason

_RESUBMISSION = 1
_UNKNOWN_INVOICE, _UNKNOWN_SENDING, _UNKNOWN_MONTH, _ALREADY_PAID = "202920", "203420", "204120", "500544"


def review_earlier(case: Case, books: Books, findings: Findings) -> None:
    """Add what does not fit the earlier files."""
    again = [record for invoice in case.invoices if (record := invoice.opening) is not None and _follows(record)]
    known = books.invoices({_number(record) for record in again})
    for record in again:
        findings.add(Hit(record.order or 0, reason(code)) for code in _strange(record, known.get(_number(record))))
    asked = {_reference(service): service for service in case.refusable if service.is_priced}
    for reference in sorted(books.paid(asked)):
        findings.add([Hit(asked[reference].order, reason(_ALREADY_PAID))])


def enter(case: Case, books: Books, findings: Findings, sending: int, month: str) -> None:
    """Remember the file and what was paid of it."""
    openings = [record for invoice in case.invoices if (record := invoice.opening) is not None]
    invoices = [Entered(record.text("invoice_number").zfill(12), sending, month) for record in openings]
    paid = [
        _reference(service)
        for index in range(len(case.invoices))
        for service in case.by_invoice.get(index, ())
        if service.amount_cents > 0 and paid_cents(service, findings, whole=is_refused(case, findings, index)) > 0
    ]
    books.enter(invoices, paid)


def _follows(record: Record) -> bool:
    return record.number("invoicing_type") == _RESUBMISSION


def _number(record: Record) -> str:
    return record.text("previous_invoice").zfill(12)


def _reference(service: Service) -> str:
    return service.record.text("reference")


def _strange(record: Record, former: Entered | None) -> Iterator[str]:
    if former is None:
        yield _UNKNOWN_INVOICE
        return
    if record.number("previous_sending") != former.sending:
        yield _UNKNOWN_SENDING
    if record.text("previous_month") != former.month:
        yield _UNKNOWN_MONTH
