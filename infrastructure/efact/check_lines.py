"""Checks of records 50, 51 and 52 against their invoice and each other (eFact reference 2.4-2.6)."""

from collections.abc import Iterator

from domain.identifiers import is_nihii
from infrastructure.efact.faults import Fault, fault, is_date
from infrastructure.efact.message import Record
from infrastructure.efact.outline import InvoiceRecords, Outline
from infrastructure.efact.values import month_after

_AMOUNTS = ((19, "amount"), (22, "units"), (27, "patient_share"), (30, "supplement"))
_FOR_INFORMATION, _STATISTICAL = 7, 9
_BY_CARE_ASSISTANT = 2
_WITH_SECOND_CARE_GIVER = (2, 4, 5, 9)


def lines_faults(placed: Outline) -> Iterator[Fault]:
    """Faults of every line; dates are held against record 10."""
    for invoice in placed.invoices:
        service: Record | None = None
        before = ""
        for record in invoice.lines:
            yield from _patient_faults(record, invoice)
            match record.type:
                case "50":
                    service = record
                    yield from _service_faults(record, placed.opening)
                case "51":
                    yield from _commitment_faults(record, service if before == "50" else None)
                case "52":
                    yield from _reading_faults(record, service if before in ("50", "51") else None)
            before = record.type


def _patient_faults(record: Record, invoice: InvoiceRecords) -> Iterator[Fault]:
    twenty = invoice.opening
    if twenty is not None and record.layout.has("patient") and record.zone("patient") != twenty.zone("patient"):
        yield fault(record, 8, "12", "patient differs from record 20")


def _service_faults(record: Record, ten: Record | None) -> Iterator[Fault]:
    yield from _date_faults(record, ten)
    yield from _amount_faults(record)
    yield from _person_faults(record)
    if not record.number("code"):
        yield fault(record, 4, "03", "service code is missing")


def _date_faults(record: Record, ten: Record | None) -> Iterator[Fault]:
    if not is_date(record, "date"):
        yield fault(record, 5, "03", "date of service is not a date")
        return
    if record.zone("last_date") != record.zone("date"):
        yield fault(record, 6, "15", "last date differs from the first")
    if ten is None:
        return
    date, created = record.number("date") or 0, ten.number("creation_date")
    if created is not None and date > created:
        yield fault(record, 5, "10", "date of service is after the creation of the file")
    year, month = ten.number("billed_year"), ten.number("billed_month")
    if year is not None and month is not None and date // 100 > month_after(year * 100 + month):
        yield fault(record, 5, "47", "more than one month after the invoiced month")


def _amount_faults(record: Record) -> Iterator[Fault]:
    for zone, name in _AMOUNTS:
        raw = record.zone(name)
        if raw[:1] not in (b"+", b"-"):
            yield fault(record, zone, "05", "does not start with + or -")
        elif not raw[1:].isdigit():
            yield fault(record, zone, "01", "is not a number")
    norm = record.number("service_norm")
    free = {_STATISTICAL: ("amount", "patient_share"), _FOR_INFORMATION: ("amount",)}.get(norm or 0, ())
    if any(record.cents(name) for name in free):
        yield fault(record, 3, "44", f"norm {norm} with an amount")


def _person_faults(record: Record) -> Iterator[Fault]:
    if not _is_person(record, "provider"):
        yield fault(record, 15, "02", "care giver is missing or has wrong check digits")
    if record.number("prescriber"):
        if not _is_person(record, "prescriber"):
            yield fault(record, 24, "02", "prescriber has wrong check digits")
        if not record.number("prescription_date"):
            yield fault(record, 20, "11", "prescription date is missing although there is a prescriber")
    norm, assistant = record.number("provider_norm"), record.number("care_assistant")
    if norm == _BY_CARE_ASSISTANT and not assistant:
        yield fault(record, 49, "11", "care assistant is missing with care-giver norm 2")
    if assistant and norm not in _WITH_SECOND_CARE_GIVER:
        yield fault(record, 49, "12", "care assistant present although the norm has none")


def _is_person(record: Record, name: str) -> bool:
    number = record.text(name)
    return number.startswith("0") and is_nihii(number[1:])


def _commitment_faults(record: Record, service: Record | None) -> Iterator[Fault]:
    if service is None:
        yield fault(record, 1, "10", "record 51 does not follow a record 50")
        return
    for zone, name in ((4, "code"), (5, "date"), (19, "amount")):
        if record.zone(name) != service.zone(name):
            yield fault(record, zone, "12", "differs from record 50")


def _reading_faults(record: Record, service: Record | None) -> Iterator[Fault]:
    if service is None:
        yield fault(record, 1, "10", "record 52 does not follow a record 50 or 51")
        return
    for zone, name in ((4, "code"), (5, "date")):
        if record.zone(name) != service.zone(name):
            yield fault(record, zone, "12", "differs from record 50")
