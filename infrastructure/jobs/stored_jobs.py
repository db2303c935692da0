"""Jobs and their lists as rows. Whatever two workers could do at once is one conditional UPDATE."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from application.job_store import Job, JobItem, JobState, Onward
from infrastructure.store.sql import StoreDatabase, StoreSql
from infrastructure.store.times import instant, microseconds

_COLUMNS = (
    "job_id",
    "establishment_id",
    "actor",
    "action",
    "reason",
    "correlation_id",
    "state",
    "total",
    "cents",
    "done",
    "failed",
    "is_stopping",
    "created_at",
    "ended_at",
    "undoes",
    "is_seen",
    "unpriced",
    "proposes",
)
_ITEM_COLUMNS = ("job_id", "number", "subject_id", "state", "code")
_NOT_YET = 0
_TRIED_AT_ONCE = 10


class StoredJobs:
    """The `JobStore` port, on either database."""

    def __init__(self, database: StoreDatabase) -> None:
        self._database = database

    def add(self, job: Job, subject_ids: Sequence[UUID], file: str = "") -> bool:
        """All tables in one transaction."""
        with self._database.transaction() as sql:
            if sql.tuples("SELECT 1 FROM jobs WHERE job_id = ?", (job.job_id,)):
                return False
            sql.insert("jobs", (*_COLUMNS, "lease_owner", "lease_until"), [(*_row(job), "", _NOT_YET)])
            items = [(job.job_id, number, subject, "waiting", "") for number, subject in enumerate(subject_ids, 1)]
            sql.insert("job_items", _ITEM_COLUMNS, items)
            if file:
                sql.insert("job_files", ("job_id", "file"), [(job.job_id, file)])
            return True

    def job(self, job_id: UUID) -> Job | None:
        """By its id."""
        with self._database.reading() as sql:
            found = _select(sql, "job_id = ?", job_id)
        return found[0] if found else None

    def jobs_of(self, establishment_id: UUID, most: int) -> list[Job]:
        """By establishment."""
        with self._database.reading() as sql:
            return _select(
                sql,
                "establishment_id = ? AND state <> 'drafted' ORDER BY created_at DESC, job_id LIMIT ?",
                *(establishment_id, most),
            )

    def unseen(self, establishment_id: UUID, actor: str) -> list[Job]:
        """By an index that holds these alone."""
        with self._database.reading() as sql:
            return _select(
                sql,
                "actor = ? AND establishment_id = ? AND NOT is_seen AND state <> 'drafted' ORDER BY created_at, job_id",
                *(actor, establishment_id),
            )

    def see(self, job_id: UUID) -> None:
        """Once."""
        ended = "state IN ('finished', 'cancelled') AND NOT is_seen"
        self._run(f"UPDATE jobs SET is_seen = ? WHERE job_id = ? AND {ended}", True, job_id)

    def undoing(self, job_id: UUID) -> Job | None:
        """By an index that holds these alone; one that was given up comes last."""
        with self._database.reading() as sql:
            found = _select(sql, "undoes = ? ORDER BY state = 'cancelled', created_at DESC, job_id LIMIT 1", job_id)
        return found[0] if found else None

    def file(self, job_id: UUID) -> str:
        """By the job's id."""
        with self._database.reading() as sql:
            rows = sql.tuples("SELECT file FROM job_files WHERE job_id = ?", (job_id,))
        return rows[0][0] if rows else ""

    def items(self, job_id: UUID, state: str, most: int) -> list[JobItem]:
        """By number."""
        with self._database.reading() as sql:
            rows = sql.tuples(
                "SELECT number, subject_id, state, code FROM job_items WHERE job_id = ? AND state = ?"
                " ORDER BY number LIMIT ?",
                (job_id, state, most),
            )
        return [JobItem(*row) for row in rows]

    def confirm(self, job_id: UUID, reason: str, *, proposes: bool = False) -> bool:
        """Only a draft, and only once."""
        return self._run(
            "UPDATE jobs SET state = 'waiting', reason = ?, proposes = ? WHERE job_id = ? AND state = 'drafted'",
            *(reason, proposes, job_id),
        )

    def ask_to_stop(self, job_id: UUID, at: datetime) -> None:
        """What nobody is at ends here."""
        idle = "UPDATE jobs SET state = 'cancelled', ended_at = ? WHERE job_id = ? AND state IN ('drafted', 'waiting')"
        with self._database.transaction() as sql:
            if sql.run(idle, (microseconds(at), job_id)):
                sql.run("DELETE FROM job_files WHERE job_id = ?", (job_id,))
            else:
                sql.run("UPDATE jobs SET is_stopping = ? WHERE job_id = ? AND state = 'running'", (True, job_id))

    def claim(self, owner: str, now: datetime, until: datetime) -> Job | None:
        """Of two workers only one finds the lease free."""
        at = microseconds(now)
        with self._database.transaction() as sql:
            free = sql.tuples(
                "SELECT job_id FROM jobs WHERE state IN ('waiting', 'running') AND lease_until <= ?"
                " ORDER BY created_at, job_id LIMIT ?",
                (at, _TRIED_AT_ONCE),
            )
            for (job_id,) in free:
                taken = sql.run(
                    "UPDATE jobs SET state = 'running', lease_owner = ?, lease_until = ?"
                    " WHERE job_id = ? AND state IN ('waiting', 'running') AND lease_until <= ?",
                    (owner, microseconds(until), job_id, at),
                )
                if taken:
                    return _select(sql, "job_id = ?", job_id)[0]
        return None

    def note(self, job_id: UUID, owner: str, item: JobItem, until: datetime) -> Onward:
        """The count and the thing together, and only for whoever holds the lease."""
        counted = "failed = failed + ?" if item.state == "failed" else "done = done + ?"
        with self._database.transaction() as sql:
            onward = _onward(sql, counted, 1, job_id, owner, until)
            if onward != "lost":
                sql.run(
                    "UPDATE job_items SET state = ?, code = ? WHERE job_id = ? AND number = ?",
                    (item.state, item.code, job_id, item.number),
                )
        return onward

    def hold(self, job_id: UUID, owner: str, until: datetime) -> Onward:
        """Only for whoever holds it."""
        with self._database.transaction() as sql:
            return _onward(sql, "done = done + ?", 0, job_id, owner, until)

    def tell(self, job_id: UUID, owner: str, done: int, until: datetime) -> Onward:
        """Only for whoever holds the lease."""
        with self._database.transaction() as sql:
            return _onward(sql, "done = ?", done, job_id, owner, until)

    def end(self, job_id: UUID, owner: str, state: JobState, at: datetime) -> None:
        """Only by whoever holds the lease."""
        ended = "UPDATE jobs SET state = ?, ended_at = ? WHERE job_id = ? AND lease_owner = ?"
        with self._database.transaction() as sql:
            if sql.run(ended, (state, microseconds(at), job_id, owner)):
                sql.run("DELETE FROM job_files WHERE job_id = ?", (job_id,))

    def release(self, job_id: UUID, owner: str) -> None:
        """Free at once."""
        self._run(
            "UPDATE jobs SET lease_owner = '', lease_until = ? WHERE job_id = ? AND lease_owner = ?",
            *(_NOT_YET, job_id, owner),
        )

    def put_off(self, job_id: UUID, owner: str, until: datetime) -> None:
        """Only by whoever holds the lease."""
        self._run(
            "UPDATE jobs SET state = 'waiting', lease_owner = '', lease_until = ? WHERE job_id = ? AND lease_owner = ?",
            *(microseconds(until), job_id, owner),
        )

    def forget(self, drafted_before: datetime, ended_before: datetime) -> None:
        """With their lists."""
        old = "(state = 'drafted' AND created_at < ?) OR (state IN ('finished', 'cancelled') AND ended_at < ?)"
        limits = (microseconds(drafted_before), microseconds(ended_before))
        with self._database.transaction() as sql:
            for table in ("job_items", "job_files"):
                sql.run(f"DELETE FROM {table} WHERE job_id IN (SELECT job_id FROM jobs WHERE {old})", limits)
            sql.run(f"DELETE FROM jobs WHERE {old}", limits)

    def _run(self, statement: str, *params: Any) -> bool:  # noqa: ANN401 - any value of a column
        with self._database.transaction() as sql:
            return sql.run(statement, params) == 1


