"""A fault that a union would find in a billing file, with the code it would answer with."""

from dataclasses import dataclass

from infrastructure.efact.message import Record
from infrastructure.efact.values import as_date


@dataclass(frozen=True, slots=True)
class Fault:
    """`order` is the running number of the record, None in headers and totals. `text` never holds a patient number."""

    order: int | None
    zone: str
    code: str
    text: str


def fault(record: Record, zone: int, reason: str, text: str) -> Fault:
    """A fault in a record 10-90: type, zone and reason make the code (eFact reference 3.6)."""
    return Fault(record.order, str(zone), f"{record.type}{zone:02d}{reason}", text)


def slip_fault(zone: int, reason: str, text: str) -> Fault:
    """A fault in a header or in a record 95 or 96: `zone/two digits` (reference 1.8)."""
    return Fault(None, str(zone), f"{zone}/{reason}", text)


def is_date(record: Record, zone: str) -> bool:
    """Whether the zone holds a day of the calendar, YYYYMMDD."""
    return as_date(record.number(zone)) is not None
