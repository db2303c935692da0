"""Days as a document beyond eFact knows them: what it asked of each, and what was noted of it, whatever came since."""

from collections.abc import Sequence
from uuid import UUID

from application.ports import Event, EventLog
from domain.billing_day import fold
from domain.day_events import DayReturned
from domain.document import DocumentIssued
from projections.settled_days import DayOfSending


def days_of_document(
    log: EventLog, document_id: UUID, made: DocumentIssued, at: int | None = None
) -> tuple[DayOfSending, ...]:
    """In its order, each with the lines that it asks for and no others; those of a cancelled one as it asked them."""
    loaded = log.load([one.day_id for one in made.days], at)
    found = (_day_of(loaded.get(one.day_id, ()), one.day_id, document_id) for one in made.days)
    return tuple(day for day in found if day is not None)


def _day_of(events: Sequence[Event], day_id: UUID, document_id: UUID) -> DayOfSending | None:
    told = [at for at, happened in enumerate(events) if _names(happened, document_id)]
    state, now = (fold(events[: told[-1] + 1]), fold(events)) if told else (None, None)
    if state is None or now is None:
        return None
    paid = state.accepted_cents - state.paid_cents if state.document == "paid" else 0
    refused = state.refused_cents - state.lost_cents if state.document == "refused" else 0
    alone = state._replace(
        lines=state.asked,
        verdict={"paid": "accepted", "refused": "refused"}.get(state.document, "none"),  # type: ignore[arg-type]
        accepted_cents=paid,
        refused_cents=refused,
    )
    return DayOfSending(day_id, alone, now.sending_id == document_id)


def _names(happened: Event, document_id: UUID) -> bool:
    if isinstance(happened, DayReturned):
        return False
    return document_id in (getattr(happened, "sending_id", None), getattr(happened, "document_id", None))
