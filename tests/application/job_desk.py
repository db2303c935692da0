"""Jobs over the office of a test: whoever works them off stands at this desk."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from application.access import Caller
from application.casework import CaseworkDesk
from application.casework_jobs import KnownActions, casework_actions
from application.job_actions import FileWork
from application.job_store import Job
from application.jobs import Jobs
from application.ports import Meta
from application.sending_jobs import sending_actions
from infrastructure.jobs.stored_jobs import StoredJobs
from infrastructure.store.opening import Store
from tests.application.office import Office

ANNA, BEN = "user:anna", "user:ben"
RIGHTS = frozenset({"bill", "note", "care_note", "care"})
CONTENT = b"ligne\n" * 400


class Desk:
    """Jobs of the office, with files to work on; `rights` may be withdrawn."""

    def __init__(self, office: Office, store: Store) -> None:
        self.office, self.rights = office, RIGHTS
        self.casework = CaseworkDesk(office.log, office.messages, office.clock)
        self.actions = KnownActions(sending_actions(office.log, office.dispatch), casework_actions(self.casework))
        self.store = StoredJobs(store.database)
        self.jobs = Jobs(self.store, office.log, store.keys, office.clock, self._caller, self.actions)
        self._commands = 0

    def _caller(self, actor: str, where: UUID) -> Caller:
        return Caller(actor, self.rights, frozenset({where}))

    def by(self, actor: str) -> Meta:
        self._commands += 1
        return Meta(actor, command_id=f"form {self._commands}")

    def done(self, action: str, *ids: UUID, reason: str = "", actor: str = ANNA) -> UUID:
        """A job of one person at its end."""
        job_id = self.jobs.draft(self.by(actor), self.office.where, action, ids, 0)
        self.jobs.confirm(job_id, actor, reason)
        assert self.jobs.work("here")
        assert self.jobs.job(job_id).state == "finished"
        return job_id

    def undone(self, job_id: UUID, reason: str = "", actor: str = BEN) -> Job:
        undone_by = self.jobs.undo(self.by(actor), job_id, reason)
        assert self.jobs.work("here")
        return self.jobs.job(undone_by)

    def left(self, job: Job) -> dict[UUID, str]:
        return {item.subject_id: item.code for item in self.jobs.items(job.job_id, "failed", 100)}

    def last(self, stream: UUID) -> tuple[str, str, str]:
        one = self.office.log.history(stream)[-1]
        return one.topic, one.meta.actor, one.meta.reason

    def file(self, run: Callable[..., Any], right: str = "care", actor: str = ANNA) -> UUID:
        self.actions.add({"files.test": FileWork(right, run, lambda result, content: f"/{result}/{len(content)}")}, {})
        return self.jobs.begin_file(self.by(actor), self.office.where, "files.test", CONTENT)
