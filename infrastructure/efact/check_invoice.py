"""Checks of records 20 and 80, alone and against each other (eFact reference 2.2, 2.7, 5.1)."""

from collections.abc import Iterator

from domain.identifiers import is_ssin
from infrastructure.efact.faults import Fault, fault
from infrastructure.efact.message import Record
from infrastructure.efact.outline import InvoiceRecords, Outline

_RESUBMISSION, _CREDIT_NOTE = 1, 3
_LINKED_ZONES = ((29, "10", "previous_invoice"), (34, "10", "previous_sending"), (37, "10", "previous_destination"))
_REPEATED_ZONES = ((7, "affiliation"), (8, "patient"), (14, "tpp_number"), (18, "destination"), (24, "invoice_number"))
_CREDITED = {"50": ((19, "amount"), (22, "units"), (27, "patient_share")), "51": ((19, "amount"),)}


def invoices_faults(placed: Outline) -> Iterator[Fault]:
    """Faults of every invoice, and of invoices against each other: numbers used twice, destinations not ascending."""
    numbers: set[bytes] = set()
    destination = b""
    for invoice in placed.invoices:
        twenty = invoice.opening
        if twenty is None:
            continue
        if twenty.zone("destination") < destination:
            yield fault(twenty, 18, "12", "destination is lower than the previous one")
        destination = twenty.zone("destination")
        if twenty.zone("invoice_number") in numbers:
            yield fault(twenty, 24, "20", "invoice number is used twice in the file")
        numbers.add(twenty.zone("invoice_number"))
        yield from _patient_faults(twenty)
        yield from _previous_faults(twenty, placed.opening)
        yield from _repetition_faults(twenty, invoice, placed.opening)
        if twenty.number("invoicing_type") == _CREDIT_NOTE:
            yield from _credit_faults(twenty, invoice)


def _patient_faults(twenty: Record) -> Iterator[Fault]:
    patient, flag = twenty.text("patient"), twenty.number("ssin_flag")
    is_number = patient.startswith("00") and is_ssin(patient[2:])
    if flag == 1 and not is_number:
        yield fault(twenty, 8, "02", "national number has wrong check digits")
    elif flag == 0 and is_number:
        yield fault(twenty, 8, "13", "a national number, although zone 32 says it is none")
    elif flag not in (0, 1):
        yield fault(twenty, 32, "03", "neither 0 nor 1")
    if twenty.number("sex") not in (1, 2):
        yield fault(twenty, 9, "03", "sex is neither 1 nor 2")


def _previous_faults(twenty: Record, ten: Record | None) -> Iterator[Fault]:
    """Zones 29-41: all of them after an earlier invoice, none of them in an original one."""
    kind = twenty.number("invoicing_type")
    if twenty.text("previous_reference").strip("0") and kind != _RESUBMISSION:
        yield fault(twenty, 38, "11", "reference of the union outside a resubmission")
    if not kind:
        if twenty.number("previous_invoice"):
            yield fault(twenty, 29, "11", "previous invoice number in an original invoice")
        return
    for zone, reason, name in _LINKED_ZONES:
        if not twenty.number(name):
            yield fault(twenty, zone, reason, "missing although the invoice follows an earlier one")
    month = twenty.number("previous_month")
    if not month:
        yield fault(twenty, 41, "12", "month of the previous invoice is missing")
    elif ten is not None and month > (ten.number("billed_year") or 0) * 100 + (ten.number("billed_month") or 0):
        yield fault(twenty, 41, "11", "month of the previous invoice is after the invoiced month")


def _repetition_faults(twenty: Record, invoice: InvoiceRecords, ten: Record | None) -> Iterator[Fault]:
    if ten is not None and twenty.zone("tpp_number") != ten.zone("tpp_number"):
        yield fault(twenty, 14, "12", "biller differs from record 10")
    if invoice.closing is None:
        return
    for zone, name in _REPEATED_ZONES:
        if invoice.closing.zone(name) != twenty.zone(name):
            yield fault(invoice.closing, zone, "12", "differs from record 20")


def _credit_faults(twenty: Record, invoice: InvoiceRecords) -> Iterator[Fault]:
    """A credit note is negative through and through; one fault says it, however many lines are not."""
    for record in invoice.lines:
        if any(not record.zone(name).startswith(b"-") for _, name in _CREDITED.get(record.type, ())):
            yield fault(twenty, 11, "40", f"credit note with a non-negative record ({record.order})")
            return
