"""One's own account: name and language, looks, daily mail, absences, sessions. The password has a page of its own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.catalogue import LANGUAGES
from api.digest import is_address, want_at, wanted_at
from api.rest.problems import Problem
from api.web.deputies import absences_of, colleagues_in
from api.web.doors import COOKIE, Door, SignedIn, SignInNeeded
from api.web.form_fields import NOTHING, Wrong, day, identifier, needed, wrong_of
from api.web.languages import COOKIE as LANGUAGE
from api.web.own_view import PAGE_SIZES
from api.web.render import wants_part
from api.web.visit import Visit
from application.accounts import Session
from application.user_rights import own_context
from domain.errors import DomainError, Invalid

router = APIRouter(prefix="/account")
DENSITIES = ("compact", "normal", "comfortable")
_A_YEAR_S = 31_536_000


class RenewingDoor(Door):
    """When it is too late, the browser's script stays on the page: what was typed can still be sent, and is kept."""

    async def let_in(self, request: Request) -> Visit:
        """As any door, but to the script raises `Problem` for a missing session."""
        try:
            return await super().let_in(request)
        except SignInNeeded:
            if wants_part(request):
                raise Problem(401, "session_over") from None
            raise


MayRenew = Annotated[Visit, Depends(RenewingDoor())]


@router.get("")
def show_account(visit: SignedIn) -> Response:
    """Everything on one page."""
    return _page(visit, NOTHING)


@router.post("/name")
def rename(visit: SignedIn) -> Response:
    """Own name and language; pages speak it from now on, on this browser too."""
    language = visit.text("language", 2)
    try:
        visit.quittance.accounts.rename(
            own_context(_me(visit).user_id), _me(visit).user_id, visit.text("name"), language
        )
    except DomainError as error:
        return _page(visit, wrong_of(visit, "name", error))
    answer = visit.go("/account")
    if language in LANGUAGES:
        answer.set_cookie(LANGUAGE, language, max_age=_A_YEAR_S, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@router.post("/display")
def choose_display(visit: SignedIn) -> Response:
    """Density, shortcuts, rows on a page."""
    density, limit = visit.text("density"), visit.text("limit")
    if density not in DENSITIES or limit not in {str(size) for size in PAGE_SIZES}:
        return _page(visit, wrong_of(visit, "display", Invalid("field_missing", "Choose one.", field="density")))
    chosen = {"density": density, "shortcuts": visit.text("shortcuts") == "on", "limit": int(limit)}
    visit.quittance.accounts.set_preference(_me(visit).user_id, "display", chosen)
    return visit.go("/account")


@router.post("/mail")
def choose_mail(visit: SignedIn) -> Response:
    """The daily mail, and where it goes."""
    me = _me(visit).user_id
    try:
        address = needed(visit, "address") if visit.text("wanted") == "on" else ""
        want_at(visit.quittance.accounts, me, address)
    except DomainError as error:
        return _page(visit, wrong_of(visit, "mail", error))
    return visit.go("/account#mail")


@router.post("/absences")
def name_deputy(visit: SignedIn) -> Response:
    """Somebody who watches over one's own work while one is away: in one practice, or in all that both share."""
    me = _me(visit).user_id
    try:
        where = identifier(visit, "establishment_id") if visit.text("establishment_id", 40) else None
        since, until = day(visit, "valid_from"), day(visit, "valid_to")
        deputy_id = identifier(visit, "deputy_id")
        visit.quittance.accounts.name_deputy(own_context(me), me, deputy_id, since, until, where)
    except DomainError as error:
        return _page(visit, wrong_of(visit, "deputy", error))
    return visit.go("/account#absences")


@router.post("/absences/retrait")
def withdraw_deputy(visit: SignedIn) -> Response:
    """One stays, or is back early."""
    me = _me(visit).user_id
    try:
        where, since = identifier(visit, "establishment_id"), day(visit, "valid_from")
        visit.quittance.accounts.withdraw_deputy(own_context(me), me, where, since)
    except DomainError as error:
        return _page(visit, wrong_of(visit, "absence", error))
    return visit.go("/account#absences")


@router.get("/session")
def renew(visit: MayRenew) -> Response:
    """Coming here is a use of the session: to the browser's script until when it now lasts, else this page."""
    return visit.page("_session.html") if wants_part(visit.request) else visit.go("/account")


@router.post("/sessions")
def sign_out_elsewhere(visit: SignedIn) -> Response:
    """End every session but this one."""
    token = visit.request.cookies[COOKIE]
    visit.quittance.accounts.sign_out_everywhere(_me(visit).user_id, but=token)
    return visit.go("/account")


def _page(visit: Visit, wrong: Wrong) -> Response:
    me, accounts = _me(visit), visit.quittance.accounts
    state = accounts.user(me.user_id)
    with visit.sql() as sql:
        rows = sql.rows("SELECT establishment_id, name FROM establishments")
    names: dict[UUID, str] = {row["establishment_id"]: row["name"] for row in rows}
    held = [one for one in state.grants if one.establishment_id in names] if state else []
    practices = {one: names[one] for one in accounts.practices(me.user_id, visit.today) if one in names}
    return visit.page(
        "account.html",
        status=422 if wrong.form else 200,
        wrong=wrong,
        me=me,
        state=state,
        roles=[(names[one.establishment_id], one) for one in held],
        absences=absences_of(visit, state, names) if state else (),
        practices=tuple(practices.items()),
        colleagues=[one for one in colleagues_in(visit, practices) if one[0] != me.user_id],
        mail=wanted_at(accounts, me.user_id),
        own_address=me.login if is_address(me.login) else "",
        sessions=accounts.sessions_of(me.user_id),
        densities=DENSITIES,
        sizes=PAGE_SIZES,
    )


def _me(visit: Visit) -> Session:
    assert visit.session is not None  # noqa: S101 - the door asks for it
    return visit.session
