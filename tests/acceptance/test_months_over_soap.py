"""Whatever happens on the way to MyCareNet and back, a month ends as an undisturbed one, and each file went once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from threading import Event
from time import sleep
from typing import Any
from unittest.mock import patch

import pytest

from api.build import Quittance
from application.ports import Context
from domain.errors import NotAllowed
from domain.run_plan import RunOptions
from infrastructure.ehealth.generic_async import GenericAsync
from infrastructure.mycarenet_simulator.generic_async import Counter as PostCounter
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from tests.acceptance.over_soap import FILES, Month, Shifted, Template
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR
from tests.acceptance.soap_worker import LONGER, PATIENCE_S, Workers, wait_until
from tests.effort import SOAK

State = dict[str, list[dict[str, Any]]]
Week = tuple[Template, State]
ROUNDS = 40
KILLS = 4
RUNS = 100 if SOAK > 1 else 5
"""On each database."""
ANSWERED = (
    "sending.technically_acknowledged",
    "sending.acknowledged",
    "sending.accepted_for_processing",
    "sending.settled",
)
EVERYTHING = Scenario(
    tack_after=timedelta(minutes=30),
    late=timedelta(hours=1),
    doubled=True,
    shuffled=True,
    mishaps=0.4,
    slow=0.01,
    not_enough_time=16,
    signed=True,
    booleans_false=True,
)
"""Who sends for a group does so by its mandate, whatever the token says of their quality; of one's own number it decides."""
MISHAPS = replace(EVERYTHING, tack_after=timedelta(), late=timedelta(), slow=0)


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory, billed_weeks: Callable[[str], Template]) -> Callable[[str], Week]:
    """By database: the billed week, and how it ends when nothing happens."""
    made: dict[str, Week] = {}

    def of(kind: str) -> Week:
        if kind not in made:
            template = billed_weeks(kind)
            with Month.begun(template, tmp_path_factory.mktemp(f"week-{kind}") / "undisturbed") as month:
                with month.opened() as quittance:
                    month.open_session(quittance)
                    assert outcomes(send(quittance, month)) == ["transmitted"] * FILES
                    assert fetch(quittance, month) == 4 * FILES
                made[kind] = template, month.end_state()
        return made[kind]

    return of


@pytest.fixture
def week(kind: str, weeks: Callable[[str], Week]) -> Week:
    return weeks(kind)


def send(quittance: Quittance, month: Month) -> Any:
    quittance.views.catch_up()
    sent = quittance.dispatch.send(OPERATOR, month.where).result
    quittance.views.catch_up()
    return sent


def outcomes(sent: Any) -> list[str]:
    return [one.outcome for one in sent]


def fetch(quittance: Quittance, month: Month) -> int:
    """Ask until nothing waits any more; how much came."""
    came = 0
    for _ in range(ROUNDS):
        answers = quittance.answers.collect(OPERATOR, month.where).result.answers
        quittance.views.catch_up()
        if not answers:
            return came
        came += len(answers)
    raise AssertionError("the mailbox never gets empty")


def once_each(month: Month) -> bool:
    return len(month.door.files) == FILES and set(month.door.files.values()) == {1}


def test_late_doubled_shuffled_slow_lost_after_sending_and_short_of_time_all_at_once(
    week: Week, tmp_path: Path
) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month:
        month.there.simulator.scenario = EVERYTHING
        with month.opened() as quittance:
            month.open_session(quittance)
            assert set(outcomes(send(quittance, month))) == {"transmitted", "outcome_unknown"}
            assert send(quittance, month) == (), "nothing goes twice"
            assert fetch(quittance, month) == 0
            month.clock.forward(minutes=40)  # type: ignore[attr-defined]
            assert fetch(quittance, month) >= FILES, "acknowledged by the unions"
            month.clock.forward(hours=1)  # type: ignore[attr-defined]
            assert fetch(quittance, month) >= 3 * FILES
        assert once_each(month)
        assert month.end_state() == undisturbed


@pytest.mark.parametrize("most", [1, 3, 64])
def test_one_request_by_hand_brings_all_that_waits_however_few_there_is_time_for(
    week: Week, tmp_path: Path, most: int
) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month, month.opened() as quittance:
        month.open_session(quittance)
        send(quittance, month)
        month.there.simulator.scenario = Scenario(not_enough_time=most)
        assert len(quittance.answers.collect(OPERATOR, month.where).result.answers) == 4 * FILES
        assert month.end_state() == undisturbed


