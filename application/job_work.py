"""The work of jobs itself: one job at a time, under a lease, each command with its answer kept."""

import hashlib
import json
import logging
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import takewhile
from uuid import UUID

from application.access import Caller, NotPermitted
from application.job_actions import AnyAction, FileWork, JobAction, Progress
from application.job_store import Job, JobItem, JobStore, Onward
from application.many_hands import many_hands
from application.ports import AnswerKeeper, Clock, ConcurrencyConflict, Context, EventLog, KeyRing, Meta, VersionStale
from domain.errors import DomainError, NotAllowed

LOG = logging.getLogger("quittance.jobs")
LEASE = timedelta(seconds=30)
FILE_LEASE = timedelta(minutes=5)
"""A file may end in one commit that takes its time."""
STILL_HERE_S = 10.0
"""After so long without anything done the lease is held longer all the same: one answer may take more than a lease."""
LOOKS_AGAIN = timedelta(seconds=5)
"""After how long a job that waits for something is looked at again."""
REASON_CONTEXT, FILE_CONTEXT = "jobs.reason", "jobs.file"
_PIECE = 200
_NOTHING_KEPT = b""


class _Left(Exception):
    """Work on a file is left: somebody stopped it, the service closes, or another worker is at it."""

    def __init__(self, onward: Onward | None) -> None:
        super().__init__()
        self.onward = onward


