"""Checks of sums, counts and control numbers in records 80, 90, 95 and 96 (eFact reference 1.8-1.10, 2.7-2.10)."""

from collections.abc import Iterator

from infrastructure.efact.digits import control_number
from infrastructure.efact.faults import Fault, fault, slip_fault
from infrastructure.efact.message import Record
from infrastructure.efact.outline import InvoiceRecords, Outline

_SUMS = ((19, "amount"), (27, "patient_share"), (30, "supplement"))
_PRICED_ELSEWHERE = ("30", "40")


def totals_faults(placed: Outline) -> Iterator[Fault]:
    """Faults of every total against what it adds up."""
    for invoice in placed.invoices:
        yield from _invoice_faults(invoice)
    if placed.closing is not None:
        yield from _file_faults(placed.closing, placed.invoices)
    yield from _funds_faults(placed)
    if placed.total is not None:
        yield from _grand_total_faults(placed.total, placed.invoices)


def _invoice_faults(invoice: InvoiceRecords) -> Iterator[Fault]:
    eighty = invoice.closing
    if eighty is None:
        return
    if eighty.number("control") != control_number([invoice.codes]):
        yield fault(eighty, 98, "02", "wrong control number of the invoice")
    if any(record.type in _PRICED_ELSEWHERE for record in invoice.lines):
        return
    for zone, name in _SUMS:
        if eighty.cents(name) != sum(line.cents(name) or 0 for line in invoice.services):
            yield fault(eighty, zone, "10", "is not the sum of the lines")


def _file_faults(ninety: Record, invoices: list[InvoiceRecords]) -> Iterator[Fault]:
    if ninety.cents("amount") != _requested(invoices):
        yield fault(ninety, 19, "11", "is not the sum of the invoices")
    if ninety.number("control") != _control(invoices):
        yield fault(ninety, 98, "02", "wrong control number of the file")


def _funds_faults(placed: Outline) -> Iterator[Fault]:
    """One record 95 per destination in the invoices, and each against its own invoices."""
    by_fund: dict[str, list[InvoiceRecords]] = {}
    for invoice in placed.invoices:
        by_fund.setdefault(invoice.destination, []).append(invoice)
    for record in placed.funds:
        invoices = by_fund.pop(record.text("fund"), None)
        if invoices is None:
            yield slip_fault(401, "21", "sickness fund has no invoice in the file, or a record 95 already")
        else:
            yield from _sums_faults(record, 400, "41", _requested(invoices), invoices, extra=0)
    for fund in by_fund:
        yield slip_fault(401, "10", f"record 95 of sickness fund {fund} is missing")


def _grand_total_faults(record: Record, invoices: list[InvoiceRecords]) -> Iterator[Fault]:
    unions = {invoice.destination[:1] for invoice in invoices}
    if not record.text("fund").endswith("99") or not unions <= {record.text("fund")[:1]}:
        yield slip_fault(501, "20", "is not the first digit of the union followed by 99")
    yield from _sums_faults(record, 500, "20", _requested(invoices), invoices, extra=2)


def _sums_faults(
    record: Record, base: int, reason: str, requested: int, invoices: list[InvoiceRecords], *, extra: int
) -> Iterator[Fault]:
    """Zones 404-410 or 504-510; `extra` is what the count has over records 20-80."""
    if record.zone("amount_a")[:1] not in (b"+", b"-"):
        yield slip_fault(base + 4, "40", "sign is neither + nor -")
    elif record.cents("amount_a") != requested:
        yield slip_fault(base + 4, reason, "is not the sum of the invoices")
    if record.cents("amount_b") != 0:
        yield slip_fault(base + 6, "15", "account B is not zero")
    if record.cents("amount") != record.cents("amount_a"):
        yield slip_fault(base + 8, "20", "is not the total of the accounts")
    if record.number("record_count") != sum(invoice.count for invoice in invoices) + extra:
        yield slip_fault(base + 9, "20", "wrong number of records")
    if record.number("control") != _control(invoices):
        yield slip_fault(base + 10, "20", "wrong control number")


def _requested(invoices: list[InvoiceRecords]) -> int:
    return sum(i.closing.cents("amount") or 0 for i in invoices if i.closing is not None)


def _control(invoices: list[InvoiceRecords]) -> int:
    return control_number(invoice.codes for invoice in invoices)
