"""What work on many things needs from outside: where its frozen list is kept and who is at it. Shapes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

JobState = Literal["drafted", "waiting", "running", "finished", "cancelled"]
Onward = Literal["go", "stop", "lost"]


@dataclass(frozen=True, slots=True)
class Job:
    """`action` names what is done to each; `reason` is sealed under the establishment's key, empty for none.

    `total` things, worth `cents` when the list was frozen; `done` and `failed` of them so far. `is_stopping`: somebody
    asked to stop. `ended_at` None: not at its end.
    """

    job_id: UUID
    establishment_id: UUID
    actor: str
    action: str
    reason: str
    correlation_id: str
    state: JobState
    total: int
    cents: int
    done: int
    failed: int
    is_stopping: bool
    created_at: datetime
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether something still happens by itself."""
        return self.state in ("waiting", "running")


class JobItem(NamedTuple):
    """One thing of a job. `code` says why it failed."""

    number: int
    subject_id: UUID
    state: Literal["waiting", "done", "failed"] = "waiting"
    code: str = ""


class JobStore(Protocol):
    """Jobs and their lists. Each call commits by itself. A lease says which worker is at a job, and until when."""

    def add(self, job: Job, subject_ids: Sequence[UUID]) -> bool:
        """Keep a job with its list; no when it is kept already."""

    def job(self, job_id: UUID) -> Job | None:
        """As it stands."""

    def jobs_of(self, establishment_id: UUID, most: int) -> list[Job]:
        """Of an establishment, the latest first, without drafts."""

    def items(self, job_id: UUID, state: str, most: int) -> list[JobItem]:
        """Things in that state, in the order of the list."""

    def confirm(self, job_id: UUID, reason: str) -> bool:
        """Let a draft wait for a worker; no when it is none."""

    def ask_to_stop(self, job_id: UUID, at: datetime) -> None:
        """End what has not begun; what runs ends after the thing at hand."""

    def claim(self, owner: str, now: datetime, until: datetime) -> Job | None:
        """The oldest job that nobody is at, for this worker alone."""

    def note(self, job_id: UUID, owner: str, item: JobItem, until: datetime) -> Onward:
        """Count a thing and hold the lease longer. `lost`: another worker is at it, and nothing was counted."""

    def end(self, job_id: UUID, owner: str, state: JobState, at: datetime) -> None:
        """All was done, or it was stopped."""

    def release(self, job_id: UUID, owner: str) -> None:
        """Leave it to any worker."""

    def forget(self, drafted_before: datetime, ended_before: datetime) -> None:
        """Delete drafts that nobody confirmed, and jobs that ended long ago; what they did stands in the log."""
