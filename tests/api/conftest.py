"""A practice that was billed once, for all tests that only read; and empty services."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.practice import Practice, bill, enter, november
from tests.api.service import Service


@pytest.fixture(scope="session")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Practice]]:
    """The whole sample month on SQLite, answered by the unions. Tests leave it as it is."""
    with Service.open("sqlite", tmp_path_factory.mktemp("billed"), november()) as service:
        practice = enter(service)
        bill(service, practice)
        yield service, practice


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Nothing in it but the administrator's key; on SQLite."""
    with Service.open("sqlite", tmp_path / "home", november()) as service:
        yield service


@pytest.fixture
def both(store_kind: str, tmp_path: Path) -> Iterator[Service]:
    """As above, once on each store."""
    with Service.open(store_kind, tmp_path / "home", november()) as service:
        yield service