def _row(job: Job) -> tuple[Any, ...]:
    return (
        job.job_id,
        job.establishment_id,
        job.actor,
        job.action,
        job.reason,
        job.correlation_id,
        job.state,
        job.total,
        job.cents or 0,
        job.done,
        job.failed,
        job.is_stopping,
        microseconds(job.created_at),
        microseconds(job.ended_at) if job.ended_at else _NOT_YET,
        job.undoes,
        job.is_seen,
        job.unpriced,
        job.proposes,
    )


def _onward(sql: StoreSql, counted: str, many: int, job_id: UUID, owner: str, until: datetime) -> Onward:
    """Count while the lease is held, and hold it longer."""
    holds = f"UPDATE jobs SET {counted}, lease_until = ? WHERE job_id = ? AND lease_owner = ?"
    if not sql.run(holds, (many, microseconds(until), job_id, owner)):
        return "lost"
    ((stopping,),) = sql.tuples("SELECT is_stopping FROM jobs WHERE job_id = ?", (job_id,))
    return "stop" if stopping else "go"


def _select(sql: StoreSql, where: str, *params: Any) -> list[Job]:  # noqa: ANN401 - any value of a column
    rows = sql.tuples(f"SELECT {', '.join(_COLUMNS)} FROM jobs WHERE {where}", params)
    return [_job(row) for row in rows]


def _job(row: Sequence[Any]) -> Job:
    found = Job(*(*row[:12], instant(row[12]), instant(row[13]) if row[13] else None, *row[14:]))
    return replace(found, cents=None) if found.unpriced == found.total else found
