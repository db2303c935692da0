"""Categories that insurers lowered after a control visit: recorded in the patient's file, and paid days credited."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.catalogue import has, text
from api.rest.patients import owned
from api.web.doors import MayBill, MayRegister, MaySeeCare
from api.web.form_fields import NOTHING, Wrong, day, day_or_none, done_or_wrong, version
from api.web.patient import PatientId, file_of
from api.web.visit import Visit
from application.commit import Done
from application.corrections import Corrected
from application.descoring import AMOUNTS_GIVEN
from application.ports import Context
from domain.authorisation import Authorisation
from domain.descoring import RANKED, named
from domain.errors import Invalid, NotAllowed
from domain.patient import Patient, fold

router = APIRouter(prefix="/c/{where}/patients/{patient_id:uuid}/descorages")
_LOWER = tuple(reversed(RANKED[:-1]))
"""What a category can be lowered to, the highest first."""


@router.get("")
def show_descorings(visit: MaySeeCare, patient_id: PatientId) -> Response:
    """Each with its days: what was paid, what it would be, and until when to decide."""
    return _page(visit, patient_id)


@router.post("")
def record(visit: MayRegister, patient_id: PatientId) -> Response:
    """What the insurer's message says; the lower authorisation is in force with it."""
    desk = visit.quittance.descorings

    def act(context: Context) -> Done[Any]:
        given = Authorisation(
            "katz", _category(visit), day(visit, "valid_from"), day_or_none(visit, "valid_to"), visit.text("number", 40)
        )
        return desk.record(context, patient_id, given, day(visit, "told_on"))

    return _do(visit, patient_id, "lowered", act)


@router.post("/retirer")
def withdraw(visit: MayRegister, patient_id: PatientId) -> Response:
    """It was a mistake, or the insurer took it back."""
    desk = visit.quittance.descorings
    form = f"withdraw-{visit.text('valid_from', 10)}"
    return _do(
        visit,
        patient_id,
        form,
        lambda context: desk.withdraw(context, patient_id, day(visit, "valid_from")),
        needs_reason=True,
    )


@router.post("/crediter")
def credit(visit: MayBill, patient_id: PatientId) -> Response:
    """Decide a credit note for the chosen days that are still to do: they are billed again by what holds now."""

    def act(context: Context) -> Done[Corrected]:
        state, first = _state(visit, patient_id), day(visit, "valid_from")
        named(state.descorings, first)
        (found,) = [one for one in visit.quittance.descorings.shown(state) if one.descoring.valid_from == first]
        asked = {str(given) for given in visit.form.getlist("day_id")}
        chosen = [one.day_id for one in found.to_do if str(one.day_id) in asked]
        if not chosen:
            raise Invalid("nothing_selected", "Select at least one day that is to be decided.", field="day_ids")
        done = visit.quittance.corrections.decide(context, visit.practice, chosen, "credit_note")
        if not done.result.day_ids:
            raise NotAllowed(done.result.left[0].code, "None of these days allows it.")
        return done

    form = f"credit-{visit.text('valid_from', 10)}"
    return _do(visit, patient_id, form, act, needs_reason=True, is_of_record=False)


def _page(visit: Visit, patient_id: UUID, wrong: Wrong = NOTHING) -> Response:
    """Also what a form that was refused comes back to."""
    file = file_of(visit, patient_id)
    return visit.page(
        "patient_descorings.html",
        status=422 if wrong.form else 200,
        file=file,
        tab="medical",
        found=visit.quittance.descorings.shown(file.state, visit.upto),
        lower=_LOWER,
        limit=visit.quittance.corrections.limit(visit.practice),
        why=lambda code: _why(visit, code),
        today=visit.as_of or visit.today,
        wrong=wrong,
    )


def _why(visit: Visit, code: str) -> str:
    if code == AMOUNTS_GIVEN:
        return text("descoring.amounts_given", visit.language)
    return text(f"blocker.{code}" if has(f"blocker.{code}") else f"problem.{code}", visit.language)


def _category(visit: Visit) -> str:
    """`none` is a category, nothing chosen is not. Raises `Invalid`."""
    given = visit.text("category", 4)
    if not given:
        raise Invalid("field_missing", "category: choose one.", field="category")
    return "" if given == "none" else given


def _state(visit: Visit, patient_id: UUID) -> Patient:
    state = fold(visit.events(patient_id))
    assert state is not None  # noqa: S101 - `owned` found it
    return state


def _do(
    visit: Visit,
    patient_id: UUID,
    form: str,
    act: Callable[[Context], Done[Any]],
    *,
    needs_reason: bool = False,
    is_of_record: bool = True,
) -> Response:
    """`is_of_record`: it changes the patient's record, as the page showed it."""
    owned(visit.known_caller, visit.quittance.log, patient_id)
    return done_or_wrong(
        visit,
        form,
        act,
        f"/patients/{patient_id}/descorages",
        lambda wrong: _page(visit, patient_id, wrong),
        about=patient_id,
        expected=version(visit, patient_id) if is_of_record else None,
        needs_reason=needs_reason,
    )
