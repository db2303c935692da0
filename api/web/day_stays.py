"""The correction chain of a day: each sending or document that it was in, and how each time ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.web.grid_spec import Look
from api.web.looks import verdict
from api.web.visit import Visit
from application.ports import Event, Recorded
from domain import billing_day as days
from domain import invoice as invoices
from domain import sending as sendings
from domain.day_events import (
    CreditSettled,
    DayBilled,
    DayCredited,
    DayPaidOnDocument,
    DayRefusedOnDocument,
    DayReinstated,
    DayReturned,
    Settled,
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in a sending: from being billed to the union's word, or to coming back. `cause`: why it came back.

    `is_credit`: something of it was given back there. `is_document`: an invoice beyond eFact, in no sending.
    """

    sending_id: UUID
    invoice_id: UUID
    sending_number: int
    invoice_number: str
    billed_at: datetime
    look: Look
    accepted_cents: int | None
    refused_cents: int | None
    cause: str = ""
    answered_at: datetime | None = None
    is_credit: bool = False
    is_document: bool = False

    @property
    def path(self) -> str:
        """Of its page inside the practice."""
        return f"/hors-efact/{self.invoice_id}" if self.is_document else f"/envois/{self.sending_id}"

    @property
    def name(self) -> str:
        """How people call it."""
        return self.invoice_number if self.is_document else str(self.sending_number)


def stays_of(visit: Visit, recorded: Sequence[Recorded]) -> tuple[Stay, ...]:
    """Every sending and document that the day was in, in order: the correction chain. A credit note is one more."""
    put = [one for one in recorded if isinstance(one.event, DayBilled | DayCredited)]
    ids = [identifier for one in put for identifier in (one.event.sending_id, one.event.invoice_id)]
    streams = visit.quittance.log.load(dict.fromkeys(ids), visit.upto)
    return tuple(_any_stay(one, [later for later in recorded if later.version > one.version], streams) for one in put)


def _any_stay(put: Recorded, later: Sequence[Recorded], streams: dict[UUID, list[Any]]) -> Stay:
    return (_on_document if getattr(put.event, "is_document", False) else _stay)(put, later, streams)


def _on_document(put: Recorded, later: Sequence[Recorded], streams: dict[UUID, list[Any]]) -> Stay:
    identifier = put.event.invoice_id
    words = [one for one in later if identifier in _named(one.event)]
    said, accepted, refused, cause = "none", None, None, ""
    match words[-1].event if words else None:
        case DayPaidOnDocument(accepted_cents=cents):
            said, accepted, refused = "accepted", cents, 0
        case DayRefusedOnDocument(refused_cents=cents):
            said, accepted, refused = "refused", 0, cents
        case DayReturned(return_cause=why):
            cause = why
    is_over = said != "none" or cause
    return Stay(
        put.event.sending_id,
        identifier,
        0,
        streams[identifier][0].number,
        put.recorded_at,
        verdict({"verdict": said}),
        accepted,
        refused,
        cause,
        words[-1].recorded_at if is_over else None,
        is_document=True,
    )


def _named(event: Event) -> tuple[UUID | None, UUID | None]:
    return getattr(event, "document_id", None), getattr(event, "sending_id", None)


def _stay(put: Recorded, later: Sequence[Recorded], streams: dict[UUID, list[Any]]) -> Stay:
    sending_id, invoice_id = put.event.sending_id, put.event.invoice_id
    sending = sendings.fold(streams[sending_id], sending_id)
    invoice = invoices.fold(streams[invoice_id])
    is_credit = isinstance(put.event, DayCredited)
    last = next((one for one in reversed(later) if _ends(one.event, sending_id, invoice_id, is_credit=is_credit)), None)
    said, accepted, refused, cause = "none", None, None, ""
    if last is not None and isinstance(last.event, Settled | CreditSettled):
        said, accepted, refused = days.verdict_of(last.event)
    elif last is not None and isinstance(last.event, DayReturned):
        cause = last.event.return_cause
    return Stay(
        sending_id,
        invoice_id,
        sending.made.sending_number if sending else 0,
        invoice.made.invoice_number if invoice else "",
        put.recorded_at,
        verdict({"verdict": said}),
        accepted,
        refused,
        cause,
        last.recorded_at if last else None,
        is_credit,
    )


def _ends(event: Event, sending_id: UUID, invoice_id: UUID, *, is_credit: bool) -> bool:
    """Whether it says what became of the stay."""
    if isinstance(event, CreditSettled):
        return is_credit and event.invoice_id == invoice_id
    if isinstance(event, Settled):
        return not is_credit and event.sending_id == sending_id
    return isinstance(event, DayReturned | DayReinstated) and event.sending_id == sending_id
