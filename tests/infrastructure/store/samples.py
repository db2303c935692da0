"""Events that only these tests know; topics that begin with "test." are no part of the product."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.event import Sealed, event


@event("test.counted")
class Counted:
    number: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    comment: Sealed = ""


@event("test.noted", subject="patient_id")
class Noted:
    patient_id: UUID
    text: Sealed
    day: date
    lines: tuple[Line, ...] = ()
    first: Line | None = None
    alias: Sealed | None = None


@event("test.named", subject="self")
class Named:
    name: Sealed
    born: Sealed = ""


@event("test.renamed", version=3)
class Renamed:
    full_name: str
    cents: int
    currency: str = "EUR"
