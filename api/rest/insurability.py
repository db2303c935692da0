"""Questions to insurers about a patient's insurability: asked one at a time, and what was answered."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Request, Response

from api.insurability import SEEN, AskedOut, InsurabilityQueryOut, asked_out, query_out
from api.rest.bodies import Body, Day, example
from api.rest.commands import Writes
from api.rest.patients import ABSENT, PatientId, owned
from api.rest.problems import language_of
from api.rest.reads import Reading, Reads
from api.rest.resources import resource
from api.rest.rights import MayRegister, MaySeeCare, Product, not_here, within
from application.access import Caller
from application.insurability import Wish
from domain import patient as patients
from domain.insurability_query import Purpose
from domain.patient import Patient

router = resource("/patients", "patients")
Reference = Annotated[str, Path(pattern=r"^\d{14}$", description="Of the question.")]
_XML: dict[int | str, dict[str, Any]] = {200: {"content": {"application/xml": {}}}}


class InsurabilityQueryIn(Body):
    """Days to ask about, both included; for invoicing the insurer may commit itself to pay."""

    model_config = example(first_day="2026-02-01", last_day="2026-02-28", purpose="invoicing")

    first_day: Day
    last_day: Day
    purpose: Purpose = "invoicing"


@dataclass(frozen=True, slots=True)
class InsurabilityQueriesOut:
    """The latest questions, the newest first."""

    queries: tuple[InsurabilityQueryOut, ...]


@router.post("/{patient_id}/insurability-queries", operation_id="ask_insurability", response_model=AskedOut)
def ask_insurability(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    request: Request,
    patient_id: PatientId,
    body: InsurabilityQueryIn,
) -> Response:
    """Ask the patient's insurer, and wait for its answer: read it with `get_insurability_queries`.

    A refusal is a result, too: `status` and `codes` say it, `advice` what to do. Without a session with MyCareNet the
    question is `queued`, and asked when one opens.
    """
    owned(caller, quittance.log, patient_id)
    wish, language = Wish(body.first_day, body.last_day, body.purpose), language_of(request)
    return command.answer(
        lambda context: quittance.insurability.ask(context, patient_id, wish),
        lambda query: asked_out(query, language),
    )


@router.post(
    "/{patient_id}/insurability-queries/{reference}/withdraw",
    operation_id="withdraw_insurability_query",
    response_model=AskedOut,
)
def withdraw_insurability_query(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    request: Request,
    patient_id: PatientId,
    reference: Reference,
) -> Response:
    """Take a question back that waits for a session."""
    owned(caller, quittance.log, patient_id)
    return command.answer(
        lambda context: quittance.insurability.withdraw(context, patient_id, reference),
        lambda query: asked_out(query, language_of(request)),
    )


@router.get(
    "/{patient_id}/insurability-queries", operation_id="get_insurability_queries", response_model=InsurabilityQueriesOut
)
def get_insurability_queries(caller: MaySeeCare, reading: Reads, patient_id: PatientId) -> Response:
    """What insurers were asked about the patient and what they said, beside what is recorded."""
    state = _state(caller, reading, patient_id)
    found = reading.quittance.insurability.shown(patient_id, state, reading.upto)
    shown = InsurabilityQueriesOut(tuple(query_out(one, reading.language) for one in found))
    return reading.many(shown, action=SEEN, patients=[patient_id])


@router.get(
    "/{patient_id}/insurability-queries/{reference}/answer",
    operation_id="get_insurability_answer",
    response_class=Response,
    responses=_XML,
)
def get_insurability_answer(
    caller: MaySeeCare, reading: Reads, patient_id: PatientId, reference: Reference
) -> Response:
    """The answer as it came, byte for byte."""
    state = _state(caller, reading, patient_id)
    if state.is_erased:
        not_here("insurability_query_unknown")
    content = reading.quittance.insurability.proof(patient_id, reference, reading.upto)
    reading.saw(SEEN, [patient_id])
    return Response(content, headers={"Cache-Control": "no-store"}, media_type="application/xml")


def _state(caller: Caller, reading: Reading, patient_id: PatientId) -> Patient:
    state = patients.fold(reading.events(patient_id))
    within(caller, state.establishment_id if state else None, ABSENT)
    return state or not_here(ABSENT)
