"""From a planned sending to the billing file of a union: numbers are given, nothing is decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from types import MappingProxyType
from uuid import UUID

from domain.billing_day import Line
from domain.billing_file import BillingFile, FileInvoice, FileLine, IdentityReading, PreviousInvoice
from domain.care import Care, reference_of
from domain.establishment import EstablishmentDetails
from domain.invoice import invoice_id
from domain.patient import Patient
from domain.provider import Provider
from domain.run_plan import PlannedInvoice, PlannedSending

_ALPHANUMERIC = 13


@dataclass(frozen=True, slots=True)
class GivenNumbers:
    """Numbers of one sending. `invoice_numbers` has one entry an invoice, in the order of the plan."""

    sending_id: UUID
    provider_reference: str
    sending_number: int
    invoice_numbers: tuple[str, ...]


def compose(
    planned: PlannedSending,
    given: GivenNumbers,
    details: EstablishmentDetails,
    patients: Mapping[UUID, Patient],
    providers: Mapping[str, Provider],
    today: Date,
    previous: Mapping[str, PreviousInvoice] = MappingProxyType({}),
) -> BillingFile:
    """The whole file; `patients` by the id of the invoice key, `providers` by NIHII number, `previous` by the key's."""
    invoices = tuple(
        _invoice(invoice, number, given.sending_id, patients[invoice.key.patient_id], providers, previous)
        for invoice, number in zip(planned.invoices, given.invoice_numbers, strict=True)
    )
    return BillingFile(
        provider_reference=given.provider_reference,
        sending_number=given.sending_number,
        billed_month=planned.billed_month.replace("-", ""),
        creation_date=today,
        union=planned.union,
        test=details.is_test,
        tpp_number=details.tpp_number,
        cbe_number=details.cbe_number,
        iban=details.iban,
        bic=details.bic,
        contact_last_name=details.contact_last_name,
        contact_first_name=details.contact_first_name,
        contact_phone=details.contact_phone,
        content_code=details.content_code,
        profession_code=details.profession_code,
        reference=reference_of(given.sending_id),
        file_reference=given.provider_reference[-_ALPHANUMERIC:],
        invoices=invoices,
    )


def _invoice(
    planned: PlannedInvoice,
    number: str,
    sending: UUID,
    patient: Patient,
    providers: Mapping[str, Provider],
    previous: Mapping[str, PreviousInvoice],
) -> FileInvoice:
    return FileInvoice(
        reference=reference_of(invoice_id(sending, number)),
        invoice_number=number,
        patient_number=patient.number,
        has_ssin=bool(patient.ssin),
        sex=patient.details.sex,
        sickness_fund=planned.key.sickness_fund,
        destination=planned.key.destination,
        ct1=planned.key.ct1,
        ct2=planned.key.ct2,
        time_bar_lifted=planned.key.time_bar_lifted,
        lines=tuple(
            _line(line, candidate.day.date, providers)
            for candidate in planned.days
            for line in planned.lines_of(candidate)
        ),
        invoicing_type=planned.key.invoicing_type,
        previous=previous.get(planned.key.previous),
    )


def _line(line: Line, on: Date, providers: Mapping[str, Provider]) -> FileLine:
    care = line.care
    return FileLine(
        reference=reference_of(line.line_id),
        code=care.code,
        date=on,
        amount_cents=care.amount_cents,
        provider=care.provider,
        units=care.units,
        patient_share_cents=care.patient_share_cents,
        supplement_cents=care.supplement_cents,
        service_norm=care.service_norm,
        provider_norm=care.provider_norm,
        urgency=care.urgency,
        time=care.time,
        derogation=care.derogation,
        related_code=care.related_code,
        prescriber=care.prescriber,
        prescriber_norm=care.prescriber_norm,
        prescription_date=care.prescription_date,
        tooth=care.tooth,
        limb=care.limb,
        place=care.place,
        care_assistant=care.care_assistant,
        lump_sum_pct=care.lump_sum_pct,
        convention_status=providers[care.provider].details.convention_status if care.provider in providers else 0,
        commitment_number=care.commitment_number,
        reading=_reading(care, on) if care.has_reading else None,
    )


def _reading(care: Care, on: Date) -> IdentityReading:
    was_read = bool(care.reading_method or care.reading_serial)
    return IdentityReading(
        method=care.reading_method,
        document=care.reading_document,
        reason=care.reading_reason,
        vignette_reason=care.vignette_reason,
        read_on=on if was_read else None,
        time=care.reading_time,
        serial=care.reading_serial,
        proof_number=care.proof_number,
        device_number=care.device_number,
        agreement_number=care.agreement_number,
    )
