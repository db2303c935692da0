"""`office`: a practice at work over each database."""

from collections.abc import Callable
from typing import Any

import pytest

from infrastructure.store.opening import Store
from tests.application.office import Office, StandingClock

MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(store: Store) -> MakeOffice:
    """`make_office(codec=…, details={…})` over the store of this test."""

    def make(**values: Any) -> Office:
        values.setdefault("log", store.log)
        return Office(messages=store.messages, keys=store.keys, **values)

    return make


@pytest.fixture
def clock() -> StandingClock:
    """2 February 2026, ten in the morning in Brussels: January can be billed."""
    return StandingClock()


@pytest.fixture
def office(make_office: MakeOffice, clock: StandingClock) -> Office:
    return make_office(clock=clock)
