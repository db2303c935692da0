"""What stands around the invoices of a billing file: headers and record 10 before, records 90, 95 and 96 after."""

from collections.abc import Mapping

from domain.billing_file import BillingFile
from infrastructure.efact.digits import seal
from infrastructure.efact.file_zones import RECORD_10, RECORD_90
from infrastructure.efact.header_zones import HEADER_200, HEADER_300
from infrastructure.efact.line_records import Values
from infrastructure.efact.records import BILLING_FILE
from infrastructure.efact.text import plain_name
from infrastructure.efact.total_zones import RECORD_95, RECORD_96
from infrastructure.efact.totals import Totals
from infrastructure.efact.values import compact, compact_month, day, number, phone
from infrastructure.efact.zones import signed

_VERSION = 2
_PRODUCTION, _TEST = 12, 92
_INSTRUCTIONS, _TEST_INSTRUCTIONS = 1999, 9991999
_SUMMARY_DIGITS = 12


def opening(file: BillingFile) -> list[bytes]:
    """Header 200, header 300 and record 10 (eFact reference 1.4, 1.5, 2.1)."""
    first: Values = {
        "message": int(BILLING_FILE),
        "version": _VERSION,
        "environment": _TEST if file.test else _PRODUCTION,
        "provider_reference": number(file.provider_reference),
    }
    second: Values = {
        "billed_month": int(_month(file)),
        "sending_number": file.sending_number,
        "creation_date": day(file.creation_date),
        "file_reference": file.file_reference,
        "instructions": _instructions(file),
        "last_name": plain_name(file.contact_last_name),
        "first_name": plain_name(file.contact_first_name),
        "phone": phone(file.contact_phone),
    }
    record: Values = {
        **_biller(file),
        "order": 1,
        "instructions": _instructions(file),
        "content_code": number(file.content_code),
        "profession_code": number(file.profession_code),
        "creation_date": day(file.creation_date),
    }
    return [HEADER_200.write(first), HEADER_300.write(second), seal(RECORD_10.write(record))]


def closing(file: BillingFile, order: int, funds: Mapping[str, Totals], whole: Totals) -> list[bytes]:
    """Record 90 with running number `order`, a record 95 per sickness fund, record 96 (reference 2.8, 1.9, 1.10)."""
    record: Values = {
        **_biller(file),
        "order": order,
        "amount": signed(whole.amount_cents, 11),
        "control": whole.control,
    }
    summary = number(file.provider_reference[-_SUMMARY_DIGITS:])
    per_fund = [
        RECORD_95.write({"fund": number(fund), "summary_number": summary, **_sums(totals, totals.records)})
        for fund, totals in sorted(funds.items())
    ]
    union = number(f"{file.union[:1]}99")
    return [
        seal(RECORD_90.write(record)),
        *per_fund,
        RECORD_96.write({"fund": union, **_sums(whole, whole.records + 2)}),
    ]


def _biller(file: BillingFile) -> Values:
    month = _month(file)
    return {
        "sending_number": file.sending_number,
        "tpp_number": number(file.tpp_number),
        "billed_year": int(month[:4]),
        "billed_month": int(month[4:]),
        "cbe_number": number(file.cbe_number),
        "reference": file.reference,
        "bic": compact(file.bic),
        "iban": compact(file.iban),
    }


def _sums(totals: Totals, records: int) -> Values:
    amount = signed(totals.amount_cents, 11)
    return {"amount_a": amount, "amount": amount, "record_count": records, "control": totals.control}


def _month(file: BillingFile) -> str:
    return compact_month(file.billed_month, "header 300", "300")


def _instructions(file: BillingFile) -> int:
    return _TEST_INSTRUCTIONS if file.test else _INSTRUCTIONS
