"""Work on many things at once: a frozen list, one command and so one event each, counted as it goes; or on a file.

A job goes on after a restart: its list is kept, whoever is at it holds a lease, and each command keeps its answer, so
that a thing done just before the lights went out is not done twice.
"""

import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid5

from application.access import Caller
from application.job_actions import AnyAction, FileWork, JobAction
from application.job_store import Job, JobItem, JobStore
from application.job_work import FILE_CONTEXT, REASON_CONTEXT, JobWork, key_of
from application.ports import AnswerKeyReused, Clock, EventLog, KeyRing, Meta
from domain.errors import Invalid, NotAllowed, NotFound

MOST_THINGS = 20_000
DRAFTS_KEPT = timedelta(days=1)
JOBS_KEPT = timedelta(days=400)
_JOBS = UUID("5b9a54c3-46b1-5f2e-8c4e-1d0f3a7e9b62")


class Jobs:
    """Draft, confirm, stop, take back; and do the work itself.

    `caller_of`: what an actor may do in a practice by now. `outages`: errors that pass; the job waits for their end.
    """

    def __init__(
        self,
        store: JobStore,
        log: EventLog,
        keys: KeyRing,
        clock: Clock,
        caller_of: Callable[[str, UUID], Caller],
        actions: Mapping[str, AnyAction],
        outages: tuple[type[Exception], ...] = (),
    ) -> None:
        self._store, self._log, self._keys, self._clock = store, log, keys, clock
        self.actions = actions
        self._work = JobWork(store, log, keys, clock, caller_of, actions, outages)

    def draft(
        self, meta: Meta, where: UUID, action: str, subject_ids: Sequence[UUID], cents: int | None, unpriced: int = 0
    ) -> UUID:
        """Freeze a list; nothing is done before `confirm`. The same command again gives the same job.

        `cents`: what it is worth without the `unpriced` things, None when nobody knows what any is worth.
        Raises `Invalid` for an empty or too long list, `AnswerKeyReused` for a command that froze another one.
        """
        if action not in self.actions:
            raise NotFound("action_unknown", "There is no such action.")
        if not subject_ids:
            raise Invalid("nothing_selected", "Select at least one row.", field="selected")
        if len(subject_ids) > MOST_THINGS:
            raise Invalid(
                "selection_too_large", f"At most {MOST_THINGS} rows at once: narrow the filter.", field="filter"
            )
        made = self._new(meta, where, action, len(subject_ids))
        return self._add(replace(made, cents=cents, unpriced=unpriced), subject_ids)

    def begin_file(self, meta: Meta, where: UUID, action: str, content: bytes) -> UUID:
        """Work on a file, which is held sealed until the end. The same command again gives the same job.

        Raises `AnswerKeyReused` for a command that brought another file, or began something else with it.
        """
        made = self._new(meta, where, action, 1 + content.count(b"\n"))
        text = b64encode(zlib.compress(content)).decode("ascii")
        sealed = self._keys.seal(where, FILE_CONTEXT, text)
        job_id = self._add(made, [self._keys.keyed_id("job_file", sha256(content).hexdigest())], sealed)
        self.confirm(job_id, meta.actor, "")
        return job_id

    def undo(self, meta: Meta, job_id: UUID, reason: str) -> UUID:
        """Take back what a job did, thing by thing, in the name of whoever asks; a job of its own.

        A second time it is the same job, unless the first was stopped. Raises `NotAllowed` when there is no way back.
        """
        job = self.job(job_id)
        if not self.is_undoable(job):
            raise NotAllowed("job_not_undoable", "This cannot be taken back.")
        known = self.undoing(job_id)
        if known is not None and known.state != "cancelled":
            return known.job_id
        ids = [item.subject_id for item in self._store.items(job_id, "done", MOST_THINGS)]
        made = replace(self._new(meta, job.establishment_id, job.action, len(ids)), undoes=job_id)
        undone_by = self._add(made, ids)
        self.confirm(undone_by, meta.actor, reason)
        return undone_by

    def again(self, meta: Meta, job_id: UUID) -> UUID:
        """Do what failed once more, told the same; a job of its own, which begins at once.

        Raises `Invalid` when nothing of it failed.
        """
        job = self.job(job_id)
        ids = [item.subject_id for item in self._store.items(job_id, "failed", MOST_THINGS)]
        begun = self.draft(meta, job.establishment_id, job.action, ids, 0)
        self.confirm(begun, meta.actor, "")
        return begun

    def is_undoable(self, job: Job) -> bool:
        """Whether it did anything for which the domain knows a way back."""
        action = self.actions.get(job.action)
        knows_a_way = action is not None and not isinstance(action, FileWork) and action.reversal is not None
        return knows_a_way and job.undoes is None and job.ended_at is not None and job.done > 0

    def undoing(self, job_id: UUID) -> Job | None:
        """The latest job that takes back the work of that one; a stopped one only when there is no other."""
        return self._store.undoing(job_id)

    def confirm(self, job_id: UUID, actor: str, reason: str) -> None:
        """Let it be done; a second time does nothing.

        Raises `NotAllowed` for one that was given up, and for anybody else's: all that it does is in its person's name.
        """
        job = self.job(job_id)
        if job.actor != actor:
            raise NotAllowed("job_of_another", "Only whoever drafted it confirms it.")
        sealed = self._keys.seal(job.establishment_id, REASON_CONTEXT, reason) if reason else ""
        if not self._store.confirm(job_id, sealed, proposes=self._proposes(job)) and job.state == "cancelled":
            raise NotAllowed("job_cancelled", "This was given up: begin anew.")

    def _proposes(self, job: Job) -> bool:
        """Whether what it would do needs a second person, all of it together; a way back sees to that itself."""
        action = self.actions.get(job.action)
        if job.state != "drafted" or job.undoes or not isinstance(action, JobAction) or action.proposal is None:
            return False
        ids = [item.subject_id for item in self._store.items(job.job_id, "waiting", MOST_THINGS)]
        return action.proposal.is_needed(job.establishment_id, ids)

    def stop(self, job_id: UUID) -> None:
        """Do no more of it; what is done stays done."""
        self._store.ask_to_stop(job_id, self._clock.now())

    def job(self, job_id: UUID) -> Job:
        """As it stands. Raises `NotFound`."""
        found = self._store.job(job_id)
        if found is None:
            raise NotFound("job_unknown", "There is no such job.")
        return found

    def jobs_of(self, where: UUID, most: int = 50) -> list[Job]:
        """Of a practice, the latest first."""
        return self._store.jobs_of(where, most)

    def unseen(self, where: UUID, actor: str) -> list[Job]:
        """Of a person: those that go on, and those that ended and were not looked at since."""
        return self._store.unseen(where, actor)

    def see(self, job: Job, actor: str) -> None:
        """Somebody looks at it: once it is at its end, its person need not be told any more."""
        if job.actor == actor and not job.is_seen and job.ended_at is not None:
            self._store.see(job.job_id)

    def items(self, job_id: UUID, state: str, most: int) -> list[JobItem]:
        """Things of a job that are in this state."""
        return self._store.items(job_id, state, most)

    def leads_to(self, job: Job) -> str:
        """Path, within the practice, of the page that shows what came of work on a file; empty before."""
        answer = self._log.stored_answer(key_of(job.job_id, job.job_id))
        return answer.body.decode() if answer else ""

    def pause_of(self, job: Job) -> str:
        """Code of what a job that waits is waiting for; empty for one that is ended, or that nothing keeps back."""
        return self._work.pause_of(job) if job.is_open else ""

    def work(self, owner: str, is_closing: Callable[[], bool] = lambda: False) -> bool:
        """Do one waiting job to its end, or until the service closes; no when none waits."""
        return self._work.next(owner, is_closing)

    def _new(self, meta: Meta, where: UUID, action: str, total: int) -> Job:
        return Job(
            job_id=uuid5(_JOBS, f"{meta.actor}|{where}|{meta.command_id}"),
            establishment_id=where,
            actor=meta.actor,
            action=action,
            reason="",
            correlation_id=meta.correlation_id,
            state="drafted",
            total=total,
            cents=0,
            done=0,
            failed=0,
            is_stopping=False,
            created_at=self._clock.now(),
        )

    def _add(self, job: Job, subject_ids: Sequence[UUID], file: str = "") -> UUID:
        self._store.forget(job.created_at - DRAFTS_KEPT, job.created_at - JOBS_KEPT)
        if not self._store.add(job, subject_ids, file) and not self._is_kept(job, subject_ids):
            raise AnswerKeyReused
        return job.job_id

    def _is_kept(self, job: Job, subject_ids: Sequence[UUID]) -> bool:
        """Whether the job of that id does the same to the same things. An item only goes on from `waiting`."""
        kept, states = self.job(job.job_id), ("waiting", "done", "failed")
        items = (item for state in states for item in self._store.items(job.job_id, state, MOST_THINGS))
        listed = {item.number: item.subject_id for item in items}
        is_same_list = [listed[number] for number in sorted(listed)] == list(subject_ids)
        return is_same_list and (kept.action, kept.undoes) == (job.action, job.undoes)
