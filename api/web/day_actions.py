"""What a person may do with a day that is in no sending; each is a form of its page and ends there again."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, Response

from api.web.day import day_of
from api.web.doors import MayRecordCare, MayRecordOwnCare
from api.web.form_fields import day, version
from api.web.sending_actions import reason_of
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from domain.errors import Invalid

router = APIRouter(prefix="/c/{where}/jours")
_LONGEST_PROOF = 60


@router.post("/{day_id}/confirmer")
def confirm_line(visit: MayRecordOwnCare, day_id: UUID) -> Response:
    """Say that an identical second line was really done."""
    care, line_id, by = visit.quittance.care, _line_of(visit), visit.known_caller
    return _on_day(visit, day_id, lambda context: care.confirm(context, day_id, line_id, by), reason_of(visit))


@router.post("/{day_id}/montant")
def confirm_amount(visit: MayRecordOwnCare, day_id: UUID) -> Response:
    """Say that the amount of a line is billed as it was given."""
    care, line_id, by = visit.quittance.care, _line_of(visit), visit.known_caller
    return _on_day(visit, day_id, lambda context: care.confirm_amount(context, day_id, line_id, by), reason_of(visit))


@router.post("/{day_id}/retirer")
def withdraw_line(visit: MayRecordOwnCare, day_id: UUID) -> Response:
    """Take a line out before it is billed."""
    care, line_id, by = visit.quittance.care, _line_of(visit), visit.known_caller
    return _on_day(visit, day_id, lambda context: care.withdraw(context, day_id, line_id, by), reason_of(visit))


@router.post("/{day_id}/prescription")
def lift_time_bar(visit: MayRecordCare, day_id: UUID) -> Response:
    """Note the registered letter that makes a time-barred day sendable."""
    care, proof, letter_date = visit.quittance.care, visit.text("proof", _LONGEST_PROOF), day(visit, "letter_date")
    return _on_day(
        visit,
        day_id,
        lambda context: care.lift_time_bar(context, day_id, proof, letter_date),
        visit.text("reason", 500),
    )


def _line_of(visit: Visit) -> UUID:
    """The line that the form names. Raises `Invalid`."""
    try:
        return UUID(visit.text("line_id", 36))
    except ValueError:
        raise Invalid("field_invalid", "line_id: choose a line.", field="line_id") from None


def _on_day(visit: Visit, day_id: UUID, act: Callable[[Context], Done[UUID]], reason: str) -> Response:
    """Upon what the person saw, and back to the day."""
    who = day_of(visit.now(), day_id).patient_id
    return visit.do(
        act,
        lambda _: visit.at(f"/jours/{day_id}"),
        reason=reason,
        about=who if reason else None,
        expected=version(visit, day_id),
    )
