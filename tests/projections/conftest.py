"""Stores with views, and what tests compare of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from infrastructure.store.opening import Store
from projections.engine import Runner
from projections.views import all_views
from tests.projections.stories import Commit, Story
from tests.sealed_rows import in_clear
from tests.stores import META, SteppedClock

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Kept:
    """A store, its views, and the hook that keeps them inside the append when asked."""

    store: Store
    runner: Runner
    wired: list[Runner] = field(default_factory=list)

    def tell(self, commits: Iterable[Commit]) -> None:
        for commit in commits:
            self.store.log.append(commit.changes, META)
            if commit.erases:
                self.store.keys.erase(commit.erases)

    def rows(self) -> Rows:
        """All rows of all tables; sealed names opened, since each sealing has another nonce."""
        found: Rows = {}
        with self.store.database.snapshot() as sql:
            for view in all_views(self.store.keys):
                for name in (view.table.name, view.table.past):
                    rows = in_clear(self.store.keys, sql.rows(f"SELECT * FROM {name}"))
                    found[name] = sorted((tuple(row.items()) for row in rows), key=repr)
        return found


OpenViews = Callable[..., Kept]


@pytest.fixture
def open_views(make_store: Callable[..., Store]) -> OpenViews:
    """`open_views(inline=…)`: an empty store with prepared views."""

    def make(*, inline: bool = False) -> Kept:
        wired: list[Runner] = []

        def hook(sql: Any, recorded: Any) -> None:
            for runner in wired:
                runner.inline_hook(sql, recorded)

        from datetime import timedelta

        store = make_store(clock=SteppedClock(step=timedelta(seconds=1)), inline=[hook])
        runner = Runner(store.database, store.log, all_views(store.keys))
        runner.prepare()
        if inline:
            wired.append(runner)
        return Kept(store, runner, wired)

    return make


@pytest.fixture(scope="session")
def book() -> list[Commit]:
    """Four months of two practices with all that can happen, about 1,700 events."""
    return list(Story(seed=5).months(4, patients=12))
