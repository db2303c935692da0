"""Tables as files: CSV for the reader's own spreadsheet program, XLSX with typed cells. Knows nothing of the lists.

No text of either becomes a formula: in CSV an apostrophe stands before it, in XLSX the cell is marked as text.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import IO, Any

import xlsxwriter

from api.catalogue import Language

Cell = str | int | Decimal | Date | datetime | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = {"amount": 13, "percent": 9, "day": 12, "moment": 17, "month": 10, "number": 9, "flag": 8, "reason": 50}
_WIDTH = 22
_LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans("", "", "[]:*?/\\'")


@dataclass(frozen=True, slots=True)
class Head:
    """`columns`: what stands above them; `kinds`: as `grid_spec.Column.kind`."""

    title: str
    columns: Sequence[str]
    kinds: Sequence[str]
    language: Language


def write_csv(file: IO[bytes], head: Head, rows: Iterable[Sequence[Cell]]) -> None:
    """UTF-8 with its mark, as spreadsheet programs expect. French and Dutch ones split at semicolons and write 1,50."""
    comma = "." if head.language == "en" else ","
    text = TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter="," if head.language == "en" else ";")
    writer.writerow([_harmless(name) for name in head.columns])
    for row in rows:
        writer.writerow([_written(value, kind, comma) for value, kind in zip(row, head.kinds, strict=True)])
    text.detach()


def write_xlsx(file: IO[bytes], head: Head, rows: Iterable[Sequence[Cell]]) -> None:
    """One sheet; a row is forgotten once it is written."""
    # Rows lie on the disk meanwhile, in files of ours that nobody else opens: closing removes them, after an error too.
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        _fill(book, head, rows)


def _fill(book: Any, head: Head, rows: Iterable[Sequence[Cell]]) -> None:  # noqa: ANN401 - untyped library
    book.set_properties({"title": head.title})
    sheet = book.add_worksheet(head.title.translate(_NOT_IN_TITLES)[:_LONGEST_TITLE])
    sheet.set_header(f"&L{head.title.replace('&', '&&')}&R&P / &N")
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    formats = {
        "amount": book.add_format({"num_format": "#,##0.00\\ [$€-1]"}),
        "percent": book.add_format({"num_format": "0.00%"}),
        "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        "month": book.add_format({"num_format": "mm/yyyy"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy"}),
    }
    quoted, bold = book.add_format({"quote_prefix": True}), book.add_format({"bold": True, "bottom": 1})
    for place, (name, kind) in enumerate(zip(head.columns, head.kinds, strict=True)):
        sheet.set_column(place, place, _WIDTHS.get(kind, _WIDTH))
        sheet.write_string(0, place, name, bold)
    for number, row in enumerate(rows, 1):
        for place, (value, kind) in enumerate(zip(row, head.kinds, strict=True)):
            _put(sheet, number, place, value, formats.get(kind), quoted)


def _put(sheet: Any, row: int, place: int, value: Cell, typed: Any, quoted: Any) -> None:  # noqa: ANN401 - untyped library
    match value:
        case None | "":
            pass
        case str():
            sheet.write_string(row, place, value, quoted if value.startswith(_FORMULA) else None)
        case Date():
            sheet.write_datetime(row, place, value, typed)
        case _:
            sheet.write_number(row, place, value, typed)


def _written(value: Cell, kind: str, comma: str) -> str:
    match value:
        case None:
            return ""
        case str():
            return _harmless(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case Date():
            return f"{value:%Y-%m}" if kind == "month" else value.isoformat()
        case Decimal():
            return f"{value * 100 if kind == 'percent' else value:.2f}".replace(".", comma)
    return str(value)


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
