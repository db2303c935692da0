"""One cause of refusals: what the code means in three languages, what is advised, and the lines that it hit."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Response

from api.catalogue import LANGUAGES, Language
from api.rest.filters import RefusalFilter, RefusalQuery, RefusalWanted, narrowed
from api.rest.listing import Pages, Paging
from api.rest.rights import not_here
from api.web.casework import Shown, casework_of
from api.web.casework_things import PAGES
from api.web.doors import MayRead
from api.web.grid import Grid, grid_of
from api.web.grid_spec import Choice
from api.web.grids import GRIDS, known_address
from api.web.past_decisions import past_of_causes
from api.web.refusal_groups import curable, groups_of, path_of
from api.web.refusal_rows import CHOICES, SPEC
from api.web.visit import Visit
from api.web.written import refusal_code
from domain import casework as cases
from domain.rules.refusals import Explanation, explain
from projections.history import conditions
from projections.paging import Asked

Letter = Annotated[str | None, Query(max_length=1, pattern=r"^[A-Z]$", description="Severity, as in the answer.")]
_CODE = re.compile(r"[A-Z0-9]{1,8}(-[A-Z0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class LinesOfCause(Grid):
    """The lines of one cause: the address names it, so only what leads away from here says it in the query."""

    cause: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """Query of the same rows among the lines of all causes: for the export and for the choice of columns."""
        kept = {name: value for name, value in self.query.items() if name != "letter"}
        return urlencode({**kept, **self.cause})


def show_cause(visit: MayRead, cause: str, wanted: RefusalWanted, paging: Pages, letter: Letter = None) -> Response:
    """The same lines as the API's list with this root code, and this letter when one is given."""
    if not _CODE.fullmatch(cause):
        not_here("path_unknown")
    if elsewhere := known_address(visit, paging, GRIDS["refusals"].parameters | {"letter"}):
        return visit.go(elsewhere)
    code = cause.replace("-", "/")
    wanted = replace(wanted, root_code=code, root_letter=letter)
    groups = groups_of(visit, narrowed(RefusalFilter, replace(wanted, root_letter=None)))
    letters = {group.cause.letter for group in groups} | {letter or ""}
    paging = replace(paging, query=tuple(pair for pair in paging.query if pair[0] not in ("root_code", "root_letter")))
    spec = replace(SPEC, path=path_of(code), choices=_choices(letters))
    grid = grid_of(visit, spec, paging, conditions(visit.scope, narrowed(RefusalFilter, wanted)))
    GRIDS["refusals"].saw(visit, list(grid.rows))
    told: dict[Language, Explanation] = {language: explain(code, language, letter) for language in _languages(visit)}
    shown = [group for group in groups if letter in (None, group.cause.letter)]
    return visit.page(
        "refusal_cause.html",
        fragment="list",
        grid=_of_cause(grid, wanted),
        name=refusal_code(code, letter),
        told=told,
        own=told[visit.language],
        curable=curable(told[visit.language]),
        lines=sum(group.cause.lines for group in shown),
        cascaded=sum(group.cause.cascaded_lines for group in shown),
        refused_cents=sum(group.cause.refused_cents for group in shown),
        earliest=min(shown, key=lambda group: group.deadline, default=None),
        official=visit.quittance.code_lists.find(code),
        past=past_of_causes(visit, [code], wanted.national_union).get(code, ()),
        casework=_casework(visit, code, {letter} if letter else {group.cause.letter for group in shown} or {""}),
    )


def _casework(visit: Visit, code: str, letters: AbstractSet[str]) -> Shown | None:
    """Of one cause: codes of another gravity are work of their own."""
    return casework_of(visit, cases.cause(code, *letters)) if len(letters) == 1 else None


def _again(visit: Visit, name: str) -> Response:
    """The page of the cause, all its lines."""
    code, _, letter = name.rpartition(".")
    paging = Paging(visit.at(path_of(code)), (("letter", letter),) if letter else (), Asked())
    return show_cause(visit, code.replace("/", "-"), RefusalQuery(), paging, letter or None)


PAGES["refusal_cause"] = _again


def _choices(letters: AbstractSet[str]) -> tuple[Choice, ...]:
    severity = Choice("letter", "one_of", tuple((letter, letter) for letter in sorted(letters) if letter))
    return (severity, *(item for item in CHOICES if item.name != "root_code"))


def _of_cause(grid: Grid, wanted: RefusalQuery) -> LinesOfCause:
    named = {"root_code": wanted.root_code, "root_letter": wanted.root_letter}
    cause = {name: value for name, value in named.items() if value}
    return LinesOfCause(**{one.name: getattr(grid, one.name) for one in fields(grid)}, cause=cause)


def _languages(visit: Visit) -> tuple[Language, ...]:
    """The page's own first."""
    return (visit.language, *(language for language in LANGUAGES if language != visit.language))
