"""A list as a file: exactly the rows of the filter and the columns of the screen, as CSV or XLSX.

The file is written whole before its first byte leaves: an error is a page and not half a file, and whose data are in it
stands in the access log by then. Rows come piece by piece, so memory does not grow with the list.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date as Date
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from api.catalogue import Language, has, is_percentage, text
from api.web.doors import MayRead
from api.web.export_files import Cell, Head, write_csv, write_xlsx
from api.web.grid_spec import Column
from api.web.grids import GRIDS, Exportable, grid_named
from api.web.own_view import columns_of
from api.web.plain_lists import plain_named
from api.web.render import belgian
from api.web.visit import Visit
from application.ports import Row
from domain.errors import Invalid, NotFound
from projections.paging import MOST_COUNTED
from projections.whole import rows_of

__all__ = ["GRIDS", "Exportable", "router"]

router = APIRouter(prefix="/c/{where}/export")
_MEMORY_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 256 * 1024
_WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/{grid}.{kind}")
def export(visit: MayRead, grid: str, kind: str) -> Response:
    """The file. The query is that of the list. Raises `Invalid` for more than 100,000 rows."""
    if plain := plain_named(visit, grid):
        cells = ([cell_of(column, row, visit.language) for column in plain.columns] for row in plain.rows(visit))
        return table_file(visit, kind, text(plain.title, visit.language), _heads(visit, plain.columns), cells)
    shown = grid_named(visit, grid)
    columns, key = columns_of(visit, shown.spec), shown.spec.title_key
    name = text(key, visit.language) if has(key) else shown.spec.name
    seen: dict[UUID, None] = {}
    answer = table_file(visit, kind, name, _heads(visit, columns), _cells(visit, shown, columns, seen))
    if shown.seen:
        visit.saw(shown.seen, seen)
    return answer


def table_file(
    visit: Visit, kind: str, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]]
) -> Response:
    """A table of that name as `csv` or `xlsx`, written when this returns. `columns`: what stands above them, and kind.

    Of the past, each row says of which day: files of several dates can be put under each other. Raises `NotFound`.
    """
    if kind not in _WRITERS:
        raise NotFound("path_unknown", "There is no such file.")
    as_of = [visit.as_of] if visit.as_of else []
    heads = [*columns, *((text("list_column.as_of", visit.language), "day") for _ in as_of)]
    names, kinds = zip(*heads, strict=True)
    # What is too large for memory lies on the disk without a name, for this process alone, and goes when it is closed.
    file: IO[bytes] = SpooledTemporaryFile(_MEMORY_BYTES)  # noqa: SIM115 - closed when it was sent
    _WRITERS[kind](file, Head(_title(visit, name), names, kinds, visit.language), ([*row, *as_of] for row in rows))
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(visit, name)}.{kind}"'}
    return StreamingResponse(_pieces(file), headers=headers, media_type=_MEDIA[kind])


def _heads(visit: Visit, columns: Sequence[Column]) -> list[tuple[str, str]]:
    """What stands above the columns, and their kinds."""
    return [(text(column.label_key, visit.language), column.kind) for column in columns]


def _cells(visit: Visit, shown: Exportable, columns: Sequence[Column], seen: dict[UUID, None]) -> Iterator[list[Cell]]:
    """Rows of one state of the views, in the order of the screen; notes in `seen` whose they are."""
    with visit.sql() as sql:
        ids = shown.ids(visit, sql, MOST_COUNTED)
        if len(ids) > MOST_COUNTED:
            raise Invalid("export_too_large", f"At most {MOST_COUNTED:,} rows: narrow the filter.", field="filter")
        for rows in rows_of(shown.spec.listing, sql, ids, visit.upto):
            seen.update(dict.fromkeys(shown.patients_in(rows)))
            for row in shown.spec.complete(visit, rows):
                yield [cell_of(column, row, visit.language) for column in columns]


def cell_of(column: Column, row: Row, language: Language) -> Cell:
    """A value with its type: amounts in euro, shares of one, times as in Belgium, words in the reader's language."""
    if column.kind == "state" and column.state is not None:
        return text(column.state(row)[2], language)
    value = row[column.name]
    match column.kind:
        case "amount":
            return None if value is None else Decimal(value).scaleb(-2)
        case "day":
            return Date.fromisoformat(value) if isinstance(value, str) and value else value or None
        case "moment":
            return belgian(value).replace(tzinfo=None) if value else None
        case "month":
            return Date.fromisoformat(f"{value}-01") if value else None
        case "percent" if value and is_percentage(value):
            return Decimal(int(value)).scaleb(-4)
        case "number":
            return None if value is None else int(value)
        case "flag":
            return text(f"list_file.{'yes' if value else 'no'}", language)
    return "" if value is None else str(value)


def _title(visit: Visit, name: str) -> str:
    if visit.as_of is None:
        return name
    return text("list_file.title_as_of", visit.language, list=name, day=f"{visit.as_of:%d/%m/%Y}")


def _file_name(visit: Visit, name: str) -> str:
    """Only letters of ASCII: a name that every system takes, and that says the date."""
    made = "name_as_of" if visit.as_of else "name"
    whole = text(f"list_file.{made}", visit.language, list=name, day=(visit.as_of or visit.today).isoformat())
    plain = unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode().lower()
    return "".join(letter if letter.isalnum() else "-" for letter in plain)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            yield piece
