"""Fictitious billing files (valid check digits, no real person) for the codec's tests."""

from dataclasses import replace
from datetime import date

from domain.billing_file import BillingFile, FileInvoice, FileLine

NURSE = "41234502401"
ASSISTANT = "49990137405"
DENTIST = "31234592001"
DOCTOR = "11234578004"
PATIENT = "85073003328"
OTHER_PATIENT = "90010110120"


def a_line(**changes) -> FileLine:
    line = FileLine(reference="LINE1", code="425110", date=date(2025, 3, 3), amount_cents=668, provider=NURSE)
    return replace(line, **changes)


def an_invoice(*lines: FileLine, **changes) -> FileInvoice:
    invoice = FileInvoice(
        reference="INVOICE1",
        invoice_number="202500000001",
        patient_number=PATIENT,
        has_ssin=True,
        sex=2,
        sickness_fund="131",
        destination="131",
        ct1="110",
        ct2="110",
        lines=lines or (a_line(),),
    )
    return replace(invoice, **changes)


def a_file(*invoices: FileInvoice, **changes) -> BillingFile:
    file = BillingFile(
        provider_reference="20250000000017",
        sending_number=17,
        billed_month="2025-03",
        creation_date=date(2025, 4, 2),
        union="100",
        test=True,
        tpp_number=NURSE,
        cbe_number="0123456749",
        iban="BE49 9990 0000 0171",
        bic="TESTBEBB",
        contact_last_name="D'Hôte/Ræs",
        contact_first_name="Zoë",
        contact_phone="0470 00.00.01",
        content_code="040",
        profession_code="410",
        reference="SENDING17",
        file_reference="RUN2025-03",
        invoices=invoices or (an_invoice(),),
    )
    return replace(file, **changes)
