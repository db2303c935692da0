"""What insurers allowed for a patient: recorded by hand on the medical tab, and taken back, each with its reason."""

from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.patients import owned
from api.web.doors import MayRegister
from api.web.form_fields import day, day_or_none, done_or_wrong, version
from api.web.patient import PatientId
from api.web.patient_care import medical_page
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from domain.authorisation import Authorisation, Kind
from domain.errors import Invalid

router = APIRouter(prefix="/c/{where}/patients/{patient_id:uuid}/accords")
KINDS: tuple[Kind, ...] = get_args(Kind)
_MOST_NUMBER = 40


@router.post("")
def record(visit: MayRegister, patient_id: PatientId) -> Response:
    """Record one; of the same kind and first day it replaces the former."""
    register = visit.quittance.register
    return _do(visit, patient_id, "allowed", lambda context: register.authorise(context, patient_id, _given(visit)))


@router.post("/retirer")
def withdraw(visit: MayRegister, patient_id: PatientId) -> Response:
    """It was a mistake, or the insurer took it back from its first day on."""
    register = visit.quittance.register

    def act(context: Context) -> Done[Any]:
        return register.withdraw_authorisation(context, patient_id, _kind(visit), day(visit, "valid_from"))

    form = f"withdraw-{visit.text('kind', 12)}-{visit.text('valid_from', 10)}"
    return _do(visit, patient_id, form, act, needs_reason=True)


def _given(visit: Visit) -> Authorisation:
    """As filled in. Raises `Invalid`."""
    number = visit.text("number", _MOST_NUMBER)
    return Authorisation(
        _kind(visit), visit.text("category", 2), day(visit, "valid_from"), day_or_none(visit, "valid_to"), number
    )


def _kind(visit: Visit) -> Kind:
    for kind in KINDS:
        if kind == visit.text("kind", 12):
            return kind
    raise Invalid("field_missing", "kind: choose one.", field="kind")


def _do(
    visit: Visit, patient_id: UUID, form: str, act: Callable[[Context], Done[Any]], *, needs_reason: bool = False
) -> Response:
    owned(visit.known_caller, visit.quittance.log, patient_id)
    return done_or_wrong(
        visit,
        form,
        act,
        f"/patients/{patient_id}/medical",
        lambda wrong: medical_page(visit, patient_id, wrong),
        about=patient_id,
        expected=version(visit, patient_id),
        needs_reason=needs_reason,
    )
