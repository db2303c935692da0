"""Known lines that came with other values: what stands, what the file has, and whether it can still be changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from api.care_file import MOST_SHOWN
from api.catalogue import euros
from api.web.render import day
from api.web.visit import Visit
from application.import_care import Difference, ImportReport
from domain import billing_day as days
from domain.billing_day import BillingDay
from domain.care import AMOUNTS, Care, columns_of

_SECRET = frozenset(
    {"commitment_number", "agreement_number", "reading_serial", "proof_number", "device_number", "line_ref"}
)


@dataclass(frozen=True, slots=True)
class Changed:
    """One value of a known line: as it stands and as the file has it. None: not shown, it leads to a person."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A known line that came with other values. `day`: the day that it belongs to."""

    line: int
    day_id: UUID
    date: Date | None
    code: str
    is_billed: bool
    changes: tuple[Changed, ...]


def differences_of(visit: Visit, report: ImportReport, cares: Mapping[int, Care]) -> tuple[Shown, ...]:
    """The first of them, with the values of the file by line. Whose care is shown is noted."""
    first = report.differences[:MOST_SHOWN]
    loaded = visit.quittance.log.load({one.day_id for one in first})
    known = {i: found for i, events in loaded.items() if (found := days.fold(events))}
    visit.saw("billing_day.read", (found.patient_id for found in known.values()))
    return tuple(_shown(visit, one, known.get(one.day_id), cares.get(one.line)) for one in first)


def _shown(visit: Visit, one: Difference, known: BillingDay | None, after: Care | None) -> Shown:
    lines = known.lines if known else ()
    before = next((line.care for line in lines if line.line_id == one.line_id), None)
    changes = tuple(Changed(name, _value(visit, before, name), _value(visit, after, name)) for name in one.fields)
    code = before.code if before else ""
    return Shown(one.line, one.day_id, known.date if known else None, code, one.is_billed, changes)


def _value(visit: Visit, care: Care | None, name: str) -> str | None:
    if care is None or name in _SECRET:
        return None
    value = columns_of(care)[name]
    if name in AMOUNTS:
        return "" if value is None else euros(value, visit.language)
    return day(value) if isinstance(value, Date) else str(value)
