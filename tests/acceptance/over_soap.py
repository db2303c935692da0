"""A month that waits to be sent, and a simulated MyCareNet that counts what it is handed over.

with Month.begun(template, "sqlite", folder) as month:
    month.open_session(); month.go(); month.end_state()
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from api.build import Quittance, build
from api.cli.demo_days import take_tariffs
from api.cli.simulator import settings_for
from api.mycarenet import MyCareNetSettings
from api.register_file import load_register
from application.import_care import ImportOptions
from application.ports import Clock
from domain.run_plan import RunOptions
from infrastructure.carefile.care_file import read_care_file
from infrastructure.mycarenet_simulator import generic_async
from infrastructure.mycarenet_simulator.app import Simulator
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.sample import sample_files
from infrastructure.simulator.scenario import USUAL
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR, Installation, states
from tests.stores import SteppedClock

_UNIONS = ("1", "2", "4", "5")
FILES = len(_UNIONS)
_WHO = "nurse"


@dataclass(frozen=True)
class Shifted:
    """A clock that runs, in another time: the same for every process that is told the shift."""

    shift: timedelta

    @classmethod
    def to(cls, instant: datetime) -> "Shifted":
        return cls(instant - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


def _care_of_a_few() -> bytes:
    """Of two patients of each of these unions."""
    told = [json.loads(line) for line in sample_files().register.splitlines()]
    patients = [one for one in told if one["kind"] == "patient" and one.get("ssin") and one["periods"]]
    funds = {one["ssin"]: one["periods"][0].get("sickness_fund", "") for one in patients}
    few = {ssin for union in _UNIONS for ssin in [who for who, fund in funds.items() if fund.startswith(union)][:2]}
    head, *rows = sample_files().care.splitlines()
    return b"\n".join([head, *(row for row in rows if row.partition(b";")[0].decode() in few)])


@dataclass(frozen=True)
class Template:
    """A practice whose month is in files that wait, and the keys of a simulated MyCareNet: made once, then copied."""

    installation: Installation
    where: UUID
    keys: Path

    @classmethod
    def made(cls, kind: str, folder: Path) -> "Template":
        """The month of a few patients of the sample: four files."""
        home, keys = folder / "home", folder / "mycarenet"
        home.mkdir(parents=True)
        installation, care = Installation.make(kind, home), _care_of_a_few()
        with installation.opened() as quittance:
            where = load_register(quittance, OPERATOR, sample_files().register, None).result.establishment_id
            assert where is not None
            take_tariffs(quittance, where)
            quittance.imports.take(OPERATOR, where, care, read_care_file(care), ImportOptions())
            quittance.views.catch_up()
            assert len(quittance.billing.run(OPERATOR, where, RunOptions(MONTH)).result.sendings) == FILES
        with closing(Simulator(keys, SteppedClock(AFTERWARDS))) as simulator:
            simulator.keystores()
        return cls(installation, where, keys)


@dataclass
class Door:
    """What came to MyCareNet: all requests, and how often each file by its reference, once its sender was believed."""

    requests: int = 0
    files: Counter[str] = field(default_factory=Counter)

    def has_passed(self, requests: int) -> bool:
        return self.requests >= requests


@dataclass
class Month:
    """A copy of the template, with a simulated MyCareNet of its own."""

    installation: Installation
    where: UUID
    there: Running
    clock: Clock
    door: "Door"

    @classmethod
    @contextmanager
    def begun(cls, template: Template, folder: Path, clock: Clock | None = None) -> Iterator["Month"]:
        """Its time stands still unless a clock is given."""
        time, kind = clock or SteppedClock(AFTERWARDS), "postgres" if template.installation.database else "sqlite"
        copied = template.installation.copy(kind, folder / "home")
        shutil.copytree(template.keys, folder / "mycarenet")
        with running(folder / "mycarenet", time, unions=USUAL) as there, watched() as door:
            yield cls(copied, template.where, there, time, door)

    @property
    def way(self) -> MyCareNetSettings:
        return settings_for(self.there.simulator, self.there.url)

    @contextmanager
    def opened(self, **changed: Any) -> Iterator[Quittance]:
        """The product, over SOAP."""
        way = self.way.model_copy(update=changed)
        with closing(build(self.installation.settings, self.clock, way=way)) as quittance:
            quittance.views.catch_up()
            yield quittance

    def open_session(self, quittance: Quittance) -> None:
        content = self.there.simulator.keystores()[_WHO].read_bytes()
        quittance.sessions_over_mycarenet.open_with_p12(OPERATOR, self.where, content, self.there.simulator.password())
        quittance.views.catch_up()

    def end_state(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that answers can change."""
        with self.opened() as quittance:
            return states(quittance)


@contextmanager
def watched() -> Iterator[Door]:
    """Of every simulator in this block."""
    door, answer, verdict = Door(), Simulator.answer, generic_async.Counter._verdict

    def counted(simulator: Simulator, *asked: Any) -> Any:
        door.requests += 1
        return answer(simulator, *asked)

    def believed(counter: generic_async.Counter, post: Any, *rest: Any) -> Any:
        door.files[post.findtext(".//{*}InputReference")] += 1
        return verdict(counter, post, *rest)

    with patch.object(Simulator, "answer", counted), patch.object(generic_async.Counter, "_verdict", believed):
        yield door
