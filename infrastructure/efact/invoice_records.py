"""Values of the records 20 and 80 around the lines of one invoice (eFact reference 2.2, 2.7, 5.1)."""

from domain.billing_file import BillingFile, FileInvoice
from infrastructure.efact.line_records import CREDIT_NOTE, Values
from infrastructure.efact.totals import Totals
from infrastructure.efact.values import compact_month, day, holder_codes, number
from infrastructure.efact.zones import signed

_RESUBMISSION = 1
_UNIONS_WITHOUT_AFFILIATION = ("2", "4", "5")


def invoice_opening(file: BillingFile, invoice: FileInvoice) -> Values:
    """Record 20, without running number."""
    return {
        **_common(file, invoice),
        "invoicing_type": invoice.invoicing_type,
        "time_bar_lifted": int(invoice.time_bar_lifted),
        "holder_codes": holder_codes(invoice.ct1, invoice.ct2),
        **_previous(invoice),
    }


def invoice_closing(file: BillingFile, invoice: FileInvoice, totals: Totals) -> Values:
    """Record 80, without running number: sums of the lines and their control number."""
    credit = invoice.invoicing_type == CREDIT_NOTE
    return {
        **_common(file, invoice),
        "amount": signed(totals.amount_cents, 11, credit=credit),
        "invoice_date": day(file.creation_date),
        "patient_share": signed(totals.patient_share_cents, 9, credit=credit),
        "supplement": signed(totals.supplement_cents, 9),
        "control": totals.control,
    }


def _common(file: BillingFile, invoice: FileInvoice) -> Values:
    anonymous = invoice.sickness_fund.startswith(_UNIONS_WITHOUT_AFFILIATION)
    return {
        "affiliation": 0 if anonymous else number(invoice.sickness_fund),
        "patient": number(invoice.patient_number),
        "sex": invoice.sex,
        "tpp_number": number(file.tpp_number),
        "cause": invoice.treatment_cause,
        "destination": number(invoice.destination),
        "invoice_number": number(invoice.invoice_number),
        "reference": invoice.reference,
        "ssin_flag": int(invoice.has_ssin),
    }


def _previous(invoice: FileInvoice) -> Values:
    """Zones 29-41; the union's own reference only in a resubmission (203811)."""
    previous = invoice.previous
    if previous is None:
        return {}
    reference = previous.insurer_reference if invoice.invoicing_type == _RESUBMISSION else ""
    return {
        "previous_invoice": number(previous.invoice_number),
        "previous_sending": previous.sending_number,
        "previous_destination": number(previous.destination),
        "previous_reference": reference,
        "previous_month": int(compact_month(previous.year_month, "record 20", "41")),
    }
