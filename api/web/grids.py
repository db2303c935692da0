"""Every list by its name: what its query may ask for, and the rows that this means. Export and bulk work start here."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from api.rest.listing import Paging
from api.web.grid import ORDER, grid_of, usual_query
from api.web.grid_spec import MINE, GridSpec
from api.web.own_work import OwnQuery, own
from api.web.visit import Visit
from application.ports import Row, Sql
from domain.errors import NotFound
from projections.paging import Asked
from projections.scope import Condition, both
from projections.whole import ordered_ids

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Q = TypeVar("Q", bound="DataclassInstance")
Order = Callable[[Visit, Sql, Condition, Asked, int], list[UUID]]
"""As `ordered_ids`, in an order that the database does not know."""


@dataclass(frozen=True, slots=True)
class Exportable:
    """A list that can be shown, exported and worked on.

    `query`: dataclass of the parameters, as the API's list takes them (`api.rest.filters`). `where`: the rows that
    values of it mean, within `visit.scope`. `right`: what the reader needs. `seen`: how the access log calls reading
    it, empty when no patient's data are in it; then rows have a `patient_id`. `order`: where the page has its own.
    """

    spec: GridSpec
    query: type[Any]
    where: Callable[[Visit, Any], Condition]
    right: str = "read"
    seen: str = ""
    order: Order | None = None

    @property
    def parameters(self) -> frozenset[str]:
        """Names by which the list can be narrowed."""
        return frozenset({*(one.name for one in fields(self.query)), *(one.name for one in self.spec.choices)})

    def condition(self, visit: Visit) -> Condition:
        """What the query of this request asks for. Raises `RequestValidationError` and `NotPermitted`."""
        where = self.where(visit, wanted_of(visit, self.query))
        mine = next((choice for choice in self.spec.choices if choice.name == MINE.name), None)
        if mine is None or wanted_of(visit, OwnQuery).mine is None:
            return where
        visit.known_caller.require(mine.right or self.right)
        with visit.sql() as sql:
            return both([where, own(visit, sql, self.spec.subject)])

    def asked(self, visit: Visit) -> Asked:
        """In which order, as of when. Raises `Invalid` for a sort that the list does not know."""
        query = visit.request.query_params
        asked = Asked(query.get("sort", ""), query.get("descending", "") == "true", at=visit.upto)
        self.spec.listing.sort_of(asked)
        return asked

    def ids(self, visit: Visit, sql: Sql, most: int) -> list[UUID]:
        """Rows of this request's query in the order of the page, up to `most` + 1: one more tells of too many."""
        where, asked = self.condition(visit), self.asked(visit)
        if self.order:
            return self.order(visit, sql, where, asked, most)
        return ordered_ids(self.spec.listing, sql, where, asked, most)

    def patients_in(self, rows: Sequence[Row]) -> list[UUID]:
        """Whose data these rows are."""
        return [row["patient_id"] for row in rows if row["patient_id"]] if self.seen else []

    def saw(self, visit: Visit, rows: Sequence[Row]) -> None:
        """Record who sees whose data, before it leaves."""
        if self.seen:
            visit.saw(self.seen, self.patients_in(rows))


def wanted_of(visit: Visit, query: type[Q]) -> Q:
    """What this request asks for of these parameters, others apart. Raises `RequestValidationError`."""
    known = {field.name for field in fields(query)}
    given = {name: value for name, value in visit.request.query_params.items() if name in known and value}
    try:
        wanted: Q = _reader(query).validate_python(given)
    except ValidationError as error:
        raise RequestValidationError([{**found, "loc": ("query", *found["loc"])} for found in error.errors()]) from None
    return wanted


@lru_cache
def _reader(query: type[Any]) -> TypeAdapter[Any]:
    """Made once: it takes longer than all that it reads."""
    return TypeAdapter(query)


GRIDS: dict[str, Exportable] = {}
"""By the name of the spec; each screen enters its own: `GRIDS["refusals"] = Exportable(SPEC, RefusalQuery, where)`."""


def grid_named(visit: Visit, name: str) -> Exportable:
    """A list that this reader may see. Raises `NotFound` and `NotPermitted`."""
    found = GRIDS.get(name)
    if found is None:
        raise NotFound("path_unknown", "There is no such list.")
    visit.known_caller.require(found.right)
    return found


def list_page(visit: Visit, name: str, paging: Paging, template: str, **facts: Any) -> Response:  # noqa: ANN401 - what the template shows
    """The page of a list; without a query as the user saved it, else as it usually is."""
    shown = grid_named(visit, name)
    if elsewhere := better_address(visit, paging, shown):
        return visit.go(elsewhere)
    grid = grid_of(visit, shown.spec, paging, shown.condition(visit))
    shown.saw(visit, grid.rows)
    return visit.page(template, fragment="list", grid=grid, **facts)


def better_address(visit: Visit, paging: Paging, shown: Exportable) -> str:
    """Where this list is opened instead, empty for here: its usual query, or this one without what it does not know."""
    if visit.request.query_params.keys() - {"as_of"}:
        return known_address(visit, paging, shown.parameters)
    usual = {name: value for name, value in usual_query(visit, shown.spec).items() if name in shown.parameters | ORDER}
    return visit.to(shown.spec.path, **usual) if usual else ""


def known_address(visit: Visit, paging: Paging, parameters: Collection[str]) -> str:
    """The page that is asked for without what would narrow nothing and stand among its filters; empty without any."""
    strange = {name for name, _ in paging.query} - {*parameters, *ORDER}
    left = [(name, value) for name, value in visit.request.query_params.multi_items() if name not in strange]
    return f"{paging.address}?{urlencode(left)}".rstrip("?") if strange else ""
