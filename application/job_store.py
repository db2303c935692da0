"""What work on many things needs from outside: where its frozen list is kept and who is at it. Shapes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

JobState = Literal["drafted", "waiting", "running", "finished", "cancelled"]
Onward = Literal["go", "stop", "lost"]
_STEP = 25


@dataclass(frozen=True, slots=True)
class Job:
    """`action` names what is done to each; `reason` is sealed under the establishment's key, empty for none.

    `total` things, or lines of a file, worth `cents` when the list was frozen; `done` and `failed` of them so far.
    `unpriced` of them had no amount yet and count for nothing in `cents`, which is None when all had none.
    `is_stopping`: somebody asked to stop. `ended_at` None: not at its end. `undoes`: the job whose work it takes back.
    `is_seen`: its person looked at it after its end. `proposes`: a second person confirms what it does.
    """

    job_id: UUID
    establishment_id: UUID
    actor: str
    action: str
    reason: str
    correlation_id: str
    state: JobState
    total: int
    cents: int | None
    done: int
    failed: int
    is_stopping: bool
    created_at: datetime
    ended_at: datetime | None = None
    undoes: UUID | None = None
    is_seen: bool = False
    unpriced: int = 0
    proposes: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something still happens by itself."""
        return self.state in ("waiting", "running")

    @property
    def list_name(self) -> str:
        """Of the list whose rows it is about, or `files`: the first word of the action."""
        return self.action.partition(".")[0]

    @property
    def name(self) -> str:
        """What is done, without what it was told."""
        return self.action.partition(":")[0].rpartition(".")[2]

    @property
    def percent(self) -> int:
        """How far it is, in steps that are worth telling: 0, 25, 50, 75, 100."""
        return min(100, 100 * (self.done + self.failed) // self.total // _STEP * _STEP)


class JobItem(NamedTuple):
    """One thing of a job. `code` says why it failed."""

    number: int
    subject_id: UUID
    state: Literal["waiting", "done", "failed"] = "waiting"
    code: str = ""


class JobStore(Protocol):
    """Jobs and their lists. Each call commits by itself. A lease says which worker is at a job, and until when."""

    def add(self, job: Job, subject_ids: Sequence[UUID], file: str = "") -> bool:
        """Keep a job with its list, and the sealed file that it works on; no when it is kept already."""

    def job(self, job_id: UUID) -> Job | None:
        """As it stands."""

    def jobs_of(self, establishment_id: UUID, most: int) -> list[Job]:
        """Of an establishment, the latest first, without drafts."""

    def unseen(self, establishment_id: UUID, actor: str) -> list[Job]:
        """Of a person, without drafts: those that are not at their end, or that nobody looked at since. First the
        oldest.
        """

    def see(self, job_id: UUID) -> None:
        """Its person looked at it, if it is at its end."""

    def undoing(self, job_id: UUID) -> Job | None:
        """The latest job that takes back the work of that one; one that was stopped only when there is no other."""

    def file(self, job_id: UUID) -> str:
        """The sealed file of a job; empty when there is none, or no more."""

    def items(self, job_id: UUID, state: str, most: int) -> list[JobItem]:
        """Things in that state, in the order of the list."""

    def confirm(self, job_id: UUID, reason: str, *, proposes: bool = False) -> bool:
        """Let a draft wait for a worker; no when it is none."""

    def ask_to_stop(self, job_id: UUID, at: datetime) -> None:
        """End what has not begun; what runs ends after the thing at hand."""

    def claim(self, owner: str, now: datetime, until: datetime) -> Job | None:
        """The oldest job that nobody is at, for this worker alone."""

    def note(self, job_id: UUID, owner: str, item: JobItem, until: datetime) -> Onward:
        """Count a thing and hold the lease longer. `lost`: another worker is at it, and nothing was counted."""

    def hold(self, job_id: UUID, owner: str, until: datetime) -> Onward:
        """Hold the lease longer while nothing is done yet."""

    def tell(self, job_id: UUID, owner: str, done: int, until: datetime) -> Onward:
        """So much of a file is done; hold the lease longer."""

    def end(self, job_id: UUID, owner: str, state: JobState, at: datetime) -> None:
        """All was done, or it was stopped; its file is forgotten."""

    def release(self, job_id: UUID, owner: str) -> None:
        """Leave it to any worker."""

    def put_off(self, job_id: UUID, owner: str, until: datetime) -> None:
        """Let it wait, and be taken up by nobody before."""

    def forget(self, drafted_before: datetime, ended_before: datetime) -> None:
        """Delete drafts that nobody confirmed, and jobs that ended long ago; what they did stands in the log."""
