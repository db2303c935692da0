"""Registrations of the practice with MyCareNet: what each kind asks for, what is arranged, mandates, who did what."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.rights import not_here
from api.web.doors import MayRead, MayRegister
from api.web.form_fields import NOTHING, Wrong, day, day_or_none, done_or_wrong, identifier, said, wrong_of
from api.web.providers import members
from api.web.timeline import timeline_of
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from application.registrations import MOST_AT_ONCE, CreatedOfMany, warnings_about
from domain import establishment as establishments
from domain import registration as registrations
from domain.errors import DomainError
from domain.registration import MOST_TEXT, Registration, Wanted
from domain.registration_kinds import KINDS, RULES

PATH = "/enregistrements"
router = APIRouter(prefix=f"/c/{{where}}{PATH}")
_MOST_NUMBERS = 4_000
_STATES = ("in_force", "to_come", "over")


@dataclass(frozen=True, slots=True)
class Listed:
    """A registration as of the day shown. `state`: `in_force`, `to_come` or `over`; `warnings`: codes."""

    of: Registration
    state: str
    lacks_mandate: bool
    warnings: tuple[str, ...]


@router.get("")
def show_registrations(visit: MayRead) -> Response:
    """Those of the practice, what each kind is, and the forms."""
    return _page(visit, NOTHING)


@router.post("")
def create(visit: MayRegister) -> Response:
    """Enter one."""

    def act(context: Context) -> Done[Any]:
        wanted = Wanted(
            visit.text("kind", 40), _digits(visit, "nihii"), _digits(visit, "cbe"), day(visit, "valid_from")
        )
        return visit.quittance.registrations.create(context, visit.practice, wanted)

    return _do(visit, "new", act)


@router.post("/plusieurs")
def create_many(visit: MayRegister) -> Response:
    """One company for every care provider that is ticked or typed; what became of each is told on the page."""

    def act(context: Context) -> Done[tuple[CreatedOfMany, ...]]:
        numbers = [value for value in visit.form.getlist("member") if isinstance(value, str)]
        typed = visit.text("numbers", _MOST_NUMBERS).replace(",", " ").replace(";", " ").split()
        numbers += [_bare(number) for number in typed]
        cbe, since = _digits(visit, "cbe"), day(visit, "valid_from")
        wanted = [Wanted("company_staff", number, cbe, since) for number in dict.fromkeys(numbers)]
        return visit.quittance.registrations.create_many(context, visit.practice, wanted)

    try:
        return visit.do(act, lambda done: _told_at(visit, done), reason=visit.text("reason", 500), about=visit.practice)
    except DomainError as error:
        return _page(visit, wrong_of(visit, "many", error))


@router.post("/{registration_id}/terminer")
def end(visit: MayRegister, registration_id: UUID) -> Response:
    """Its last day."""
    desk = visit.quittance.registrations
    return _do(
        visit,
        f"end-{registration_id}",
        lambda context: desk.end(context, visit.practice, registration_id, day(visit, "valid_to")),
    )


@router.post("/{registration_id}/mandats")
def record_mandate(visit: MayRegister, registration_id: UUID) -> Response:
    """A mandate as it was given at MyCareNet."""

    def act(context: Context) -> Done[Any]:
        since, until = day(visit, "valid_from"), day_or_none(visit, "valid_to")
        notes = (visit.text("given_to", MOST_TEXT), visit.text("evidence", MOST_TEXT))
        desk = visit.quittance.registrations
        return desk.record_mandate(context, visit.practice, registration_id, since, until, *notes)

    return _do(visit, f"mandate-{registration_id}", act)


@router.post("/{registration_id}/revoquer")
def revoke_mandate(visit: MayRegister, registration_id: UUID) -> Response:
    """The last day of a mandate."""

    def act(context: Context) -> Done[Any]:
        desk, mandate_id = visit.quittance.registrations, identifier(visit, "mandate_id")
        return desk.revoke_mandate(context, visit.practice, registration_id, mandate_id, day(visit, "valid_to"))

    return _do(visit, f"revoke-{visit.text('mandate_id', 40)}", act)


@router.post("/{registration_id}/regler")
def note_condition(visit: MayRegister, registration_id: UUID) -> Response:
    """A condition of its kind is met outside the program."""
    condition = visit.text("condition", 40)

    def act(context: Context) -> Done[Any]:
        noted = (condition, day(visit, "arranged_on"), visit.text("evidence", MOST_TEXT))
        return visit.quittance.registrations.arrange(context, visit.practice, registration_id, *noted)

    return _do(visit, f"{condition}-{registration_id}", act)


@router.post("/{registration_id}/rouvrir")
def reopen_condition(visit: MayRegister, registration_id: UUID) -> Response:
    """It is not, after all."""
    condition, desk = visit.text("condition", 40), visit.quittance.registrations
    return _do(
        visit,
        f"reopen-{condition}-{registration_id}",
        lambda context: desk.reopen(context, visit.practice, registration_id, condition),
    )


def _do(visit: Visit, form: str, act: Callable[[Context], Done[Any]]) -> Response:
    return done_or_wrong(visit, form, act, PATH, lambda wrong: _page(visit, wrong), about=visit.practice)


def _digits(visit: Visit, name: str) -> str:
    """A number as people write it, with dots or blanks."""
    return _bare(visit.text(name, 20))


def _bare(number: str) -> str:
    return "".join(letter for letter in number if letter not in " .-/")


def _told_at(visit: Visit, done: Sequence[CreatedOfMany]) -> str:
    """Where the outcome of many is told: how many were entered or known, and why which of them was refused."""
    made = [one.created for one in done if one.created]
    refused = ",".join(f"{one.place}.{one.code}" for one in done if not one.created)
    counts = {"created": sum(one.is_new for one in made), "known": sum(not one.is_new for one in made)}
    return visit.to(PATH, **counts, refused=refused)


def _refused(visit: Visit) -> Iterator[tuple[int, str]]:
    """Place and reason of each that was refused, as the address tells it."""
    for told in visit.request.query_params.get("refused", "").split(",")[:MOST_AT_ONCE]:
        place, _, code = told.partition(".")
        if place.isascii() and place.isdigit() and code:
            yield int(place), said(code, "nihii", visit.language)


def _count(visit: Visit, name: str) -> int:
    given = visit.request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= len(str(MOST_AT_ONCE)) else 0


def _listed(visit: Visit, tpp_number: str) -> list[Listed]:
    """Those in force first, then those to come, then those that are over; each in the order of creation."""
    today = visit.as_of or visit.today
    found = []
    for one in visit.quittance.registrations.known(visit.practice, visit.upto):
        state = "in_force" if one.covers(today) else "to_come" if today < one.valid_from else "over"
        lacks = state == "in_force" and one.lacks_mandate(today)
        found.append(Listed(one, state, lacks, warnings_about(one, tpp_number)))
    return sorted(found, key=lambda one: _STATES.index(one.state))


def _page(visit: Visit, wrong: Wrong) -> Response:
    """Also what a form that was refused comes back to."""
    state = establishments.fold(visit.events(visit.practice)) or not_here("establishment_unknown")
    details = state.details
    return visit.page(
        "registrations.html",
        status=422 if wrong.form else 200,
        details=details,
        found=_listed(visit, details.tpp_number),
        kinds=KINDS,
        rules=RULES,
        members=[one for one in members(visit) if one.works],
        entries=timeline_of(visit, registrations.registrations_id(visit.practice)),
        created=_count(visit, "created"),
        known=_count(visit, "known"),
        refused=list(_refused(visit)),
        path=PATH,
        today=visit.today,
        wrong=wrong,
    )
