"""Error pages: what happened, what did not, what to do next; with a reference that support can find in the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response

from api.catalogue import Language, has, text
from api.rest.problems import Problem, problem_of
from api.rest.rights import product
from api.web import pending
from api.web.changes import patients_in
from api.web.deputies import colleagues_in
from api.web.doors import SignInNeeded
from api.web.form_fields import word_of_field
from api.web.own_paths import came_from
from api.web.render import notice_of, page_of, wants_part
from api.web.timeline import Entry, entries_of
from api.web.untouched import over_theirs
from api.web.visit import Visit
from application.access import NotPermitted
from domain.roles import RIGHTS_OF, ROLES
from infrastructure.store.errors import StoreUnavailable

_WRITES = "POST"
_LEAVES = "/logout"
_FAULT = 500
_ABSENT = 404
_RENEWED = frozenset({"csrf", "command_id", "version"})


async def handle(request: Request, error: Exception) -> Response:
    """Any error of a page."""
    if isinstance(error, SignInNeeded):
        answer = to_sign_in(request, await pending.keep(request))
        return _whole_page(answer) if wants_part(request) else answer
    if isinstance(error, NotPermitted):
        request.state.lacking = error.scope
    return problem_page(problem_of(error), request)


def to_sign_in(request: Request, kept: str | None = None) -> Response:
    """A page is opened again after the sign-in; a form is kept and shown again, never sent by itself.

    A form that may not be kept is lost: the sign-in says so.
    """
    asked = {"next": request.url.path + (f"?{request.url.query}" if request.url.query else "")}
    if request.method == _WRITES:
        asked["next"] = "/pending" if kept else came_from(request) or "/"
    if request.method == _WRITES and not kept and request.url.path != _LEAVES:
        asked["lost"] = "true"
    answer = Response(status_code=303, headers={"Location": f"/login?{urlencode(asked)}"})
    if kept:
        answer.set_cookie(pending.COOKIE, kept, max_age=3_600, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def problem_page(problem: Problem, request: Request) -> Response:
    """The page of a problem, in the frame of the visit if it had come that far; a list that stands already stays."""
    request.state.problem = problem.code
    nobody = Visit.of_nobody(request, product(request))
    visit = getattr(request.state, "visit", nobody)
    try:
        answer = _told(visit, problem)
    except StoreUnavailable:  # nor can the frame be read then
        answer = _told(nobody, problem)
    for name, value in problem.headers.items():
        answer.headers.setdefault(name, value)
    return answer


def _told(visit: Visit, problem: Problem) -> Response:
    code = problem.code if has(f"problem.{problem.code}") else "unexplained"
    field = problem.errors[0].field if problem.errors else ""
    came_later = problem.status == _ABSENT and _came_later(visit)
    facts = {
        "title": text(f"problem_title.{code}", visit.language),
        "detail": _detail(visit, code, field, problem.facts),
        "came_later": came_later,
        "problem": problem,
        "outcome": _outcome(visit.request, problem),
        "reference": visit.request.state.correlation_id,
        "conflict": _conflict(visit) if problem.code == "version_stale" else None,
        "back": came_from(visit.request),
        **_who_may(visit),
    }
    if wants_part(visit.request):
        return notice_of(visit, "problem.html", "told", facts, problem.status)
    return page_of(visit, "problem.html", facts, problem.status)


def roles_with(right: str, language: Language) -> str:
    """Roles that give the right, as one reads them."""
    return ", ".join(text(f"role.{role}", language) for role in ROLES if right in RIGHTS_OF[role])


def _who_may(visit: Visit) -> dict[str, str]:
    """Roles that give the right that lacks, and who gives roles here; both empty where no right lacks."""
    lacking = getattr(visit.request.state, "lacking", "")
    if not lacking or visit.where is None:
        return {"roles": "", "givers": ""}
    givers = [name for _, name in colleagues_in(visit, [visit.where], "admin")]
    return {"roles": roles_with(lacking, visit.language), "givers": ", ".join(givers)}


def _came_later(visit: Visit) -> bool:
    """Whether what the address names exists in this practice by now, and did not on the day that is looked at."""
    if visit.as_of is None or visit.where is None:
        return False
    named = [value for name, value in visit.request.path_params.items() if name.endswith("_id")]
    for value in named:
        try:
            stream_id = UUID(str(value))
        except ValueError:
            return False
        now = visit.quittance.log.load([stream_id]).get(stream_id, [])
        if not now or getattr(now[0], "establishment_id", None) != visit.where or visit.events(stream_id):
            return False
    return bool(named)


def _detail(visit: Visit, code: str, field: str, facts: Mapping[str, object]) -> str:
    """In words for a person, where those for a program would not do."""
    right = text(f"right.{getattr(visit.request.state, 'lacking', 'read')}", visit.language)
    group = "page_problem" if has(f"page_problem.{code}") else "problem"
    said = {**facts, "field": word_of_field(field, visit.language), "right": right}
    return text(f"{group}.{code}", visit.language, **said)


def _outcome(request: Request, problem: Problem) -> str:
    """What became of what was asked: `read` (nothing to do), `refused`, `unsure`, or where the result is shown."""
    if request.method != _WRITES:
        return "read"
    if problem.status < _FAULT:
        return "refused"
    key = getattr(request.state, "command_key", None)
    try:
        done = product(request).log.stored_answer(key) if key else None
    except StoreUnavailable:
        return "unsure"
    return done.body.decode() if done else "unsure"


def _whole_page(answer: Response) -> Response:
    """The same way, for the window instead of the list in it."""
    return Response(status_code=401, headers={"HX-Redirect": answer.headers["location"]})


@dataclass(frozen=True, slots=True)
class Conflict:
    """What happened since the page was opened, and the form, to be sent again over it: its untouched fields, as they

    are by now (`keeps_theirs`: some of them are others).
    """

    since: tuple[Entry, ...]
    version: int
    path: str
    fields: tuple[tuple[str, str], ...]
    keeps_theirs: bool


def _conflict(visit: Visit) -> Conflict | None:
    seen: tuple[UUID, int] | None = getattr(visit.request.state, "overtaken", None)
    if seen is None or any(not isinstance(value, str) for _, value in visit.form.multi_items()):
        return None
    stream_id, version = seen
    recorded = visit.quittance.log.history(stream_id)
    fields = tuple((name, str(value)) for name, value in visit.form.multi_items() if name not in _RENEWED)
    since = entries_of(visit.now(), [one for one in reversed(recorded) if one.version > version])
    visit.saw("conflict.read", patients_in(recorded))
    again = over_theirs(visit, recorded, version, fields)
    return Conflict(since, recorded[-1].version if recorded else 0, visit.request.url.path, again, again != fields)
