"""Care files taken in: the list, the form for a new one, each import with its rejected lines, and taking one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from api.care_file import MOST_SHOWN
from api.rest.desk_lists import IMPORTS
from api.rest.imports import ABSENT
from api.rest.listing import Pages
from api.rest.rights import not_here
from api.web import import_files, register_files
from api.web.doors import MayImport, MayRead, MayRecordCare
from api.web.grid_spec import Column, GridSpec, Look
from api.web.grids import GRIDS, Exportable, list_page
from api.web.import_files import keep, options_of, rejected_now, take
from api.web.in_place import Refusal, list_again, told
from api.web.timeline import name_of, timeline_of
from api.web.visit import Visit
from application.ports import Row
from domain import inbox
from infrastructure.carefile.columns import DIGITS, NAMES, REQUIRED
from projections.history import DAYS, DayFilter, conditions
from projections.scope import Condition, both, scoped

router = APIRouter(prefix="/c/{where}/importations")
router.routes.extend([*import_files.router.routes, *register_files.router.routes])
PATH = "/importations"


@dataclass(frozen=True, slots=True)
class ImportQuery:
    """Of imports, as the API's list takes it: nothing narrows it."""


def _look(row: Row) -> Look:
    if row["is_undone"]:
        return "state-done", "ban", "import_state.undone"
    if row["rejected_lines"]:
        return "state-manual", "circle-minus", "import_state.partly"
    return "state-settled", "check", "import_state.done"


def _said(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """Names as a person reads them."""
    names = {actor: name_of(visit, actor) for actor in {row["imported_by"] for row in rows}}
    return [{**row, "imported_by": names[row["imported_by"]]} for row in rows]


IMPORTS_GRID = GridSpec(
    "imports",
    PATH,
    IMPORTS,
    (
        Column("imported_at", "moment", label="inbox_column.imported_at"),
        Column("is_undone", "state", label="inbox_column.state", state=_look),
        Column("accepted_lines", "number", label="inbox_column.accepted_lines"),
        Column("rejected_lines", "number", label="inbox_column.rejected_lines"),
        Column("day_count", "number", label="column.days"),
        Column("imported_by", label="inbox_column.imported_by"),
        Column("message", shown=False),
    ),
    (),
    open=lambda row: f"{PATH}/{row['import_id']}",
    look=lambda row: "is-read" if row["is_undone"] else "",
    usual={"sort": "imported_at", "descending": "true"},
    title="inbox_title.imports",
    enrich=_said,
)


def _where(visit: Visit, _wanted: ImportQuery) -> Condition:
    return scoped(visit.scope)


GRIDS["imports"] = Exportable(IMPORTS_GRID, ImportQuery, _where)


@router.get("")
def show_imports(visit: MayRead, paging: Pages) -> Response:
    """The latest first, and the form for a new file."""
    return list_page(visit, "imports", paging, "imports.html", refusal=None)


@router.post("")
def give_file(visit: MayImport) -> Response:
    """Look at a file first, or take it at once."""

    def act() -> Response:
        content = visit.upload("file")
        return (take if visit.text("step", 10) == "take" else keep)(visit, content, options_of(visit))

    return told(visit, act, lambda refusal: list_again(visit, "imports", "imports.html", refusal))


@router.get("/format")
def show_format(visit: MayRead) -> Response:
    """What a care file holds, column by column."""
    return visit.page("care_format.html", columns=NAMES, needed=REQUIRED, digits=DIGITS)


@router.get("/modele.csv")
def give_model(_: MayRead) -> Response:
    """An empty care file: its first line."""
    headers = {"Content-Disposition": 'attachment; filename="soins.csv"'}
    return Response(";".join(NAMES) + "\r\n", media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{import_id}")
def show_import(visit: MayRead, import_id: UUID) -> Response:
    """As of the day of the visit."""
    return _page(visit, import_id, _import(visit, import_id))


@router.post("/{import_id}/annuler")
def undo_import(visit: MayRecordCare, import_id: UUID) -> Response:
    """Withdraw every line of the file, as long as none is in a sending."""
    state = _import(visit, import_id)
    return told(
        visit,
        lambda: visit.do(
            lambda context: visit.quittance.imports.undo(context, import_id),
            lambda _: visit.at(f"{PATH}/{import_id}"),
            reason=visit.text("reason", 500),
            about=visit.practice,
        ),
        lambda refusal: _page(visit, import_id, state, refusal),
    )


def _page(visit: Visit, import_id: UUID, state: inbox.CareImport, refusal: Refusal | None = None) -> Response:
    shows_rejected = bool(state.accepted.rejected) and visit.as_of is None and not state.is_undone
    return visit.page(
        "import.html",
        status=refusal.status if refusal else 200,
        import_id=import_id,
        state=state,
        rejected=rejected_now(visit, state.accepted.message) if shows_rejected and visit.may("care") else (),
        is_sent=_is_sent(visit, import_id),
        most=MOST_SHOWN,
        entries=timeline_of(visit, import_id),
        refusal=refusal,
    )


def _is_sent(visit: Visit, import_id: UUID) -> bool:
    """Whether a day that the file opened is in a sending."""
    where = [conditions(visit.scope, DayFilter(import_id=import_id)), Condition("sending_id IS NOT NULL")]
    with visit.sql() as sql:
        return DAYS.count(sql, both(where), visit.upto) > 0


def _import(visit: Visit, import_id: UUID) -> inbox.CareImport:
    """Raises `NotFound`."""
    state = inbox.fold_import(visit.events(import_id))
    if state is None or state.accepted.establishment_id != visit.practice:
        not_here(ABSENT)
    return state
