"""Work of a job on a file, over each database: told while it goes on, stopped, gone on with, and done once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.commit import Decided, decide
from application.job_actions import Progress
from application.ports import Context, Meta
from domain.errors import Invalid
from infrastructure.store.opening import Store
from tests.application.job_desk import ANNA, BEN, CONTENT, Desk
from tests.application.office import Office, StandingClock


@pytest.fixture
def desk(office: Office, store: Store) -> Desk:
    return Desk(office, store)


def kept(desk: Desk) -> int:
    with desk.store._database.reading() as sql:
        rows = sql.tuples("SELECT file FROM job_files")
    assert not any("ligne" in row[0] for row in rows), "sealed"
    return len(rows)


def finish(desk: Desk, ctx: Context, result: str) -> Any:
    return decide(desk.office.log, ctx, lambda: Decided([], result))


def test_work_on_a_file_tells_how_far_it_is_and_where_its_result_stands(desk: Desk) -> None:
    shares: list[tuple[int, int]] = []

    def run(ctx: Context, where: UUID, content: bytes, progress: Progress) -> Any:
        assert (where, content) == (desk.office.where, CONTENT)
        for _ in progress.between(0.5, 1)(range(4)):
            job = desk.jobs.job(job_id)
            shares.append((job.done, job.percent))
        return finish(desk, ctx, "voir")

    job_id = desk.file(run)
    assert kept(desk) == 1
    assert desk.jobs.work("here")
    assert shares == [(200, 25), (250, 50), (300, 50), (350, 75)]
    job = desk.jobs.job(job_id)
    assert (job.state, job.total, job.done, job.failed, job.percent) == ("finished", 401, 401, 0, 100)
    assert desk.jobs.leads_to(job) == f"/voir/{len(CONTENT)}"
    assert kept(desk) == 0


def test_a_file_that_is_refused_says_why_and_is_forgotten(desk: Desk) -> None:
    def run(*_: Any) -> Any:
        raise Invalid("header_missing", "no header", field="file")

    job = desk.jobs.job(desk.file(run))
    assert desk.jobs.work("here")
    assert list(desk.left(job).values()) == ["header_missing"]
    assert (desk.jobs.job(job.job_id).state, desk.jobs.leads_to(job), kept(desk)) == ("finished", "", 0)


def test_work_on_a_file_needs_the_right_by_then(desk: Desk) -> None:
    job = desk.jobs.job(desk.file(lambda *_: pytest.fail("must not run"), right="register"))
    assert desk.jobs.work("here")
    assert list(desk.left(job).values()) == ["not_permitted"]


def test_work_on_a_file_stops_where_it_is_when_asked(desk: Desk) -> None:
    seen: list[int] = []

    def run(ctx: Context, where: UUID, content: bytes, progress: Progress) -> Any:
        for thing in progress.between(0, 1)(range(10)):
            seen.append(thing)
            if thing == 4:
                desk.jobs.stop(job_id)
        return finish(desk, ctx, "never")

    job_id = desk.file(run)
    assert desk.jobs.work("here")
    assert seen == [0, 1, 2, 3, 4]
    assert (desk.jobs.job(job_id).state, kept(desk)) == ("cancelled", 0)
    waiting = desk.file(run)
    assert kept(desk) == 1
    desk.jobs.stop(waiting)
    assert kept(desk) == 0


def test_work_on_a_file_goes_on_after_a_restart_and_is_done_once(desk: Desk, clock: StandingClock) -> None:
    seen: list[int] = []

    def run(ctx: Context, where: UUID, content: bytes, progress: Progress) -> Any:
        for thing in progress.between(0, 1)(range(6)):
            seen.append(thing)  # noqa: PERF402 - one by one, as the service may close in between
        return finish(desk, ctx, "voir")

    job_id = desk.file(run)
    assert desk.jobs.work("closing", lambda: len(seen) > 2)
    assert desk.jobs.job(job_id).state == "running"
    claimed = desk.store.claim("dying", clock.now(), clock.now() + timedelta(seconds=30))
    assert claimed, "left to whoever comes next"
    assert not desk.jobs.work("too early")
    clock.instant += timedelta(seconds=31)
    assert desk.jobs.work("after")
    assert seen == [0, 1, 2, 0, 1, 2, 3, 4, 5]
    # It is committed, and the lights go out before its end is noted.
    file = sealed(desk)
    with desk.store._database.transaction() as sql:
        sql.run("UPDATE jobs SET state = 'running' WHERE job_id = ?", (job_id,))
        sql.insert("job_files", ("job_id", "file"), [(job_id, file)])
    assert desk.jobs.work("again")
    assert len(seen) == 9
    assert desk.jobs.job(job_id).state == "finished"


def sealed(desk: Desk) -> str:
    """The file of another job with the same content."""
    other = desk.jobs.begin_file(desk.by(BEN), desk.office.where, "files.test", CONTENT)
    file = desk.store.file(other)
    desk.jobs.stop(other)
    return file


def test_whoever_lost_the_lease_leaves_a_file_to_the_other(desk: Desk, clock: StandingClock) -> None:
    def run(ctx: Context, where: UUID, content: bytes, progress: Progress) -> Any:
        progress.reached(0.1)
        clock.instant += timedelta(minutes=6)
        assert desk.store.claim("quick", clock.now(), clock.now() + timedelta(seconds=30))
        progress.reached(0.2)
        pytest.fail("must be left")

    job_id = desk.file(run)
    assert desk.jobs.work("slow")
    assert (desk.jobs.job(job_id).state, desk.jobs.job(job_id).done, kept(desk)) == ("running", 40, 1)


def test_the_same_form_begins_the_same_work_once(desk: Desk) -> None:
    job_id = desk.file(lambda ctx, *_: finish(desk, ctx, "voir"))
    same = Meta(ANNA, command_id=f"form {desk._commands}")
    assert desk.jobs.begin_file(same, desk.office.where, "files.test", CONTENT) == job_id
    assert kept(desk) == 1


@pytest.mark.parametrize(("many", "told"), [(0, 1), (1, 2), (50, 51), (10_000, 101), (200_000, 2_001)])
def test_progress_is_told_often_enough_and_not_too_often(many: int, told: int) -> None:
    shares: list[float] = []
    assert list(Progress(shares.append).between(0.25, 0.75)(range(many))) == list(range(many))
    assert len(shares) == told
    assert shares == sorted(shares)
    assert shares[-1] == 0.75
    assert min(shares) >= 0.25
