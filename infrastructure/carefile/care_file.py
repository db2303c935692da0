"""The care file of a practice (docs/care-file.md): CSV or JSON Lines, told apart by the first line."""

from collections.abc import Mapping
from itertools import chain

from application.import_care import FileRow, Rejected
from infrastructure.carefile.columns import parsers
from infrastructure.carefile.csv_lines import read_csv
from infrastructure.carefile.errors import CareFileError
from infrastructure.carefile.json_lines import parsed, read_json_lines
from infrastructure.carefile.lines import is_json_lines, numbered_lines
from infrastructure.carefile.rows import row_of

__all__ = ["CareFileError", "read_care_file", "read_typed"]


def read_care_file(content: bytes) -> tuple[list[FileRow], list[Rejected]]:
    """Rows to import and reasons for every line that is none; a line is in one of the two, blank lines in neither.

    `Rejected.line` counts from 1; problems of the header stand on its own line; behind a thousand of them one counts
    the others. Money is integer cents. Raises `CareFileError` when the file cannot be read at all, and nothing else.
    """
    lines = numbered_lines(content)
    first = next(lines)
    if is_json_lines(first[1]):
        return read_json_lines(chain([first], lines))
    return read_csv(first, lines)


def read_typed(cells: Mapping[str, str]) -> tuple[FileRow | None, list[Rejected]]:
    """One line that somebody typed: cells by column, as in CSV. The row, or every reason why there is none."""
    values, problems = parsed(1, cells, parsers(typed=False))
    return row_of(1, values, problems), problems
