"""The history lists: sendings, invoices, days, refusals; of one billed month or across all, now or at any position."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from application.ports import Sql
from projections import days, invoices, refusals, sendings
from projections.paging import Asked, Listing, Page
from projections.scope import Condition, both, one_of, scoped


@dataclass(frozen=True, slots=True)
class SendingFilter:
    """None: any. Dates are ISO text, both ends included; a month is `YYYY-MM`."""

    month: str | None = None
    national_union: str | None = None
    status: str | None = None
    outcome: str | None = None
    is_archived: bool | None = None
    is_read: bool | None = None
    made_elsewhere: bool | None = None
    sending_number: int | None = None
    run_id: UUID | None = None
    transmitted_from: str | None = None
    transmitted_to: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """None: any."""

    month: str | None = None
    national_union: str | None = None
    status: str | None = None
    verdict: str | None = None
    sending_id: UUID | None = None
    patient_id: UUID | None = None
    invoice_number: str | None = None


@dataclass(frozen=True, slots=True)
class DayFilter:
    """None: any. `national_union`: of the sending that the day is in.

    `decision`: what the practice decided; `none`: something is refused, and nobody decided yet. `is_proposed`: a
    decision waits for a second person. `is_left`: refused without a decision, and a billing run went by (or none did).
    """

    month: str | None = None
    national_union: str | None = None
    phase: str | None = None
    verdict: str | None = None
    decision: str | None = None
    invoice_id: UUID | None = None
    sending_id: UUID | None = None
    patient_id: UUID | None = None
    import_id: UUID | None = None
    is_returned: bool | None = None
    is_proposed: bool | None = None
    is_left: bool | None = None
    date_from: str | None = None
    date_to: str | None = None


@dataclass(frozen=True, slots=True)
class RefusalFilter:
    """None: any. `root_code` and `root_letter` name a group of causes. `decision`: of the practice, about the day.

    `is_left`: as of days.
    """

    month: str | None = None
    national_union: str | None = None
    verdict: str | None = None
    decision: str | None = None
    is_left: bool | None = None
    provider: str | None = None
    nomenclature_code: str | None = None
    code: str | None = None
    root_code: str | None = None
    root_letter: str | None = None
    is_cascade: bool | None = None
    sending_id: UUID | None = None
    invoice_id: UUID | None = None
    day_id: UUID | None = None
    patient_id: UUID | None = None
    date_from: str | None = None
    date_to: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Of documents beyond eFact. None: any."""

    month: str | None = None
    destination: str | None = None
    status: str | None = None
    number: str | None = None
    patient_id: UUID | None = None
    run_id: UUID | None = None


Filter = SendingFilter | InvoiceFilter | DayFilter | RefusalFilter | DocumentFilter

SENDINGS = Listing(
    sendings.TABLE,
    (
        "created_on",
        "transmitted_on",
        "month",
        "sending_number",
        "national_union",
        "status",
        "outcome",
        "requested_cents",
        "accepted_cents",
        "refused_cents",
    ),
)
INVOICES = Listing(
    invoices.TABLE,
    (
        "invoice_number",
        "month",
        "destination",
        "status",
        "verdict",
        "requested_cents",
        "accepted_cents",
        "refused_cents",
        "refused_days",
    ),
)
DAYS = Listing(
    days.TABLE,
    ("date", "phase", "verdict", "amount_cents", "accepted_cents", "refused_cents", "line_count"),
)
REFUSALS = Listing(
    refusals.TABLE,
    (
        "date",
        "nomenclature_code",
        "provider",
        "root_code",
        "code",
        "requested_cents",
        "accepted_cents",
        "refused_cents",
    ),
)


def sendings_page(sql: Sql, scope: Collection[UUID], wanted: SendingFilter, asked: Asked) -> Page:
    """Sendings, by default by the day they were made."""
    return SENDINGS.page(sql, conditions(scope, wanted), asked)


def invoices_page(sql: Sql, scope: Collection[UUID], wanted: InvoiceFilter, asked: Asked) -> Page:
    """Invoices, by default by number."""
    return INVOICES.page(sql, conditions(scope, wanted), asked)


def refusals_page(sql: Sql, scope: Collection[UUID], wanted: RefusalFilter, asked: Asked) -> Page:
    """Refused lines, by default by date of care."""
    return REFUSALS.page(sql, conditions(scope, wanted), asked)


def conditions(scope: Collection[UUID], wanted: Filter) -> Condition:
    """Everything that is asked for, inside the scope."""
    return both([scoped(scope), *_asked_for(scope, wanted)])


def asks_only(wanted: Filter, names: Collection[str]) -> bool:
    """Whether nothing but these fields narrows the list."""
    return all(field.name in names or getattr(wanted, field.name) is None for field in fields(wanted))


_RANGES = {
    "transmitted_from": "transmitted_on >= ?",
    "transmitted_to": "transmitted_on <> '' AND transmitted_on <= ?",
    "date_from": "date >= ?",
    "date_to": "date <= ?",
}


def _asked_for(scope: Collection[UUID], wanted: Filter) -> Iterable[Condition]:
    in_a_sending = isinstance(wanted, DayFilter | RefusalFilter)
    for field in fields(wanted):
        value: Any = getattr(wanted, field.name)
        if value is None:
            continue
        if field.name in _RANGES:
            yield Condition(_RANGES[field.name], (value,))
        elif in_a_sending and field.name == "national_union":
            yield _sent_to(scope, value)
        elif isinstance(wanted, DayFilter) and (field.name, value) == ("decision", "none"):
            yield both([one_of("decision", [value]), Condition(days.REFUSED)])
        elif field.name == "is_left":
            view = days if isinstance(wanted, DayFilter) else refusals
            yield Condition(view.LEFT if value else view.NEVER_LEFT)
        elif field.name == "is_proposed":
            yield Condition(days.PROPOSED if value else f"NOT ({days.PROPOSED})")
        else:
            yield one_of(field.name, [value])


def _sent_to(scope: Collection[UUID], national_union: str) -> Condition:
    """A sending goes to one union for ever: the current row is right for any position."""
    where = both([scoped(scope), one_of("national_union", [national_union])])
    # `IS TRUE` keeps PostgreSQL from joining row by row: it looks the few sendings up in a hash table instead.
    return Condition(f"(sending_id IN (SELECT sending_id FROM sendings WHERE {where.text})) IS TRUE", where.params)
