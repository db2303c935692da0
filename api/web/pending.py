"""What a person sent when the session was over: shown again after the sign-in, sent again at one press."""

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from api.rest.limits import JSON_BYTES, read_body
from api.rest.problems import Problem
from api.rest.rights import product
from api.web.doors import SignedIn

router = APIRouter()
COOKIE = "__Host-quittance-pending"
_HIDDEN = frozenset({"csrf", "command_id"})


@router.get("/pending")
def show_pending(visit: SignedIn) -> Response:
    """The kept form, to be sent or dropped. Only into a practice where this user may act."""
    token = visit.request.cookies.get(COOKIE, "")
    kept = visit.quittance.pending_forms.open(token) if token else None
    if kept is None:
        return visit.go("/")
    assert visit.session is not None  # noqa: S101 - the door asks for it
    where, form = kept
    if where not in visit.quittance.accounts.practices(visit.session.user_id, visit.today):
        return _forget(visit.go("/"))
    found: dict[str, Any] = json.loads(form)
    return visit.page(
        "pending.html", path=found["path"], fields=found["fields"], files=found["files"], back=found["back"]
    )


@router.post("/pending/drop")
def drop_pending(visit: SignedIn) -> Response:
    """Not wanted any more, or just sent."""
    visit.quittance.pending_forms.drop(visit.request.cookies.get(COOKIE, ""))
    back = visit.text("back", 500)
    return _forget(visit.go(back if back.startswith("/c/") else "/"))


async def keep(request: Request) -> str | None:
    """Token of the form that this request brings, when our own page sent it; None when there is nothing to keep."""
    where = _practice(request)
    if request.method != "POST" or where is None or request.headers.get("sec-fetch-site") != "same-origin":
        return None
    try:
        await read_body(request, JSON_BYTES)
        form = await request.form(max_fields=2_000)
        return await run_in_threadpool(_keep, request, where, form)
    except (ValueError, Problem):
        return None


def _keep(request: Request, where: UUID, form: FormData) -> str:
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in _HIDDEN]
    files = sorted({name for name, value in form.multi_items() if not isinstance(value, str)})
    back = request.headers.get("referer", "").removeprefix(str(request.base_url).rstrip("/"))
    written = {
        "path": request.url.path,
        "fields": fields,
        "files": files,
        "back": back if back.startswith("/c/") else "/",
    }
    return product(request).pending_forms.keep(where, json.dumps(written))


def _practice(request: Request) -> UUID | None:
    _, start, where, *_rest = [*request.url.path.split("/"), "", ""]
    try:
        return UUID(where) if start == "c" else None
    except ValueError:
        return None


def _forget(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer
