"""Lists over HTTP: page by page behind a cursor, filters of bounded shape, rows described by the view's own columns."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field, create_model
from pydantic_core import PydanticCustomError

from api.rest.bodies import Day, Month, no_number_of_a_person
from api.rest.encoding import opened
from api.rest.reads import Reading
from api.verdicts_to_come import all_told
from domain.identifiers import is_nihii
from projections.paging import MOST_ROWS, Asked, Page
from projections.table import Table

UNTOLD: dict[str, Any] = {"accepted_cents": int | None, "refused_cents": int | None}
"""Of lists that hold what no insurer has judged yet: null until then."""
_KINDS: dict[str, Any] = {"uuid": UUID, "text": str, "int": int, "bool": bool, "bytes": str}


def _a_nihii(value: str | None) -> str | None:
    if value is not None and not is_nihii(value):
        raise PydanticCustomError("nihii_invalid", "not a NIHII number")
    return value


Word = Annotated[
    str | None,
    Query(max_length=40, pattern=r"^[\x21-\x7e]+$"),
    AfterValidator(lambda value: value and no_number_of_a_person(value)),
]
Provider = Annotated[str | None, Query(max_length=11, description="NIHII number."), AfterValidator(_a_nihii)]
InMonth = Annotated[Month | None, Query(description="Billed month, YYYY-MM.")]
OnDay = Annotated[Day | None, Query()]
Where = Annotated[UUID | None, Query(description="One establishment; none: all that the key may see.")]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page, in which order."""

    address: str
    query: tuple[tuple[str, str], ...]
    asked: Asked

    def following(self, cursor: str | None) -> str | None:
        """Address of the next page."""
        if cursor is None:
            return None
        return f"{self.address}?{urlencode([*self.query, ('cursor', cursor)])}"


def _paging(
    request: Request,
    sort: Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$")] = "",
    descending: Annotated[bool, Query(description="Largest or latest first.")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
    cursor: Annotated[str | None, Query(max_length=400, pattern=r"^[A-Za-z0-9_-]+$")] = None,
) -> Paging:
    query = tuple((name, value) for name, value in request.query_params.multi_items() if name != "cursor")
    return Paging(request.url.path, query, Asked(sort, descending, cursor, limit))


Pages = Annotated[Paging, Depends(_paging)]


def asked(reading: Reading, paging: Paging) -> Asked:
    """With the position of `as_of`."""
    given = paging.asked
    return Asked(given.sort, given.descending, given.after, given.limit, reading.upto)


def page_answer(
    reading: Reading, paging: Paging, name: str, page: Page, *json_columns: str, action: str = ""
) -> Response:
    """Rows under the name of the list, and the address of the next page. `action`: whose data stand in it is noted."""
    rows = [opened(row, *json_columns) for row in all_told(page.rows)]
    body = {name: rows, "next": paging.following(page.following)}
    seen = [row["patient_id"] for row in page.rows] if action else []
    return reading.many(body, action=action, patients=seen)


def list_model(name: str, table: Table, **other: Any) -> type[BaseModel]:  # noqa: ANN401 - any type
    """The documented shape of a list of rows; `other`: types of columns that are answered otherwise or added."""
    columns: dict[str, Any] = {name: (kind, ...) for name, kind in other.items()}
    for column in table.columns:
        kind = other.get(column.name, _KINDS[column.kind])
        columns[column.name] = (kind | None if column.optional or column.personal else kind, ...)
    row = create_model(f"{name.title().replace('_', '')}Row", **columns)
    next_page = Annotated[str | None, Field(description="Address of the next page, null at the end.")]
    return create_model(f"{name.title().replace('_', '')}Page", **{name: (list[row], ...), "next": (next_page, ...)})  # type: ignore[valid-type,no-any-return,call-overload]
