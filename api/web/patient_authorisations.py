"""What insurers allowed for a patient: recorded by hand on the medical tab, notified, taken back with its reason."""

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
from domain.notification import MOST_LETTERS, Notification, Sender

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


@router.post("/notifier")
def notify(visit: MayRegister, patient_id: PatientId) -> Response:
    """How the insurer was told of one; what was recorded about that gives way."""
    register = visit.quittance.register
    form = f"notify-{visit.text('kind', 12)}-{visit.text('valid_from', 10)}"
    return _do(visit, patient_id, form, lambda context: register.notify(context, patient_id, _told(visit)))


@router.post("/notification/retirer")
def withdraw_notification(visit: MayRegister, patient_id: PatientId) -> Response:
    """Nothing shows that the insurer was told."""
    register = visit.quittance.register

    def act(context: Context) -> Done[Any]:
        return register.withdraw_notification(context, patient_id, _kind(visit), day(visit, "valid_from"))

    form = f"unnotify-{visit.text('kind', 12)}-{visit.text('valid_from', 10)}"
    return _do(visit, patient_id, form, act, needs_reason=True)


def _told(visit: Visit) -> Notification:
    """As filled in. Raises `Invalid`."""
    sender: Sender = "other" if visit.text("sender", 8) == "other" else "practice"
    reference, proof = (visit.text(name, MOST_LETTERS) for name in ("reference", "proof"))
    sent_on = day_or_none(visit, "sent_on")
    return Notification(_kind(visit), day(visit, "valid_from"), sent_on, sender, reference, proof)


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
