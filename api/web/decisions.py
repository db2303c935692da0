"""What becomes of settled days, as pages let one decide it: which decisions a day allows, what a job can be told."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from api.web.past_decisions import PastDecision, past_of_day
from api.web.said import ShownLine
from api.web.visit import Visit
from application.correction_jobs import CONFIRM, DECLINE, RESTORE
from domain.billing_day import BillingDay
from domain.correction import DECISIONS, why_not, why_stands
from domain.day_events import Decision
from domain.errors import Invalid

TOLD: tuple[tuple[str, str], ...] = (
    *((decision, f"decision.{decision}") for decision in DECISIONS),
    *((told, f"list_action.{told}") for told in (RESTORE, CONFIRM, DECLINE)),
)
"""What a job on many days can be told, and where the catalogue has its word."""
CHOSEN = tuple((decision, f"decision.{decision}") for decision in ("none", *DECISIONS))
"""What a list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Decisions that a day allows, and the others with the code of why not. `advised`: the catalogue's, if allowed.

    `is_decided`: one stands that no run took up; `stands`: the code of what keeps it from being taken back.
    `is_paid`: nothing was refused, it is about what was paid.
    `past`: what was decided about the same refusals of the same union before, in words. `limit`: cents that one person
    may give up or back at once, None: any.
    """

    allowed: tuple[Decision, ...]
    others: tuple[tuple[Decision, str], ...]
    advised: str
    is_decided: bool
    stands: str
    is_paid: bool
    past: tuple[PastDecision, ...]
    limit: int | None


def offer_of(visit: Visit, day: BillingDay, lines: Iterable[ShownLine]) -> Offer | None:
    """For whoever bills, of a day that an insurer settled; None else, and in the past."""
    if not (visit.may("bill") and not day.is_prepared and day.verdict != "none"):
        return None
    left = {decision: why_not(day, decision) for decision in DECISIONS if decision != day.decision}
    allowed = tuple(decision for decision, wrong in left.items() if not wrong)
    said = (reason.decision for line in lines if line.is_lost for reason in line.reasons)
    return Offer(
        allowed,
        tuple((decision, wrong) for decision, wrong in left.items() if wrong),
        next((one for one in said if one in allowed), ""),
        day.decision != "none" and not day.credits,
        why_stands(day, visit.today),
        not (day.as_paid or day).lost,
        past_of_day(visit, day),
        visit.quittance.corrections.limit(visit.practice),
    )


def wanted_decision(visit: Visit) -> Decision:
    """What the form says; whether there is such a decision is for the use case to tell."""
    return cast("Decision", visit.text("decision", 40))


def told_decision(visit: Visit) -> str:
    """What a job is told: a decision, to take it back, or what becomes of a proposed one. Raises `Invalid`."""
    given = visit.text("decision", 40)
    if given not in dict(TOLD):
        raise Invalid("field_invalid", "decision: choose what becomes of these days.", field="decision")
    return given
