"""The correction chain of a day: each sending that it was in, and how each time ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.web.grid_spec import Look
from api.web.looks import verdict
from api.web.visit import Visit
from application.ports import Recorded
from domain import billing_day as days
from domain import invoice as invoices
from domain import sending as sendings
from domain.day_events import DayBilled, DayReinstated, DayReturned, Settled

_ENDS = Settled | DayReturned | DayReinstated


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in a sending: from being billed to the union's word, or to coming back. `cause`: why it came back."""

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


def stays_of(visit: Visit, recorded: Sequence[Recorded]) -> tuple[Stay, ...]:
    """Every sending that the day was in, in order: the correction chain."""
    billed = [one for one in recorded if isinstance(one.event, DayBilled)]
    ids = [identifier for one in billed for identifier in (one.event.sending_id, one.event.invoice_id)]
    streams = visit.quittance.log.load(dict.fromkeys(ids), visit.upto)
    ends = [one.version for one in billed[1:]] + [len(recorded) + 1]
    return tuple(
        _stay(one, [later for later in recorded if one.version < later.version < end], streams)
        for one, end in zip(billed, ends, strict=False)
    )


def _stay(billed: Recorded, later: Sequence[Recorded], streams: dict[UUID, list[Any]]) -> Stay:
    sending_id, invoice_id = billed.event.sending_id, billed.event.invoice_id
    sending = sendings.fold(streams[sending_id], sending_id)
    invoice = invoices.fold(streams[invoice_id])
    last = next((one for one in reversed(later) if isinstance(one.event, _ENDS)), None)
    said, accepted, refused, cause = "none", None, None, ""
    if last is not None and isinstance(last.event, Settled):
        said, accepted, refused = days.verdict_of(last.event)
    elif last is not None and isinstance(last.event, DayReturned):
        cause = last.event.return_cause
    return Stay(
        sending_id,
        invoice_id,
        sending.made.sending_number if sending else 0,
        invoice.made.invoice_number if invoice else "",
        billed.recorded_at,
        verdict({"verdict": said}),
        accepted,
        refused,
        cause,
        last.recorded_at if last else None,
    )
