"""Work on many rows: a selection or a whole filter becomes a job with a page of its own.

A selection is what stands before the person's eyes and begins at once, unless the action is to be weighed. A whole
filter is frozen first and shown with number and sum; nothing happens before that page is confirmed.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.web.chosen import filtered, is_whole, ticked
from api.web.decide_effects import Effects, effects_of
from api.web.doors import Door, MayRead
from api.web.file_jobs import file_job_page
from api.web.grid_spec import Action
from api.web.grids import GRIDS, Exportable, grid_named
from api.web.job_words import command_of, file_work_of, names_of, title_of
from api.web.looks import job_state
from api.web.own_view import columns_of
from api.web.render import wants_part
from api.web.rows_by_id import known_rows
from api.web.told_jobs import named, needs_reason, needs_reason_back, reason_back, reason_for, told, value_of
from api.web.visit import Visit
from application.job_store import Job
from application.jobs import MOST_THINGS
from domain.errors import NotFound

router = APIRouter(prefix="/c/{where}")


class WatchingDoor(Door):
    """A page that asks again by itself keeps nobody signed in: only opening it is a use of the session."""

    async def let_in(self, request: Request) -> Visit:
        """As any door."""
        return await Door.let_in(replace(self, is_use=not wants_part(request)), request)


MayWatch = Annotated[Visit, Depends(WatchingDoor("read"))]
_MOST_FAILURES = 200
_SHOWN = 10
_COLUMNS = 5


@router.post("/actions/{grid}")
def begin(visit: MayRead, grid: str) -> Response:
    """Freeze the rows that are meant; a selection begins at once, a filter is confirmed on the job's own page."""
    shown = grid_named(visit, grid)
    action = _action(visit, shown, visit.text("action", 40))
    name, whole = named(visit, grid, action), is_whole(visit)
    is_asked_first = whole or action.is_weighed
    reason = "" if is_asked_first else reason_for(visit, action)
    ids, cents, unpriced = _meant(visit, shown, _of_filter(visit, shown) if whole else ticked(visit))
    jobs = visit.quittance.jobs
    job_id = jobs.draft(command_of(visit), visit.practice, name, ids, cents, unpriced)
    if not is_asked_first:
        jobs.confirm(job_id, visit.known_caller.actor, reason)
    return visit.go(visit.at(f"/travaux/{job_id}"))


@router.get("/travaux")
def show_jobs(visit: MayRead) -> Response:
    """What was begun in this practice, the latest first."""
    every = [(job, _is_known(visit, job)) for job in visit.quittance.jobs.jobs_of(visit.practice)]
    shown = [(job, is_known) for job, is_known in every if not is_known or visit.may_ever(_rights(visit, job)[0])]
    jobs = [job for job, _ in shown]
    for job in jobs:
        _seen(visit, job)
    return visit.page(
        "jobs.html",
        jobs=[(job, title_of(visit, job), _told(visit, job)) if is_known else (job, "", "") for job, is_known in shown],
        names=names_of(visit, jobs),
        job_state=job_state,
    )


@router.get("/travaux/{job_id}")
def show_job(visit: MayWatch, job_id: UUID) -> Response:
    """What will be done, or how far it is, and what failed why."""
    job = _job(visit, job_id)
    _seen(visit, job)
    work = file_work_of(visit, job)
    answer = file_job_page(visit, job, work) if work else _page(visit, job)
    if "hx-push-url" in answer.headers:
        answer.headers["HX-Push-Url"] = "false"  # a page that asks again by itself makes no history
    return answer


def _page(visit: Visit, job: Job) -> Response:
    job_id, (shown, action), value = job.job_id, _named(job), value_of(job.action)
    failed = [] if job.is_open else visit.quittance.jobs.items(job_id, "failed", _MOST_FAILURES)
    first = visit.quittance.jobs.items(job_id, "waiting", _SHOWN) if job.state == "drafted" else []
    known = known_rows(visit, shown.spec, [item.subject_id for item in [*failed, *first]])
    rows = dict(zip(known, shown.spec.complete(visit, list(known.values())), strict=True))
    shown.saw(visit, list(rows.values()))
    jobs = visit.quittance.jobs
    return visit.page(
        "job.html",
        fragment="job",
        job=job,
        spec=shown.spec,
        columns=[column for column in columns_of(visit, shown.spec) if column.kind != "reason"][:_COLUMNS],
        action=action,
        title=title_of(visit, job),
        told=told(visit, action, job),
        effects=_effects(visit, job, action),
        needs_reason=needs_reason(action, value),
        needs_reason_back=needs_reason_back(action),
        failed=failed,
        pause=jobs.pause_of(job),
        first=first,
        rows=rows,
        may_act=visit.may(action.right),
        undoing=jobs.undoing(job_id),
        is_undoable=jobs.is_undoable(job),
        is_own=job.actor == visit.known_caller.actor,
        names=names_of(visit, [job]),
        job_state=job_state,
    )


