"""From parsed values of one line to a row, or to the reasons why there is none. The same for CSV and JSON Lines."""

import re
from collections.abc import Mapping
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
    named = {problem.field for problem in problems}
    missing = [name for name in REQUIRED if name not in values and name not in named]
    problems.extend(Rejected(line, name, "value_missing") for name in missing)
    number = values.get("ssin") or values.get("affiliation_number")
    if number is None and not named.intersection(("ssin", "affiliation_number")):
        problems.append(Rejected(line, "ssin", "patient_number_missing"))
    free = values.get("service_norm", 0) in _FREE_NORMS
    if "amount_cents" not in values and "amount_cents" not in named and not free and "service_norm" not in named:
        problems.append(Rejected(line, "amount_cents", "value_missing"))
    if free:
        priced = [name for name in ("amount_cents", "patient_share_cents") if values.get(name)]
        problems.extend(Rejected(line, name, "statistical_amount") for name in priced)
    if problems:
        return None
    return FileRow(line, str(number), _date(values), _care(values))


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
