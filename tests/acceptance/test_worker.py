"""Workers of the post: killed between any two steps, two at once; nothing is lost and nothing is done twice."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from signal import SIGINT, SIGKILL, SIGTERM, pthread_kill
from subprocess import PIPE, Popen
from threading import Timer, get_ident, main_thread
from time import monotonic, sleep
from uuid import UUID

import pytest

from api.build import Quittance, build
from api.job_worker import working_off
from domain import sending as sendings
from domain.run_plan import RunOptions
from tests.acceptance.crash_worker import start
from tests.acceptance.post_worker import CountedUnions, work
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR, Installation, enter_month
from tests.stores import SteppedClock

LIVES = 40
STEPS = 12


@pytest.fixture
def queued(kind: str, tmp_path: Path) -> tuple[Installation, Path]:
    """A month that was sent while no session was open; where its unions keep what they take."""
    made, folder = Installation.make(kind, tmp_path / "home"), tmp_path / "unions"
    clock = SteppedClock(AFTERWARDS)
    quittance = build(made.settings, clock, CountedUnions(folder, clock, is_in_session=False))
    where = enter_month(quittance)
    quittance.views.catch_up()
    quittance.billing.run(OPERATOR, where, RunOptions(MONTH))
    sent = quittance.dispatch.send(OPERATOR, where).result
    assert {one.outcome for one in sent} == {"queued"}
    assert quittance.answers.collect(OPERATOR, where).result.outcome == "queued"
    quittance.close()
    return made, folder


def states(quittance: Quittance) -> dict[UUID, sendings.Sending]:
    with quittance.store.database.snapshot() as sql:
        ids = [row["sending_id"] for row in sql.rows("SELECT sending_id FROM sendings")]
    found = {one: sendings.fold(events, one) for one, events in quittance.log.load(ids).items()}
    return {one: state for one, state in found.items() if state}


def taken(folder: Path) -> Counter[str]:
    lines = folder.with_name("taken")
    return Counter(lines.read_text("ascii").split() if lines.exists() else ())


def test_n17_killed_at_random_steps_no_file_is_lost_and_none_goes_twice(queued: tuple[Installation, Path]) -> None:
    """What was cut while it left stays unknown until an answer comes, or a person says that it did not arrive."""
    installation, folder = queued
    random, killed = Random(11), 0
    for life in range(LIVES):
        at = AFTERWARDS + timedelta(days=life)
        process, said = start(work, installation.settings, folder, at, random.randint(1, STEPS))
        process.join()
        assert process.exitcode in (0, -SIGKILL)
        killed += process.exitcode != 0
        said.close()
        assert max(taken(folder).values(), default=0) <= 1
        with installation.opened(SteppedClock(at)) as quittance:
            for one, state in states(quittance).items():
                if state.status == "outcome_unknown" and not taken(folder)[state.made.provider_reference]:
                    quittance.dispatch.resolve(OPERATOR, one, arrived=False)
                    transport = CountedUnions(folder, SteppedClock(at), is_in_session=False)
                    quittance.dispatch._transport = transport
                    (again,) = quittance.dispatch.send(OPERATOR, state.made.establishment_id, [one]).result
                    assert again.outcome == "queued"
    assert killed > LIVES // 3
    process, said = start(work, installation.settings, folder, AFTERWARDS + timedelta(days=LIVES + 40), 0)
    assert said.recv() >= 0
    process.join()
    with installation.opened(SteppedClock(AFTERWARDS + timedelta(days=LIVES + 41))) as quittance:
        found = states(quittance)
        assert {state.status for state in found.values()} <= {"settled", "rejected", "envelope_rejected"}
        assert taken(folder) == Counter(state.made.provider_reference for state in found.values())
        for one in found:
            topics = Counter(recorded.topic for recorded in quittance.log.history(one))
            assert topics["sending.settled"] <= 1
            assert topics["sending.acknowledged"] <= 1
        with quittance.store.database.snapshot() as sql:
            asked = sql.rows("SELECT outcome, proof FROM polls WHERE outcome <> 'queued'")
            open_ones = sql.rows("SELECT 1 FROM items WHERE NOT is_settled AND kind = 'not_applied'")
        assert asked
        assert not open_ones
        assert all(quittance.messages.get(row["proof"]) == b"<the whole answer/>" for row in asked)


def test_two_workers_at_once_send_each_file_once(queued: tuple[Installation, Path]) -> None:
    installation, folder = queued
    both = [start(work, installation.settings, folder, AFTERWARDS, 0) for _ in range(2)]
    assert sum(said.recv() for _, said in both) >= 1
    for process, _ in both:
        process.join()
    with installation.opened() as quittance:
        found = states(quittance)
        assert {state.status for state in found.values()} & {"queued", "outcome_unknown"} == set()
        assert taken(folder) == Counter(state.made.provider_reference for state in found.values())


def test_what_the_service_does_beside_itself_sends_what_waits(queued: tuple[Installation, Path]) -> None:
    installation, folder = queued
    clock = SteppedClock(AFTERWARDS)
    with closing(build(installation.settings, clock, CountedUnions(folder, clock))) as quittance:
        with working_off(quittance, every_s=0.01):
            until = monotonic() + 60
            while any(state.status == "queued" for state in states(quittance).values()):
                assert monotonic() < until
                sleep(0.05)
        assert {state.status for state in states(quittance).values()} & {"prepared", "queued"} == set()
        assert taken(folder) == Counter(state.made.provider_reference for state in states(quittance).values())


@pytest.mark.parametrize("how", [SIGTERM, SIGINT])
def test_the_command_ends_cleanly_when_it_is_told_to(queued: tuple[Installation, Path], how: int) -> None:
    installation, _ = queued
    command = [sys.executable, "-m", "api.cli", "worker"]
    with Popen(command, env={**os.environ, **installation.environment}, stdout=PIPE, stderr=PIPE, text=True) as worker:
        assert worker.stdout
        assert worker.stdout.readline().startswith("At work")
        worker.send_signal(how)
        rest, _ = worker.communicate(timeout=60)
    assert (worker.returncode, rest.strip()) == (0, "Stopping between two messages…")


def test_a_signal_that_does_not_wake_the_command_ends_it_all_the_same(
    queued: tuple[Installation, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that comes just before it waits, or that another thread is given."""

    @contextmanager
    def beside(_: Quittance) -> Iterator[None]:
        Timer(0.3, lambda: pthread_kill(get_ident(), SIGTERM)).start()
        yield

    monkeypatch.setattr("api.cli.worker.working_off", beside)
    in_the_end = Timer(20, lambda: pthread_kill(main_thread().ident or 0, SIGTERM))
    in_the_end.start()
    try:
        assert "Stopping" in queued[0].cli("worker").stdout
        assert in_the_end.is_alive(), "it did not have to be told twice"
    finally:
        in_the_end.cancel()


def test_what_waits_and_what_was_asked_is_told_at_the_command_line(queued: tuple[Installation, Path]) -> None:
    installation, _ = queued
    assert [one["outcome"] for one in installation.json("polls")] == ["queued"]
    shown = installation.cli("polls").stdout
    assert "wanted while no session was open" in shown
    assert "2026-11-20 13:00" in shown, "an hour of Belgium"
    with installation.opened() as quittance:
        first = next(one for one, state in states(quittance).items() if state.status == "queued")
    assert installation.json("polls", str(first)) == [], "nothing was asked since it left: it did not"
    assert installation.json("unqueue", str(first), "--reason", "sent by post") == {"sending_id": str(first)}
    assert installation.json("unqueue", str(first), code=1)["error"] == "sending_not_queued"
    assert installation.json("silent") == []
    assert "No sending waits too long" in installation.cli("silent").stdout
    installation.json("send")
    (told, *_) = installation.json("silent", at=AFTERWARDS + timedelta(days=8))
    assert (told["silent_days"], told["asked"], told["status"]) == (8, 0, "transmitted")
    assert told["sending_id"] in installation.cli("silent", at=AFTERWARDS + timedelta(days=8)).stdout