def test_more_than_fits_into_memory_is_taken_in_one_after_the_other(week: Week, tmp_path: Path) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month, month.opened() as quittance:
        month.open_session(quittance)
        send(quittance, month)
        with patch("infrastructure.ehealth.generic_async.MOST_BYTES_AT_ONCE", 1), opened_messages() as sizes:
            assert len(quittance.answers.collect(OPERATOR, month.where).result.answers) == 4 * FILES
        assert sizes == [1] * 3 * FILES, "one in each answer of the network"
        assert month.end_state() == undisturbed


@contextmanager
def opened_messages() -> Iterator[list[int]]:
    """How many messages each answer of the network was opened to, where there were any."""
    sizes, get = list[int](), GenericAsync.get

    def counted(service: GenericAsync, *asked: Any) -> Any:
        fetched = get(service, *asked)
        sizes.extend([len(fetched.messages)] if fetched.messages else [])
        return fetched

    with patch.object(GenericAsync, "get", counted):
        yield sizes


@pytest.mark.parametrize("switch", ["revoked", "outdated"])
def test_a_certificate_that_is_revoked_or_out_of_date_stops_all_and_loses_nothing(
    week: Week, tmp_path: Path, switch: str
) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month, month.opened() as quittance:
        month.open_session(quittance)
        month.there.simulator.scenario = Scenario(**{switch: True})
        assert "transmitted" not in outcomes(send(quittance, month))
        with pytest.raises(NotAllowed):
            month.open_session(quittance)
        assert month.door.files == {}
        month.there.simulator.scenario = USUAL
        month.open_session(quittance)
        send_all(quittance, month)
        fetch(quittance, month)
        assert once_each(month)
        assert month.end_state() == undisturbed


def send_all(quittance: Quittance, month: Month) -> None:
    """What is prepared or waits in the queue."""
    with quittance.store.database.snapshot() as sql:
        rows = sql.rows("SELECT sending_id FROM sendings WHERE status IN ('prepared', 'queued')")
    sent = quittance.dispatch.send(OPERATOR, month.where, [row["sending_id"] for row in rows]).result
    assert set(outcomes(sent)) == {"transmitted"}
    quittance.views.catch_up()


def test_a_token_that_is_over_before_it_comes_opens_no_session(week: Week, tmp_path: Path) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month, month.opened() as quittance:
        month.there.simulator.scenario = Scenario(token_expired=True)
        with pytest.raises(NotAllowed):
            month.open_session(quittance)
        assert outcomes(send(quittance, month)) == ["queued"] * FILES
        assert month.door.files == {}
        month.there.simulator.scenario = USUAL
        month.open_session(quittance)
        send_all(quittance, month)
        fetch(quittance, month)
        assert once_each(month)
        assert month.end_state() == undisturbed


def test_what_was_lost_before_it_arrived_goes_again_when_a_person_says_so(week: Week, tmp_path: Path) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month, month.opened() as quittance:
        month.open_session(quittance)
        month.there.simulator.scenario = Scenario(lost_before=True)
        lost = send(quittance, month)
        assert outcomes(lost) == ["outcome_unknown"] * FILES
        month.there.simulator.scenario = USUAL
        assert send(quittance, month) == ()
        assert fetch(quittance, month) == 0
        for one in lost:
            quittance.dispatch.resolve(OPERATOR, one.sending_id, arrived=False)
        send_all(quittance, month)
        fetch(quittance, month)
        assert once_each(month)
        assert month.end_state() == undisturbed


def test_what_the_unions_do_not_treat_goes_in_other_files_when_a_person_says_so(week: Week, tmp_path: Path) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month, month.opened() as quittance:
        month.open_session(quittance)
        month.there.simulator.scenario = Scenario(rejected=True)
        refused = send(quittance, month)
        assert fetch(quittance, month) == 2 * FILES, "a TAck and a REJECT each"
        assert len(in_status(quittance, "outcome_unknown")) == FILES
        month.there.simulator.scenario = USUAL
        assert send(quittance, month) == ()
        for one in refused:
            quittance.dispatch.confirm_rejection(OPERATOR, one.sending_id)
        quittance.views.catch_up()
        once_more = Context(replace(OPERATOR.meta, command_id="once more"))
        again = quittance.billing.run(once_more, month.where, RunOptions(MONTH)).result
        assert len(again.sendings) == FILES
        month.clock.forward(days=1)  # type: ignore[attr-defined] # one file a day and union
        month.open_session(quittance)
        send_all(quittance, month)
        fetch(quittance, month)
        assert len(month.door.files) == 2 * FILES
        assert set(month.door.files.values()) == {1}
        figures = [row["requested_cents"] for row in undisturbed["sendings"]]
        settled = [row["requested_cents"] for row in month.end_state()["sendings"] if row["status"] == "settled"]
        assert sorted(settled) == sorted(figures)


