"""JSON Lines: one object a line, read strictly, since a program wrote them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from application.import_care import FileRow, Rejected
from infrastructure.carefile.columns import parsers
from infrastructure.carefile.lines import is_json_lines, text_of
from infrastructure.carefile.rejections import Rejections
from infrastructure.carefile.rows import field_name, row_of
from infrastructure.carefile.values import BadValue, Parser


class BadObject(Exception):
    """A line that is no object; `code` is public. `field` names a key that stands there twice."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field


def read_json_lines(lines: Iterable[tuple[int, bytes]]) -> tuple[list[FileRow], list[Rejected]]:
    """Care rows and rejections; raises nothing."""
    rows, rejected = list[FileRow](), Rejections()
    known = parsers(typed=True)
    for line, raw in lines:
        try:
            found = object_of(raw)
        except BadObject as bad:
            rejected.add(line, [Rejected(line, bad.field, bad.code)])
            continue
        values, problems = parsed(line, found, known)
        row = row_of(line, values, problems)
        if row is None:
            rejected.add(line, problems)
        else:
            rows.append(row)
    return rows, rejected.told()


def object_of(raw: bytes) -> dict[str, Any]:
    """The object on a line. Raises `BadObject`."""
    text, wrong = text_of(raw)
    if wrong or not is_json_lines(raw):
        raise BadObject(wrong or "json_invalid")
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise BadObject("json_invalid") from None
    if not isinstance(found, dict):
        raise BadObject("json_invalid")
    return found


def parsed(
    line: int, found: Mapping[str, Any], known: Mapping[str, Parser], prefix: str = ""
) -> tuple[dict[str, Any], list[Rejected]]:
    """Values of the keys that we know and problems with the others; null and "" count as absent."""
    values: dict[str, Any] = {}
    problems: list[Rejected] = []
    for place, (name, raw) in enumerate(found.items(), 1):
        parse = known.get(name)
        if parse is None:
            problems.append(Rejected(line, prefix + field_name(name, place), "column_unknown"))
        elif raw is not None and raw != "":
            try:
                values[name] = parse(raw)
            except BadValue as bad:
                problems.append(Rejected(line, prefix + name, bad.code))
    return values, problems


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for place, (name, value) in enumerate(pairs, 1):
        if name in made:
            raise BadObject("column_duplicate", field_name(name, place))
        made[name] = value
    return made


def _no_constant(_name: str) -> NoReturn:
    raise BadObject("json_invalid")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
