"""A billing file made elsewhere, back into what the practice meant: for taking over from another program.

Lenient in what no settlement needs, strict in what it does: records in their places, amounts, dates and numbers.
"""

from datetime import date as Date

from domain.billing_file import (
    BillingFile,
    FileInvoice,
    FileLine,
    IdentityReading,
    PreviousInvoice,
    RecordNumbers,
    WrittenFile,
)
from domain.rules.unions import known_union
from infrastructure.efact.errors import UnexpectedMessage, UnusableRecord
from infrastructure.efact.message import Record
from infrastructure.efact.outline import InvoiceRecords, Outline, outline
from infrastructure.efact.reader import read
from infrastructure.efact.records import BILLING_FILE
from infrastructure.efact.values import as_date

_BARE_TYPES = ("21", "25", "30", "40")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def read_request(content: bytes) -> tuple[BillingFile, WrittenFile]:
    """The file and where everything stands in it. Raises EfactError naming the record that cannot be used."""
    file = read(content)
    if file.message != BILLING_FILE:
        raise UnexpectedMessage(file.message, "a billing file (920000)")
    lost = [piece for piece in file.unread if piece.raw.strip(b"\r\n")]
    if lost:
        raise UnusableRecord("file", f"bytes from {lost[0].offset} on cannot be read; give the file as sent")
    found = outline(file)
    opening, closing = found.opening, found.closing
    if found.faults or opening is None or closing is None:
        raise UnusableRecord("file", "records are missing or out of order; give the whole file as it was sent")
    header, slip = file.header, file.second_header
    invoices = tuple(_invoice(records) for records in found.invoices)
    _check_numbers(invoices)
    billing = BillingFile(
        provider_reference=_provider_reference(header),
        sending_number=_number(opening, "sending_number"),
        billed_month=_billed_month(opening),
        creation_date=_date(opening, "creation_date"),
        union=_union(found),
        test=header.text("environment") == "92",
        tpp_number=opening.text("tpp_number")[-11:],
        cbe_number=opening.text("cbe_number"),
        iban=opening.text("iban"),
        bic=opening.text("bic"),
        contact_last_name=slip.text("last_name"),
        contact_first_name=slip.text("first_name"),
        contact_phone=slip.text("phone"),
        content_code=opening.text("content_code"),
        profession_code=opening.text("profession_code"),
        reference=opening.text("reference"),
        file_reference=slip.text("file_reference"),
        invoices=invoices,
    )
    numbers = RecordNumbers(
        tuple(_order(records.opening) for records in found.invoices),
        tuple(tuple(_order(line) for line in records.services) for records in found.invoices),
    )
    total = sum(line.amount_cents for invoice in invoices for line in invoice.lines)
    return billing, WrittenFile(content, numbers, _order(closing), closing.number("control") or 0, total)


def _provider_reference(header: Record) -> str:
    """Zone 204: every answer names the file by it."""
    reference = header.text("provider_reference")
    if not (len(reference) == 14 and reference.isascii() and reference.isdigit()):
        raise UnusableRecord("header 200", "zone 204 is not 14 digits; give the file as it was sent")
    return reference


def _billed_month(opening: Record) -> str:
    year, month = _number(opening, "billed_year"), _number(opening, "billed_month")
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12):
        raise UnusableRecord("record 10", "zones 22 and 23 name no month that can have been billed")
    return f"{year:04d}{month:02d}"


def _check_numbers(invoices: tuple[FileInvoice, ...]) -> None:
    numbers = [invoice.invoice_number for invoice in invoices]
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise UnusableRecord("record 20", "zone 24 is not a number; give the file as it was sent")
    if len(set(numbers)) < len(numbers):
        raise UnusableRecord("record 20", "zone 24 holds the same invoice number twice; each invoice needs its own")


def _union(found: Outline) -> str:
    for records in found.invoices:
        union = known_union(records.destination)
        if union is not None:
            return union
    raise UnusableRecord("record 20", "zone 18 names no mutuality of destination that eFact knows")


