"""The thread of a refused day: billed, refused, decided, billed again, paid; and what is still open after each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.web.day_stays import Stay
from api.web.grid_spec import Look
from api.web.looks import decision, verdict
from api.web.timeline import why_of
from api.web.visit import Visit
from application.ports import Event, Recorded
from domain import billing_day as days
from domain.billing_day import AGAIN, BillingDay
from domain.day_events import (
    CorrectionDecided,
    CorrectionRestored,
    DayBilled,
    DayPartlyRefusedByInsurer,
    DayRefusedByInsurer,
    DayReinstated,
    DayReturned,
    Settled,
)

_BILLED: Look = ("state-sent", "send", "thread.billed")
_AGAIN: Look = ("state-sent", "send", "thread.billed_again")
_RESTORED: Look = ("state-manual", "hand", "thread.restored")
_RETURNED: Look = ("state-manual", "arrow-up", "thread.returned")
_REINSTATED: Look = ("state-sent", "check", "thread.reinstated")


@dataclass(frozen=True, slots=True)
class Step:
    """Amounts are of this step alone, None where it says none; `open_cents`: neither paid nor given up after it, None
    as long as nobody knows. `why`: of a decision, in the words of who took it. `message`: hash of the answer.
    """

    at: datetime
    look: Look
    open_cents: int | None
    stay: Stay | None = None
    asked_cents: int | None = None
    paid_cents: int | None = None
    refused_cents: int | None = None
    why: str = ""
    message: str = ""


def thread_of(visit: Visit, recorded: Sequence[Recorded], stays: Sequence[Stay]) -> tuple[Step, ...]:
    """In the order of what happened; empty for a day of which nothing was ever refused."""
    if not any(isinstance(one.event, DayRefusedByInsurer | DayPartlyRefusedByInsurer) for one in recorded):
        return ()
    known = {stay.sending_id: stay for stay in stays}
    steps: list[Step] = []
    day: BillingDay | None = None
    for one in recorded:
        day = days.evolve(day, one.event)
        if step := _step(visit, one, day, known, is_first=not steps):
            steps.append(step)
    return tuple(steps)


def _step(visit: Visit, one: Recorded, day: BillingDay, known: dict[UUID, Stay], *, is_first: bool) -> Step | None:
    happened: Event = one.event
    at, left = one.recorded_at, _open(day)
    match happened:
        case DayBilled():
            asked = sum(line.care.amount_cents for line in day.asked)
            return Step(at, _BILLED if is_first else _AGAIN, left, known[happened.sending_id], asked_cents=asked)
        case CorrectionDecided():
            look = decision({"decision": happened.decision, "verdict": day.verdict})
            return Step(at, look, left, why=why_of(visit, one))
        case CorrectionRestored():
            return Step(at, _RESTORED, left, why=why_of(visit, one))
        case DayReturned() | DayReinstated():
            look = _RETURNED if isinstance(happened, DayReturned) else _REINSTATED
            return Step(at, look, left, known[happened.sending_id])
    if not isinstance(happened, Settled):
        return None
    said, paid, refused = days.verdict_of(happened)
    look = verdict({"verdict": said})
    return Step(at, look, left, known[happened.sending_id], None, paid, refused, message=happened.message)


def _open(day: BillingDay) -> int | None:
    """Of the amount of the day, what is not paid; nothing once the practice gave it up."""
    if day.decision not in ("none", *AGAIN):
        return 0
    return None if day.asked_cents is None else day.asked_cents - day.accepted_cents
