"""How a job is called: what it does to which list or file; an undo says what it takes back."""

from collections.abc import Iterable
from uuid import UUID

from api.catalogue import text
from api.web.grids import GRIDS
from api.web.visit import Visit
from application.job_actions import FileWork
from application.job_store import Job
from application.ports import Meta


def title_of(visit: Visit, job: Job) -> str:
    """In the reader's words."""
    title = text(f"list_action.{job.name}", visit.language)
    if job.list_name in GRIDS:
        listed = text(GRIDS[job.list_name].spec.title_key, visit.language)
        title = text("list_job.title", visit.language, action=title, list=listed)
    return text("list_job.undo", visit.language, title=title) if job.undoes else title


def file_work_of(visit: Visit, job: Job) -> FileWork | None:
    """What it does to a file; None for a job on many rows."""
    action = visit.quittance.jobs.actions.get(job.action)
    return action if isinstance(action, FileWork) else None


def names_of(visit: Visit, jobs: Iterable[Job]) -> dict[str, str]:
    """Who began each."""
    found = {}
    for actor in {job.actor for job in jobs}:
        kind, _, who = actor.partition(":")
        state = visit.quittance.accounts.user(UUID(who)) if kind == "user" else None
        found[actor] = state.name if state else actor
    return found


def command_of(visit: Visit) -> Meta:
    """Of a form that begins a job: sent twice it is the same one."""
    given = visit.text("command_id", 100)
    return Meta(visit.known_caller.actor, command_id=given, correlation_id=visit.request.state.correlation_id)
