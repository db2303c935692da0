"""A site that was billed once, for all tests that only read; and small ones that a test may change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.site import RunningSite, tell_month


def pytest_configure(config: pytest.Config) -> None:
    """`-m "not browser"` leaves the browser out."""
    config.addinivalue_line("markers", "browser: needs Chromium and axe-core (skipped loudly without; a failure in CI)")


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
