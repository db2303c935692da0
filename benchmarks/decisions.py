"""Decide on 10,000 refused days at once on PostgreSQL, by the use case behind `quittance decide`: one atomic commit."""

import gc
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.month import CONTEXT, bill_month, open_practice, record_month
from benchmarks.settlement import raw_insert
from infrastructure.simulator.scenario import ACCEPTS_ALL
from projections.lookups import ViewLookups
from tests.stores import PostgresServer

DAYS = 10_000
_ROUNDS = 3
_GOAL_S = 2.0


def run(rounds: int = _ROUNDS, days: int = DAYS) -> list[dict[str, Any]]:
    """Each round on a fresh schema; the limit is the same rows by plain `executemany`."""
    server = PostgresServer.start()
    try:
        taken, limits = zip(*(_one(server.url, days) for _ in range(rounds)), strict=True)
    finally:
        server.stop()
    median, limit = statistics.median(taken), statistics.median(limits)
    return [
        {
            "name": f"decide on {days:,} days at once, PostgreSQL",
            "value": median,
            "unit": "s",
            "goal": f"<= {_GOAL_S:.0f}",
            "limit": f"{limit:.3f} s raw event rows",
            "ratio": median / limit,
            "spread": f"{min(taken):.2f}-{max(taken):.2f}",
        }
    ]


def _one(url: str, days: int) -> tuple[float, float]:
    schema = f"bench_{uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as folder:
        quittance, where = open_practice(Path(folder), url, schema)
        record_month(quittance, where, days, 1)
        unions = quittance.transport
        unions.scenario = replace(ACCEPTS_ALL, refusals=(("502255", 1.0),), cascade_chance=0.0)  # type: ignore[attr-defined]
        bill_month(quittance, where)
        quittance.answers.collect(CONTEXT, where)
        quittance.views.catch_up()
        refused = [
            one.day_id
            for one in ViewLookups(quittance.store.database, quittance.views.catch_up).undecided_refusals(where)
        ]
        if len(refused) < days:
            raise ValueError(len(refused))
        gc.collect()
        start = time.perf_counter()
        done = quittance.corrections.decide(CONTEXT, where, refused[:days], "rebill").result
        took = time.perf_counter() - start
        if len(done.day_ids) != days:
            raise ValueError(done.left)
        limit = days / raw_insert(url, schema)
        quittance.close()
    return took, limit
