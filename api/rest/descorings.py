"""Categories lowered after a control visit: recorded, what to credit until when, withdrawn. Days are decided elsewhere:

`POST /billing-days/decisions` with `credit_note`.
"""

from dataclasses import dataclass

from fastapi import Response

from api.descorings import DescoringOut, descoring_out
from api.rest.commands import Writes
from api.rest.establishments import RegisteredOut, registered
from api.rest.patients import ABSENT, PatientId, owned
from api.rest.reads import Reads
from api.rest.register_bodies import DescoringEndIn, DescoringIn
from api.rest.resources import resource
from api.rest.rights import MayRegister, MaySeeCare, Product, not_here, within
from domain import patient as patients

router = resource("/patients", "patients")


@dataclass(frozen=True, slots=True)
class DescoringsOut:
    """The latest message first."""

    descorings: tuple[DescoringOut, ...]


@router.get("/{patient_id}/descorings", operation_id="get_descorings", response_model=DescoringsOut)
def get_descorings(caller: MaySeeCare, reading: Reads, patient_id: PatientId) -> Response:
    """Categories that insurers lowered after a control visit, with the days billed above them."""
    events = reading.events(patient_id)
    state = patients.fold(events)
    within(caller, state.establishment_id if state else None, ABSENT)
    if state is None:
        not_here(ABSENT)
    found = reading.quittance.descorings.shown(state, reading.upto)
    shown = DescoringsOut(tuple(descoring_out(one) for one in found))
    return reading.one(shown, len(events), action="patient.read", patients=[patient_id], is_alone=False)


@router.post("/{patient_id}/descorings", operation_id="record_descoring", response_model=RegisteredOut)
def record_descoring(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: DescoringIn
) -> Response:
    """Record that the insurer lowered the category: the lower authorisation holds, paid days are to be credited."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.descorings.record(context, patient_id, body.given(), body.told_on),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )


@router.post("/{patient_id}/descorings/withdraw", operation_id="withdraw_descoring", response_model=RegisteredOut)
def withdraw_descoring(
    caller: MayRegister, command: Writes, quittance: Product, patient_id: PatientId, body: DescoringEndIn
) -> Response:
    """Take it back: the former authorisations hold again, unless somebody changed them since."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.descorings.withdraw(context, patient_id, body.valid_from),
        registered,
        about=patient_id,
        reason=body.reason,
        on=patient_id,
    )
