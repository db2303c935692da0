"""The branches of a settlement: invoices with their days and lines, read in two strokes however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.web.grid_spec import Look
from api.web.looks import verdict
from api.web.said import ShownLine, explained, shown_lines
from api.web.visit import Visit
from application.ports import Event, Row
from domain.answer import Reason
from domain.billing_day import BillingDay
from domain.invoice import InvoiceIssued, InvoiceSettled
from domain.rules.refusals import Explanation
from projections.settled_days import DayOfSending, days_of_invoices


@dataclass(frozen=True, slots=True)
class Twig:
    """A day of an invoice. `is_here`: it has not been billed elsewhere since."""

    day_id: UUID
    state: BillingDay
    look: Look
    lines: tuple[ShownLine, ...]
    is_here: bool

    @property
    def lost(self) -> int:
        """How many lines were refused or lowered, those that only follow included."""
        return sum(line.is_lost + len(line.follows) for line in self.lines)

    @property
    def amount_cents(self) -> int:
        """What was asked for the day."""
        return sum(line.care.amount_cents for line in self.state.active)


@dataclass(frozen=True, slots=True)
class Branch:
    """An invoice. `row`: of its view. `said`: of the invoice as a whole (its records 20 and 80)."""

    row: Row
    look: Look
    days: tuple[Twig, ...]
    said: tuple[Explanation, ...]

    @property
    def lost(self) -> int:
        """Lines refused or lowered."""
        return sum(day.lost for day in self.days)

    @property
    def is_faulty(self) -> bool:
        """It contains an error: open and marked."""
        return bool(self.row["refused_days"])


def branches_of(visit: Visit, rows: Sequence[Row]) -> tuple[Branch, ...]:
    """Invoices by rows of their view, as their settlement left them."""
    log, upto = visit.quittance.log, visit.upto
    streams = log.load([row["invoice_id"] for row in rows], upto)
    issued: dict[UUID, InvoiceIssued] = {invoice_id: events[0] for invoice_id, events in streams.items()}
    days = days_of_invoices(log, issued.items(), upto)
    return tuple(
        Branch(
            row,
            verdict(row),
            tuple(
                twig_of(visit, days[row["invoice_id"], day_id])
                for day_id in issued[row["invoice_id"]].day_ids
                if (row["invoice_id"], day_id) in days
            ),
            explained(_said(streams[row["invoice_id"]]), visit.language),
        )
        for row in rows
        if row["invoice_id"] in issued
    )


def twig_of(visit: Visit, day: DayOfSending) -> Twig:
    """A day as its invoice or document left it."""
    state = day.state
    return Twig(day.day_id, state, verdict({"verdict": state.verdict}), shown_lines(state, visit), day.is_here)


def _said(events: Sequence[Event]) -> tuple[Reason, ...]:
    settled = next((event for event in reversed(events) if isinstance(event, InvoiceSettled)), None)
    return settled.reasons if settled else ()
