"""From parsed values of one line to a row, or to the reasons why there is none. The same for CSV and JSON Lines."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date as Date
from typing import Any

from application.import_care import FileRow, Rejected
from domain.care import AMOUNTS, FREE_NORMS, care_of
from infrastructure.carefile.columns import REQUIRED

_PLAIN_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_NOT_OF_CARE = ("ssin", "affiliation_number", "date")


def row_of(line: int, values: dict[str, Any], problems: list[Rejected]) -> FileRow | None:
    """The row, or None when `problems` holds, or now gets, a reason; `values` are parsed and lose their patient."""
    named = {problem.field for problem in problems}
    missing = _missing(values, named)
    if missing:
        problems.append(Rejected(line, *missing))
    problems.extend(Rejected(line, *wrong) for wrong in _wrong_amounts(values, named))
    if problems:
        return None
    number = values.get("ssin") or values.get("affiliation_number")
    date = _date(values)
    for name in _NOT_OF_CARE:
        values.pop(name, None)
    return FileRow(line, str(number), date, care_of(values))


def _missing(values: Mapping[str, Any], named: AbstractSet[str]) -> tuple[str, str] | None:
    """The first field without a value, and the code that says so; what is told as wrong is not missing too."""
    present = {*values, *named}
    for name in REQUIRED:
        if name not in present:
            return name, "value_missing"
    return ("ssin", "patient_number_missing") if present.isdisjoint(("ssin", "affiliation_number")) else None


def _wrong_amounts(values: Mapping[str, Any], named: AbstractSet[str]) -> list[tuple[str, str]]:
    """Amounts that cannot stand, with the code: on a statistical line, or beside an amount that the tariffs give."""
    if values.get("service_norm") in FREE_NORMS:
        return [(name, "statistical_amount") for name in ("amount_cents", "patient_share_cents") if values.get(name)]
    if "amount_cents" in values or not named.isdisjoint(("amount_cents", "service_norm")):
        return []
    return [(name, "amount_missing") for name in sorted(AMOUNTS) if name in values]


def field_name(name: str, place: int) -> str:
    """A foreign column by its name when it looks like one; else by its place, since it may be a value of a person."""
    return name if _PLAIN_NAME.fullmatch(name) else f"column {place}"


def _date(values: Mapping[str, Any]) -> Date:
    found: Date = values["date"]
    return found
