"""What a person sent when the session was over: shown again after the sign-in, sent again at one press.

Kept only for a session that this browser really had, in a practice and for an action that its person may do.
"""

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from api.rest.problems import Problem
from api.rest.rights import product
from api.web.doors import Door, SignedIn, door_of, former_form, former_user
from api.web.own_paths import came_from, taker_of
from application.access import NotPermitted
from domain.errors import DomainError
from domain.local_time import local_date

router = APIRouter()
COOKIE = "__Host-quittance-pending"


@router.get("/pending")
def show_pending(visit: SignedIn) -> Response:
    """The kept form, to be sent or dropped. Only to whom it belongs, and while that person may still do it."""
    token = visit.request.cookies.get(COOKIE, "")
    assert visit.session is not None  # noqa: S101 - the door asks for it
    user_id = visit.session.user_id
    kept = visit.quittance.pending_forms.open(token, user_id) if token else None
    found: dict[str, Any] = json.loads(kept) if kept else {}
    action = _action(visit.request, user_id, found["path"]) if found else ""
    if not action:
        return _forget(visit.go("/"))
    return visit.page("pending.html", action=action, **found)


@router.post("/pending/drop")
def drop_pending(visit: SignedIn) -> Response:
    """Not wanted any more."""
    assert visit.session is not None  # noqa: S101 - the door asks for it
    visit.quittance.pending_forms.drop(visit.request.cookies.get(COOKIE, ""), visit.session.user_id)
    back = visit.address_in("back")
    return _forget(visit.go(back if back.startswith("/c/") else "/"))


async def keep(request: Request) -> str | None:
    """Token of the form that this request brings, when it belongs to somebody; None when there is nothing to keep."""
    user_id = await run_in_threadpool(_whose, request) if request.method == "POST" else None
    if user_id is None:
        return None
    try:
        form = await former_form(request)
        return await run_in_threadpool(_keep, request, user_id, form)
    except (ValueError, Problem, DomainError, HTTPException):
        return None
    finally:
        await request.close()


def _whose(request: Request) -> UUID | None:
    """The person of the session that is over, if this is something that the person may do."""
    user_id = former_user(request)
    return user_id if user_id and _action(request, user_id, request.url.path) else None


def _keep(request: Request, user_id: UUID, form: FormData) -> str:
    """The id of the command is kept, too: however often the form is sent in the end, it is done once."""
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "csrf"]
    files = sorted({name for name, value in form.multi_items() if not isinstance(value, str)})
    back = came_from(request)
    written = {
        "path": request.url.path,
        "fields": fields,
        "files": files,
        "back": back if back.startswith("/c/") else "/",
    }
    quittance, client = product(request), request.client
    place = quittance.accounts.place(client.host if client else "")
    return quittance.pending_forms.keep(user_id, place, json.dumps(written))


def _action(request: Request, user_id: UUID, path: str) -> str:
    """Name in the catalogue of what a form does there; empty when it may not be kept, or is not the person's to do."""
    route, where = taker_of(request, path)
    door, quittance = route and door_of(route), product(request)
    if route is None or not where or not isinstance(door, Door) or not door.is_kept:
        return ""
    try:
        caller = quittance.accounts.caller(user_id, UUID(where), local_date(quittance.clock.now()))
        caller.require(door.right or "read")
    except (ValueError, DomainError, NotPermitted):
        return ""
    return f"kept_form.{route.endpoint.__module__.rpartition('.')[2]}.{route.endpoint.__name__}"


def _forget(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer
