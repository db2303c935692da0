"""Values of the records 50, 51 and 52 that one service line becomes (eFact reference 2.4-2.6)."""

from domain.billing_file import FileInvoice, FileLine, IdentityReading
from infrastructure.efact.layout import Layout
from infrastructure.efact.line_zones import RECORD_50, RECORD_51, RECORD_52
from infrastructure.efact.values import day, holder_codes, number
from infrastructure.efact.zones import signed

CREDIT_NOTE = 3
_UNIONS_WITHOUT_AFFILIATION = ("2", "5")

Values = dict[str, int | str]


def line_records(
    invoice: FileInvoice, line: FileLine, beneficiary: Values, tpp_number: int | str
) -> list[tuple[Layout, Values]]:
    """Layout and values of record 50, then 51 with a commitment and 52 with a reading; all without running number."""
    records = [(RECORD_50, _service_line(invoice, line, beneficiary))]
    if line.commitment_number:
        records.append((RECORD_51, _commitment(invoice, line)))
    if line.reading is not None:
        records.append((RECORD_52, _reading(invoice, line, line.reading, tpp_number)))
    return records


def beneficiary_of(invoice: FileInvoice) -> Values:
    """What every record 50 of an invoice says of the patient."""
    fund = invoice.sickness_fund
    return {
        "affiliation": 0 if fund.startswith(_UNIONS_WITHOUT_AFFILIATION) else number(fund),
        "patient": number(invoice.patient_number),
        "sex": invoice.sex,
    }


def _service_line(invoice: FileInvoice, line: FileLine, beneficiary: Values) -> Values:
    """Record 50. Zones without a value are left out: the layout has them empty, and most lines have many."""
    credit = invoice.invoicing_type == CREDIT_NOTE
    date = day(line.date)
    values: Values = {
        **beneficiary,
        "code": number(line.code),
        "date": date,
        "last_date": date,
        "provider": number(line.provider),
        "provider_norm": line.provider_norm,
        "amount": signed(line.amount_cents, 11, credit=credit),
        "units": signed(line.units, 4, credit=credit),
        "reference": line.reference,
    }
    if credit or line.patient_share_cents:
        values["patient_share"] = signed(line.patient_share_cents, 9, credit=credit)
    if line.supplement_cents:
        values["supplement"] = signed(line.supplement_cents, 9)
    for zone, value in (
        ("service_norm", line.service_norm),
        ("urgency", line.urgency),
        ("derogation", line.derogation),
        ("prescriber_norm", line.prescriber_norm),
        ("third_payer_exception", line.third_payer_exception),
        ("patient_share_code", line.patient_share_code),
        ("limb", line.limb),
        ("convention_status", line.convention_status),
        ("lump_sum_pct", line.lump_sum_pct),
    ):
        if value:
            values[zone] = value
    for zone, text in (
        ("place", line.place),
        ("related_code", line.related_code),
        ("prescriber", line.prescriber),
        ("tooth", line.tooth),
        ("time", line.time),
        ("care_assistant", line.care_assistant),
    ):
        if text:
            values[zone] = number(text)
    if line.prescription_date:
        values["prescription_date"] = day(line.prescription_date)
    return values


def _commitment(invoice: FileInvoice, line: FileLine) -> Values:
    """Record 51: the union's reference, with code, care giver and amount of its record 50."""
    return {
        "code": number(line.code),
        "date": day(line.date),
        "patient": number(invoice.patient_number),
        "provider": number(line.provider),
        "related_code": number(line.related_code),
        "amount": signed(line.amount_cents, 11, credit=invoice.invoicing_type == CREDIT_NOTE),
        "holder_codes": holder_codes(invoice.ct1, invoice.ct2),
        "commitment_number": line.commitment_number,
        "commitment_date": day(line.commitment_date),
    }


def _reading(invoice: FileInvoice, line: FileLine, reading: IdentityReading, tpp_number: int | str) -> Values:
    """Record 52: identity document and agreement number."""
    return {
        "reason": reading.reason,
        "code": number(line.code),
        "date": day(line.date),
        "read_on": day(reading.read_on),
        "patient": number(invoice.patient_number),
        "method": reading.method or "0",
        "document": reading.document or "0",
        "vignette_reason": reading.vignette_reason,
        "time": number(reading.time),
        "tpp_number": tpp_number,
        "serial": number(reading.serial),
        "proof_number": number(reading.proof_number),
        "device_number": number(reading.device_number),
        "agreement_number": number(reading.agreement_number),
    }