def test_a_session_that_ends_in_the_middle_of_a_batch_stops_between_two_files_and_goes_on_in_the_next(
    week: Week, tmp_path: Path
) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path) as month, month.opened(session_hours=1) as quittance:
        month.open_session(quittance)
        verdict = PostCounter._verdict

        def and_time_passes(counter: PostCounter, *rest: Any) -> Any:
            told = verdict(counter, *rest)
            if len(month.door.files) == 2:
                month.clock.forward(hours=2)  # type: ignore[attr-defined]
            return told

        with patch.object(PostCounter, "_verdict", and_time_passes):
            assert outcomes(send(quittance, month)) == ["transmitted", "transmitted", "queued", "queued"]
        assert quittance.answers.collect(OPERATOR, month.where).result.outcome == "queued"
        month.open_session(quittance)
        assert quittance.post.work("a worker"), "what was queued goes, and the answers are asked for"
        fetch(quittance, month)
        assert once_each(month)
        assert month.end_state() == undisturbed


@pytest.mark.parametrize("seed", range(RUNS))
def test_two_workers_killed_at_any_point_send_each_file_once_and_read_each_answer_once(
    week: Week, tmp_path: Path, seed: int
) -> None:
    template, undisturbed = week
    random = Random(seed)
    with Month.begun(template, tmp_path, Shifted.to(AFTERWARDS)) as month:
        month.there.simulator.scenario = MISHAPS if seed % 2 else USUAL
        with month.opened() as quittance:
            assert outcomes(send(quittance, month)) == ["queued"] * FILES
        with Workers.at_work(month, tmp_path / "logs", 2) as workers:
            with month.opened() as quittance:
                month.open_session(quittance)
            for _ in range(KILLS):
                wait_until(partial(month.door.has_passed, month.door.requests + random.randint(1, 8)))
                sleep(random.uniform(0, 0.1))
                workers.kill(random.choice(workers.running))
                workers.add()
            with month.opened() as quittance:
                wait_until(lambda: not in_status(quittance, "queued") and is_answered(quittance, month))
        with month.opened() as quittance:
            fetch(quittance, month)
            for lost in in_status(quittance, "outcome_unknown"):
                assert lost["provider_reference"] not in month.door.files, "what arrived is answered"
                quittance.dispatch.resolve(OPERATOR, lost["sending_id"], arrived=False)
            quittance.views.catch_up()
            month.there.simulator.scenario = USUAL  # the second try may be drawn to be lost too
            if in_status(quittance, "prepared"):
                send_all(quittance, month)
            fetch(quittance, month)
            for one in in_status(quittance, "settled"):
                topics = Counter(entry.topic for entry in quittance.log.history(one["sending_id"]))
                assert [topics[topic] for topic in ANSWERED] == [1] * len(ANSWERED)
        assert once_each(month)
        assert month.end_state() == undisturbed


def test_killed_with_a_file_in_hand_the_other_worker_sends_the_rest_and_fetches_all(week: Week, tmp_path: Path) -> None:
    template, undisturbed = week
    with Month.begun(template, tmp_path, Shifted.to(AFTERWARDS)) as month, month.opened() as quittance:
        verdict, is_killed = PostCounter._verdict, Event()

        def told_late(counter: PostCounter, *rest: Any) -> Any:
            told = verdict(counter, *rest)
            assert len(month.door.files) != 2 or is_killed.wait(PATIENCE_S)
            return told

        assert outcomes(send(quittance, month)) == ["queued"] * FILES
        with (
            patch.object(PostCounter, "_verdict", told_late),
            Workers.at_work(month, tmp_path / "logs", 2, LONGER) as workers,
        ):
            month.open_session(quittance)
            wait_until(lambda: len(month.door.files) == 2)
            (at_it,) = [one for one in workers.running if one.told()]
            workers.kill(at_it)
            assert [line["outcome"] for line in at_it.told()] == ["transmitted"]
            (in_hand,) = in_status(quittance, "outcome_unknown")
            assert month.door.files[in_hand["provider_reference"]] == 1
            is_killed.set()
            (other,) = workers.running
            wait_until(lambda: sum(line.get("count", 0) for line in other.told()) == 4 * FILES)
        assert [line["outcome"] for line in other.told() if line["work"] == "sending"] == ["transmitted"] * 2
        assert once_each(month)
        assert month.end_state() == undisturbed


def is_answered(quittance: Quittance, month: Month) -> bool:
    return len(in_status(quittance, "settled")) == len(month.door.files)


def in_status(quittance: Quittance, status: str) -> list[dict[str, Any]]:
    quittance.views.catch_up()
    with quittance.store.database.snapshot() as sql:
        return sql.rows("SELECT sending_id, provider_reference FROM sendings WHERE status = ?", (status,))
