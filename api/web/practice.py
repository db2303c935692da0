"""The practice itself: what billing files say of it, who works there, and, for administrators, who may sign in."""

from dataclasses import fields
from typing import Any

from fastapi import APIRouter, Response

from api.catalogue import text
from api.rest.rights import not_here
from api.web.actors import name_of
from api.web.doors import MayAdminister, MayRead
from api.web.form_fields import NOTHING, Wrong, day_or_none, done_or_wrong, version
from api.web.grid_spec import Column
from api.web.plain_lists import PLAIN, PlainList
from api.web.providers import members
from api.web.render import said_by
from api.web.typed_money import as_typed, typed_cents
from api.web.visit import Visit
from application.periods import closed_books
from application.ports import Row
from domain import establishment as establishments
from domain.errors import Invalid, NotFound
from domain.establishment import EstablishmentDetails
from domain.roles import ROLES
from domain.rules.limits import add_months, month_of
from projections.users import opened, users_of

router = APIRouter(prefix="/c/{where}/cabinet")
_DEROGATION = ("files_derogation_from", "files_derogation_to")
_OTHERWISE = ("tpp_number", "is_test", "second_person_above_cents", *_DEROGATION)
"""Details that the form does not send as they are kept."""


@router.get("")
def show_practice(visit: MayRead) -> Response:
    """Details, members, users."""
    return practice_page(visit, NOTHING)


def _people(visit: Visit) -> list[Row]:
    """Users in words, a row a role. Raises `NotFound` on a past day: the list of users is that of now."""
    if visit.as_of is not None:
        raise NotFound("path_unknown", "Users are listed as of now.")
    with visit.sql() as sql:
        people = opened(visit.quittance.keys, users_of(sql, visit.practice))
    return [
        {
            "login": person.login,
            "name": person.name,
            "role": text(f"role.{grant.role}", visit.language),
            "valid_from": grant.valid_from,
            "valid_to": grant.valid_to,
            "account": said_by("user_fields.html", "state", visit.language, person),
        }
        for person in people
        for grant in person.grants
    ]


PLAIN["users"] = PlainList(
    "list_title.users",
    (
        Column("login"),
        Column("name"),
        Column("role", label="plain_column.role"),
        Column("valid_from", "day", label="list_column.date_from"),
        Column("valid_to", "day", label="list_column.date_to"),
        Column("account", label="plain_column.account"),
    ),
    _people,
    right="audit",
)


@router.post("/corriger")
def correct(visit: MayAdminister) -> Response:
    """Give it its right details; the third-party number names it and stays."""
    state = establishments.fold(visit.events(visit.practice)) or not_here("establishment_unknown")

    def details() -> EstablishmentDetails:
        names = [field.name for field in fields(EstablishmentDetails) if field.name not in _OTHERWISE]
        given: dict[str, Any] = {name: visit.text(name, 100) for name in names}
        given["iban"] = given["iban"].replace(" ", "").upper()
        given |= {name: day_or_none(visit, name) for name in _DEROGATION}
        is_test, above = visit.text("is_test") != "false", _above(visit)
        number = state.details.tpp_number
        return EstablishmentDetails(tpp_number=number, is_test=is_test, second_person_above_cents=above, **given)

    return done_or_wrong(
        visit,
        "details",
        lambda context: visit.quittance.register.establishment(context, details()),
        "/cabinet",
        lambda wrong: practice_page(visit, wrong),
        about=visit.practice,
        expected=version(visit, visit.practice),
    )


def _above(visit: Visit) -> int | None:
    """As typed, None when the field is empty. Raises `Invalid`."""
    given = visit.text("second_person_above_cents", 20)
    cents = typed_cents(given)
    if given and cents is None:
        raise Invalid("field_invalid", "second_person_above_cents: give an amount.", field="second_person_above_cents")
    return cents


def _books(visit: Visit) -> Row | None:
    """Through which month they are closed, and who changed that last, when; None where none ever was."""
    found = closed_books(visit.quittance.log.history(visit.practice, visit.upto))
    return {"through": found.through, "who": name_of(visit, found.by), "at": found.at} if found else None


def practice_page(visit: Visit, wrong: Wrong, status: int = 422) -> Response:
    """Also what a form that was refused comes back to."""
    events = visit.events(visit.practice)
    state = establishments.fold(events) or not_here("establishment_unknown")
    people, shows_people = [], visit.as_of is None and visit.may("audit")
    if shows_people:
        with visit.sql() as sql:
            people = opened(visit.quittance.keys, users_of(sql, visit.practice))
    return visit.page(
        "practice.html",
        status=status if wrong.form else 200,
        state=state,
        version=len(events),
        members=members(visit),
        people=people,
        shows_people=shows_people,
        roles=ROLES,
        books=_books(visit),
        last_over=month_of(add_months((visit.as_of or visit.today).replace(day=1), -1)),
        above="" if (above := state.details.second_person_above_cents) is None else as_typed(above),
        wrong=wrong,
    )
