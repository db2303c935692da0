"""Work on many things at once: a frozen list, one command and so one event each, counted as it goes.

A job goes on after a restart: its list is kept, whoever is at it holds a lease, and each command keeps its answer, so
that a thing done just before the lights went out is not done twice.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from application.access import Caller, NotPermitted
from application.job_store import Job, JobItem, JobStore
from application.ports import AnswerKeeper, Clock, ConcurrencyConflict, Context, EventLog, KeyRing, Meta
from domain.errors import DomainError, Invalid, NotAllowed, NotFound

LOG = logging.getLogger("quittance.jobs")
MOST_THINGS = 20_000
LEASE = timedelta(seconds=30)
DRAFTS_KEPT = timedelta(days=1)
JOBS_KEPT = timedelta(days=400)
_JOBS = UUID("5b9a54c3-46b1-5f2e-8c4e-1d0f3a7e9b62")
_SEAL_CONTEXT = "jobs.reason"
_PIECE = 200
_NOTHING_KEPT = b""


@dataclass(frozen=True, slots=True)
class JobAction:
    """`right`: what the person needs, also while the job runs. `run`: the command, given practice and thing.

    It raises `DomainError` when it cannot be done, and changes nothing when it was done before.
    """

    right: str
    run: Callable[[Context, UUID, UUID], object]


class Jobs:
    """Draft, confirm, stop, and do the work itself.

    `caller_of`: what an actor may do in a practice by now. `outages`: errors that pass; the job waits for their end.
    """

    def __init__(
        self,
        store: JobStore,
        log: EventLog,
        keys: KeyRing,
        clock: Clock,
        caller_of: Callable[[str, UUID], Caller],
        actions: Mapping[str, JobAction],
        outages: tuple[type[Exception], ...] = (),
    ) -> None:
        self._store, self._log, self._keys, self._clock = store, log, keys, clock
        self._caller_of, self.actions, self._outages = caller_of, actions, outages

    def draft(self, meta: Meta, where: UUID, action: str, subject_ids: Sequence[UUID], cents: int) -> UUID:
        """Freeze a list; nothing is done before `confirm`. The same command again gives the same job.

        Raises `Invalid` for an empty or too long list.
        """
        now = self._clock.now()
        self._store.forget(now - DRAFTS_KEPT, now - JOBS_KEPT)
        if action not in self.actions:
            raise NotFound("action_unknown", "There is no such action.")
        if not subject_ids:
            raise Invalid("nothing_selected", "Select at least one row.", field="selected")
        if len(subject_ids) > MOST_THINGS:
            raise Invalid(
                "selection_too_large", f"At most {MOST_THINGS} rows at once: narrow the filter.", field="filter"
            )
        job_id = uuid5(_JOBS, f"{meta.actor}|{where}|{meta.command_id}")
        made = Job(
            job_id,
            where,
            meta.actor,
            action,
            "",
            meta.correlation_id,
            "drafted",
            len(subject_ids),
            cents,
            0,
            0,
            False,
            now,
        )
        self._store.add(made, subject_ids)
        return job_id

    def confirm(self, job_id: UUID, reason: str) -> None:
        """Let it be done; a second time does nothing. Raises `NotAllowed` for one that was given up."""
        job = self.job(job_id)
        sealed = self._keys.seal(job.establishment_id, _SEAL_CONTEXT, reason) if reason else ""
        if not self._store.confirm(job_id, sealed) and job.state == "cancelled":
            raise NotAllowed("job_cancelled", "This was given up: begin anew.")

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

    def items(self, job_id: UUID, state: str, most: int) -> list[JobItem]:
        """Things of a job that are in this state."""
        return self._store.items(job_id, state, most)

    def work(self, owner: str, is_closing: Callable[[], bool] = lambda: False) -> bool:
        """Do one waiting job to its end, or until the service closes; no when none waits."""
        now = self._clock.now()
        job = self._store.claim(owner, now, now + LEASE)
        if job is None:
            return False
        try:
            self._work_through(job, owner, is_closing)
        finally:
            self._store.release(job.job_id, owner)
        return True

    def _work_through(self, job: Job, owner: str, is_closing: Callable[[], bool]) -> None:
        reason = self._keys.unseal(job.establishment_id, _SEAL_CONTEXT, job.reason) if job.reason else ""
        if job.is_stopping:
            self._store.end(job.job_id, owner, "cancelled", self._clock.now())
            return
        while items := self._store.items(job.job_id, "waiting", _PIECE):
            for item in items:
                if is_closing():
                    return
                code = self._do(job, item, reason)
                noted = item._replace(state="failed" if code else "done", code=code)
                onward = self._store.note(job.job_id, owner, noted, self._clock.now() + LEASE)
                if onward == "lost":
                    return
                if onward == "stop":
                    self._store.end(job.job_id, owner, "cancelled", self._clock.now())
                    return
        self._store.end(job.job_id, owner, "finished", self._clock.now())

    def _do(self, job: Job, item: JobItem, reason: str) -> str:
        """One command. Empty when it is done, else the code of what stands in its way."""
        key = hashlib.sha256(f"{job.job_id}|{item.subject_id}".encode()).hexdigest()
        if self._log.stored_answer(key) is not None:
            return ""
        action = self.actions[job.action]
        meta = Meta(
            actor=job.actor,
            reason=reason,
            reason_subject=job.establishment_id if reason else None,
            cause=f"job:{job.job_id}",
            command_id=key,
            correlation_id=job.correlation_id,
        )
        keeper = AnswerKeeper(key, key, lambda _: (200, _NOTHING_KEPT))
        try:
            self._caller_of(job.actor, job.establishment_id).require(action.right)
            action.run(Context(meta, keeper), job.establishment_id, item.subject_id)
        except NotPermitted:
            return "not_permitted"
        except DomainError as refused:
            return "not_permitted" if refused.code == "establishment_unknown" else refused.code
        except ConcurrencyConflict:
            return "" if self._log.stored_answer(key) is not None else "changed_meanwhile"
        except self._outages:
            raise
        except Exception as error:  # noqa: BLE001 - one thing fails, the others are done
            LOG.error("%s", json.dumps({"fault": type(error).__name__, "where": "jobs"}))  # noqa: TRY400 - no values
            return "unexplained"
        return ""
