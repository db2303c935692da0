"""That insurers were told of authorisations: what to notify until when, how it was notified, and taking that back."""

from dataclasses import dataclass

from fastapi import Response

from api.notifications import NotificationOut, notification_out
from api.rest.commands import Writes
from api.rest.establishments import RegisteredOut, registered
from api.rest.patients import ABSENT, PatientId, owned
from api.rest.reads import Reads
from api.rest.register_bodies import AuthorisationEndIn, NotificationIn
from api.rest.resources import resource
from api.rest.rights import MayRegister, MaySeeCare, Product, not_here, within
from domain import patient as patients

router = resource("/patients", "patients")


@dataclass(frozen=True, slots=True)
class NotificationsOut:
    """One an authorisation, the latest first."""

    notifications: tuple[NotificationOut, ...]


@router.get("/{patient_id}/notifications", operation_id="get_notifications", response_model=NotificationsOut)
def get_notifications(caller: MaySeeCare, reading: Reads, patient_id: PatientId) -> Response:
    """Whether the insurer was told of each authorisation, and until when it is to be."""
    events = reading.events(patient_id)
    state = patients.fold(events)
    within(caller, state.establishment_id if state else None, ABSENT)
    if state is None:
        not_here(ABSENT)
    ordered = sorted(state.authorisations, key=lambda one: one.valid_from, reverse=True)
    shown = NotificationsOut(tuple(notification_out(state, one) for one in ordered))
    return reading.one(shown, len(events), action="patient.read", patients=[patient_id])


@router.post("/{patient_id}/notifications", operation_id="record_notification", response_model=RegisteredOut)
def record_notification(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: NotificationIn
) -> Response:
    """Record how the insurer was told of an authorisation; what was recorded about that gives way."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.notify(context, patient_id, body.told()),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/notifications/withdraw", operation_id="withdraw_notification", response_model=RegisteredOut)
def withdraw_notification(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: AuthorisationEndIn
) -> Response:
    """Nothing shows that the insurer was told after all: it is to be notified again."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.register.withdraw_notification(context, patient_id, body.kind, body.valid_from),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )
