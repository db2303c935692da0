"""Many hands on one job: no more than allowed, counted as they come, left in order, and its lease held; on each database."""

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Event, Lock, Semaphore
from time import sleep
from uuid import UUID

import pytest

from application import job_work
from application.job_actions import JobAction
from application.job_store import Onward
from application.many_hands import many_hands
from application.ports import Context
from domain.errors import NotAllowed
from infrastructure.store.opening import Store
from tests.application.job_desk import ANNA, Desk
from tests.application.office import Office, StandingClock
from tests.domain.builders import uid

HANDS = 3
THINGS = [uid(f"thing {place}") for place in range(12)]
NAME = "patients.test"


class Work:
    """Counts who is at it; `meanwhile` is told how many were begun."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.begun, self.under_way, self.most = desk, list[UUID](), 0, 0
        self.meanwhile: Callable[[int], object] = lambda _: sleep(0.005)
        self._lock = Lock()
        desk.actions.add({NAME: JobAction("note", self.run, at_once=HANDS)}, {})
        self.job_id = desk.jobs.draft(desk.by(ANNA), desk.office.where, NAME, THINGS, 0)
        desk.jobs.confirm(self.job_id, ANNA, "")

    def run(self, context: Context, where: UUID, subject_id: UUID) -> None:
        with self._lock:
            self.begun.append(subject_id)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            nth = len(self.begun)
        try:
            self.meanwhile(nth)
        finally:
            with self._lock:
                self.under_way -= 1

    @property
    def counted(self) -> int:
        job = self.desk.jobs.job(self.job_id)
        return job.done + job.failed


@pytest.fixture
def work(office: Office, store: Store) -> Work:
    return Work(Desk(office, store))


def test_as_many_as_allowed_are_under_way_and_never_more(work: Work) -> None:
    together = Barrier(HANDS, timeout=10)
    work.meanwhile = lambda nth: together.wait() if nth <= HANDS else sleep(0.005)
    assert work.desk.jobs.work("here")
    assert (work.most, work.counted, sorted(work.begun)) == (HANDS, len(THINGS), sorted(THINGS))


def test_each_is_counted_when_it_is_done_and_one_that_fails_keeps_none_back(work: Work) -> None:
    seen = list[int]()

    def meanwhile(nth: int) -> None:
        seen.append(work.counted)
        if nth == 2:
            raise NotAllowed("too_late", "It is too late.")

    work.meanwhile = meanwhile
    assert work.desk.jobs.work("here")
    job = work.desk.jobs.job(work.job_id)
    assert (job.state, job.done, job.failed) == ("finished", 11, 1)
    assert list(work.desk.left(job).values()) == ["too_late"]
    assert max(seen) >= len(THINGS) - HANDS
    assert all(counted >= nth - HANDS for nth, counted in enumerate(sorted(seen)))


@pytest.mark.parametrize("how", ["stopped", "closing"])
def test_what_is_under_way_when_it_is_left_is_done_and_counted_and_nothing_else_begun(work: Work, how: str) -> None:
    closing = Event()

    def meanwhile(nth: int) -> None:
        if nth == 5:
            work.desk.jobs.stop(work.job_id) if how == "stopped" else closing.set()
        sleep(0.02)

    work.meanwhile = meanwhile
    assert work.desk.jobs.work("here", closing.is_set)
    assert 5 <= len(work.begun) <= 5 + HANDS
    assert work.counted == len(work.begun)
    state = work.desk.jobs.job(work.job_id).state
    assert state == ("cancelled" if how == "stopped" else "running")
    assert work.desk.jobs.work("there") == (how == "closing")
    assert work.counted == len(work.begun)
    assert len(work.begun) == len(set(work.begun))


def test_an_outage_waits_for_those_under_way_and_leaves_the_job_to_whoever_comes_next(work: Work) -> None:
    class Outage(Exception):
        pass

    work.desk.jobs._work = job_work.JobWork(
        work.desk.store,
        work.desk.office.log,
        work.desk.office.keys,
        work.desk.office.clock,
        work.desk._caller,
        work.desk.actions,
        (Outage,),
    )

    def meanwhile(nth: int) -> None:
        if nth == 4:
            raise Outage
        sleep(0.05)

    work.meanwhile = meanwhile
    with pytest.raises(Outage):
        work.desk.jobs.work("here")
    assert work.under_way == 0
    work.meanwhile = lambda _: None
    assert work.desk.jobs.work("there")
    assert work.counted == len(THINGS)


def test_the_lease_is_held_while_one_answer_takes_longer_than_it(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_work, "STILL_HERE_S", 0.02)
    clock = work.desk.office.clock
    assert isinstance(clock, StandingClock)
    taken, held, hold = list[object](), Semaphore(0), work.desk.store.hold

    def holding(job_id: UUID, owner: str, until: datetime) -> Onward:
        onward = hold(job_id, owner, until)
        held.release()
        return onward

    monkeypatch.setattr(work.desk.store, "hold", holding)

    def meanwhile(nth: int) -> None:
        if nth > 1:
            return
        for _ in range(4):
            clock.instant += job_work.LEASE * 0.8
            assert held.acquire(timeout=10)
            assert held.acquire(timeout=10), "the first may have read the clock before"
            taken.append(work.desk.store.claim("another", clock.now(), clock.now() + job_work.LEASE))

    work.meanwhile = meanwhile
    assert work.desk.jobs.work("here")
    assert taken == [None] * 4
    assert work.desk.jobs.job(work.job_id).state == "finished"


def test_results_come_as_they_are_done_and_waiting_is_told() -> None:
    first = Event()

    def do(place: int) -> int:
        if place == 0:
            assert first.wait(10)
        return place

    came = list[int | None]()
    for one in many_hands(range(5), do, 2, 0.01):
        came.append(one)
        if len(came) == 6:
            first.set()
    assert [one for one in came if one is not None] == [1, 2, 3, 4, 0]
    assert None in came


def test_one_hand_does_one_thing_at_a_time_and_takes_the_next_when_it_was_looked_at() -> None:
    looked, begun = list[int](), list[list[int]]()
    for one in many_hands(range(4), lambda place: begun.append(list(looked)) or place, 1):
        assert one is not None
        looked.append(one)
    assert begun == [[], [0], [0, 1], [0, 1, 2]]
