"""Errors as problem+json: a stable code, and title and detail in the language of the request. Never a value of it.

Texts stand in `api/texts/problems.toml`, the status follows from the kind of error.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.catalogue import LANGUAGES, Language, has, text
from api.rest.encoding import encode
from application.access import NotAuthenticated, NotPermitted
from application.ports import AnswerKeyReused, ConcurrencyConflict, UnionsNotReached, UnreadableMessage, VersionStale
from domain.errors import DomainError, Invalid, NotAllowed, NotFound
from infrastructure.store.errors import StoreUnavailable
from projections.errors import ViewsBehind

MEDIA_TYPE = "application/problem+json"
_DOMAIN_STATUS: tuple[tuple[type[DomainError], int], ...] = ((NotAllowed, 409), (Invalid, 422), (NotFound, 404))
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RETRY = {"Retry-After": "1"}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong where: `place` is body, query, path or header; `field` is dotted, list indexes count from 0.

    `hint` says to a person what would be right.
    """

    place: str
    field: str
    code: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ProblemBody:
    """The body of every error (RFC 9457). `code` is stable; texts may be improved at any time."""

    type: str
    code: str
    status: int
    title: str
    detail: str
    errors: tuple[FieldError, ...] = ()


@dataclass(slots=True)
class Problem(Exception):
    """An error of the door itself. `facts`: what its text names, figures and dates only."""

    status: int
    code: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)


_PLAIN: dict[type[Exception], Problem] = {
    NotAuthenticated: Problem(401, "not_authenticated", headers={"WWW-Authenticate": "Bearer"}),
    NotPermitted: Problem(403, "not_permitted"),
    ConcurrencyConflict: Problem(409, "changed_meanwhile"),
    VersionStale: Problem(412, "version_stale"),
    AnswerKeyReused: Problem(422, "idempotency_key_reused"),
    StoreUnavailable: Problem(503, "store_unavailable", headers=_RETRY),
    ViewsBehind: Problem(503, "views_behind", headers=_RETRY),
    UnionsNotReached: Problem(503, "unions_not_reached", headers={"Retry-After": "60"}),
}
KINDS = (Problem, DomainError, UnreadableMessage, RequestValidationError, HTTPException, *_PLAIN)
"""Every type of error that has an answer of its own."""
_HTTP_CODES = {404: "path_unknown", 405: "method_not_allowed", 413: "body_too_large", 415: "media_type_unsupported"}


def install(app: FastAPI) -> None:
    """Every error type of the layers below gets its answer here."""
    for kind in KINDS:
        app.add_exception_handler(kind, _handle)


def problem_of(error: Exception) -> Problem:
    """What the caller is told about an error."""
    match error:
        case Problem():
            return error
        case DomainError():
            return _of_domain(error)
        case UnreadableMessage():
            return Problem(422, error.code)
        case RequestValidationError():
            return Problem(422, "request_invalid", tuple(_field_error(found) for found in error.errors()))
        case HTTPException():
            return Problem(error.status_code, _HTTP_CODES.get(error.status_code, "request_malformed"))
    return next((problem for kind, problem in _PLAIN.items() if isinstance(error, kind)), Problem(500, "internal"))


def response_to(problem: Problem, request: Request) -> Response:
    """The problem in the language of the request."""
    language = language_of(request)
    code = problem.code if has(f"problem.{problem.code}") else "unexplained"
    body = ProblemBody(
        f"urn:quittance:problem:{problem.code}",
        problem.code,
        problem.status,
        text(f"problem_title.{code}", language),
        text(f"problem.{code}", language, **problem.facts, field=problem.errors[0].field if problem.errors else ""),
        tuple(replace(found, hint=_hint(found, language)) for found in problem.errors),
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language", **problem.headers}
    request.state.problem = problem.code
    return Response(encode(body), problem.status, headers, MEDIA_TYPE)


def language_of(request: Request) -> Language:
    """Best of French (also when nothing fits), Dutch and English."""
    best: tuple[float, Language] = (0.0, "fr")
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        name, _, weight = part.strip().partition(";q=")
        wanted = next((known for known in LANGUAGES if name.lower().split("-")[0] == known), None)
        if wanted and (quality := _quality(weight)) > best[0]:
            best = quality, wanted
    return best[1]


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


def _hint(found: FieldError, language: Language) -> str:
    """What would be right: of the field when its rule is known, else of the kind of mistake."""
    name = found.field.rpartition(".")[2]
    if found.code in ("field_invalid", "period_reversed") and has(f"field.{name}"):
        return text(f"field.{name}", language)
    return text(f"mistake.{found.code}" if has(f"mistake.{found.code}") else "mistake.other", language)


async def _handle(request: Request, error: Exception) -> Response:
    return response_to(problem_of(error), request)


def _of_domain(error: DomainError) -> Problem:
    status = next(status for kind, status in _DOMAIN_STATUS if isinstance(error, kind))
    named = error.facts.get("field")
    errors = [FieldError("body", str(named), error.code)] if named else ()
    facts = {name: fact for name, fact in error.facts.items() if name != "field"}
    return Problem(status, error.code, errors, facts=facts)


def _field_error(found: Mapping[str, Any]) -> FieldError:
    """A name that the caller invented is not repeated: it may be anything."""
    place, *path = [str(part) for part in found["loc"]]
    if found["type"] == "json_invalid":
        return FieldError("body", "", "json_invalid")
    if found["type"] == "extra_forbidden":
        path = [*path[:-1], "?"]
    known = [part if (part.isdigit() and len(part) < 6) or _FIELD.fullmatch(part) else "?" for part in path]
    return FieldError(place, ".".join(known), found["type"])
