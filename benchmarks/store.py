"""How fast the event store commits on PostgreSQL, beside the same rows written without its guarantees.

`python -m benchmarks.store` starts its own server (fsync and synchronous_commit on). Rounds are interleaved with the
raw variant, medians are reported: on a shared machine trust the ratio, not the digits.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import psycopg

from application.ports import Change
from domain.event import event
from infrastructure.clock import SystemClock
from infrastructure.store.log import Log
from infrastructure.store.opening import Store, open_store
from tests.stores import META, TEST_MASTER_KEY, PostgresServer, fresh_schema

WRITERS = 8
ROUNDS = 5
COMMITS = 250
"""By each writer in a round."""
BATCH = 20_000
GATHER_S = 0.005
"""The reader takes batches, as a projection does: reading each event for itself would measure the reader."""

RAW_COMMIT = (
    "WITH at AS (SELECT nextval('raw_positions') AS n), c AS (INSERT INTO commits SELECT n, 1, 'user:1', NULL, '',"
    " NULL, '', 'bench', '' FROM at) INSERT INTO events SELECT n, %b, 1, %s, %b, n FROM at"
)
RAW_BATCH = "INSERT INTO events VALUES (%s, %s, %s, %s, %b, %s)"


class Row(NamedTuple):
    """One figure. `limit` is what the raw variant reaches, `ratio` value by limit, `spread` the slowest and fastest."""

    name: str
    value: float
    unit: str
    goal: float | None
    limit: float
    ratio: float
    spread: tuple[float, float]


@event("test.bench_line")
class BenchLine:
    """About 480 bytes, as a settled line has."""

    day_id: UUID
    invoice_id: UUID
    settlement_id: UUID
    patient_id: UUID
    message: str
    day: date
    line: int
    code: str
    billed_cents: int
    accepted_cents: int
    refusals: tuple[str, ...]
    union: str


def line(number: int) -> BenchLine:
    message = "sha256:" + "0" * 64
    ids = (uuid4(), uuid4(), uuid4(), uuid4())
    return BenchLine(*ids, message, date(2026, 3, 1), number, "425014", 2_450, 2_450, (), "300")


@dataclass
class Bench:
    """One server, one schema for the store and one for the raw variant."""

    url: str
    schema: str
    raw_schema: str
    store: Store


def run() -> list[dict[str, Any]]:
    server = PostgresServer.start()
    try:
        bench = _prepare(server.url)
        rows = [_threads(bench), _processes(bench), _batch(bench)]
        bench.store.close()
    finally:
        server.stop()
    return [row._asdict() for row in rows]


def _prepare(url: str) -> Bench:
    schema, raw_schema = fresh_schema(), fresh_schema()
    open_store(url, TEST_MASTER_KEY, SystemClock(), schema=raw_schema).close()
    with _raw_connection(url, raw_schema) as connection:
        connection.execute("CREATE SEQUENCE raw_positions")
    return Bench(url, schema, raw_schema, open_store(url, TEST_MASTER_KEY, SystemClock(), schema=schema))


def _threads(bench: Bench) -> Row:
    def ours() -> None:
        _in_threads(lambda: _append(bench.store.log, COMMITS))

    def raw() -> None:
        _in_threads(lambda: _append_raw(bench.url, bench.raw_schema, COMMITS))

    figures = _rounds(WRITERS * COMMITS, lambda: _followed(bench.store.log, ours), raw)
    return _row("commits by 8 threads of one process", "commits/s", 3_000, figures)


def _processes(bench: Bench) -> Row:
    workers = [_start_worker(bench) for _ in range(WRITERS)]
    figures = _rounds(
        WRITERS * COMMITS,
        lambda: _followed(bench.store.log, lambda: _order(workers, "ours")),
        lambda: _order(workers, "raw"),
    )
    for worker in workers:
        worker.communicate()
    return _row("commits by 8 processes", "commits/s", 1_400, figures)


def _batch(bench: Bench) -> Row:
    lines = [line(number) for number in range(BATCH)]
    states = [msgspec.json.encode(one) for one in lines]

    def ours() -> None:
        bench.store.log.append([Change(uuid4(), 0, [one]) for one in lines], META)

    def raw() -> None:
        with _raw_connection(bench.url, bench.raw_schema) as connection, connection.transaction():
            last = connection.execute("SELECT nextval('raw_positions'), setval('raw_positions', lastval() + 20000)")
            ((first, _),) = last.fetchall()
            rows = [(first + n, uuid4(), 1, "test.bench_line", state, first) for n, state in enumerate(states)]
            connection.cursor().executemany(RAW_BATCH, rows)

    return _row("20,000 events in one commit", "events/s", 30_000, _rounds(BATCH, ours, raw))


Figures = tuple[list[float], list[float]]


def _rounds(work: int, ours: Callable[[], None], raw: Callable[[], None]) -> Figures:
    ours()  # both once to warm up: plans, pages, connections
    raw()
    figures: Figures = ([], [])
    for _ in range(ROUNDS):
        for seconds, act in zip(figures, (ours, raw), strict=True):
            start = perf_counter()
            act()
            seconds.append(work / (perf_counter() - start))
    return figures


def _row(name: str, unit: str, goal: float, figures: Figures) -> Row:
    value, limit = (median(each) for each in figures)
    return Row(name, round(value), unit, goal, round(limit), value / limit, (min(figures[0]), max(figures[0])))


def _followed(log: Log, write: Callable[[], None]) -> None:
    """Write while a reader follows the log; it must see every position, in order."""
    start, seen, written = log.head(), [], Event()

    def follow() -> None:
        last = start
        while not written.is_set() or last < log.head():
            log.wait_for(last + 1, timeout_s=0.1)
            sleep(GATHER_S)
            for one in log.read(last, 1_000):
                seen.append(one.position)
                last = one.position

    reader = Thread(target=follow)
    reader.start()
    write()
    written.set()
    reader.join()
    missed = set(range(start + 1, log.head() + 1)) - set(seen)
    assert not missed, f"the reader missed {len(missed)} events"
    assert seen == sorted(seen)


def _in_threads(act: Callable[[], None]) -> None:
    threads = [Thread(target=act) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _append(log: Log, commits: int) -> None:
    for number in range(commits):
        log.append([Change(uuid4(), 0, [line(number)])], META)


def _append_raw(url: str, schema: str, commits: int) -> None:
    """The same two rows a commit in one statement, without lock: a tailing reader would miss some."""
    with _raw_connection(url, schema) as connection:
        for _ in range(commits):
            connection.execute(RAW_COMMIT, (uuid4(), "test.bench_line", bytes(480)))


def _raw_connection(url: str, schema: str) -> psycopg.Connection[tuple[int, ...]]:
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(f"SET search_path = {schema}".encode())
    return connection


def _start_worker(bench: Bench) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.store", bench.url, bench.schema, bench.raw_schema]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    _order([worker], "start")
    return worker


def _order(workers: Sequence[subprocess.Popen[str]], what: str) -> None:
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(f"{what}\n")
        worker.stdin.flush()
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "done\n"


def _work(url: str, schema: str, raw_schema: str) -> None:
    store = open_store(url, TEST_MASTER_KEY, SystemClock(), schema=schema, create=False, pool_size=2)
    for order in sys.stdin:
        if order == "ours\n":
            _append(store.log, COMMITS)
        elif order == "raw\n":
            _append_raw(url, raw_schema, COMMITS)
        print("done", flush=True)
    store.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _work(*sys.argv[1:])
    else:
        for row in run():
            print(row)
