"""Lists of what came in and what waits: items, received answers, imports, billing runs."""

from typing import Annotated, Any

from fastapi import Query, Response

from api.rest.listing import Pages, Paging, Where, Word, asked, list_model, page_answer
from api.rest.reads import Reading, Reads
from api.rest.resources import resource
from api.rest.rights import MayRead
from projections import imports, items, messages, runs
from projections.paging import Listing
from projections.scope import both, one_of, scoped

router = resource("", "desk")
ITEMS = Listing(items.TABLE, ("raised_at",))
ANSWERS = Listing(messages.TABLE, ("received_at",))
IMPORTS = Listing(imports.TABLE, ("imported_at",))
RUNS = Listing(runs.TABLE, ("run_at", "month"))
_LeftOut = tuple[str, int, int | None, int]
_Figures = tuple[int, int | None, int]


@router.get("/items", operation_id="list_items", response_model=list_model("items", items.TABLE, facts=dict[str, str]))
def list_items(
    caller: MayRead,
    reading: Reads,
    paging: Pages,
    establishment_id: Where = None,
    kind: Word = None,
    is_settled: Annotated[bool | None, Query()] = None,
) -> Response:
    """What only a person can settle, the oldest first."""
    scope = reading.scope(caller, establishment_id)
    return _page(reading, paging, "items", ITEMS, scope, {"kind": kind, "is_settled": is_settled}, "facts")


@router.get("/answers", operation_id="list_answers", response_model=list_model("answers", messages.TABLE))
def list_answers(
    caller: MayRead,
    reading: Reads,
    paging: Pages,
    establishment_id: Where = None,
    state: Word = None,
    kind: Word = None,
) -> Response:
    """Received files and what was understood of each."""
    scope = reading.scope(caller, establishment_id)
    return _page(reading, paging, "answers", ANSWERS, scope, {"state": state, "kind": kind})


@router.get("/imports", operation_id="list_imports", response_model=list_model("imports", imports.TABLE))
def list_imports(caller: MayRead, reading: Reads, paging: Pages, establishment_id: Where = None) -> Response:
    """Care files taken in."""
    return _page(reading, paging, "imports", IMPORTS, reading.scope(caller, establishment_id), {})


@router.get(
    "/billing-runs",
    operation_id="list_billing_runs",
    response_model=list_model(
        "billing_runs",
        runs.TABLE,
        blocked=list[_LeftOut],
        elsewhere=list[_LeftOut],
        documents=list[_LeftOut],
        left_out=_Figures | None,
    ),
)
def list_billing_runs(
    caller: MayRead, reading: Reads, paging: Pages, establishment_id: Where = None, month: Word = None
) -> Response:
    """Runs that were made. `blocked` and `documents`: code or destination, days, cents, days without amount.

    `elsewhere`: what runs left out for a destination that eFact does not reach, as long as they made no documents.

    `left_out`: days, cents and days without amount of all left out, a day of several reasons once; null when not known.
    """
    scope = reading.scope(caller, establishment_id)
    told = ("blocked", "elsewhere", "documents", "left_out")
    return _page(reading, paging, "billing_runs", RUNS, scope, {"month": month}, *told)


def _page(
    reading: Reading,
    paging: Paging,
    name: str,
    listing: Listing,
    scope: tuple[Any, ...],
    wanted: dict[str, Any],
    *json_columns: str,
) -> Response:
    narrow = [one_of(column, [value]) for column, value in wanted.items() if value is not None]
    with reading.sql() as sql:
        page = listing.page(sql, both([scoped(scope), *narrow]), asked(reading, paging))
    return page_answer(reading, paging, name, page, *json_columns)
