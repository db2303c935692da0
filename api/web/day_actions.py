"""What a person may do with a day: before it is billed, or once refused. Each is a form of its page and ends there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.web.day import day_of, day_page
from api.web.decisions import wanted_decision
from api.web.doors import MayBill, MayRecordCare, MayRecordOwnCare
from api.web.form_fields import day, done_or_wrong, identifier, version
from api.web.visit import Visit
from application.commit import Done
from application.corrections import alone
from application.ports import Context

router = APIRouter(prefix="/c/{where}/jours")
_LONGEST_PROOF = 60


@router.post("/{day_id}/confirmer")
def confirm_line(visit: MayRecordOwnCare, day_id: UUID) -> Response:
    """Say that an identical second line was really done."""
    care, by = visit.quittance.care, visit.known_caller
    return _on_day(
        visit, day_id, "confirmer", lambda context: care.confirm(context, day_id, identifier(visit, "line_id"), by)
    )


@router.post("/{day_id}/montant")
def confirm_amount(visit: MayRecordOwnCare, day_id: UUID) -> Response:
    """Say that the amount of a line is billed as it was given."""
    care, by = visit.quittance.care, visit.known_caller
    return _on_day(
        visit, day_id, "montant", lambda context: care.confirm_amount(context, day_id, identifier(visit, "line_id"), by)
    )


@router.post("/{day_id}/retirer")
def withdraw_line(visit: MayRecordOwnCare, day_id: UUID) -> Response:
    """Take a line out before it is billed."""
    care, by = visit.quittance.care, visit.known_caller
    return _on_day(
        visit, day_id, "retirer", lambda context: care.withdraw(context, day_id, identifier(visit, "line_id"), by)
    )


@router.post("/{day_id}/prescription")
def lift_time_bar(visit: MayRecordCare, day_id: UUID) -> Response:
    """Note the registered letter that makes a time-barred day sendable."""

    def act(context: Context) -> Done[UUID]:
        proof, letter_date = visit.text("proof", _LONGEST_PROOF), day(visit, "letter_date")
        return visit.quittance.care.lift_time_bar(context, day_id, proof, letter_date)

    return _on_day(visit, day_id, "prescription", act, needs_reason=False)


@router.post("/{day_id}/decision")
def decide(visit: MayBill, day_id: UUID) -> Response:
    """Say what becomes of what was refused of it."""
    desk = visit.quittance.corrections

    def act(context: Context) -> Done[Any]:
        return desk.decide_one(context, visit.practice, day_id, wanted_decision(visit))

    return _on_day(visit, day_id, "decision", act, needs_reason=False)


@router.post("/{day_id}/decision/annuler")
def restore(visit: MayBill, day_id: UUID) -> Response:
    """Take the decision back, as long as no run took it up."""
    desk = visit.quittance.corrections
    return _on_day(visit, day_id, "annuler", lambda context: desk.decide_one(context, visit.practice, day_id, None))


@router.post("/{day_id}/proposition/confirmer")
def confirm_proposal(visit: MayBill, day_id: UUID) -> Response:
    """Take the decision that somebody else proposed."""
    desk = visit.quittance.corrections

    def act(context: Context) -> Done[Any]:
        return alone(desk.confirm(context, visit.practice, [day_id]))

    return _on_day(visit, day_id, "proposition", act, needs_reason=False)


@router.post("/{day_id}/proposition/ecarter")
def decline_proposal(visit: MayBill, day_id: UUID) -> Response:
    """Turn it down; who proposed it may, too."""
    desk = visit.quittance.corrections

    def act(context: Context) -> Done[Any]:
        return alone(desk.decline(context, visit.practice, [day_id]))

    return _on_day(visit, day_id, "proposition", act, needs_reason=False)


def _on_day(
    visit: Visit, day_id: UUID, form: str, act: Callable[[Context], Done[Any]], *, needs_reason: bool = True
) -> Response:
    """Upon what the person saw, and back to the day, which says what was wrong with the form."""
    return done_or_wrong(
        visit,
        form,
        act,
        f"/jours/{day_id}",
        lambda wrong: day_page(visit, day_id, wrong=wrong),
        about=day_of(visit.now(), day_id).patient_id,
        expected=version(visit, day_id),
        needs_reason=needs_reason,
    )
