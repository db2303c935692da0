"""One's own account: name and language, how pages look, which sessions are open. The password has a page of its own."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.catalogue import LANGUAGES
from api.web.doors import COOKIE, SignedIn
from api.web.form_fields import NOTHING, Wrong, wrong_of
from api.web.languages import COOKIE as LANGUAGE
from api.web.own_view import PAGE_SIZES
from api.web.visit import Visit
from application.accounts import Session
from application.user_rights import own_context
from domain.errors import DomainError, Invalid

router = APIRouter(prefix="/account")
DENSITIES = ("compact", "normal", "comfortable")
_A_YEAR_S = 31_536_000


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
    return visit.page(
        "account.html",
        status=422 if wrong.form else 200,
        wrong=wrong,
        me=me,
        state=state,
        roles=[(names[one.establishment_id], one) for one in held],
        sessions=accounts.sessions_of(me.user_id),
        densities=DENSITIES,
        sizes=PAGE_SIZES,
    )


def _me(visit: Visit) -> Session:
    assert visit.session is not None  # noqa: S101 - the door asks for it
    return visit.session
