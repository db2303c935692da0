"""The reader's own work that goes on, or ended unseen: at the top of every page, whatever the page shows."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from application.job_store import Job

if TYPE_CHECKING:
    from api.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Tray:
    """`jobs`: the oldest first. `but`: the one that the page itself is about, and tells of."""

    jobs: tuple[Job, ...] = ()
    but: UUID | None = None

    @property
    def is_moving(self) -> bool:
        """Whether it will change by itself."""
        return any(job.is_open for job in self.jobs)

    @property
    def mark(self) -> str:
        """Another one whenever the tray says something else; empty for an empty tray."""
        said = "|".join(f"{job.job_id} {_said(job)}" for job in self.jobs)
        return sha256(said.encode()).hexdigest()[:12] if said else ""


def _said(job: Job) -> str:
    return str(job.percent) if job.is_open else f"{job.state} {job.failed > 0}"


def tray_of(visit: "Visit", but: UUID | None = None) -> Tray:
    """In the practice of the page, as things stand now."""
    jobs = visit.quittance.jobs.unseen(visit.practice, visit.known_caller.actor)
    return Tray(tuple(job for job in jobs if job.job_id != but), but)


EMPTY = Tray()


def page_tray(visit: "Visit") -> Tray:
    """For the page of this request; of the past there is none."""
    if visit.where is None or visit.caller is None or visit.as_of is not None:
        return EMPTY
    given = visit.request.path_params.get("job_id") or visit.request.query_params.get("but", "")
    try:
        but = UUID(str(given)) if given else None
    except ValueError:
        but = None
    return tray_of(visit, but)
