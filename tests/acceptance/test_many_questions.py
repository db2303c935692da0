"""Two hundred patients asked about at once: side by side over sockets, never faster than the pace, each once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest

from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from tests.acceptance.crash_worker import kill, start
from tests.acceptance.many_questions import Asked, work_off
from tests.acceptance.over_soap import Shifted
from tests.acceptance.practice import AFTERWARDS, OPERATOR

Ask = Callable[[int, str], AbstractContextManager[Asked]]
BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgres"])
ONCE = ("asked", "answered")
AT_ONCE, PER_SECOND, SLOW_S = 10, 60, 0.15


@pytest.fixture
def about(tmp_path: Path) -> Ask:
    return partial(Asked.about, folder=tmp_path)


@BOTH
def test_sof_24_two_hundred_are_asked_side_by_side_and_no_faster_than_the_pace(kind: str, about: Ask) -> None:
    with about(200, kind) as asked, asked.opened(AT_ONCE, PER_SECOND) as quittance:
        asked.there.simulator.scenario = Scenario(slow=SLOW_S)
        job_id, began = asked.begin(quittance), monotonic()
        assert quittance.jobs.work("here")
        assert monotonic() - began < 200 * SLOW_S / 2, "one after the other, waiting alone takes 30 s"
        job = quittance.jobs.job(job_id)
        assert (job.state, job.done, job.failed) == ("finished", 200, 0)
        assert asked.topics(quittance) == [ONCE] * 200
        assert set(asked.door.times.values()) == {1}
        came = asked.door.at
        for place, at in enumerate(came):
            within = sum(at <= other < at + 1 for other in came[place:])
            assert within <= PER_SECOND + AT_ONCE, "those on the way may catch each other up, not more"


@BOTH
def test_a_job_that_is_killed_with_many_under_way_asks_nobody_again_who_was_answered(kind: str, about: Ask) -> None:
    with about(60, kind) as asked, asked.opened(AT_ONCE) as quittance:
        asked.there.simulator.scenario = Scenario(slow=0.05)
        job_id = asked.begin(quittance)
        process, _ = start(work_off, asked.installation.settings, asked.way(AT_ONCE, 100), Shifted.to(AFTERWARDS))
        until = monotonic() + 30
        while len(asked.door.at) < 25 and monotonic() < until:
            sleep(0.005)
        kill(process)
        sleep(0.2)  # what is under way at the simulator comes to its end there
        answered = asked.topics(quittance).count(ONCE)
        assert 0 < answered < 60
        asked.clock.forward(minutes=5)  # its lease is over
        asked.there.simulator.scenario = USUAL
        assert quittance.jobs.work("there")
        job = quittance.jobs.job(job_id)
        assert (job.state, job.done, job.failed) == ("finished", 60, 0)
        assert asked.topics(quittance) == [ONCE] * 60
        twice = [times for times in asked.door.times.values() if times > 1]
        assert len(asked.door.times) == 60
        assert len(twice) <= AT_ONCE
        assert set(twice) <= {2}


def test_a_token_that_is_believed_no_more_ends_the_session_once_and_all_are_asked_in_the_next(about: Ask) -> None:
    with about(30, "sqlite") as asked, asked.opened(AT_ONCE) as quittance:
        asked.there.simulator.scenario = Scenario(revoked=True)
        job_id = asked.begin(quittance)
        assert quittance.jobs.work("here")
        job = quittance.jobs.job(job_id)
        assert (job.state, job.done, job.failed) == ("waiting", 0, 0)
        assert sum(bool(topics) for topics in asked.topics(quittance)) <= AT_ONCE
        asked.there.simulator.scenario = USUAL
        content = asked.there.simulator.keystores()["nurse"].read_bytes()
        password = asked.there.simulator.password()
        quittance.sessions_over_mycarenet.open_with_p12(OPERATOR, asked.where, content, password)
        asked.clock.forward(seconds=5)
        assert quittance.jobs.work("here")
        job = quittance.jobs.job(job_id)
        assert (job.state, job.done, job.failed) == ("finished", 30, 0)
        assert asked.topics(quittance) == [ONCE] * 30
