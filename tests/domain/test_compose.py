"""From a planned sending to the billing file: every figure and every field finds its place, nothing is decided."""

from dataclasses import fields, replace
from datetime import date as Date
from typing import Any

import pytest

from domain import patient as patients
from domain.billing_file import BillingFile, IdentityReading
from domain.care import identifier_of, reference_of
from domain.compose import GivenNumbers, compose
from domain.invoice import invoice_id
from domain.patient import PatientRegistered
from domain.provider import Provider
from domain.run_plan import Candidate, InvoiceKey, PlannedInvoice, PlannedSending
from tests.domain.builders import (
    COLLEAGUE,
    DAY,
    DOCTOR,
    NURSE,
    PATIENT,
    SENDING,
    SSIN,
    WHERE,
    a_care,
    a_day,
    establishment_details,
    patient_details,
    provider_details,
    uid,
)

TODAY = Date(2026, 2, 2)
NUMBERS = GivenNumbers(SENDING, "20260000000007", 12, ("202600000031",))
KEY = InvoiceKey("300", PATIENT, "2026-01", "319", "111", "110", time_bar_lifted=True)


def composed(*cares: Any, ssin: str = SSIN, affiliation: str = "", **details: Any) -> BillingFile:
    patient = patients.fold([PatientRegistered(WHERE, ssin, affiliation, patient_details())])
    assert patient is not None
    day = a_day(*cares)
    planned = PlannedSending("300", "2026-01", (PlannedInvoice(KEY, (Candidate(uid("day"), day),)),))
    providers = {NURSE: Provider(provider_details())}
    return compose(planned, NUMBERS, establishment_details(**details), {PATIENT: patient}, providers, TODAY)


def test_the_file_carries_its_numbers_and_the_details_of_the_biller():
    file, details = composed(), establishment_details()
    assert (file.provider_reference, file.sending_number, file.union) == ("20260000000007", 12, "300")
    assert (file.billed_month, file.creation_date, file.test) == ("202601", TODAY, True)
    assert identifier_of(file.reference) == SENDING
    assert file.file_reference == "0260000000007"
    shared = {f.name for f in fields(file)} & {f.name for f in fields(details)}
    assert len(shared) == 9
    assert all(getattr(file, name) == getattr(details, name) for name in shared)
    assert not composed(is_test=False).test


def test_the_invoice_carries_its_key_and_the_number_of_the_patient():
    (invoice,) = composed().invoices
    assert (invoice.invoice_number, invoice.patient_number, invoice.has_ssin) == ("202600000031", SSIN, True)
    assert identifier_of(invoice.reference) == invoice_id(SENDING, "202600000031")
    assert (invoice.sickness_fund, invoice.destination, invoice.ct1, invoice.ct2) == ("319", "300", "111", "110")
    assert (invoice.time_bar_lifted, invoice.sex, invoice.invoicing_type) == (True, 2, 0)


def test_without_a_national_number_the_affiliation_stands_in_its_place():
    (invoice,) = composed(ssin="", affiliation="1234567").invoices
    assert (invoice.patient_number, invoice.has_ssin) == ("1234567", False)


FULL = a_care(
    "425294",
    2000,
    units=2,
    patient_share_cents=150,
    supplement_cents=75,
    service_norm=1,
    provider_norm=2,
    care_assistant=COLLEAGUE,
    urgency=1,
    time="0830",
    derogation=3,
    related_code="425110",
    prescriber=DOCTOR,
    prescriber_norm=1,
    prescription_date=Date(2026, 1, 2),
    tooth="36",
    limb=1,
    place="20",
    lump_sum_pct=50,
    commitment_number="777",
    agreement_number="888",
    reading_method="1",
    reading_document="3",
    reading_reason=2,
    reading_time="0831",
    reading_serial="S1",
    vignette_reason=1,
    proof_number="990",
    device_number="991",
    line_ref="own",
)


def test_every_field_of_a_care_reaches_its_line():
    (invoice,) = composed(FULL).invoices
    (line,) = invoice.lines
    same = {f.name for f in fields(line)} & {f.name for f in fields(FULL)}
    assert {name for name in same if getattr(line, name) != getattr(FULL, name)} == set()
    elsewhere = {f.name for f in fields(FULL)} - same
    reading = {name for name in elsewhere if name.startswith("reading_")}
    ours = {"line_ref", "is_priced", "visit"}
    assert elsewhere - reading - ours == {"agreement_number", "vignette_reason", "proof_number", "device_number"}
    assert (line.date, line.convention_status) == (DAY, 1)
    assert line.reading == IdentityReading(
        method="1",
        document="3",
        reason=2,
        vignette_reason=1,
        read_on=DAY,
        time="0831",
        serial="S1",
        proof_number="990",
        device_number="991",
        agreement_number="888",
    )


def test_a_line_is_named_by_its_identity_and_not_by_the_reference_of_the_practice():
    (invoice,) = composed(FULL).invoices
    assert invoice.lines[0].reference == reference_of(a_day(FULL).lines[0].line_id)


def test_an_agreement_alone_is_a_reading_without_a_date():
    (invoice,) = composed(a_care(agreement_number="888")).invoices
    assert invoice.lines[0].reading == IdentityReading(agreement_number="888")
    for zone in ("vignette_reason", "proof_number", "device_number"):
        (alone,) = composed(a_care(**{zone: "1" if zone.endswith("number") else 1})).invoices
        assert alone.lines[0].reading is not None, zone
    (plain,) = composed(a_care()).invoices
    assert plain.lines[0].reading is None


def test_a_provider_that_is_not_registered_has_no_convention_status():
    (invoice,) = composed(a_care(provider=COLLEAGUE)).invoices
    assert invoice.lines[0].convention_status == 0


def test_each_planned_invoice_needs_its_number():
    planned = PlannedSending("300", "2026-01", (PlannedInvoice(KEY, ()),))
    with pytest.raises(ValueError, match="shorter"):
        compose(planned, replace(NUMBERS, invoice_numbers=()), establishment_details(), {}, {}, TODAY)
