"""Users of the practice, for its administrators: enter them, give and end roles, name deputies, help who is locked out.

What holds everywhere (a new password, keeping somebody out) is done only to people all of whose roles, ended ones
too, are in practices that the administrator administers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.rest.problems import Problem
from api.rest.rights import not_here
from api.web.deputies import absences_of, colleagues_in
from api.web.doors import MayAdminister, MayAudit
from api.web.form_fields import NOTHING, Wrong, day, day_or_none, done_or_wrong, identifier, needed, wrong_of
from api.web.practice import practice_page
from api.web.providers import Member, members
from api.web.timeline import timeline_of
from api.web.visit import Visit
from application.accounts import NewUser
from application.commit import Done
from application.ports import Context
from domain import user as users
from domain.errors import DomainError, Invalid, NotFound
from domain.roles import ROLES, Role, role_of
from domain.user import Grant, User

router = APIRouter(prefix="/c/{where}/cabinet/utilisateurs")
UserId = Annotated[UUID, Path()]
_MOST_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class Person:
    """A user as an administrator of this practice sees them. `may_manage`: also what holds everywhere."""

    user_id: UUID
    state: User
    here: tuple[Grant, ...]
    may_manage: bool
    is_self: bool


@router.post("")
def add(visit: MayAdminister) -> Response:
    """Enter a person with a role here, or give a known one a role. A new one-time password is shown once."""
    accounts = visit.quittance.accounts
    shown: list[NewUser] = []

    def act(context: Context) -> Done[UUID]:
        if name:
            role_here = Grant(visit.practice, role, since, until, provider)
            language = visit.text("language", 2)
            shown.append(accounts.add(Context(context.meta), login, name, language, role_here).result)
        elif accounts.user(user_id) is None:
            raise NotFound("user_unknown", "There is no such user: give the name of the person too.", field="login")
        return accounts.grant(context, user_id, visit.practice, role, since, until, provider)

    try:
        login, name, role = needed(visit, "login", 100), visit.text("name", 100), _role(visit)
        user_id = accounts.user_id(login)
        since, until, provider = day(visit, "valid_from"), day_or_none(visit, "valid_to"), _provider(visit)
        answer = visit.do(act, lambda _: visit.at(f"/cabinet/utilisateurs/{user_id}"))
    except DomainError as error:
        return practice_page(visit, wrong_of(visit, "user", error))
    return _with_password(visit, shown[0].user_id, shown[0].one_time_password) if shown else answer


@router.get("/{user_id:uuid}")
def show_user(visit: MayAudit, user_id: UserId) -> Response:
    """One user with the roles here."""
    return _page(visit, user_id, NOTHING)


@router.post("/{user_id:uuid}/role")
def grant(visit: MayAdminister, user_id: UserId) -> Response:
    """Another role, or another stretch of one."""
    person_of(visit, user_id)

    def act(context: Context) -> Done[UUID]:
        since, until = day(visit, "valid_from"), day_or_none(visit, "valid_to")
        grant_role = visit.quittance.accounts.grant
        return grant_role(context, user_id, visit.practice, _role(visit), since, until, _provider(visit))

    return _do(visit, user_id, "grant", act)


@router.post("/{user_id:uuid}/fin")
def end_role(visit: MayAdminister, user_id: UserId) -> Response:
    """Let a role end with a day."""
    person_of(visit, user_id)

    def act(context: Context) -> Done[UUID]:
        last = day(visit, "valid_to")
        return visit.quittance.accounts.end_role(context, user_id, visit.practice, _role(visit), last)

    return _do(visit, user_id, "end", act)


@router.post("/{user_id:uuid}/absences")
def name_deputy(visit: MayAdminister, user_id: UserId) -> Response:
    """For somebody who cannot do it: a deputy in this practice. Why the person is away is asked of nobody."""
    person_of(visit, user_id)

    def act(context: Context) -> Done[UUID]:
        since, until, deputy_id = day(visit, "valid_from"), day(visit, "valid_to"), identifier(visit, "deputy_id")
        return visit.quittance.accounts.name_deputy(context, user_id, deputy_id, since, until, visit.practice)

    return _do(visit, user_id, "deputy", act)


@router.post("/{user_id:uuid}/absences/retrait")
def withdraw_deputy(visit: MayAdminister, user_id: UserId) -> Response:
    """The person is back, or never left."""
    person_of(visit, user_id)

    def act(context: Context) -> Done[UUID]:
        return visit.quittance.accounts.withdraw_deputy(context, user_id, visit.practice, day(visit, "valid_from"))

    return _do(visit, user_id, "absence", act)


@router.post("/{user_id:uuid}/reinitialiser")
def reset(visit: MayAdminister, user_id: UserId) -> Response:
    """A new one-time password, shown once; the second factor is enrolled anew and all sessions end."""
    _managed(visit, user_id)
    shown: list[str] = []

    def act(context: Context) -> Done[Any]:
        done = visit.quittance.accounts.reset(Context(context.meta), user_id)
        shown.append(done.result)
        return Done(user_id, done.position)

    answer = _do(visit, user_id, "reset", act)
    return _with_password(visit, user_id, shown[0]) if shown else answer


@router.post("/{user_id:uuid}/fermer")
def deactivate(visit: MayAdminister, user_id: UserId) -> Response:
    """Keep the person out at once."""
    if _managed(visit, user_id).is_self:
        raise Problem(403, "not_permitted")
    return _do(visit, user_id, "close", lambda context: visit.quittance.accounts.deactivate(context, user_id))


@router.post("/{user_id:uuid}/rouvrir")
def reactivate(visit: MayAdminister, user_id: UserId) -> Response:
    """Let the person in again."""
    _managed(visit, user_id)
    return _do(visit, user_id, "reopen", lambda context: visit.quittance.accounts.reactivate(context, user_id))


def person_of(visit: Visit, user_id: UUID) -> Person:
    """Somebody who has, had or will have a role here, as of the day of the visit. Raises `NotFound`."""
    state = users.fold(visit.events(user_id))
    here = tuple(one for one in state.grants if one.establishment_id == visit.practice) if state else ()
    if state is None or not here or visit.session is None:
        not_here("user_unknown")
    me = visit.quittance.accounts.user(visit.session.user_id)
    ever = {one.establishment_id for one in state.grants}
    may_manage = me is not None and all("administrator" in me.roles_at(one, visit.today) for one in ever)
    return Person(user_id, state, here, may_manage, user_id == visit.session.user_id)


def _managed(visit: Visit, user_id: UUID) -> Person:
    person = person_of(visit, user_id)
    if not person.may_manage:
        raise Problem(403, "not_permitted")
    return person


def _do(visit: Visit, user_id: UUID, form: str, act: Callable[[Context], Done[Any]]) -> Response:
    home = f"/cabinet/utilisateurs/{user_id}"
    return done_or_wrong(visit, form, act, home, lambda wrong: _page(visit, user_id, wrong), about=visit.practice)


def _page(visit: Visit, user_id: UUID, wrong: Wrong) -> Response:
    person = person_of(visit, user_id)
    return visit.page(
        "user.html",
        status=422 if wrong.form else 200,
        person=person,
        absences=absences_of(visit, person.state, {visit.practice: ""}),
        colleagues=[one for one in colleagues_in(visit, [visit.practice]) if one[0] != user_id],
        roles=ROLES,
        members=members(visit),
        entries=timeline_of(visit, user_id)[:_MOST_ENTRIES],
        wrong=wrong,
    )


def _with_password(visit: Visit, user_id: UUID, password: str) -> Response:
    """The only page that ever shows it: the answer of the form itself, kept nowhere."""
    return visit.page("one_time_password.html", person=person_of(visit, user_id), password=password)


def _role(visit: Visit) -> Role:
    return role_of(visit.text("role", 40))


def _provider(visit: Visit) -> UUID | None:
    """As whom the person gives care: one of those who work here. Raises `Invalid`."""
    given = visit.text("provider_id", 40)
    if not given:
        return None
    known: dict[str, Member] = {str(one.provider_id): one for one in members(visit)}
    if given not in known:
        raise Invalid("id_invalid", "provider_id: choose one.", field="provider_id")
    return known[given].provider_id
