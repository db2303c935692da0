"""What can be decided about many refused days at once, in the list of days and in that of refused lines."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast
from uuid import UUID

from application.corrections import Corrections
from application.job_actions import AnyAction, JobAction, Reversal
from application.ports import Context, Event
from domain import billing_day as days
from domain.correction import DECISIONS
from domain.day_events import Decision

RESTORE = "restore"
"""Told instead of a decision: take it back."""


def correction_actions(desk: Corrections) -> Mapping[str, Callable[[str], AnyAction]]:
    """Told one of `DECISIONS` or `RESTORE`; the way back gives the decision of before."""
    return {"billing_days.decide": partial(_decide, desk)}


def _decide(desk: Corrections, value: str) -> JobAction:
    """Raises `ValueError` for anything else."""
    if value not in (*DECISIONS, RESTORE):
        raise ValueError(value)
    wanted = None if value == RESTORE else cast("Decision", value)

    def back(context: Context, where: UUID, day_id: UUID, before: Sequence[Event]) -> None:
        day = days.fold(before)
        former = day.decision if day and day.decision != "none" else None
        desk.decide_one(context, where, day_id, former)

    return JobAction(
        "bill",
        lambda context, where, day_id: desk.decide_one(context, where, day_id, wanted),
        Reversal(lambda day_id: day_id, back),
    )
