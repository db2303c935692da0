"""Fixtures for every test: `store` runs once on each database."""

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infrastructure.store.opening import Store
from tests.stores import KINDS, PostgresUnavailable, SteppedClock, fresh_store, shared_postgres

MakeStore = Callable[..., Store]
BOTH = [pytest.param(kind, marks=pytest.mark.postgres if kind == "postgres" else ()) for kind in KINDS]


@pytest.fixture(params=BOTH)
def store_kind(request: pytest.FixtureRequest) -> str:
    """ "sqlite" or "postgres"."""
    kind: str = request.param
    if kind == "postgres":
        require_postgres()
    return kind


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def make_store(store_kind: str, tmp_path: Path) -> Iterator[MakeStore]:
    """`make_store(clock=…, inline=…, schema=…)`: as many stores as a test wants, all closed at its end."""
    opened: list[Store] = []

    def make(**options: Any) -> Store:
        opened.append(fresh_store(store_kind, tmp_path, **options))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: MakeStore, clock: SteppedClock) -> Store:
    """An empty store on the database of this run of the test, at the time of `clock`."""
    return make_store(clock=clock)


def require_postgres() -> None:
    """Skips loudly where PostgreSQL cannot run; in CI that is a failure."""
    try:
        shared_postgres()
    except PostgresUnavailable as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"PostgreSQL must run in CI: {error}")
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(f"POSTGRESQL TESTS SKIPPED: {error}", stacklevel=1)
        pytest.skip(f"PostgreSQL cannot start: {error}")


_ON_BOTH = ("tests/infrastructure/store/", "tests/projections/", "tests/application/", "tests/acceptance/")
_passed: dict[str, set[str]] = {kind: set() for kind in KINDS}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which database each test passed on, but for what is of one database by its nature."""
    if report.when != "call" or "of_one_database" in report.keywords:
        return
    if report.passed and report.nodeid.startswith(_ON_BOTH):
        name, _, parameters = report.nodeid.partition("[")
        for kind in KINDS:
            if kind in parameters:
                _passed[kind].add(f"{name}[{parameters.replace(kind, '*')}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, what is tested on one database is tested on the other."""
    odd = sorted(_passed["sqlite"] ^ _passed["postgres"])
    if (
        os.environ.get("CI") == "true"
        and odd
        and session.exitstatus == 0
        and not hasattr(session.config, "workerinput")
    ):
        session.exitstatus = 1
        print(f"\nPassed on one database only ({len(odd)}): {', '.join(odd[:5])}")
