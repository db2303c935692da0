"""How fast the views follow the log on PostgreSQL, beside reading and decoding alone.

`python -m benchmarks.projections` starts its own server (fsync on) and appends two months of one practice: days
recorded, billed, settled with one refusal in twenty; invoices issued and settled; sendings. Every round makes all
views anew. Rounds of both variants are interleaved: on a shared machine trust the ratio, not the digits.
"""

import gc
from statistics import median
from time import perf_counter
from typing import Any

from infrastructure.clock import SystemClock
from infrastructure.store.opening import Store, open_store
from projections import positions
from projections.engine import BATCH, Runner
from projections.views import all_views
from tests.projections.stories import Story
from tests.stores import META, TEST_MASTER_KEY, PostgresServer, fresh_schema

PATIENTS = 800
ROUNDS = 5
GOAL = 30_000.0


def run() -> list[dict[str, Any]]:
    """Events per second of all views together."""
    server = PostgresServer.start()
    store = open_store(server.url, TEST_MASTER_KEY, SystemClock(), schema=fresh_schema())
    try:
        events = tell(store)
        runner = Runner(store.database, store.log, all_views(store.keys))
        runner.create()
        whole, reading = [], []
        for _ in range(ROUNDS):
            reading.append(events / read(store))
            whole.append(events / catch_up(store, runner))
    finally:
        store.close()
        server.stop()
    return [
        {
            "name": f"catch-up of all {len(all_views(store.keys))} views, {events} events",
            "value": median(whole),
            "unit": "events/s",
            "goal": GOAL,
            "limit": median(reading),
            "ratio": median(whole) / median(reading),
            "spread": (min(whole), max(whole)),
        }
    ]


def tell(store: Store) -> int:
    """Append the months; answers how many events."""
    story = Story(oddities=False, dates=(8, 20), lines=(1, 3), refused=0.05, establishments=1)
    for commit in story.months(2, PATIENTS):
        store.log.append(commit.changes, META)
    del story
    gc.collect()
    gc.freeze()  # the story is not part of what is measured
    gc.set_threshold(100_000, 50, 100)  # as the product does
    return store.log.head()


def read(store: Store) -> float:
    """Seconds to read and decode the log."""
    begun, after = perf_counter(), 0
    while events := store.log.read(after, BATCH):
        after = events[-1].position
    return perf_counter() - begun


def catch_up(store: Store, runner: Runner) -> float:
    """Seconds from empty tables to the head."""
    views = all_views(store.keys)
    with store.database.transaction() as sql:
        positions.prepare(sql, views, again={view.name for view in views})
    begun = perf_counter()
    runner.catch_up()
    return perf_counter() - begun


if __name__ == "__main__":
    for line in run():
        low, high = line["spread"]
        print(
            f"{line['name']}: {line['value']:,.0f} {line['unit']} [{low:,.0f}-{high:,.0f}]"
            f"  goal {line['goal']:,.0f}  reading alone {line['limit']:,.0f}  ratio {line['ratio']:.2f}"
        )
