"""Patients of the practice: the list, and entering one."""

from fastapi import APIRouter, Response

from api.rest.listing import Pages
from api.web.doors import MayRegister, MaySeeCare
from api.web.form_fields import NOTHING, Wrong, wrong_of
from api.web.grids import better_address, grid_named
from api.web.patient_list import patient_grid
from api.web.patient_parts import LANGUAGES, details_of, period_of
from api.web.visit import Visit
from domain.errors import DomainError

router = APIRouter(prefix="/c/{where}/patients")


@router.get("")
def show_patients(visit: MaySeeCare, paging: Pages) -> Response:
    """By name; without a query as the user saved it, else those under whose record care is billed."""
    shown = grid_named(visit, "patients")
    if elsewhere := better_address(visit, paging, shown):
        return visit.go(elsewhere)
    grid = patient_grid(visit, paging, shown.condition(visit))
    shown.saw(visit, list(grid.rows))
    return visit.page("patients.html", fragment="list", grid=grid)


@router.get("/nouveau")
def show_form(visit: MayRegister) -> Response:
    """The form for a new patient."""
    return _form(visit, NOTHING)


@router.post("/nouveau")
def register(visit: MayRegister) -> Response:
    """Enter a patient; a known number corrects its record."""
    ssin, affiliation = "".join(filter(str.isdigit, visit.text("ssin", 20))), visit.text("affiliation_number", 13)
    try:
        details = details_of(visit)
        periods = [period_of(visit)] if visit.text("sickness_fund") else []
        return visit.do(
            lambda context: visit.quittance.register.patient(
                context, visit.practice, ssin, affiliation, details, periods
            ),
            lambda done: visit.at(f"/patients/{done.id}"),
        )
    except DomainError as error:
        return _form(visit, wrong_of(visit, "patient", error))


def _form(visit: Visit, wrong: Wrong) -> Response:
    return visit.page("patient_new.html", status=422 if wrong.form else 200, wrong=wrong, languages=LANGUAGES)
