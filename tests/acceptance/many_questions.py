"""A practice whose patients insurers know, and a simulated MyCareNet that notes when it is asked what.

with Asked.about(200, "sqlite", folder) as asked, asked.opened(at_once=10) as quittance:
    job_id = asked.begin(quittance); quittance.jobs.work("here"); asked.door.at
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Any
from unittest.mock import patch
from uuid import UUID

from api.build import Quittance, build
from api.cli.simulator import settings_for
from api.job_worker import working_off
from api.mycarenet import MyCareNetSettings
from api.register_file import load_register
from api.settings import Settings
from application.insurability_jobs import ASK
from domain.insurability_query import queries_id
from infrastructure.mycarenet_simulator.member_data import Insurers
from infrastructure.mycarenet_simulator.members import Cover, Member, Members
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.sample import sample_files
from infrastructure.sample.numbers import ssin
from tests.acceptance.over_soap import Shifted
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR, Installation
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.stores import SteppedClock

SINCE = Date(2020, 1, 1)


@dataclass
class Door:
    """Questions that came to insurers: when, and how often each."""

    at: list[float] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    lock: Any = field(default_factory=Lock)

    def comes(self, reference: str) -> None:
        with self.lock:
            self.at.append(monotonic())
            self.times[reference] += 1


@dataclass
class Asked:
    """`people`: all patients of the practice, each known to insurers."""

    installation: Installation
    where: UUID
    people: Sequence[UUID]
    there: Running
    clock: SteppedClock
    door: Door

    @classmethod
    @contextmanager
    def about(cls, many: int, kind: str, folder: Path) -> Iterator["Asked"]:
        """A session is open."""
        (folder / "home").mkdir()
        made, clock = Installation.make(kind, folder / "home"), SteppedClock(AFTERWARDS)
        members = [_member(place) for place in range(many)]
        with running(with_keys(folder / "mycarenet"), clock) as there, watched() as door:
            there.simulator.members = Members(members)
            with closing(build(made.settings, clock, way=settings_for(there.simulator, there.url))) as quittance:
                where = load_register(quittance, OPERATOR, _register(members), None).result.establishment_id
                assert where is not None
                content = there.simulator.keystores()["nurse"].read_bytes()
                quittance.sessions_over_mycarenet.open_with_p12(OPERATOR, where, content, there.simulator.password())
                quittance.views.catch_up()
                with quittance.store.database.snapshot() as sql:
                    people = [row["patient_id"] for row in sql.rows("SELECT patient_id FROM patients")]
            assert len(people) == many
            yield cls(made, where, people, there, clock, door)

    def way(self, at_once: int, per_second: float) -> MyCareNetSettings:
        changed = {"member_data_at_once": at_once, "member_data_per_second": per_second}
        return settings_for(self.there.simulator, self.there.url).model_copy(update=changed)

    @contextmanager
    def opened(self, at_once: int, per_second: float = 100) -> Iterator[Quittance]:
        with closing(build(self.installation.settings, self.clock, way=self.way(at_once, per_second))) as quittance:
            yield quittance

    def begin(self, quittance: Quittance) -> UUID:
        """About everybody, for the month; nobody is at it yet."""
        job_id = quittance.jobs.draft(OPERATOR.meta, self.where, f"{ASK}:{MONTH}", self.people, 0)
        quittance.jobs.confirm(job_id, OPERATOR.meta.actor, "")
        return job_id

    def topics(self, quittance: Quittance) -> list[tuple[str, ...]]:
        """What is recorded of each question about each."""
        found = quittance.log.histories([queries_id(one) for one in self.people])
        return [tuple(one.topic.partition(".")[2] for one in recorded) for recorded in found.values()]


@contextmanager
def watched() -> Iterator[Door]:
    """Of every simulator in this block."""
    door, answer = Door(), Insurers.answer

    def noted(insurers: Insurers, node: Any, origin: Any, reference: str) -> Any:
        door.comes(reference)
        return answer(insurers, node, origin, reference)

    with patch.object(Insurers, "answer", noted):
        yield door


def work_off(settings: Settings, way: MyCareNetSettings, clock: Shifted, said: Connection) -> None:
    """As `quittance worker`, until it is killed."""
    with working_off(build(settings, clock, way=way), 0.05):
        said.send("works")
        Event().wait()


def _member(place: int) -> Member:
    born = Date(1950, 1, 1) + timedelta(place)
    cover = Cover(SINCE, None, "131", "110", "110")
    return Member(ssin(born, 2), f"{place:013d}", "Fictive", "Person", born, 2, (cover,))


def _register(members: Sequence[Member]) -> bytes:
    """The sample's practice, with these patients instead of its own."""
    lines = [one for one in sample_files().register.splitlines() if json.loads(one)["kind"] != "patient"]
    period = {"valid_from": SINCE.isoformat(), "sickness_fund": "131", "ct1": "110", "ct2": "110"}
    for one in members:
        who = {"ssin": one.ssin, "last_name": one.last_name, "first_name": one.first_name, "sex": one.sex}
        told = {"kind": "patient", **who, "birth_date": one.birth_date.isoformat(), "language": "fr"}
        lines.append(json.dumps(told | {"periods": [period]}).encode())
    return b"\n".join(lines)
