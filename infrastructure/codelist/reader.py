"""A list of codes out of a text file: tabs, semicolons or commas, a header with `code` and any of letter, fr, nl."""

import csv
import io
import re

from domain.code_list import OfficialCode
from domain.errors import Invalid

_CODE = re.compile(r"[0-9]{4}[0-9A-Z]{2}")
_MOST_BYTES = 16 * 1024 * 1024
_NAMES = {"severity": "letter", "lettre": "letter", "code erreur": "code", "foutcode": "code"}


def read_code_list(content: bytes) -> tuple[list[OfficialCode], list[int]]:
    """Codes, and the numbers of lines that hold none. Raises `Invalid` without a usable header."""
    if len(content) > _MOST_BYTES:
        raise Invalid("code_list_too_large", "A list of codes is at most 16 MiB.")
    text = content.decode("utf-8-sig", errors="replace").replace("\x00", "")
    lines = io.StringIO(text, newline="")
    header = lines.readline()
    delimiter = max("\t;,", key=header.count)
    columns = [
        _NAMES.get(name, name) for name in (cell.strip().strip('"').casefold() for cell in header.split(delimiter))
    ]
    if "code" not in columns:
        raise Invalid("code_list_header", "The first line names the columns: code, and letter, fr, nl where present.")
    found: dict[str, OfficialCode] = {}
    unread: list[int] = []
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            cells = []
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        code = row.get("code", "").zfill(6)
        if not _CODE.fullmatch(code):
            unread.append(number)
            continue
        found[code] = OfficialCode(code, row.get("letter", "")[:1], row.get("fr", ""), row.get("nl", ""))
    return list(found.values()), unread
