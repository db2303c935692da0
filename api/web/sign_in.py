"""Signing in: password, second factor, and what waits behind them. The seam where other ways in will end, too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup
from segno import make as qr_code

from api.catalogue import LANGUAGES
from api.rest.rights import product
from api.web import pending
from api.web.doors import BROWSER, COOKIE, Anybody, Door, SignedIn
from api.web.languages import COOKIE as LANGUAGE
from api.web.visit import Visit
from application.accounts import SignInRefused, TooManySignIns
from domain.errors import Invalid

router = APIRouter()
_STEPS = {"password": "/password", "enrol": "/second-factor", "code": "/code", "full": "/"}
HalfWay = Annotated[Visit, Depends(Door(stages=frozenset({"password", "enrol", "code", "full"})))]


@router.get("/login")
def show_sign_in(visit: Anybody) -> Response:
    """The form."""
    return _asked(visit)


@router.post("/login")
def sign_in(visit: Anybody) -> Response:
    """Check name and password; the next step follows from the account."""
    client = visit.request.client
    accounts = visit.quittance.accounts
    try:
        token = accounts.sign_in(visit.text("login", 100), visit.text("password", 200), client.host if client else "")
    except SignInRefused:
        return _asked(visit, 401, "refused")
    except TooManySignIns as error:
        return _asked(visit, 429, "wait", error.retry_after_s)
    return _enter(visit, token)


@router.get("/password")
def show_password(visit: HalfWay) -> Response:
    """Choose a new password."""
    return visit.page("password.html", next=_next(visit), problem="", wait_s=0)


@router.post("/password")
def change_password(visit: HalfWay) -> Response:
    """Set it."""
    token = visit.request.cookies[COOKIE]
    old, new = visit.text("old", 200), visit.text("new", 200)
    if new != visit.text("again", 200):
        return visit.page("password.html", status=422, next=_next(visit), problem="differs", wait_s=0)
    try:
        visit.quittance.accounts.change_password(token, old, new)
    except Invalid as error:
        return visit.page("password.html", status=422, next=_next(visit), problem=error.code, wait_s=0)
    except TooManySignIns as error:
        return visit.page("password.html", status=429, next=_next(visit), problem="wait", wait_s=error.retry_after_s)
    return _enter(visit, token)


@router.get("/second-factor")
def show_enrolment(visit: HalfWay) -> Response:
    """The secret as a picture and as text."""
    return _enrolment(visit)


@router.post("/second-factor")
def enrol(visit: HalfWay) -> Response:
    """Prove that the other device holds the secret."""
    try:
        token = visit.quittance.accounts.enrol(visit.request.cookies[COOKIE], visit.text("code", 20))
    except SignInRefused:
        return _enrolment(visit, problem="refused")
    except TooManySignIns as error:
        return _enrolment(visit, problem="wait", wait_s=error.retry_after_s)
    return _enter(visit, token)


@router.get("/code")
def show_code(visit: HalfWay) -> Response:
    """Ask for the second factor."""
    return visit.page("code.html", next=_next(visit), problem="", wait_s=0)


@router.post("/code")
def confirm(visit: HalfWay) -> Response:
    """Check it."""
    try:
        token = visit.quittance.accounts.confirm(visit.request.cookies[COOKIE], visit.text("code", 20))
    except SignInRefused:
        return visit.page("code.html", status=401, next=_next(visit), problem="refused", wait_s=0)
    except TooManySignIns as error:
        return visit.page("code.html", status=429, next=_next(visit), problem="wait", wait_s=error.retry_after_s)
    return _enter(visit, token)


@router.post("/logout")
def sign_out(visit: HalfWay) -> Response:
    """End this session."""
    visit.quittance.accounts.sign_out(visit.request.cookies[COOKIE])
    answer = visit.go("/login")
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


@router.get("/")
def home(visit: SignedIn) -> Response:
    """The one practice of the user, or the choice."""
    assert visit.session is not None  # noqa: S101 - the door asks for it
    mine = visit.quittance.accounts.practices(visit.session.user_id, visit.today)
    return visit.go(f"/c/{mine[0]}") if len(mine) == 1 else visit.page("practices.html", then="")


@router.get("/language/{language}")
def choose_language(visit: Anybody, language: str) -> Response:
    """Remember the language on this browser."""
    answer = visit.go(_next(visit))
    if language in LANGUAGES:
        _remember(answer, language)
    return answer


def _asked(visit: Visit, status: int = 200, problem: str = "", wait_s: int = 0) -> Response:
    """The form of name and password, for this browser alone: no other site can sign somebody in here."""
    there = _next(visit)
    answer = visit.page(
        "sign_in.html",
        status=status,
        next=there,
        problem=problem,
        login=visit.text("login", 100) if problem else "",
        wait_s=wait_s,
        has_ended=_has_ended(visit),
        is_kept=there == "/pending" and pending.COOKIE in visit.request.cookies,
        is_lost=visit.request.query_params.get("lost") == "true",
    )
    answer.set_cookie(BROWSER, visit.browser, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _has_ended(visit: Visit) -> bool:
    """Whether this browser had a session that is over, and did not leave by itself."""
    token = visit.request.cookies.get(COOKIE, "")
    return bool(token) and product(visit.request).accounts.session(token, is_use=False) is None


def _enrolment(visit: Visit, problem: str = "", wait_s: int = 0) -> Response:
    secret, address = visit.quittance.accounts.start_enrolment(visit.request.cookies[COOKIE])
    picture = Markup(qr_code(address, error="m").svg_inline(scale=4, border=2))  # noqa: S704 - made here of squares
    return visit.page(
        "enrolment.html",
        status={"refused": 422, "wait": 429}.get(problem, 200),
        secret=secret,
        picture=picture,
        next=_next(visit),
        problem=problem,
        wait_s=wait_s,
    )


def _enter(visit: Visit, token: str) -> Response:
    """One step further: to what is still missing, else to where the person wanted to go."""
    session = product(visit.request).accounts.session(token)
    stage = session.stage if session else "password"
    there = _next(visit)
    answer = visit.go(there if stage == "full" else Visit.to(visit, _STEPS[stage], next=there))
    answer.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def _remember(answer: Response, language: str) -> None:
    answer.set_cookie(LANGUAGE, language, max_age=31_536_000, path="/", secure=True, httponly=True, samesite="lax")


def _next(visit: Visit) -> str:
    r"""A path of ours that the person wanted, never another site: browsers read `\\` as a slash and tabs as nothing."""
    given = visit.request.query_params.get("next", "") or visit.address_in("next")
    is_path = given.startswith("/") and not given.startswith("//") and "\\" not in given
    return given if is_path and given.isprintable() else "/"
