"""Care lines out of CSV: `;` between values, quotes around values that hold one, one line of text per line of care."""

import csv
from collections.abc import Iterable

from application.import_care import FileRow, Rejected
from infrastructure.carefile.columns import NAMES, REQUIRED, parsers
from infrastructure.carefile.errors import CareFileError
from infrastructure.carefile.lines import text_of
from infrastructure.carefile.rejections import Rejections
from infrastructure.carefile.rows import field_name, row_of
from infrastructure.carefile.values import BadValue, Parser

_DELIMITER = ";"
_REMEMBERED = 20_000
_SHORT = 64


class Column:
    """A column of the file: parses each different value once, since dates, codes and people come back all the time.

    So do mistakes, and refusing costs more than reading.
    """

    __slots__ = ("_known", "_parse", "name")

    def __init__(self, name: str, parse: Parser | None) -> None:
        self.name, self._parse = name, parse
        self._known: dict[str, object] = {}

    @property
    def is_ours(self) -> bool:
        """Whether its values are read."""
        return self._parse is not None

    def value(self, text: str) -> object:
        """The value of a cell, or the `BadValue` that it is."""
        try:
            return self._known[text]
        except KeyError:
            if self._parse is None:
                return None
            found: object
            try:
                found = self._parse(text)
            except BadValue as bad:
                found = BadValue(bad.code)
            if len(self._known) < _REMEMBERED and len(text) <= _SHORT:
                self._known[text] = found
            return found


def read_csv(first: tuple[int, bytes], rest: Iterable[tuple[int, bytes]]) -> tuple[list[FileRow], list[Rejected]]:
    """Rows and rejections of all lines after the header. Raises `CareFileError`."""
    rows, rejected = list[FileRow](), Rejections()
    columns, twice = _header(first, rejected)
    for line, raw in rest:
        text, wrong = text_of(raw)
        cells = None if wrong else cells_of(text)
        if cells is None:
            rejected.add(line, [Rejected(line, "", wrong or "quotes_invalid")])
            continue
        if not any(cells):
            continue
        wrong = _shape(cells, len(columns))
        if wrong:
            rejected.add(line, [Rejected(line, "", wrong)])
            continue
        if twice:
            rejected.add(line, (Rejected(line, name, "column_duplicate") for name in twice))
            continue
        problems = list[Rejected]()
        values = _values(line, columns, cells, problems, briefly=rejected.is_full)
        row = row_of(line, values, problems)
        if row is None:
            rejected.add(line, problems)
        else:
            rows.append(row)
    return rows, rejected.told()


def _header(first: tuple[int, bytes], rejected: Rejections) -> tuple[list[Column], list[str]]:
    """The columns in their order, and names of ours that stand there twice."""
    line, raw = first
    text, wrong = text_of(raw)
    cells = None if wrong else cells_of(text)
    if cells is None:
        raise CareFileError("file_not_text" if wrong else "header_missing")
    names = [cell.strip().lower() for cell in cells]
    if not set(names).intersection(NAMES):
        raise CareFileError("header_missing")
    known = parsers(typed=False)
    twice = [name for name in NAMES if names.count(name) > 1]
    rejected.add(line, (Rejected(line, name, "column_duplicate") for name in twice))
    needed = (*REQUIRED, *([] if "affiliation_number" in names else ["ssin"]))
    rejected.add(line, (Rejected(line, name, "column_missing") for name in needed if name not in names))
    strange = [(place, name) for place, name in enumerate(names, 1) if name and name not in known]
    rejected.add(line, (Rejected(line, field_name(name, place), "column_unknown") for place, name in strange))
    return [Column(name, known.get(name)) for name in names], twice


def cells_of(text: str) -> list[str] | None:
    """Cells without blanks around them; None when the quotes do not match."""
    if '"' not in text:
        cells = text.split(_DELIMITER)
        return [cell.strip() for cell in cells] if " " in text or "\t" in text else cells
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=_DELIMITER, strict=True))]
    except (csv.Error, StopIteration):
        return None


def _shape(cells: list[str], columns: int) -> str:
    """Too few cells, or too many unless the surplus is empty."""
    if len(cells) < columns:
        return "values_missing"
    return "values_surplus" if any(cells[columns:]) else ""


def _values(
    line: int, columns: list[Column], cells: list[str], problems: list[Rejected], *, briefly: bool
) -> dict[str, object]:
    """Values by name; what is wrong goes to `problems`, only the first of it when asked to be brief."""
    values: dict[str, object] = {}
    for column, cell in zip(columns, cells, strict=False):
        if cell and column.is_ours:
            found = column.value(cell)
            if isinstance(found, BadValue):
                problems.append(Rejected(line, column.name, found.code))
                if briefly:
                    break
            else:
                values[column.name] = found
    return values