@dataclass(frozen=True, slots=True)
class JobWork:
    """As `Jobs`, which alone makes one."""

    store: JobStore
    log: EventLog
    keys: KeyRing
    clock: Clock
    caller_of: Callable[[str, UUID], Caller]
    actions: Mapping[str, AnyAction]
    outages: tuple[type[Exception], ...]

    def next(self, owner: str, is_closing: Callable[[], bool]) -> bool:
        """Do one waiting job to its end, or until the service closes; no when none waits."""
        now = self.clock.now()
        job = self.store.claim(owner, now, now + LEASE)
        if job is None:
            return False
        try:
            self._work_through(job, owner, is_closing)
        finally:
            self.store.release(job.job_id, owner)
        return True

    def _work_through(self, job: Job, owner: str, is_closing: Callable[[], bool]) -> None:
        if job.is_stopping:
            self.store.end(job.job_id, owner, "cancelled", self.clock.now())
            return
        action = self.actions.get(job.action)
        if action is None:  # begun by another version of the program
            self.store.end(job.job_id, owner, "cancelled", self.clock.now())
            return
        if isinstance(action, FileWork):
            self._on_file(job, action, owner, is_closing)
            return
        if self.pause_of(job) or self._on_things(job, action, owner, is_closing):
            self.store.put_off(job.job_id, owner, self.clock.now() + LOOKS_AGAIN)

    def pause_of(self, job: Job) -> str:
        """Code of what a job waits for, empty when nothing stands in its way."""
        action = self.actions.get(job.action)
        if not isinstance(action, JobAction) or action.pause is None or action.pause.is_over(job.establishment_id):
            return ""
        return action.pause.code

    def _on_things(self, job: Job, action: JobAction, owner: str, is_closing: Callable[[], bool]) -> bool:
        """As many at once as the action allows. Left in the middle, what is under way is done and counted first.

        Yes: the rest waits for what the action names.
        """
        reason = self.keys.unseal(job.establishment_id, REASON_CONTEXT, job.reason) if job.reason else ""
        onward: Onward = "go"
        is_left = is_paused = False

        def goes_on(_: JobItem) -> bool:
            nonlocal is_left
            is_left = onward != "go" or is_paused or is_closing()
            return not is_left

        def do(item: JobItem) -> JobItem:
            code = self.do(job, action, item.subject_id, reason)
            if action.pause and code == action.pause.code:
                return item
            return item._replace(state="failed" if code else "done", code=code)

        while not is_left and onward == "go" and (items := self.store.items(job.job_id, "waiting", _PIECE)):
            for noted in many_hands(takewhile(goes_on, items), do, action.at_once, STILL_HERE_S):
                is_paused = is_paused or (noted is not None and noted.state == "waiting")
                heard = self._counted(job.job_id, owner, noted)
                onward = heard if onward == "go" else onward
        if onward == "stop":
            self.store.end(job.job_id, owner, "cancelled", self.clock.now())
        elif onward == "go" and not is_left and not is_paused:
            self.store.end(job.job_id, owner, "finished", self.clock.now())
        return onward == "go" and is_paused

    def _counted(self, job_id: UUID, owner: str, noted: JobItem | None) -> Onward:
        """None, or a thing that still waits: nothing is done since, but this worker is still at it."""
        until = self.clock.now() + LEASE
        if noted is None or noted.state == "waiting":
            return self.store.hold(job_id, owner, until)
        return self.store.note(job_id, owner, noted, until)

    def do(self, job: Job, action: JobAction, subject_id: UUID, reason: str) -> str:
        """One command. Empty when it is done, else the code of what stands in its way."""
        meta = Meta(
            actor=job.actor,
            reason=reason,
            reason_subject=job.establishment_id if reason else None,
            cause=_cause(job.job_id),
            command_id=key_of(job.job_id, subject_id),
            correlation_id=job.correlation_id,
        )
        keeper = AnswerKeeper(meta.command_id, meta.command_id, lambda _: (200, _NOTHING_KEPT))
        alone = action.proposal.run if action.proposal and job.proposes else action.run
        run = partial(self._take_back, action, job.undoes) if job.undoes else alone
        return self._tried(
            job, action.right, meta.command_id, partial(run, Context(meta, keeper), job.establishment_id, subject_id)
        )

    def _take_back(self, action: JobAction, undone: UUID, context: Context, where: UUID, subject_id: UUID) -> None:
        """What the job did to the thing, if nothing happened to it since. Raises `NotAllowed`."""
        if action.reversal is None:
            raise NotAllowed("job_not_undoable", "This cannot be taken back.")
        stream = action.reversal.stream(subject_id)
        recorded = self.log.history(stream)
        own = [place for place, one in enumerate(recorded) if one.meta.cause == _cause(undone)]
        if not own:
            raise NotAllowed("nothing_to_undo", "That job changed nothing here.")
        if own[-1] != len(recorded) - 1:
            raise NotAllowed("changed_since", "Something happened to it since.")
        before = [one.event for one in recorded[: own[0]]]
        action.reversal.run(replace(context, expected=(stream, len(recorded))), where, subject_id, before)

    def _on_file(self, job: Job, work: FileWork, owner: str, is_closing: Callable[[], bool]) -> None:
        content = zlib.decompress(b64decode(self._file(job)))

        def tell(share: float) -> None:
            until = self.clock.now() + FILE_LEASE
            onward = None if is_closing() else self.store.tell(job.job_id, owner, int(share * job.total), until)
            if onward != "go":
                raise _Left(onward)

        key = key_of(job.job_id, job.job_id)
        meta = Meta(actor=job.actor, command_id=key, correlation_id=job.correlation_id)
        keeper = AnswerKeeper(key, key, lambda result: (200, work.leads_to(result, content).encode()))
        run = partial(work.run, Context(meta, keeper), job.establishment_id, content, Progress(tell))
        try:
            tell(0)
            code = self._tried(job, work.right, key, run)
        except _Left as left:
            if left.onward == "stop":
                self.store.end(job.job_id, owner, "cancelled", self.clock.now())
            return
        if code:
            self.store.note(job.job_id, owner, JobItem(1, job.job_id, "failed", code), self.clock.now() + LEASE)
        else:
            self.store.tell(job.job_id, owner, job.total, self.clock.now() + LEASE)
        self.store.end(job.job_id, owner, "finished", self.clock.now())

    def _file(self, job: Job) -> str:
        return self.keys.unseal(job.establishment_id, FILE_CONTEXT, self.store.file(job.job_id))

    def _tried(self, job: Job, right: str, key: str, act: Callable[[], object]) -> str:
        """Empty when it is done, by now or before, else the code of what stands in its way."""
        if self.log.stored_answer(key) is not None:
            return ""
        try:
            self.caller_of(job.actor, job.establishment_id).require(right)
            act()
        except NotPermitted:
            return "not_permitted"
        except DomainError as refused:
            return "not_permitted" if refused.code == "establishment_unknown" else refused.code
        except VersionStale:
            return "changed_since"
        except ConcurrencyConflict:
            return "" if self.log.stored_answer(key) is not None else "changed_meanwhile"
        except _Left:
            raise
        except self.outages:
            raise
        except Exception as error:  # noqa: BLE001 - one thing fails, the others are done
            LOG.error("%s", json.dumps({"fault": type(error).__name__, "where": "jobs"}))  # noqa: TRY400 - no values
            return "unexplained"
        return ""


def key_of(job_id: UUID, subject_id: UUID) -> str:
    """Under which the answer of the command on a thing is kept; of a file, the job stands for it."""
    return hashlib.sha256(f"{job_id}|{subject_id}".encode()).hexdigest()


def _cause(job_id: UUID) -> str:
    return f"job:{job_id}"
