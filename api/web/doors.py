"""Who may open which page: a right is the type of an endpoint's parameter, as on the REST side.

The same parameter proves the form: a POST without the session's own token changes nothing.
"""

import hmac
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints
from uuid import UUID

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile
from starlette.routing import BaseRoute

from api.rest.limits import JSON_BYTES, read_body
from api.rest.problems import Problem
from api.rest.rights import UnguardedRoute, product
from api.web.visit import Visit
from application.accounts import Session
from application.sessions import csrf_of, new_token
from domain.errors import NotFound
from domain.local_time import local_date

COOKIE = "__Host-quittance"
BROWSER = "__Host-quittance-browser"
"""Secret of a browser before anybody signed in there: forms of the sign-in carry what is computed from it."""
UPLOAD_BYTES = 34 * 1024 * 1024
_LONGEST_COOKIE = 200


class SignInNeeded(Exception):
    """Nobody is signed in, or not wholly: the action waits behind the sign-in."""


@dataclass(frozen=True, slots=True)
class Door:
    """`right`: what the caller needs in the practice of the path. None: signed in is enough.

    `stages`: how far the sign-in must have come. `body_bytes`: the largest form. `is_use`: coming through it is a use
    of the session, which then lasts longer. `is_kept`: a form that comes too late waits for the sign-in.
    """

    right: str | None = None
    stages: frozenset[str] = frozenset({"full"})
    body_bytes: int = JSON_BYTES
    is_use: bool = True
    is_kept: bool = True

    async def __call__(self, request: Request) -> AsyncIterator[Visit]:
        """The visit, let in; its uploads are closed at the end. Raises `SignInNeeded`, `NotPermitted`, `NotFound`."""
        try:
            yield await self.let_in(request)
        finally:
            await request.close()

    async def let_in(self, request: Request) -> Visit:
        """The visit alone."""
        session = await run_in_threadpool(_session, request, is_use=self.is_use)
        if session is None or session.stage not in self.stages:
            raise SignInNeeded
        form = await _form(request, session.csrf, self.body_bytes)
        return await run_in_threadpool(self._enter, request, session, form)

    def _enter(self, request: Request, session: Session, form: FormData) -> Visit:
        quittance, caller = product(request), None
        where = _practice(request)
        request.state.actor = f"user:{session.user_id}"
        if where is not None:
            today = local_date(quittance.clock.now())
            caller = quittance.accounts.caller(session.user_id, where, today)
        visit = Visit.of(request, quittance, session, where, caller, form)
        # Behind the visit: who is turned away stays in the frame of the practice.
        if caller is not None and self.right is not None:
            caller.require(self.right)
        return visit


@dataclass(frozen=True, slots=True)
class Public:
    """A page before anybody signed in. Its forms belong to the browser that asked for them."""

    async def __call__(self, request: Request) -> AsyncIterator[Visit]:
        """A visit of nobody. Raises `Problem` for a form that this browser did not ask for."""
        browser = _cookie(request, BROWSER) or new_token()
        form = await _form(request, csrf_of(browser), JSON_BYTES)
        try:
            yield Visit.of(request, product(request), None, None, None, form, browser)
        finally:
            await request.close()


Anybody = Annotated[Visit, Depends(Public())]
SignedIn = Annotated[Visit, Depends(Door())]
MayRead = Annotated[Visit, Depends(Door("read"))]
MaySeeCare = Annotated[Visit, Depends(Door("medical"))]
MayRegister = Annotated[Visit, Depends(Door("register"))]
MayRecordOwnCare = Annotated[Visit, Depends(Door("own_care"))]
MayRecordCare = Annotated[Visit, Depends(Door("care"))]
MayBill = Annotated[Visit, Depends(Door("bill"))]
MayHoldSession = Annotated[Visit, Depends(Door("session"))]
MayNote = Annotated[Visit, Depends(Door("note"))]
MayAudit = Annotated[Visit, Depends(Door("audit"))]
MayClose = Annotated[Visit, Depends(Door("close"))]
MayAdminister = Annotated[Visit, Depends(Door("admin"))]
MayImport = Annotated[Visit, Depends(Door("care", body_bytes=UPLOAD_BYTES))]
MayTakeAnswers = Annotated[Visit, Depends(Door("bill", body_bytes=UPLOAD_BYTES))]


def door_of(route: APIRoute) -> Door | Public | None:
    """What an endpoint declares."""
    hints = get_type_hints(route.endpoint, include_extras=True).values()
    marks = [getattr(mark, "dependency", None) for hint in hints for mark in getattr(hint, "__metadata__", ())]
    return next((mark for mark in marks if isinstance(mark, Door | Public)), None)


def rights_of(routes: Iterable[BaseRoute]) -> dict[str, str]:
    """By path of each page of a practice: what it asks for there."""
    found = {}
    for route in routes:
        door = door_of(route) if isinstance(route, APIRoute) and "GET" in (route.methods or ()) else None
        if isinstance(route, APIRoute) and isinstance(door, Door) and door.right is not None:
            found[route.path] = door.right
    return found


def check_doors(routes: Iterable[BaseRoute]) -> None:
    """Raises `UnguardedRoute` for a page that nobody guards."""
    for route in routes:
        if not isinstance(route, APIRoute):
            raise UnguardedRoute(f"{route} is no page: put its endpoints on the router of its module itself")
        if door_of(route) is None:
            raise UnguardedRoute(f"{route.path} declares no door: give its endpoint a parameter of a May… type")


def former_user(request: Request) -> UUID | None:
    """Whose session this browser had, when that ended by itself a short while ago."""
    token = _cookie(request, COOKIE)
    return product(request).accounts.former(token) if token else None


async def former_form(request: Request) -> FormData:
    """A form of a page of the session that the browser had. Raises `Problem` for any other."""
    return await _form(request, csrf_of(_cookie(request, COOKIE)), JSON_BYTES)


def _session(request: Request, *, is_use: bool) -> Session | None:
    token = _cookie(request, COOKIE)
    return product(request).accounts.session(token, is_use=is_use) if token else None


def _cookie(request: Request, name: str) -> str:
    """Empty when there is none that could be ours."""
    value = request.cookies.get(name, "")
    return value if len(value) <= _LONGEST_COOKIE else ""


async def _form(request: Request, csrf: str, limit: int) -> FormData:
    if request.method != "POST":
        return FormData()
    await read_body(request, limit)
    form = await request.form(max_fields=2_000)
    given = form.get("csrf", "")
    # As bytes: what comes may be any text, and text is only compared when it is ASCII.
    if not (isinstance(given, str) and hmac.compare_digest(given.encode(errors="replace"), csrf.encode())):
        raise Problem(403, "form_not_ours")
    if not all(_is_text(name) and _is_text(value) for name, value in form.multi_items()):
        raise Problem(400, "request_malformed")
    return form


def _is_text(value: str | UploadFile) -> bool:
    """Whether a database takes it, of a file its name: no field of a browser sends anything else."""
    text = value if isinstance(value, str) else value.filename or ""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _practice(request: Request) -> UUID | None:
    """The practice that the path names."""
    given: Any = request.path_params.get("where")
    if given is None:
        return None
    try:
        return UUID(str(given))
    except ValueError:
        raise NotFound("establishment_unknown", "There is no such establishment.") from None
