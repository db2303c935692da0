"""A set as one CSV file: one row a code and period, and rows of other kinds for what stands around (docs/tariffs.md).

Column names are the names of JSON; an object in a field is written with dots, `prices.shares.ordinary.cents`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.pricing.reading import Fault, Report
from domain.pricing.tariff_set import Before, Maximum, Note, NotWith, Price
from infrastructure.carefile.csv_lines import cells_of
from infrastructure.carefile.errors import CareFileError
from infrastructure.carefile.lines import numbered_lines, text_of
from infrastructure.carefile.rows import field_name
from infrastructure.tariff.fields import tables
from infrastructure.tariff.objects import Raw, without
from infrastructure.tariff.parts import MADE, Parts, Rules
from infrastructure.tariff.report import Faults, refused
from infrastructure.tariff.whole import content_hash, whole

_KINDS = ("set", "letter", "entitlement", "rest_home", "code", *MADE, "note")
_NESTED = {"rounding": "rounding.", "texts": "texts.", "variants": "variants.", "price": "prices."}
_SHARES = re.compile(r"prices\.shares\.[a-z][a-z0-9_]{0,39}\.(cents|hundredths)")


@dataclass(frozen=True, slots=True)
class _Row:
    line: str
    kind: str
    raw: Raw


@dataclass
class _OfCode:
    """What the rows say about one code; `own`: the code itself, from its first row."""

    line: str
    own: Raw
    prices: list[Price] = field(default_factory=list)
    maximum: list[Maximum] = field(default_factory=list)
    not_with: list[NotWith] = field(default_factory=list)
    before: list[Before] = field(default_factory=list)
    note: list[Note] = field(default_factory=list)


def read_csv_set(content: bytes) -> Report:
    """The set, or all faults of the file. Raises nothing."""
    faults = Faults()
    try:
        rows = list(_rows(content, faults))
    except CareFileError as error:
        return refused([Fault("", "", error.code)])
    heads = [row for row in rows if row.kind == "set"]
    if len(heads) != 1:
        faults.add(heads[1].line if heads else "", "kind", "set_duplicate" if heads else "set_missing")
        return refused(faults.told())
    parts = Parts(str(heads[0].raw.get("country", "")), faults, typed=False)
    head = parts.objects.values("set", without(heads[0].raw, "rounding"), heads[0].line)
    parts.note_rounding(heads[0].raw.get("rounding", {}), heads[0].line, "rounding.")
    for row in rows:
        if row.kind == "letter":
            parts.note_letter(row.raw, row.line)
        elif row.kind == "entitlement":
            parts.note_entitlement(row.raw, row.line)
        elif row.kind == "rest_home":
            parts.note_rest_home(row.raw, row.line)
    for code in _codes(rows, parts):
        rules = Rules(code.prices, code.maximum, code.not_with, code.before, code.note)
        parts.note_code(code.own, rules, code.line)
    return whole(parts.draft(head, content_hash([content])), faults)


def _codes(rows: list[_Row], parts: Parts) -> list[_OfCode]:
    """Codes with their prices, in the order of their first rows; then the rules that name them."""
    codes: dict[str, _OfCode] = {}
    for row in rows:
        if row.kind == "code":
            _take(row, codes, parts)
    for row in rows:
        if row.kind in MADE or row.kind == "note":
            _take_rule(row, codes, parts)
    return list(codes.values())


def _take(row: _Row, codes: dict[str, _OfCode], parts: Parts) -> None:
    own, price = without(row.raw, "prices"), row.raw.get("prices")
    known = codes.setdefault(str(own.get("code", row.line)), _OfCode(row.line, own))
    for name, value in own.items():
        if known.own.get(name) != value:
            parts.faults.add(row.line, name, "code_differs", parts.objects.about(own))
    if price is not None:
        made = parts.price(price, row.line, "prices.", parts.objects.about(own))
        if made is not None:
            known.prices.append(made)


def _take_rule(row: _Row, codes: dict[str, _OfCode], parts: Parts) -> None:
    about, raw = parts.objects.about(row.raw), without(row.raw, "code")
    known = codes.get(str(row.raw.get("code", "")))
    if known is None:
        parts.faults.add(row.line, "code", "code_unknown" if about else "value_missing", about)
        return
    made: Any = (
        parts.note(raw, row.line, about)
        if row.kind == "note"
        else parts.objects.made(MADE[row.kind], row.kind, raw, row.line, about)
    )
    if made is not None:
        getattr(known, row.kind).append(made)


def _rows(content: bytes, faults: Faults) -> Iterator[_Row]:
    """Rows of a known kind, their cells nested by the dots in the names. Raises `CareFileError`."""
    lines = numbered_lines(content)
    header = next(lines)
    text, wrong = text_of(header[1])
    names = None if wrong else cells_of(text)
    if names is None or "kind" not in names:
        raise CareFileError("file_not_text" if wrong else "header_missing")
    paths = _paths(names, f"line {header[0]}", faults)
    for number, line in lines:
        at = f"line {number}"
        text, wrong = text_of(line)
        cells = None if wrong else cells_of(text)
        if cells is None or any(cells[len(paths) :]):
            faults.add(at, "", wrong or ("quotes_invalid" if cells is None else "values_surplus"))
            continue
        if not any(cells):
            continue
        raw = _nested(paths, cells)
        kind = raw.pop("kind", "")
        if kind in _KINDS:
            yield _Row(at, kind, raw)
        else:
            faults.add(at, "kind", "kind_unknown")


def _paths(names: list[str], place: str, faults: Faults) -> list[list[str]]:
    """Where the value of each column goes; nowhere when the name is not ours, or stands there before."""
    known = {"kind"}
    for kind, table in tables("", typed=False).items():
        known.update(_NESTED.get(kind, "") + name for name in table.parsers)
    paths: list[list[str]] = []
    for number, name in enumerate(names, 1):
        is_ours = name in known or _SHARES.fullmatch(name)
        if name and (not is_ours or name in names[: number - 1]):
            faults.add(place, field_name(name, number), "name_duplicate" if is_ours else "name_unknown")
        paths.append(name.split(".") if is_ours else [])
    return paths


def _nested(paths: list[list[str]], cells: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, cell in zip(paths, cells, strict=False):
        if cell and path:
            inner = found
            for name in path[:-1]:
                inner = inner.setdefault(name, {})
            inner[path[-1]] = cell
    return found
