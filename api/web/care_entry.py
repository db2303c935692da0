"""Care entered and corrected at the keyboard: a line of a patient's day, as a care file would bring it."""

from datetime import date as Date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.rest.rights import not_here
from api.web.care_form import care_form, care_of, wrong_line
from api.web.day import changeable, day_of
from api.web.doors import MayRecordOwnCare
from api.web.form_fields import NOTHING, Wrong, day, reason_of, version
from api.web.patient import PatientId, file_of, unseen_file_of
from api.web.said import names_of
from api.web.visit import Visit
from application.own_care import check_own
from application.record_care import CareRecordedResult, Entry, sequences_of
from domain.billing_day import BillingDay, Line
from domain.errors import DomainError, Invalid

router = APIRouter(prefix="/c/{where}")
Number = Annotated[str, Query(pattern=r"^(\d{11})?$")]


@router.get("/patients/{patient_id:uuid}/soins")
def show_entry(
    visit: MayRecordOwnCare, patient_id: PatientId, date: Date | None = None, provider: Number = ""
) -> Response:
    """The form for a new line, and what stands on that day already. `provider`: of the line before."""
    return _entry(visit, patient_id, date or visit.today, NOTHING, provider)


@router.post("/patients/{patient_id:uuid}/soins")
def record(visit: MayRecordOwnCare, patient_id: PatientId) -> Response:
    """Enter a line; then to its day, or (`then` more) to the next line of the same day. Raises `NotFound`."""
    state = unseen_file_of(visit.now(), patient_id).state

    def next_page(done: CareRecordedResult) -> str:
        if visit.text("then", 10) == "more":
            return visit.at(f"/patients/{patient_id}/soins?date={date}&provider={care.provider}")
        return visit.at(f"/jours/{done.lines[0].day_id}")

    date = visit.today
    try:
        date = day(visit, "date")
        if date > visit.today and visit.text("in_advance", 5) != "true":
            raise Invalid("care_to_come", "date: confirm that the care is entered in advance.", field="date")
        care = care_of(visit, state, date)
        book, by, entries = visit.quittance.care, visit.known_caller, [Entry(patient_id, date, care)]
        return visit.do(lambda context: book.record(context, visit.practice, entries, by), next_page)
    except DomainError as error:
        return _entry(visit, patient_id, date, wrong_line(visit, error))


@router.get("/jours/{day_id}/lignes/{line_id}")
def show_line(visit: MayRecordOwnCare, day_id: UUID, line_id: UUID) -> Response:
    """The form to correct a line; of one that nobody may change, its day."""
    known = day_of(visit.now(), day_id)
    if not changeable(known) or _line_of(known, line_id) not in changeable(known):
        return visit.go(visit.to(f"/jours/{day_id}"))
    return _line_page(visit, day_id, line_id, NOTHING)


@router.post("/jours/{day_id}/lignes/{line_id}")
def correct(visit: MayRecordOwnCare, day_id: UUID, line_id: UUID) -> Response:
    """Give a line its right values, upon what the person saw; back to the day."""
    known = day_of(visit.now(), day_id)
    _line_of(known, line_id)
    state = unseen_file_of(visit.now(), known.patient_id).state
    try:
        care, reason, by = care_of(visit, state, known.date), reason_of(visit), visit.known_caller
        return visit.do(
            lambda context: visit.quittance.care.correct(context, day_id, line_id, care, by),
            lambda _: visit.at(f"/jours/{day_id}"),
            reason=reason,
            about=known.patient_id,
            expected=version(visit, day_id),
        )
    except DomainError as error:
        return _line_page(visit, day_id, line_id, wrong_line(visit, error))


def _entry(visit: Visit, patient_id: UUID, date: Date, wrong: Wrong, provider: str = "") -> Response:
    file = file_of(visit.now(), patient_id)
    who = file.state.merged_into or patient_id
    known, _ = sequences_of(visit.quittance.log, visit.practice, [(who, date)])
    return visit.page(
        "care_new.html",
        status=422 if wrong.form else 200,
        file=file,
        tab="soins",
        date=date,
        form=care_form(visit, date, provider=provider),
        lines=[line for one in known[who, date] for line in one.recorded],
        wrong=wrong,
        is_to_come=date > visit.today,
    )


def _line_page(visit: Visit, day_id: UUID, line_id: UUID, wrong: Wrong) -> Response:
    known = day_of(visit.now(), day_id)
    line = _line_of(known, line_id)
    check_own(visit.known_caller, visit.quittance.keys, [line.care])
    visit.saw("billing_day.read", [known.patient_id])
    return visit.page(
        "care_line.html",
        status=422 if wrong.form else 200,
        day=known,
        day_id=day_id,
        line=line,
        name=names_of(visit, [known.patient_id]).get(known.patient_id, ""),
        form=care_form(visit, known.date, line.care),
        version=len(visit.now().events(day_id)),
        wrong=wrong,
    )


def _line_of(known: BillingDay, line_id: UUID) -> Line:
    """As somebody entered it, or as it was billed. Raises `NotFound`."""
    lines = (*known.recorded, *known.active)
    return next((line for line in lines if line.line_id == line_id), None) or not_here("line_unknown")
