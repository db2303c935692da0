"""The demo, told once a worker and only looked at; tests that change something take a copy."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from infrastructure.sample import sample_files
from tests.acceptance.over_soap import Template
from tests.acceptance.practice import MONTH, Installation, sent_month, typed
from tests.conftest import BOTH, require_postgres


@dataclass(frozen=True)
class Demo:
    """`printed`: what a person saw. The installation in the folder answers the command line."""

    folder: Path
    printed: str

    @property
    def installation(self) -> Installation:
        return Installation(self.folder, "", "demo")

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"


def tell_demo(folder: Path, seed: int) -> Demo:
    """`quittance demo --dir … --seed …`."""
    return Demo(folder, typed("demo", "--dir", folder, "--seed", str(seed), QUITTANCE_LANG="en").stdout)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Seed 1. Look at it, change nothing."""
    return tell_demo(tmp_path_factory.mktemp("demo") / "story", seed=1)


@pytest.fixture
def own_demo(demo: Demo, tmp_path: Path) -> Demo:
    """A copy that a test may change."""
    return Demo(shutil.copytree(demo.folder, tmp_path / "story"), demo.printed)


Month = tuple[Installation, UUID]


@pytest.fixture(scope="session")
def sent_months(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Month]:
    """By database: the sample month as sent, not answered. Made once; copy it."""
    made: dict[str, Month] = {}

    def of(kind: str) -> Month:
        if kind not in made:
            made[kind] = sent_month(kind, tmp_path_factory.mktemp(kind) / "sent")
        return made[kind]

    return of


@pytest.fixture(scope="session")
def typed_months(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Installation]:
    """By database: the month in files that wait to be sent, as an operator came there. Made once; copy it."""
    made: dict[str, Installation] = {}

    def of(kind: str) -> Installation:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            made[kind] = Installation.make(kind, folder / "home")
            made[kind].enter_register()
            (folder / "care.csv").write_bytes(sample_files().care)
            made[kind].cli("import", folder / "care.csv")
            made[kind].cli("bill", MONTH)
        return made[kind]

    return of


@pytest.fixture(scope="session")
def billed_weeks(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Template]:
    """By database: a few patients' month in files that wait, and the keys of a MyCareNet. Made once; copy it."""
    made: dict[str, Template] = {}

    def of(kind: str) -> Template:
        if kind not in made:
            made[kind] = Template.made(kind, tmp_path_factory.mktemp(f"billed-{kind}") / "template")
        return made[kind]

    return of


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """ "sqlite" or "postgres"."""
    chosen: str = request.param
    if chosen == "postgres":
        require_postgres()
    return chosen
