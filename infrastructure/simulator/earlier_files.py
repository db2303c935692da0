"""Checks of a file against what the union has from earlier ones (eFact reference 4, records 20 zones 29 to 41).

A resubmission or a credit note names an invoice that came, in that sending and month. A line that was paid is not paid
again, unless this very file gives it back, and no more is given back than was paid.
"""

from collections.abc import Callable, Iterator

from infrastructure.efact.message import Record
from infrastructure.simulator.books import Books, Entered, Payment
from infrastructure.simulator.case import Case, Service
from infrastructure.simulator.figures import is_refused, paid_cents
from infrastructure.simulator.findings import Findings, Hit
from infrastructure.simulator.letters import reason

_UNKNOWN_INVOICE, _UNKNOWN_SENDING, _UNKNOWN_MONTH, _ALREADY_PAID = "202920", "203420", "204120", "500544"
_SEE_COMMENT = "500130"
"""No code of the public list says that a credit note takes back what was not paid."""
_NOT_PAID = "CREDIT NOTE FOR MORE THAN WAS PAID"


def review_earlier(case: Case, books: Books, findings: Findings) -> None:
    """Add what does not fit the earlier files."""
    again = [record for invoice in case.invoices if (record := invoice.opening) is not None and _follows(record)]
    known = books.invoices({_previous(record) for record in again})
    for record in again:
        findings.add(Hit(record.order or 0, reason(code)) for code in _strange(record, known.get(_previous(record))))
    asked = [service for service in case.refusable if service.is_priced]
    paid = books.paid({_reference(service) for service in (*asked, *case.credited)})
    for service in sorted(case.credited, key=_order):
        of = (_reference(service), _invoice_of(case, service, _previous))
        if -service.amount_cents > paid.get(of, 0):
            findings.add([Hit(service.order, reason(_SEE_COMMENT), _NOT_PAID)])
        elif taken := _accepted(case, service, findings):
            paid[of] += taken
    standing = {reference for (reference, _), cents in paid.items() if cents > 0}
    for service in sorted(asked, key=_reference):
        if _reference(service) in standing:
            findings.add([Hit(service.order, reason(_ALREADY_PAID))])


def enter(case: Case, books: Books, findings: Findings, sending: int, month: str) -> None:
    """Remember the file and what was paid of it, or taken back."""
    openings = [record for invoice in case.invoices if (record := invoice.opening) is not None]
    invoices = [Entered(_number(record), sending, month) for record in openings]
    payments = []
    for services, number in ((case.refusable, _number), (case.credited, _previous)):
        payments += [
            Payment(_reference(service), _invoice_of(case, service, number), cents)
            for service in services
            if (cents := _accepted(case, service, findings))
        ]
    books.enter(invoices, payments)


def _accepted(case: Case, service: Service, findings: Findings) -> int:
    return paid_cents(service, findings, whole=is_refused(case, findings, service.invoice))


def _invoice_of(case: Case, service: Service, number: Callable[[Record], str]) -> str:
    opening = case.invoices[service.invoice].opening
    return "" if opening is None else number(opening)


def _follows(record: Record) -> bool:
    return bool(record.number("invoicing_type"))


def _number(record: Record) -> str:
    return record.text("invoice_number").zfill(12)


def _previous(record: Record) -> str:
    return record.text("previous_invoice").zfill(12)


def _reference(service: Service) -> str:
    return service.record.text("reference")


def _order(service: Service) -> int:
    return service.order


def _strange(record: Record, former: Entered | None) -> Iterator[str]:
    if former is None:
        yield _UNKNOWN_INVOICE
        return
    if record.number("previous_sending") != former.sending:
        yield _UNKNOWN_SENDING
    if record.text("previous_month") != former.month:
        yield _UNKNOWN_MONTH
