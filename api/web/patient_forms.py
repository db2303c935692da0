"""What can be done with a patient's record: correct, insure, renumber, merge, take a merge back. Each says why."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.patients import owned
from api.web.doors import MayRegister
from api.web.form_fields import day, done_or_wrong, identifier, version
from api.web.patient import PatientId, details_page
from api.web.patient_parts import details_of, period_of
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from domain import patient as patients
from domain.errors import Invalid

router = APIRouter(prefix="/c/{where}/patients/{patient_id:uuid}")


@router.post("/corriger")
def correct(visit: MayRegister, patient_id: PatientId) -> Response:
    """Give the record the right details."""
    register = visit.quittance.register
    return _do(
        visit, patient_id, "details", lambda context: register.correct_patient(context, patient_id, details_of(visit))
    )


@router.post("/assurabilite")
def insure(visit: MayRegister, patient_id: PatientId) -> Response:
    """Record a period. One with the same first day as another corrects that one: whoever sends it says so."""

    def act(context: Context) -> Done[Any]:
        period = period_of(visit)
        state = patients.fold(visit.now().events(patient_id))
        begins_with = [one for one in (state.periods if state else ()) if one.valid_from == period.valid_from]
        if begins_with and period not in begins_with and visit.text("replaces", 5) != "true":
            raise Invalid("period_known", "valid_from: a period begins on that day already.", field="valid_from")
        return visit.quittance.register.insure(context, patient_id, [period])

    return _do(visit, patient_id, "period", act)


@router.post("/assurabilite/confirmer")
def confirm_insurability(visit: MayRegister, patient_id: PatientId) -> Response:
    """The insurer was asked about a day again and told the same."""

    def act(context: Context) -> Done[Any]:
        return visit.quittance.register.confirm_insurability(context, patient_id, day(visit, "day"))

    return _do(visit, patient_id, "confirmed", act)


@router.post("/numero")
def replace_number(visit: MayRegister, patient_id: PatientId) -> Response:
    """Take over a changed national number."""
    ssin = "".join(filter(str.isdigit, visit.text("ssin", 20)))
    register = visit.quittance.register
    return _do(visit, patient_id, "number", lambda context: register.replace_number(context, patient_id, ssin))


@router.post("/fusionner")
def merge(visit: MayRegister, patient_id: PatientId) -> Response:
    """Say that this record is of the same person as another, under which care is billed from now on."""

    def act(context: Context) -> Done[Any]:
        survivor = identifier(visit, "survivor_id")
        owned(visit.known_caller, visit.quittance.log, survivor)
        return visit.quittance.register.merge(context, patient_id, survivor)

    return _do(visit, patient_id, "merge", act, needs_reason=True)


@router.post("/defaire")
def unmerge(visit: MayRegister, patient_id: PatientId) -> Response:
    """The merge was a mistake."""
    register = visit.quittance.register
    return _do(visit, patient_id, "unmerge", lambda context: register.unmerge(context, patient_id), needs_reason=True)


def _do(
    visit: Visit, patient_id: UUID, form: str, act: Callable[[Context], Done[Any]], *, needs_reason: bool = False
) -> Response:
    """Once, with the reason sealed under the patient's key; back to the file, or to the form with what is wrong."""
    owned(visit.known_caller, visit.quittance.log, patient_id)
    return done_or_wrong(
        visit,
        form,
        act,
        f"/patients/{patient_id}",
        lambda wrong: details_page(visit, patient_id, wrong),
        about=patient_id,
        expected=version(visit, patient_id),
        needs_reason=needs_reason,
    )
