"""Patients: one record a person and establishment. Who reads one is noted before the data leave."""

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from api.rest.commands import Writes
from api.rest.establishments import RegisteredOut, registered
from api.rest.reads import Reads
from api.rest.register_bodies import (
    AuthorisationEndIn,
    AuthorisationIn,
    InsurabilityDayIn,
    InsurabilityIn,
    MergeIn,
    NumberIn,
    PatientCorrectionIn,
    PatientIn,
    ReasonIn,
)
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayAdminister, MayRegister, MaySeeCare, Product, establishment_at, not_here, within
from application.access import Caller
from application.ports import EventLog
from domain import patient as patients
from domain.authorisation import Authorisation
from domain.event import ERASED
from domain.patient import Insurability, Patient

router = resource("/patients", "patients")
ABSENT = "patient_unknown"
PatientId = Annotated[UUID, Path(description="Opaque id of the record.")]


@dataclass(frozen=True, slots=True)
class PatientOut:
    """A patient's record; everything personal is null once it was erased."""

    patient_id: UUID
    establishment_id: UUID
    ssin: str | None
    affiliation_number: str | None
    last_name: str | None
    first_name: str | None
    birth_date: str | None
    sex: int
    language: str
    insurability: tuple[Insurability, ...]
    merged_into: UUID | None
    is_erased: bool


@dataclass(frozen=True, slots=True)
class AuthorisationsOut:
    """All that are recorded. The number is empty when the insurer gave none, or once the patient was erased."""

    authorisations: tuple[Authorisation, ...]


@router.post("", operation_id="register_patient", status_code=201, response_model=RegisteredOut)
def register_patient(caller: MayRegister, command: Writes, quittance: Product, body: PatientIn) -> Response:
    """Enter a patient; a known number corrects the record. Records that look like the same person are warned about."""
    where = establishment_at(caller, quittance, body.establishment_id)
    periods = [period.period() for period in body.insurability]
    return command.answer(
        lambda context: quittance.register.patient(
            context, where, body.ssin, body.affiliation_number, body.details(), periods
        ),
        registered,
        status=201,
    )


@router.get("/{patient_id}", operation_id="get_patient", response_model=PatientOut, responses=NOT_CHANGED)
def get_patient(caller: MaySeeCare, reading: Reads, patient_id: PatientId) -> Response:
    """One record."""
    events = reading.events(patient_id)
    state = patients.fold(events)
    within(caller, state.establishment_id if state else None, ABSENT)
    if state is None:
        not_here(ABSENT)
    return reading.one(shown(patient_id, state), len(events), action="patient.read", patients=[patient_id])


@router.put("/{patient_id}", operation_id="correct_patient", response_model=RegisteredOut)
def correct_patient(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: PatientCorrectionIn
) -> Response:
    """Give the patient the right details."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.correct_patient(context, patient_id, body.details()),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/insurability", operation_id="record_insurability", response_model=RegisteredOut)
def record_insurability(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: InsurabilityIn
) -> Response:
    """Record with which sickness fund and holder codes the patient is insured, from when to when."""
    owned(caller, quittance.log, patient_id)
    periods = [period.period() for period in body.periods]
    return command.answer(
        lambda context: quittance.register.insure(context, patient_id, periods),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/insurability/confirm", operation_id="confirm_insurability", response_model=RegisteredOut)
def confirm_insurability(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: InsurabilityDayIn
) -> Response:
    """The insurer was asked about a day again, and told what is recorded: refused care may be billed again."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.confirm_insurability(context, patient_id, body.day),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.get("/{patient_id}/authorisations", operation_id="get_authorisations", response_model=AuthorisationsOut)
def get_authorisations(caller: MaySeeCare, reading: Reads, patient_id: PatientId) -> Response:
    """What insurers allowed for the patient, the latest first."""
    events = reading.events(patient_id)
    state = patients.fold(events)
    within(caller, state.establishment_id if state else None, ABSENT)
    given = state.authorisations if state else ()
    ordered = sorted(given, key=lambda one: one.valid_from, reverse=True)
    shown = AuthorisationsOut(tuple(replace(one, number=kept(one.number) or "") for one in ordered))
    return reading.one(shown, len(events), action="patient.read", patients=[patient_id])


@router.post("/{patient_id}/authorisations", operation_id="record_authorisation", response_model=RegisteredOut)
def record_authorisation(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: AuthorisationIn
) -> Response:
    """Record what an insurer allowed or was told of: flat fees and the fee for technical acts follow from it."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.authorise(context, patient_id, body.given()),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post(
    "/{patient_id}/authorisations/withdraw", operation_id="withdraw_authorisation", response_model=RegisteredOut
)
def withdraw_authorisation(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: AuthorisationEndIn
) -> Response:
    """It was recorded by mistake, or the insurer took it back from its first day on."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.withdraw_authorisation(context, patient_id, body.kind, body.valid_from),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/number", operation_id="replace_number", response_model=RegisteredOut)
def replace_number(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: NumberIn
) -> Response:
    """The authority gave another national number; the history stays, and past files keep the former one."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.replace_number(context, patient_id, body.ssin),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/merge", operation_id="merge_patient", response_model=RegisteredOut)
def merge_patient(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: MergeIn
) -> Response:
    """Say that this record is of the same person as the survivor, under which care is billed from now on."""
    owned(caller, quittance.log, patient_id)
    owned(caller, quittance.log, body.survivor_id)
    return command.answer(
        lambda context: quittance.register.merge(context, patient_id, body.survivor_id),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/unmerge", operation_id="unmerge_patient", response_model=RegisteredOut)
def unmerge_patient(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: ReasonIn
) -> Response:
    """The merge was a mistake."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.unmerge(context, patient_id),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/erase", operation_id="erase_patient", response_model=RegisteredOut)
def erase_patient(
    caller: MayAdminister, command: Writes, quittance: Product, patient_id: PatientId, body: ReasonIn
) -> Response:
    """Destroy the patient's key for good. The reason is kept under the establishment's, which stays."""
    where = owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.erase(context, patient_id),
        registered,
        about=where,
        reason=body.reason,
        on=patient_id,
    )


def owned(caller: Caller, log: EventLog, patient_id: UUID) -> UUID:
    """Establishment of a patient that the caller may see. Raises `NotFound`."""
    state = patients.fold(log.load([patient_id]).get(patient_id, []))
    return within(caller, state.establishment_id if state else None, ABSENT)


def shown(patient_id: UUID, state: Patient) -> PatientOut:
    """A record for whoever may see it."""
    details = state.details
    return PatientOut(
        patient_id,
        state.establishment_id,
        kept(state.ssin),
        kept(state.affiliation_number),
        kept(details.last_name),
        kept(details.first_name),
        kept(details.birth_date),
        details.sex,
        details.language,
        state.periods,
        state.merged_into,
        state.is_erased,
    )


def kept(text: str) -> str | None:
    """Sealed text as long as it can be read."""
    return None if text in ("", ERASED) else text
