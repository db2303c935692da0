"""The practice itself: what billing files say of it, who works there, and, for administrators, who may sign in."""

from dataclasses import fields

from fastapi import APIRouter, Response

from api.rest.rights import not_here
from api.web.doors import MayAdminister, MayRead
from api.web.form_fields import NOTHING, Wrong, done_or_wrong, version
from api.web.providers import members
from api.web.visit import Visit
from domain import establishment as establishments
from domain.establishment import EstablishmentDetails
from domain.roles import ROLES
from projections.users import opened, users_of

router = APIRouter(prefix="/c/{where}/cabinet")


@router.get("")
def show_practice(visit: MayRead) -> Response:
    """Details, members, users."""
    return practice_page(visit, NOTHING)


@router.post("/corriger")
def correct(visit: MayAdminister) -> Response:
    """Give it its right details; the third-party number names it and stays."""
    state = establishments.fold(visit.events(visit.practice)) or not_here("establishment_unknown")

    def details() -> EstablishmentDetails:
        names = [field.name for field in fields(EstablishmentDetails) if field.name not in ("tpp_number", "is_test")]
        given = {name: visit.text(name, 100) for name in names}
        given["iban"] = given["iban"].replace(" ", "").upper()
        is_test = visit.text("is_test") != "false"
        return EstablishmentDetails(tpp_number=state.details.tpp_number, is_test=is_test, **given)  # type: ignore[arg-type]

    return done_or_wrong(
        visit,
        "details",
        lambda context: visit.quittance.register.establishment(context, details()),
        "/cabinet",
        lambda wrong: practice_page(visit, wrong),
        about=visit.practice,
        expected=version(visit, visit.practice),
    )


def practice_page(visit: Visit, wrong: Wrong, status: int = 422) -> Response:
    """Also what a form that was refused comes back to."""
    events = visit.events(visit.practice)
    state = establishments.fold(events) or not_here("establishment_unknown")
    people = []
    if visit.may("admin"):
        with visit.sql() as sql:
            people = opened(visit.quittance.keys, users_of(sql, visit.practice))
    return visit.page(
        "practice.html",
        status=status if wrong.form else 200,
        state=state,
        version=len(events),
        members=members(visit),
        people=people,
        roles=ROLES,
        wrong=wrong,
    )