def _invoice(records: InvoiceRecords) -> FileInvoice:
    opening = records.opening
    if opening is None or records.closing is None:
        raise UnusableRecord("record 20", "an invoice lacks its record 20 or 80; give the whole file as it was sent")
    has_ssin = opening.text("ssin_flag") == "1"
    patient, fund = opening.text("patient"), opening.text("affiliation")
    holder = opening.text("holder_codes")
    return FileInvoice(
        reference=opening.text("reference"),
        invoice_number=opening.text("invoice_number"),
        patient_number=patient[-11:] if has_ssin else patient.lstrip("0"),
        has_ssin=has_ssin,
        sex=_number(opening, "sex"),
        sickness_fund=fund if fund.strip("0") else records.destination,
        destination=records.destination,
        ct1=holder[4:7],
        ct2=holder[7:10],
        lines=tuple(_lines(records)),
        invoicing_type=_number(opening, "invoicing_type"),
        time_bar_lifted=opening.text("time_bar_lifted") == "1",
        treatment_cause=opening.number("cause") or 0,
        previous=_previous(opening),
    )


def _previous(opening: Record) -> PreviousInvoice | None:
    number = opening.text("previous_invoice")
    if not number.strip("0"):
        return None
    return PreviousInvoice(
        number,
        opening.number("previous_sending") or 0,
        opening.text("previous_destination"),
        opening.text("previous_month"),
        opening.text("previous_reference"),
    )


def _lines(records: InvoiceRecords) -> list[FileLine]:
    groups: list[list[Record]] = []
    for record in records.lines:
        if record.type in _BARE_TYPES:
            raise UnusableRecord(f"record {record.type}", "only ambulatory care is taken over (records 50, 51, 52)")
        if record.type == "50":
            groups.append([record])
        elif groups:
            groups[-1].append(record)
    return [_line(group[0], group[1:]) for group in groups]


def _line(record: Record, others: list[Record]) -> FileLine:
    commitment = next((other for other in others if other.type == "51"), None)
    reading = next((other for other in others if other.type == "52"), None)
    return FileLine(
        reference=record.text("reference"),
        code=record.text("code")[-6:],
        date=_date(record, "date"),
        amount_cents=_cents(record, "amount"),
        provider=record.text("provider")[-11:],
        units=_cents(record, "units"),
        patient_share_cents=record.cents("patient_share") or 0,
        supplement_cents=record.cents("supplement") or 0,
        service_norm=record.number("service_norm") or 0,
        provider_norm=record.number("provider_norm") or 0,
        urgency=record.number("urgency") or 0,
        time=_filled(record, "time"),
        derogation=record.number("derogation") or 0,
        related_code=_filled(record, "related_code")[-6:],
        prescriber=_filled(record, "prescriber")[-11:],
        prescriber_norm=record.number("prescriber_norm") or 0,
        prescription_date=as_date(record.number("prescription_date")),
        tooth=_filled(record, "tooth"),
        limb=record.number("limb") or 0,
        place=_filled(record, "place"),
        care_assistant=_filled(record, "care_assistant")[-11:],
        lump_sum_pct=record.number("lump_sum_pct") or 0,
        convention_status=record.number("convention_status") or 0,
        patient_share_code=record.number("patient_share_code") or 0,
        third_payer_exception=record.text("third_payer_exception") or "0",
        commitment_number=commitment.text("commitment_number") if commitment else "",
        commitment_date=as_date(commitment.number("commitment_date")) if commitment else None,
        reading=_reading(reading) if reading else None,
    )


def _reading(record: Record) -> IdentityReading:
    return IdentityReading(
        method=_filled(record, "method"),
        document=_filled(record, "document"),
        reason=record.number("reason") or 0,
        vignette_reason=record.number("vignette_reason") or 0,
        read_on=as_date(record.number("read_on")),
        time=_filled(record, "time"),
        serial=_filled(record, "serial").lstrip("0"),
        proof_number=_filled(record, "proof_number").lstrip("0"),
        device_number=_filled(record, "device_number").lstrip("0"),
        agreement_number=_filled(record, "agreement_number"),
    )


def _filled(record: Record, zone: str) -> str:
    text = record.text(zone)
    return text if text.strip("0") else ""


def _order(record: Record | None) -> int:
    if record is None or record.order is None:
        raise UnusableRecord("record", "zone 2 holds no running number")
    return record.order


def _number(record: Record, zone: str) -> int:
    value = record.number(zone)
    if value is None:
        raise UnusableRecord(f"record {record.type}", f"{zone} is not a number")
    return value


def _cents(record: Record, zone: str) -> int:
    value = record.cents(zone)
    if value is None:
        raise UnusableRecord(f"record {record.type}", f"{zone} is not a sign and digits")
    return value


def _date(record: Record, zone: str) -> Date:
    value = as_date(record.number(zone))
    if value is None or not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise UnusableRecord(f"record {record.type}", f"{zone} is not a date of {_FIRST_YEAR} to {_LAST_YEAR}")
    return value
