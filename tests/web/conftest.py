"""A site that was billed once, for all tests that only read; and small ones that a test may change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import require_postgres
from tests.web.browser import require_browser, started
from tests.web.site import RunningSite, tell_month


def pytest_configure(config: pytest.Config) -> None:
    """`-m "not browser"` leaves the browser out, `-m "not card"` the card service."""
    config.addinivalue_line("markers", "browser: needs Chromium and axe-core (skipped loudly without; a failure in CI)")
    config.addinivalue_line(
        "markers", "card: needs pcscd, vsmartcard-vpcd and pyscard (skipped loudly without; likewise)"
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The whole sample month, answered by the unions; the month after entered. Look at it, change nothing."""
    with RunningSite.open(tmp_path_factory.mktemp("site")) as opened:
        tell_month(opened)
        yield opened


@pytest.fixture
def fresh_site(tmp_path: Path) -> Iterator[RunningSite]:
    """The sample practice without care: `enter_care`, `bill`, `bill_and_answer` as a test needs."""
    with RunningSite.open(tmp_path / "home") as opened:
        opened.enter_practice()
        yield opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of the module; each test has windows of its own."""
    with started(require_browser()) as browser:
        yield browser


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def billed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningSite]:
    """Some prepared sendings, on each database."""
    if request.param == "postgres":
        require_postgres()
    with RunningSite.open(tmp_path / "home", kind=request.param) as opened:
        opened.enter_practice()
        opened.enter_care(300)
        opened.bill()
        opened.quittance.views.catch_up()
        yield opened
