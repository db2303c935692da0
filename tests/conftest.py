"""Fixtures for every test: `store` runs once on each database."""

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infrastructure.store.opening import Store
from tests.stores import KINDS, PostgresUnavailable, SteppedClock, fresh_store, shared_postgres
from tests.wire.recorder import Wire, overheard

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


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire]:
    """Hears what every simulated MyCareNet of this run says over its socket, and what it is told."""
    with overheard() as heard:
        yield heard


@pytest.fixture(autouse=True)
def _only_valid_messages(wire: Wire, request: pytest.FixtureRequest) -> Iterator[None]:
    """What passes over a socket while a test runs is valid by the official schemas, or the test fails."""
    yield
    heard = wire.look()
    if heard.passed:
        request.node.user_properties.append((_HEARD, (heard.passed, heard.judged)))
    assert heard.faults == []


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
_HEARD = "messages_heard"
_messages = {"passed": 0, "judged": 0}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which database each test passed on, but for what is of one database by its nature; and how much was judged."""
    if report.when == "teardown":
        for passed, judged in (value for name, value in report.user_properties if name == _HEARD):
            _messages["passed"] += passed
            _messages["judged"] += judged
    if report.when != "call" or "of_one_database" in report.keywords:
        return
    if report.passed and report.nodeid.startswith(_ON_BOTH):
        name, _, parameters = report.nodeid.partition("[")
        for kind in KINDS:
            if kind in parameters:
                _passed[kind].add(f"{name}[{parameters.replace(kind, '*')}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, what is tested on one database is tested on the other, and messages on the wire were judged."""
    if os.environ.get("CI") != "true" or session.exitstatus != 0 or hasattr(session.config, "workerinput"):
        return
    odd = sorted(_passed["sqlite"] ^ _passed["postgres"])
    if odd:
        session.exitstatus = 1
        print(f"\nPassed on one database only ({len(odd)}): {', '.join(odd[:5])}")
    is_whole = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if (is_whole or _messages["passed"]) and not _messages["judged"]:
        session.exitstatus = 1
        print(f"\nOf {_messages['passed']} messages on the wire none was judged: ../shared/schemas is not there?")
