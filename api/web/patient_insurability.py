"""What insurers say about a patient's insurability: asked from the patient's file, shown beside what is recorded."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.insurability import SEEN, in_words
from api.rest.patients import owned
from api.rest.rights import not_here
from api.web.doors import MayRegister, MaySeeCare
from api.web.form_fields import NOTHING, Wrong, day, done_or_wrong
from api.web.patient import PatientId, file_of
from api.web.visit import Visit
from application.commit import Done
from application.insurability import Wish
from application.ports import Context
from domain.errors import Invalid
from domain.insurability_query import PURPOSES, Purpose, Query
from domain.rules.limits import month_end

router = APIRouter(prefix="/c/{where}/patients/{patient_id:uuid}/assureur")
Reference = Annotated[str, Path(pattern=r"^\d{14}$")]
_DAY = timedelta(days=1)


@router.get("")
def show_answers(visit: MaySeeCare, patient_id: PatientId) -> Response:
    """Questions about the patient, the newest first, each with what was said."""
    return _page(visit, patient_id)


@router.post("")
def ask(visit: MayRegister, patient_id: PatientId) -> Response:
    """Ask the insurer now, and show what it says; without a session when one opens."""
    owned(visit.known_caller, visit.quittance.log, patient_id)

    def act(context: Context) -> Done[Query]:
        wish = Wish(day(visit, "first_day"), day(visit, "last_day"), _purpose(visit))
        return visit.quittance.insurability.ask(context, patient_id, wish)

    home = f"/patients/{patient_id}/assureur"
    return done_or_wrong(visit, "asked", act, home, lambda wrong: _page(visit, patient_id, wrong), about=patient_id)


@router.post("/{reference}/retirer")
def withdraw(visit: MayRegister, patient_id: PatientId, reference: Reference) -> Response:
    """Let a question wait for a session no more."""
    owned(visit.known_caller, visit.quittance.log, patient_id)
    return done_or_wrong(
        visit,
        "withdraw",
        lambda context: visit.quittance.insurability.withdraw(context, patient_id, reference),
        f"/patients/{patient_id}/assureur",
        lambda wrong: _page(visit, patient_id, wrong),
        about=patient_id,
    )


@router.get("/{reference}.xml")
def download_answer(visit: MaySeeCare, patient_id: PatientId, reference: Reference) -> Response:
    """As it came."""
    file = file_of(visit, patient_id)
    if file.state.is_erased:
        not_here("insurability_query_unknown")
    content = visit.quittance.insurability.proof(patient_id, reference, visit.upto)
    visit.saw(SEEN, [patient_id])
    headers = {"Content-Disposition": f'attachment; filename="{reference}.xml"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, "application/xml")


def _page(visit: Visit, patient_id: UUID, wrong: Wrong = NOTHING) -> Response:
    """Also what a form that was refused comes back to."""
    file, insurability = file_of(visit, patient_id), visit.quittance.insurability
    visit.saw(SEEN, [patient_id])
    today = visit.as_of or visit.today
    return visit.page(
        "patient_insurability.html",
        status=422 if wrong.form else 200,
        file=file,
        tab="",
        found=insurability.shown(patient_id, file.state, visit.upto),
        is_offered=insurability.is_offered,
        is_open=insurability.is_open(visit.practice),
        usual=(today.replace(day=1), month_end(today)),
        purposes=PURPOSES,
        in_words=lambda code: in_words(code, visit.language),
        last_of=lambda end: end - _DAY if end else None,
        wrong=wrong,
    )


def _purpose(visit: Visit) -> Purpose:
    """As chosen. Raises `Invalid`."""
    for purpose in PURPOSES:
        if purpose == visit.text("purpose", 20):
            return purpose
    raise Invalid("field_missing", "purpose: choose one.", field="purpose")
