"""What can be decided about many settled days at once, in the list of days and in that of refused lines."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

from application.commit import Done
from application.corrections import Corrected, Corrections, alone
from application.job_actions import AnyAction, JobAction, Proposal, Reversal
from application.ports import Context, Event
from domain import billing_day as days
from domain.correction import DECISIONS
from domain.day_events import Decision

RESTORE, CONFIRM, DECLINE = "restore", "confirm", "decline"
"""Told instead of a decision: take it back; take the one that somebody proposed, or turn that down."""


def correction_actions(desk: Corrections) -> Mapping[str, Callable[[str], AnyAction]]:
    """Told one of `DECISIONS`, or of the above; the way back gives the decision of before."""
    return {"billing_days.decide": partial(_decide, desk)}


def _decide(desk: Corrections, value: str) -> JobAction:
    """Raises `ValueError` for anything else. Nobody brings a proposal back that was declined: it is made anew."""

    def back(context: Context, where: UUID, day_id: UUID, before: Sequence[Event]) -> None:
        day = days.fold(before)
        desk.bring_back(context, where, day_id, day.decision if day else "none")

    reversal = Reversal(lambda day_id: day_id, back)
    if value == RESTORE:
        return JobAction("bill", _of_one(desk.restore), reversal)
    if value == CONFIRM:
        return JobAction("bill", _of_one(desk.confirm), reversal)
    if value == DECLINE:
        return JobAction("bill", _of_one(desk.decline))
    if value not in DECISIONS:
        raise ValueError(value)
    wanted: Decision = value
    proposal = Proposal(
        lambda where, day_ids: desk.is_above(where, day_ids, wanted),
        _of_one(partial(desk.decide, decision=wanted, is_above=True)),
    )
    return JobAction("bill", _of_one(partial(desk.decide, decision=wanted)), reversal, proposal)


def _of_one(act: Callable[[Context, UUID, Sequence[UUID]], Done[Corrected]]) -> Callable[[Context, UUID, UUID], object]:
    return lambda context, where, day_id: alone(act(context, where, [day_id]))
