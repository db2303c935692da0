"""From parsed values of one line to a row, or to the reasons why there is none. The same for CSV and JSON Lines."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date as Date
from typing import Any

from application.import_care import FileRow, Rejected
from domain.care import Care
from infrastructure.carefile.columns import REQUIRED

_PLAIN_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_NOT_OF_CARE = ("ssin", "affiliation_number", "date")
_FREE_NORMS = (7, 9)


def row_of(line: int, values: dict[str, Any], problems: list[Rejected]) -> FileRow | None:
    """The row, or None when `problems` holds, or now gets, a reason; `values` are parsed and lose their patient."""
    missing = _missing(values, {problem.field for problem in problems})
    if missing:
        problems.append(Rejected(line, *missing))
    if values.get("service_norm") in _FREE_NORMS:
        priced = [name for name in ("amount_cents", "patient_share_cents") if values.get(name)]
        problems.extend(Rejected(line, name, "statistical_amount") for name in priced)
    if problems:
        return None
    number = values.get("ssin") or values.get("affiliation_number")
    return FileRow(line, str(number), _date(values), _care(values))


def _missing(values: Mapping[str, Any], named: AbstractSet[str]) -> tuple[str, str] | None:
    """The first field without a value, and the code that says so; what is told as wrong is not missing too."""
    present = {*values, *named}
    for name in REQUIRED:
        if name not in present:
            return name, "value_missing"
    if present.isdisjoint(("ssin", "affiliation_number")):
        return "ssin", "patient_number_missing"
    is_free = values.get("service_norm") in _FREE_NORMS or "service_norm" in named
    return None if is_free or "amount_cents" in present else ("amount_cents", "value_missing")


def field_name(name: str, place: int) -> str:
    """A foreign column by its name when it looks like one; else by its place, since it may be a value of a person."""
    return name if _PLAIN_NAME.fullmatch(name) else f"column {place}"


def _date(values: Mapping[str, Any]) -> Date:
    found: Date = values["date"]
    return found


def _care(values: dict[str, Any]) -> Care:
    for name in _NOT_OF_CARE:
        values.pop(name, None)
    values.setdefault("amount_cents", 0)
    return Care(**values)
