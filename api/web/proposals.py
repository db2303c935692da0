"""A decision that waits for a second person, as the page of its day shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.web.actors import name_of
from api.web.timeline import why_of
from api.web.visit import Visit
from application.ports import Recorded
from domain.billing_day import BillingDay
from domain.day_events import CorrectionProposed, Decision


@dataclass(frozen=True, slots=True)
class Proposal:
    """`why`: in the words of who proposed it. `is_own`: the reader did, and does not confirm it."""

    decision: Decision
    who: str
    at: datetime
    why: str
    is_own: bool


def proposal_of(visit: Visit, day: BillingDay, recorded: Sequence[Recorded]) -> Proposal | None:
    """Of a day with its history; None when nothing waits."""
    if day.proposed == "none":
        return None
    made = next(one for one in reversed(recorded) if isinstance(one.event, CorrectionProposed))
    is_own = day.proposed_by == visit.known_caller.actor
    return Proposal(day.proposed, name_of(visit, day.proposed_by), made.recorded_at, why_of(visit, made), is_own)
