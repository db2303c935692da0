"""What a decision on many days would do, shown before it is confirmed: days and euros, what stays, what is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast
from uuid import UUID

from api.web.billing_cures import Blocker, blockers
from api.web.visit import Visit
from application.correction_jobs import CONFIRM, DECLINE, RESTORE
from application.corrections import Corrected
from application.run_report import RunReport
from domain.day_events import Decision


@dataclass(frozen=True, slots=True)
class Effects:
    """`days`: decided upon, of which the insurers refused `cents`. `left`: code and number of days that stay as they
    are; `reasons`: the code of each of them. `run`: what a run of today would make of those days; None when nothing is
    billed again. `blocked`: why not all.
    `is_proposed`: a second person confirms it before.
    """

    days: int
    cents: int
    left: tuple[tuple[str, int], ...]
    run: RunReport | None = None
    blocked: tuple[Blocker, ...] = ()
    is_proposed: bool = False
    reasons: Mapping[UUID, str] = field(default_factory=dict)


def effects_of(visit: Visit, day_ids: Sequence[UUID], told: str) -> Effects:
    """Of a job that was told a decision, to take them back, or what becomes of proposals; nothing is written."""
    desk, by = visit.quittance.corrections, visit.known_caller.actor
    if told == RESTORE:
        return _of(desk.foresee_restoring(visit.practice, day_ids))
    if told in (CONFIRM, DECLINE):
        return _of(desk.foresee_answer(visit.practice, day_ids, by, confirms=told == CONFIRM))
    foreseen = desk.foresee(visit.practice, day_ids, cast("Decision", told), by)
    run = foreseen.run
    return replace(_of(foreseen.decided), run=run, blocked=blockers(visit, run.blocked) if run else ())


def _of(decided: Corrected) -> Effects:
    left = tuple((left.code, len(left.day_ids)) for left in decided.left)
    reasons = {day_id: left.code for left in decided.left for day_id in left.day_ids}
    return Effects(len(decided.day_ids), decided.cents, left, is_proposed=decided.is_proposed, reasons=reasons)
