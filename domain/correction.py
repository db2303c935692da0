"""What a practice may decide about a day that an insurer settled, and what undoes it.

The insurer's word is a fact of its own and stays; a decision holds until a billing run takes it up (architecture 2).
"""

from domain.billing_day import BillingDay
from domain.day_events import CorrectionDecided, CorrectionRestored, Decision
from domain.errors import NotAllowed

DECISIONS: tuple[Decision, ...] = ("rebill", "rebill_elsewhere", "justified")
REASONED: tuple[Decision, ...] = ("justified",)
"""Decisions that give money up: nobody takes them without saying why."""


def why_not(day: BillingDay, decision: Decision) -> str:
    """Catalogue code of what forbids the decision; empty when it makes sense.

    Only refused lines are billed again; given up is also what was taken off an accepted one. A flat fee goes with the
    lines that it stands on: when the insurer paid some of them, they are not billed again alone (eFact reference 5.3).
    """
    if day.is_prepared:
        return "correction_day_prepared"
    if day.verdict == "none":
        return "correction_day_unanswered"
    if not (day.lost if decision == "justified" else day.refused):
        return "correction_nothing_refused"
    is_part = len(day.refused) < len(day.active)
    if decision != "justified" and is_part and any(line.care.is_statistical for line in day.active):
        return "correction_block_is_whole"
    return ""


def decide(day: BillingDay, decision: Decision) -> list[object]:
    """Raises `NotAllowed` with the code of `why_not`; the same decision again changes nothing."""
    if wrong := why_not(day, decision):
        raise NotAllowed(wrong, "This day does not allow that decision.")
    return [] if day.decision == decision else [CorrectionDecided(decision)]


def restore(day: BillingDay) -> list[object]:
    """Take the decision back. Raises `NotAllowed` when there is none, or a run took it up."""
    if day.decision == "none":
        raise NotAllowed("correction_nothing_decided", "Nothing is decided about this day that could be taken back.")
    return [CorrectionRestored(day.decision)]
