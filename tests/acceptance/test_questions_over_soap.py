"""Questions of the queue over signed SOAP, with two workers of which some are killed: each asked, each answer taken in once."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from time import sleep
from uuid import UUID

import pytest

from api.build import Quittance
from application.insurability import of_month
from domain.insurability_query import Query, queries_id
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from tests.acceptance.many_questions import watched
from tests.acceptance.over_soap import Month, Shifted, Template
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR
from tests.acceptance.soap_worker import Workers, wait_until
from tests.effort import SOAK

ALONE, TOGETHER, KILLS = 8, 16, 3
RUNS = 50 if SOAK > 1 else 2
"""On each database."""
WISH = of_month(MONTH)
ONCE = ("queued", "asked", "answered")


@pytest.mark.parametrize("seed", range(RUNS))
def test_sof_13_questions_without_a_session_are_asked_whoever_is_killed_on_the_way(
    kind: str, billed_weeks: Callable[[str], Template], tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    with Month.begun(billed_weeks(kind), tmp_path, Shifted.to(AFTERWARDS)) as month, watched() as door:
        with month.opened() as quittance:
            people = with_a_number(quittance)
            alone, together = people[:ALONE], people[ALONE : ALONE + TOGETHER]
            assert {quittance.insurability.ask(OPERATOR, who, WISH).result.status for who in alone} == {"queued"}
            for part in (together[::2], together[1::2]):
                assert quittance.insurability_batches.ask(OPERATOR, month.where, part, WISH).result.status == "queued"
        with Workers.at_work(month, tmp_path / "logs", 2) as workers, month.opened() as quittance:
            month.open_session(quittance)
            for _ in range(KILLS):
                wait_until(partial(month.door.has_passed, month.door.requests + random.randint(1, 5)))
                sleep(random.uniform(0, 0.1))
                workers.kill(random.choice(workers.running))
                workers.add()
            wait_until(lambda: not {"queued", "waiting"} & statuses(quittance, people))
        with month.opened() as quittance:  # a message may have been on its way when they were told to stop
            assert quittance.insurability_answers is not None
            quittance.insurability_answers.collect(OPERATOR, month.where)
            assert statuses(quittance, alone) <= {"answered", "refused"}
            for who in alone:
                assert topics(quittance, who) == ONCE
                assert 1 <= door.times[latest(quittance, who).asked.reference] <= 1 + KILLS
            lost = [who for who in together if latest(quittance, who).status == "unknown"]
            for who in lost:  # whoever left them was killed before a word came: a person asks again
                assert quittance.insurability.ask(OPERATOR, who, WISH).result.status in ("answered", "refused")
            for who in set(together) - set(lost):
                assert topics(quittance, who) == ONCE
                assert latest(quittance, who).status in ("answered", "refused")
            messages = {latest(quittance, who).batch for who in together} - {""}
            assert len(messages) <= 2


def test_sof_13_a_session_that_is_believed_no_more_lets_questions_wait_for_the_next(
    kind: str, billed_weeks: Callable[[str], Template], tmp_path: Path
) -> None:
    with Month.begun(billed_weeks(kind), tmp_path) as month, month.opened() as quittance:
        people = with_a_number(quittance)
        alone, together = people[:ALONE], people[ALONE:]

        def open_session(then: Scenario) -> None:
            month.there.simulator.scenario = USUAL
            month.open_session(quittance)
            month.there.simulator.scenario = then

        open_session(Scenario(revoked=True))
        asked = quittance.insurability_batches.ask(OPERATOR, month.where, together, WISH).result
        assert (asked.status, asked.reference, len(asked.asked)) == ("queued", "", TOGETHER)
        assert not quittance.insurability.is_open(month.where)
        open_session(Scenario(revoked=True))
        assert {quittance.insurability.ask(OPERATOR, who, WISH).result.status for who in alone} == {"queued"}
        assert statuses(quittance, people) == {"queued"}
        assert not quittance.post.work("a worker")
        open_session(USUAL)
        while quittance.post.work("a worker"):
            pass
        assert quittance.insurability_answers is not None
        quittance.insurability_answers.collect(OPERATOR, month.where)
        assert statuses(quittance, people) <= {"answered", "refused"}
        assert {topics(quittance, who) for who in alone[1:]} == {ONCE}


def with_a_number(quittance: Quittance) -> list[UUID]:
    with quittance.store.database.snapshot() as sql:
        every = [row["patient_id"] for row in sql.rows("SELECT patient_id FROM patients ORDER BY patient_id")]
    opening = quittance.log.load(every)
    return [one for one in every if opening[one][0].ssin][: ALONE + TOGETHER]


def latest(quittance: Quittance, who: UUID) -> Query:
    found = quittance.insurability.latest(who)
    assert found is not None
    return found


def statuses(quittance: Quittance, people: list[UUID]) -> set[str]:
    return {latest(quittance, who).status for who in people}


def topics(quittance: Quittance, who: UUID) -> tuple[str, ...]:
    return tuple(one.topic.partition(".")[2] for one in quittance.log.history(queries_id(who)))
