"""Work on many rows: a selection or a whole filter becomes a job with a page of its own.

A selection is what stands before the person's eyes and begins at once. A whole filter is frozen first and shown with
number and sum; nothing happens before that page is confirmed.
"""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Response

from api.web.doors import MayRead
from api.web.grid_spec import Action
from api.web.grids import GRIDS, Exportable, grid_named
from api.web.looks import job_state
from api.web.rows_by_id import known_rows
from api.web.visit import Visit
from application.job_store import Job
from application.jobs import MOST_THINGS
from application.ports import Meta
from domain.errors import Invalid, NotFound
from projections.whole import count_and_sum, ordered_ids

router = APIRouter(prefix="/c/{where}")
_MOST_FAILURES = 200
_SHOWN = 10
_STEPS = 25


@router.post("/actions/{grid}")
def begin(visit: MayRead, grid: str) -> Response:
    """Freeze the rows that are meant; a selection begins at once, a filter is confirmed on the job's own page."""
    shown = grid_named(visit, grid)
    action = _action(visit, shown, visit.text("action", 40))
    given = visit.text("command_id", 100)
    meta = Meta(visit.known_caller.actor, command_id=given, correlation_id=visit.request.state.correlation_id)
    is_whole = visit.text("which", 10) == "filter"
    ids, cents = _whole(visit, shown) if is_whole else _selected(visit, shown)
    jobs = visit.quittance.jobs
    job_id = jobs.draft(meta, visit.practice, f"{grid}.{action.name}", ids, cents)
    if not is_whole:
        jobs.confirm(job_id, visit.text("reason", 500))
    return visit.go(visit.at(f"/travaux/{job_id}"))


@router.get("/travaux")
def show_jobs(visit: MayRead) -> Response:
    """What was begun in this practice, the latest first."""
    jobs = visit.quittance.jobs.jobs_of(visit.practice)
    return visit.page(
        "jobs.html", jobs=[(job, _named(job)) for job in jobs], names=_names(visit, jobs), job_state=job_state
    )


@router.get("/travaux/{job_id}")
def show_job(visit: MayRead, job_id: UUID) -> Response:
    """What will be done, or how far it is, and what failed why."""
    job = _job(visit, job_id)
    shown, action = _named(job)
    failed = visit.quittance.jobs.items(job_id, "failed", _MOST_FAILURES)
    first = visit.quittance.jobs.items(job_id, "waiting", _SHOWN) if job.state == "drafted" else []
    rows = known_rows(visit, shown.spec, [item.subject_id for item in [*failed, *first]])
    ended = job.done + job.failed
    answer = visit.page(
        "job.html",
        fragment="job",
        job=job,
        spec=shown.spec,
        action=action,
        failed=failed,
        first=first,
        rows=rows,
        percent=100 * ended // job.total // _STEPS * _STEPS,
        may_act=visit.may(action.right),
        names=_names(visit, [job]),
        job_state=job_state,
    )
    if "hx-push-url" in answer.headers:
        answer.headers["HX-Push-Url"] = "false"  # a page that asks again by itself makes no history
    return answer


@router.post("/travaux/{job_id}/confirmer")
def confirm(visit: MayRead, job_id: UUID) -> Response:
    """Do what was shown, and nothing else."""
    _mine(visit, job_id)
    visit.quittance.jobs.confirm(job_id, visit.text("reason", 500))
    return visit.go(visit.at(f"/travaux/{job_id}"))


@router.post("/travaux/{job_id}/arreter")
def stop(visit: MayRead, job_id: UUID) -> Response:
    """Do no more of it."""
    _mine(visit, job_id)
    visit.quittance.jobs.stop(job_id)
    return visit.go(visit.at(f"/travaux/{job_id}"))


def _selected(visit: Visit, shown: Exportable) -> tuple[Sequence[UUID], int]:
    """Rows that were ticked, as far as they are of this practice."""
    given = [value for value in visit.form.getlist("selected") if isinstance(value, str)]
    try:
        wanted = list(dict.fromkeys(UUID(value) for value in given))
    except ValueError:
        raise Invalid("field_invalid", "selected: no row is named so.", field="selected") from None
    rows = known_rows(visit, shown.spec, wanted)
    ids = [one for one in wanted if one in rows]
    total = shown.spec.total
    return ids, sum(rows[one][total] for one in ids) if total else 0


def _whole(visit: Visit, shown: Exportable) -> tuple[Sequence[UUID], int]:
    """All rows of the filter that the form's address names."""
    listing, condition, asked = shown.spec.listing, shown.condition(visit), shown.asked(visit)
    with visit.sql() as sql:
        ids = ordered_ids(listing, sql, condition, asked, MOST_THINGS)
        cents = count_and_sum(listing, sql, condition, shown.spec.total)[1] if shown.spec.total else 0
    return ids, cents


def _action(visit: Visit, shown: Exportable, name: str) -> Action:
    found = next((action for action in shown.spec.actions if action.name == name), None)
    if found is None or f"{shown.spec.name}.{name}" not in visit.quittance.jobs.actions or visit.as_of:
        raise NotFound("path_unknown", "There is no such action.")
    visit.known_caller.require(found.right)
    return found


def _job(visit: Visit, job_id: UUID) -> Job:
    """One of this practice. Raises `NotFound`."""
    job = visit.quittance.jobs.job(job_id)
    if job.establishment_id != visit.practice:
        raise NotFound("job_unknown", "There is no such job.")
    visit.known_caller.require(_named(job)[0].right)
    return job


def _mine(visit: Visit, job_id: UUID) -> Job:
    """One that this person may begin and stop."""
    job = _job(visit, job_id)
    visit.known_caller.require(_named(job)[1].right)
    return job


def _named(job: Job) -> tuple[Exportable, Action]:
    """List and action of a job. Raises `NotFound` for those of another version of the program."""
    grid, _, name = job.action.rpartition(".")
    shown = GRIDS.get(grid)
    action = next((one for one in shown.spec.actions if one.name == name), None) if shown else None
    if shown is None or action is None:
        raise NotFound("job_unknown", "There is no such job.")
    return shown, action


def _names(visit: Visit, jobs: Sequence[Job]) -> dict[str, str]:
    """Who began each."""
    found = {}
    for actor in {job.actor for job in jobs}:
        kind, _, who = actor.partition(":")
        state = visit.quittance.accounts.user(UUID(who)) if kind == "user" else None
        found[actor] = state.name if state else actor
    return found
