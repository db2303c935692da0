"""Apply a settlement of 20,000 lines on PostgreSQL by the use case behind `quittance answers`: speed and memory.

Raw bytes stored and sealed, register views inline, fsync and synchronous_commit on, one atomic commit.
"""

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from benchmarks.month import CONTEXT, bill_month, open_practice, record_month
from tests.stores import PostgresServer

LINES = 20_000
_ROUNDS = 3
_GOAL_LINES_S = 20_000
_GOAL_MIB = 400


def run(rounds: int = _ROUNDS) -> list[dict[str, Any]]:
    """Both shapes of a month, each round on a fresh schema; memory from a process that only applies."""
    server = PostgresServer.start()
    try:
        rows = [_speed(server.url, lines_a_day, rounds) for lines_a_day in (1, 10)]
        rows.append(_memory(server.url))
    finally:
        server.stop()
    return rows


def _speed(url: str, lines_a_day: int, rounds: int) -> dict[str, Any]:
    rates, limits = [], []
    for _ in range(rounds):
        schema = f"bench_{uuid4().hex[:12]}"
        with tempfile.TemporaryDirectory() as folder:
            quittance, where, settlement = _prepared(Path(folder), url, schema, lines_a_day)
            gc.collect()  # what making the month left behind is not the settlement's to clean up
            start = time.perf_counter()
            report = quittance.answers.receive(CONTEXT, where, settlement).result
            rates.append(LINES / (time.perf_counter() - start))
            if report.status != "settled":
                raise ValueError(report)
            limits.append(raw_insert(url, schema))
            quittance.close()
    rate, limit = statistics.median(rates), statistics.median(limits)
    return {
        "name": f"apply a 920900, {lines_a_day} line(s) a day, PostgreSQL",
        "value": rate,
        "unit": "lines/s",
        "goal": f">= {_GOAL_LINES_S:,}",
        "limit": f"{limit:,.0f} raw event rows/s",
        "ratio": rate / limit,
        "spread": f"{min(rates):,.0f}-{max(rates):,.0f}",
    }


def _prepared(folder: Path, url: str, schema: str, lines_a_day: int) -> tuple[Any, UUID, bytes]:
    """Everything up to the moment before the settlement is read."""
    quittance, where = open_practice(folder, url, schema)
    record_month(quittance, where, LINES, lines_a_day)
    bill_month(quittance, where)
    settlement = b""
    for _, content in quittance.transport.collect("41234502401").waiting:
        if content.startswith(b"920900"):
            settlement = content
        else:
            quittance.answers.receive(CONTEXT, where, content)
    quittance.views.catch_up()
    return quittance, where, settlement


def raw_insert(url: str, schema: str) -> float:
    """The rows of the last commit again, by plain `executemany` into a table of the same shape."""
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, stream_id, version, topic, state, commit_id FROM events"
            " WHERE commit_id = (SELECT max(commit_id) FROM events)"
        )
        rows = cursor.fetchall()
        cursor.execute("CREATE TABLE raw_events (LIKE events INCLUDING ALL)")
        connection.commit()
        start = time.perf_counter()
        cursor.executemany("INSERT INTO raw_events VALUES (%s, %s, %s, %s, %s, %s)", rows)
        connection.commit()
        return len(rows) / (time.perf_counter() - start)


def _memory(url: str) -> dict[str, Any]:
    schema = f"bench_{uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        quittance, where, settlement = _prepared(folder, url, schema, 1)
        quittance.close()
        (folder / "settlement").write_bytes(settlement)
        command = [sys.executable, "-m", "benchmarks.settlement", str(folder), url, schema, str(where)]
        done = subprocess.run(command, check=True, capture_output=True, env=os.environ)  # noqa: S603 - ourselves
        peak = json.loads(done.stdout)["peak_mib"]
    return {
        "name": "memory while applying 20,000 lines",
        "value": peak,
        "unit": "MiB",
        "goal": f"<= {_GOAL_MIB}",
        "limit": "-",
        "ratio": peak / _GOAL_MIB,
        "spread": "peak of one process",
    }


def _apply(folder: Path, url: str, schema: str, where: UUID) -> None:
    quittance, _ = open_practice(folder, url, schema)
    quittance.answers.receive(CONTEXT, where, (folder / "settlement").read_bytes())
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    quittance.close()
    sys.stdout.write(json.dumps({"peak_mib": peak_kib / 1024}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _apply(Path(sys.argv[1]), sys.argv[2], sys.argv[3], UUID(sys.argv[4]))
    else:
        for row in run():
            sys.stdout.write(f"{row}\n")
