"""What the history lists can be narrowed down to: the filters of the views, each value bounded before it gets there."""

from dataclasses import dataclass, fields
from datetime import date as Date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from api.rest.listing import InMonth, OnDay, Provider, Word
from projections.history import DayFilter, Filter, InvoiceFilter, RefusalFilter, SendingFilter

F = TypeVar("F", bound=Filter)


@dataclass(frozen=True, slots=True)
class SendingQuery:
    """Of sendings."""

    month: InMonth = None
    national_union: Word = None
    status: Word = None
    outcome: Word = None
    is_archived: bool | None = None
    is_read: bool | None = None
    made_elsewhere: bool | None = None
    sending_number: Annotated[int | None, Query(ge=0, le=999)] = None
    run_id: UUID | None = None
    transmitted_from: OnDay = None
    transmitted_to: OnDay = None


@dataclass(frozen=True, slots=True)
class InvoiceQuery:
    """Of invoices."""

    month: InMonth = None
    national_union: Word = None
    status: Word = None
    verdict: Word = None
    sending_id: UUID | None = None
    patient_id: UUID | None = None
    invoice_number: Word = None


@dataclass(frozen=True, slots=True)
class DayQuery:
    """Of billing days; `decision=none`: refused, and nobody decided yet. `is_proposed`: waits for a second person.

    `is_left`: refused, nobody decided yet, and a billing run went by meanwhile; false: none did.
    """

    month: InMonth = None
    national_union: Word = None
    phase: Word = None
    verdict: Word = None
    decision: Word = None
    invoice_id: UUID | None = None
    sending_id: UUID | None = None
    patient_id: UUID | None = None
    import_id: UUID | None = None
    is_returned: bool | None = None
    is_proposed: bool | None = None
    is_left: bool | None = None
    date_from: OnDay = None
    date_to: OnDay = None


@dataclass(frozen=True, slots=True)
class RefusalQuery:
    """Of refused lines; `root_code` and `root_letter` name a group of causes. `is_left`: as of billing days."""

    month: InMonth = None
    national_union: Word = None
    verdict: Word = None
    provider: Provider = None
    nomenclature_code: Word = None
    code: Word = None
    root_code: Word = None
    root_letter: Word = None
    decision: Word = None
    is_cascade: bool | None = None
    is_left: bool | None = None
    sending_id: UUID | None = None
    invoice_id: UUID | None = None
    day_id: UUID | None = None
    patient_id: UUID | None = None
    date_from: OnDay = None
    date_to: OnDay = None


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Of documents; `status`: issued, handed_out, paid, refused or cancelled."""

    month: InMonth = None
    destination: Word = None
    status: Word = None
    number: Annotated[str | None, Query(pattern=r"^[0-9]{10}$")] = None
    patient_id: UUID | None = None
    run_id: UUID | None = None


SendingWanted = Annotated[SendingQuery, Depends()]
InvoiceWanted = Annotated[InvoiceQuery, Depends()]
DayWanted = Annotated[DayQuery, Depends()]
RefusalWanted = Annotated[RefusalQuery, Depends()]
DocumentWanted = Annotated[DocumentQuery, Depends()]


def narrowed(kind: type[F], query: Any) -> F:  # noqa: ANN401 - one of the queries above
    """The view's filter; dates become ISO text."""
    values: dict[str, Any] = {field.name: getattr(query, field.name) for field in fields(kind)}
    values |= {name: value.isoformat() for name, value in values.items() if isinstance(value, Date)}
    return kind(**values)


__all__ = [
    "DayFilter",
    "DayWanted",
    "InvoiceFilter",
    "InvoiceWanted",
    "RefusalFilter",
    "RefusalWanted",
    "SendingFilter",
    "SendingWanted",
    "narrowed",
]