@router.post("/travaux/{job_id}/confirmer")
def confirm(visit: MayRead, job_id: UUID) -> Response:
    """Do what was shown, and nothing else."""
    job = _mine(visit, job_id)
    reason = reason_for(visit, _named(job)[1], value_of(job.action))
    visit.quittance.jobs.confirm(job_id, visit.known_caller.actor, reason)
    return visit.go(visit.at(f"/travaux/{job_id}"))


@router.post("/travaux/{job_id}/defaire")
def undo(visit: MayRead, job_id: UUID) -> Response:
    """Take back what it did, where nothing happened since; a job of its own, in the name of whoever asks."""
    _, action = _named(_mine(visit, job_id))
    undone_by = visit.quittance.jobs.undo(command_of(visit), job_id, reason_back(visit, action))
    return visit.go(visit.at(f"/travaux/{undone_by}"))


@router.post("/travaux/{job_id}/refaire")
def again(visit: MayRead, job_id: UUID) -> Response:
    """Do once more what failed, where the action is one that may be repeated."""
    job = _mine(visit, job_id)
    if not _named(job)[1].is_repeated or job.is_open:
        raise NotFound("path_unknown", "There is no such action.")
    begun = visit.quittance.jobs.again(command_of(visit), job_id)
    return visit.go(visit.at(f"/travaux/{begun}"))


@router.post("/travaux/{job_id}/arreter")
def stop(visit: MayRead, job_id: UUID) -> Response:
    """Do no more of it."""
    _mine(visit, job_id)
    visit.quittance.jobs.stop(job_id)
    return visit.go(visit.at(f"/travaux/{job_id}"))


def _effects(visit: Visit, job: Job, action: Action) -> Effects | None:
    """What it would do, as long as nobody confirmed it."""
    if job.state != "drafted" or action.asks != "decision" or not visit.may(action.right):
        return None
    ids = [item.subject_id for item in visit.quittance.jobs.items(job.job_id, "waiting", MOST_THINGS)]
    return effects_of(visit, ids, value_of(job.action))


def _of_filter(visit: Visit, shown: Exportable) -> Sequence[UUID]:
    """All rows of the filter that the form's address names, of this list or of one that acts on it."""
    listed = grid_named(visit, visit.text("list", 40) or shown.spec.name)
    if listed.spec.post_path != shown.spec.post_path:
        raise NotFound("path_unknown", "There is no such action.")
    return filtered(visit, listed)


def _meant(visit: Visit, shown: Exportable, wanted: Sequence[UUID]) -> tuple[Sequence[UUID], int | None, int]:
    """Those that are of this practice, what they are worth, and how many of them nobody knows the worth of."""
    spec, known = shown.spec, known_rows(visit, shown.spec, wanted)
    ids = [one for one in wanted if one in known]
    unpriced = sum(bool(known[one]["unpriced"]) for one in ids) if spec.tells_unpriced else 0
    if not spec.total:
        return ids, 0, 0
    return ids, sum(spec.cents_of(known[one]) for one in ids) if unpriced < len(ids) else None, unpriced


def _action(visit: Visit, shown: Exportable, name: str) -> Action:
    found = next((action for action in shown.spec.actions if action.name == name), None)
    if found is None or visit.as_of:
        raise NotFound("path_unknown", "There is no such action.")
    visit.known_caller.require(found.right)
    return found


def _job(visit: Visit, job_id: UUID) -> Job:
    """One of this practice. Raises `NotFound`."""
    job = visit.quittance.jobs.job(job_id)
    if job.establishment_id != visit.practice:
        raise NotFound("job_unknown", "There is no such job.")
    visit.known_caller.require(_rights(visit, job)[0])
    return job


def _mine(visit: Visit, job_id: UUID) -> Job:
    """One that this person may begin and stop."""
    job = _job(visit, job_id)
    visit.known_caller.require(_rights(visit, job)[1])
    return job


def _seen(visit: Visit, job: Job) -> None:
    if visit.as_of is None:
        visit.quittance.jobs.see(job, visit.known_caller.actor)


def _rights(visit: Visit, job: Job) -> tuple[str, str]:
    """To see it, and to begin and stop it. Raises `NotFound`."""
    if work := file_work_of(visit, job):
        return work.right, work.right
    shown, action = _named(job)
    return shown.right, action.right


def _told(visit: Visit, job: Job) -> str:
    return "" if file_work_of(visit, job) else told(visit, _named(job)[1], job)


def _is_known(visit: Visit, job: Job) -> bool:
    """Whether this version of the program knows what it does."""
    return file_work_of(visit, job) is not None or _found(job) is not None


def _named(job: Job) -> tuple[Exportable, Action]:
    """List and action of a job. Raises `NotFound` for those of another version of the program."""
    found = _found(job)
    if found is None:
        raise NotFound("job_unknown", "There is no such job.")
    return found


def _found(job: Job) -> tuple[Exportable, Action] | None:
    shown = GRIDS.get(job.list_name)
    action = next((one for one in shown.spec.actions if one.name == job.name), None) if shown else None
    return (shown, action) if shown and action else None
