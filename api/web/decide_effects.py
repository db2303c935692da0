"""What a decision on many days would do, shown before it is confirmed: days and euros, what stays, what is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from api.web.billing_cures import Blocker, blockers
from api.web.history_grids import DAYS_GRID
from api.web.rows_by_id import known_rows
from api.web.visit import Visit
from application.correction_jobs import RESTORE
from application.run_report import RunReport
from domain.day_events import Decision


@dataclass(frozen=True, slots=True)
class Effects:
    """`days`: decided upon, of which the insurers refused `cents`. `left`: code and number of days that stay as they
    are. `run`: what a run of today would make of those days; None when nothing is billed again. `blocked`: why not all.
    """

    days: int
    cents: int
    left: tuple[tuple[str, int], ...]
    run: RunReport | None = None
    blocked: tuple[Blocker, ...] = ()


def effects_of(visit: Visit, day_ids: Sequence[UUID], told: str) -> Effects:
    """Of a job that was told a decision, or to take them back; nothing is written."""
    if told == RESTORE:
        return _restored(visit, day_ids)
    foreseen = visit.quittance.corrections.foresee(visit.practice, day_ids, cast("Decision", told))
    decided, run = foreseen.decided, foreseen.run
    return Effects(
        len(decided.day_ids),
        decided.cents,
        tuple((left.code, len(left.day_ids)) for left in decided.left),
        run,
        blockers(visit, run.blocked) if run else (),
    )


def _restored(visit: Visit, day_ids: Sequence[UUID]) -> Effects:
    rows = known_rows(visit, DAYS_GRID, day_ids).values()
    decided = [row["refused_cents"] for row in rows if row["decision"] != "none"]
    left = len(rows) - len(decided)
    return Effects(len(decided), sum(decided), (("correction_nothing_decided", left),) if left else ())
