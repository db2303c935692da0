"""A refusal told on the page where it happened, in the words of the catalogue: what, why, what to do next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fastapi import Response
from starlette.datastructures import UploadFile

from api.catalogue import has, text
from api.rest.listing import Paging
from api.rest.problems import problem_of
from api.web.form_fields import word_of_field
from api.web.grid import grid_of
from api.web.grids import grid_named
from api.web.render import page_of
from api.web.visit import Visit
from application.ports import ConcurrencyConflict, UnreadableMessage
from domain.errors import DomainError
from infrastructure.carefile.errors import CareFileError
from projections.paging import Asked


@dataclass(frozen=True, slots=True)
class Refusal:
    """`field`: name of the wrong field of the form, empty when it is none of them."""

    code: str
    title: str
    detail: str
    status: int
    field: str = ""


def refusal_of(visit: Visit, error: Exception) -> Refusal:
    """In the language of the page."""
    if isinstance(error, CareFileError):
        return _said(visit, error.code, 422, "file")
    problem = problem_of(error)
    facts = error.facts if isinstance(error, DomainError) else {}
    return _said(visit, problem.code, problem.status, problem.errors[0].field if problem.errors else "", facts)


def told(visit: Visit, act: Callable[[], Response], again: Callable[[Refusal], Response]) -> Response:
    """What the action answers, or its page again with the refusal on it. The files of the form are closed then."""
    try:
        return act()
    except (DomainError, UnreadableMessage, ConcurrencyConflict, CareFileError) as error:
        return again(refusal_of(visit, error))
    finally:
        for value in visit.form.values():
            if isinstance(value, UploadFile):
                value.file.close()


def list_again(visit: Visit, name: str, template: str, refusal: Refusal, **facts: object) -> Response:
    """The page of a list as it usually is, with the refusal of what its form asked for."""
    shown = grid_named(visit, name)
    usual = dict(shown.spec.usual)
    asked = Asked(usual.get("sort", ""), usual.get("descending") == "true")
    paging = Paging(visit.at(shown.spec.path), tuple(usual.items()), asked)
    grid = grid_of(visit, shown.spec, paging, shown.condition(visit))
    shown.saw(visit, list(grid.rows))
    return page_of(visit, template, {**facts, "grid": grid, "refusal": refusal}, refusal.status)


def _said(
    visit: Visit, code: str, status: int, field: str, facts: Mapping[str, object] = MappingProxyType({})
) -> Refusal:
    known = code if has(f"problem.{code}") else "unexplained"
    said = {**facts, "field": word_of_field(field, visit.language)}
    title, detail = (text(f"{group}.{known}", visit.language, **said) for group in ("problem_title", "problem"))
    return Refusal(code, title, detail, status, field)
