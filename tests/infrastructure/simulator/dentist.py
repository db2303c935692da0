"""A dentist's month: few acts, teeth, no nursing."""

from dataclasses import replace
from datetime import date

from domain.billing_file import BillingFile, FileInvoice, FileLine
from domain.care import reference_of
from tests.infrastructure.simulator.worlds import SPACE, a_month, checked, ssin, uuid5

DENTIST = checked("312345", "001")
_ACTS = (("301011", 2600, ""), ("303166", 1800, "38"), ("373903", 4150, "16"))


def a_dentist_month() -> BillingFile:
    """Three patients, three acts each on one day."""
    invoices = tuple(_invoice(patient) for patient in range(3))
    return replace(a_month(), tpp_number=DENTIST, profession_code="998", invoices=invoices)


def _invoice(patient: int) -> FileInvoice:
    on = date(2026, 10, 5 + patient)
    lines = tuple(
        FileLine(reference_of(uuid5(SPACE, f"tooth|{patient}|{code}")), code, on, cents, DENTIST, tooth=tooth)
        for code, cents, tooth in _ACTS
    )
    return FileInvoice(
        reference=f"DENTAL{patient}", invoice_number=f"20269990000{patient}", patient_number=ssin(patient),
        has_ssin=True, sex=1, sickness_fund="131", destination="131", ct1="110", ct2="110", lines=lines,
    )  # fmt: skip
