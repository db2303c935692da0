"""What a practice may decide about a day that an insurer settled, and what undoes it.

The insurer's word is a fact of its own and stays; a decision holds until a billing run takes it up (architecture 2).
"""

from datetime import date as Date
from uuid import UUID

from domain.billing_day import AGAIN, GIVES_BACK, BillingDay
from domain.day_events import (
    CorrectionDecided,
    CorrectionDeclined,
    CorrectionProposed,
    CorrectionRestored,
    Decision,
    RefusalLeftUndecided,
)
from domain.day_states import forbids
from domain.errors import NotAllowed
from domain.rules.limits import is_time_barred

DECISIONS: tuple[Decision, ...] = ("rebill", "rebill_elsewhere", "credit_note", "regularise", "justified")
REASONED: tuple[Decision, ...] = ("regularise", "justified")
"""Decisions that give money up: nobody takes them without saying why."""
GIVES_UP: tuple[Decision, ...] = (*GIVES_BACK, "justified")
"""Decisions that give money up or back: above what a practice sets, a second person confirms them."""


def why_not(day: BillingDay, decision: Decision) -> str:
    """Catalogue code of what forbids the decision; empty when it makes sense.

    Only refused lines are billed again, and only what was paid is given back (REF-14); given up is also what was taken
    off an accepted line. A flat fee goes with the lines that it stands on: when the insurer paid some of them, they are
    not billed again alone (eFact reference 5.3), but credited first and then billed as a whole. A day asked again while
    the insurer keeps its former payment is asked no more. What a document beyond eFact brought no credit note takes
    back, and what its addressee refused no insurer ever had: it is no resubmission.
    """
    if wrong := forbids(day, "restore" if decision == "none" else decision):
        return wrong
    if day.document == "refused" and decision == "rebill":
        return "correction_no_resubmission"
    if day.document == "paid" and decision in GIVES_BACK:
        return "correction_paid_on_document"
    if day.is_paid_before and decision not in REASONED:
        return "correction_paid_before"
    if decision in GIVES_BACK:
        return "" if any(cents for _, cents in day.paid_lines) else "correction_nothing_paid"
    settled = day.as_paid or day
    if not (settled.lost if decision == "justified" else settled.refused):
        return "correction_nothing_refused"
    is_part = len(settled.refused) < len(settled.active)
    if decision in AGAIN and is_part and any(line.care.is_statistical for line in settled.active):
        return "correction_block_is_whole"
    return ""


def decide(day: BillingDay, decision: Decision, by: str = "") -> list[object]:
    """Raises `NotAllowed` with the code of `why_not`; the same decision again changes nothing.

    Nor does the actor `by` who proposed it take it alone after all, in smaller parts.
    """
    if wrong := why_not(day, decision):
        raise NotAllowed(wrong, "This day does not allow that decision.")
    if day.decision == decision:
        return []
    if by and (day.proposed, day.proposed_by) == (decision, by):
        raise NotAllowed("correction_own_proposal", "Who proposed it does not confirm it.")
    return [CorrectionDecided(decision, day.decision)]


def propose(day: BillingDay, decision: Decision, by: str) -> list[object]:
    """Have it wait for another person than the actor `by`. Raises as `decide`; the same again changes nothing."""
    if not decide(day, decision) or day.proposed == decision:
        return []
    return [CorrectionProposed(decision, by)]


def confirm(day: BillingDay, by: str) -> list[object]:
    """Take the decision that another actor proposed. Raises `NotAllowed`, also when the day allows it no more."""
    _needs_proposal(day)
    return decide(day, day.proposed, by)


def decline(day: BillingDay) -> list[object]:
    """Turn the proposal down; who made it may, too. Raises `NotAllowed` when there is none."""
    _needs_proposal(day)
    return [CorrectionDeclined(day.proposed)]


def leave(day: BillingDay, run_id: UUID) -> list[object]:
    """Say that a run goes by while nobody has decided about the day. Raises `NotAllowed` when it waits for nobody."""
    if wrong := forbids(day, "leave"):
        raise NotAllowed(wrong, "No decision is missing about this day.")
    if not day.waits_for_decision:
        raise NotAllowed("correction_nothing_refused", "Nothing of this day is refused.")
    return [RefusalLeftUndecided(run_id)]


def _needs_proposal(day: BillingDay) -> None:
    if day.proposed == "none":
        raise NotAllowed("correction_nothing_proposed", "No decision about this day waits for a second person.")


def restore(day: BillingDay, today: Date) -> list[object]:
    """Take the decision back. Raises `NotAllowed` with the code of `why_stands`.

    Lines that were changed since a credit note was decided stand again as they were paid.
    """
    if wrong := why_stands(day, today):
        raise NotAllowed(wrong, "Nothing is decided about this day that could be taken back now.")
    return [CorrectionRestored(day.decision)]


def why_stands(day: BillingDay, today: Date) -> str:
    """Catalogue code of what keeps the decision from being taken back, empty when it can be.

    There is none, a run took it up, or it is a justified refusal whose day is time-barred or whose books are closed.
    """
    if wrong := forbids(day, "restore"):
        return wrong
    is_barred = day.decision == "justified" and is_time_barred(day.date, today) and not day.time_bar_proof
    return "correction_time_barred" if is_barred else ""
