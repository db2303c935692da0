"""A billing file (message 920000) into bytes. What goes in it was decided before: here are zones and totals."""

from domain.billing_file import BillingFile, FileInvoice, RecordNumbers, WrittenFile
from infrastructure.efact.digits import seal
from infrastructure.efact.envelope import closing, opening
from infrastructure.efact.invoice_records import invoice_closing, invoice_opening
from infrastructure.efact.invoice_zones import RECORD_20, RECORD_80
from infrastructure.efact.layout import Layout
from infrastructure.efact.line_records import Values, beneficiary_of, line_records
from infrastructure.efact.totals import Totals
from infrastructure.efact.values import number


def write(file: BillingFile) -> WrittenFile:
    """The bytes of a 920000 (eFact reference 1, 2), its record numbers and its totals; amounts in cents.

    Invoices and lines stand in the order given. Raises ValueDoesNotFit when a value cannot stand in its zone.
    """
    parts = opening(file)
    funds: dict[str, Totals] = {}
    whole = Totals()
    numbers = []
    for invoice in file.invoices:
        totals, lines = _invoice(file, invoice, parts, whole.records + 2)
        whole.add(totals)
        funds.setdefault(invoice.destination, Totals()).add(totals)
        numbers.append(lines)
    parts += closing(file, whole.records + 2, funds, whole)
    return WrittenFile(
        content=b"".join(parts),
        numbers=RecordNumbers(tuple(lines[0] for lines in numbers), tuple(lines[1:] for lines in numbers)),
        record_count=whole.records + 2,
        control_number=whole.control,
        total_cents=whole.amount_cents,
    )


def _invoice(file: BillingFile, invoice: FileInvoice, parts: list[bytes], order: int) -> tuple[Totals, tuple[int, ...]]:
    """Add records 20-80 from running number `order` to `parts`; totals, and numbers of record 20 and of each 50."""
    tpp_number, beneficiary = number(file.tpp_number), beneficiary_of(invoice)
    parts.append(_numbered(RECORD_20, invoice_opening(file, invoice), order))
    totals, numbers = Totals(records=1), [order]
    for line in invoice.lines:
        numbers.append(order + totals.records)
        records = line_records(invoice, line, beneficiary, tpp_number)
        for place, (layout, values) in enumerate(records, order + totals.records):
            parts.append(_numbered(layout, values, place))
        totals.add_line(line, len(records))
    parts.append(_numbered(RECORD_80, invoice_closing(file, invoice, totals), order + totals.records))
    totals.records += 1
    return totals, tuple(numbers)


def _numbered(layout: Layout, values: Values, order: int) -> bytes:
    values["order"] = order
    return seal(layout.write(values))
