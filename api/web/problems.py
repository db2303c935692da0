"""Error pages: what happened, what did not, what to do next; with a reference that support can find in the log."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from api.catalogue import has, text
from api.rest.problems import Problem, problem_of
from api.rest.rights import product
from api.web import pending
from api.web.doors import SignInNeeded
from api.web.render import page_of
from api.web.timeline import Entry, timeline_of
from api.web.visit import Visit

_WRITES = "POST"
_RENEWED = frozenset({"csrf", "command_id", "version"})


async def handle(request: Request, error: Exception) -> Response:
    """Any error of a page."""
    if isinstance(error, SignInNeeded):
        return to_sign_in(request, await pending.keep(request))
    return problem_page(problem_of(error), request)


def to_sign_in(request: Request, kept: str | None = None) -> Response:
    """A page is opened again after the sign-in; a form is kept and shown again, never sent by itself."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method == _WRITES:
        back = "/pending" if kept else _own_path(request.headers.get("referer", ""), request) or "/"
    answer = Response(status_code=303, headers={"Location": f"/login?{urlencode({'next': back})}"})
    if kept:
        answer.set_cookie(pending.COOKIE, kept, max_age=3_600, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def problem_page(problem: Problem, request: Request) -> Response:
    """The page of a problem, in the frame of the visit if it had come that far."""
    visit = getattr(request.state, "visit", None) or Visit.of(request, product(request), None, None, None, FormData())
    language = visit.language
    code = problem.code if has(f"problem.{problem.code}") else "unexplained"
    request.state.problem = problem.code
    answer = page_of(
        visit,
        "problem.html",
        {
            "title": text(f"problem_title.{code}", language),
            "detail": text(f"problem.{code}", language, field=problem.errors[0].field if problem.errors else ""),
            "problem": problem,
            "is_write": request.method == _WRITES,
            "reference": request.state.correlation_id,
            "conflict": _conflict(visit) if problem.code == "version_stale" else None,
            "back": _own_path(request.headers.get("referer", ""), request),
        },
        problem.status,
    )
    for name, value in problem.headers.items():
        answer.headers.setdefault(name, value)
    return answer


@dataclass(frozen=True, slots=True)
class Conflict:
    """What happened since the page was opened, and the form as it was sent, to be sent again over it."""

    since: tuple[Entry, ...]
    version: int
    path: str
    fields: tuple[tuple[str, str], ...]


def _conflict(visit: Visit) -> Conflict | None:
    seen: tuple[UUID, int] | None = getattr(visit.request.state, "overtaken", None)
    if seen is None or any(not isinstance(value, str) for _, value in visit.form.multi_items()):
        return None
    stream_id, version = seen
    entries = timeline_of(visit.now(), stream_id)
    fields = tuple((name, str(value)) for name, value in visit.form.multi_items() if name not in _RENEWED)
    since = tuple(entry for entry in entries if entry.version > version)
    return Conflict(since, max((entry.version for entry in entries), default=0), visit.request.url.path, fields)


def _own_path(address: str, request: Request) -> str:
    """Path and query of an address of ours, empty for any other."""
    start = str(request.base_url)
    return "/" + address.removeprefix(start) if address.startswith(start) else ""
