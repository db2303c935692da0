"""One total order: positions are committed in their order, instants never go back, all or nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from application.ports import Change, ConcurrencyConflict
from infrastructure.clock import SystemClock
from infrastructure.store.opening import open_store
from tests.infrastructure.store.samples import Counted
from tests.infrastructure.store.worker import await_ready, finish, let_go, start_worker
from tests.stores import META, TEST_MASTER_KEY, SteppedClock, fresh_schema, store_url

WRITERS = 8


def test_a_tailing_reader_misses_no_event_of_eight_threads(store) -> None:
    commits = 40

    def write() -> None:
        for number in range(commits):
            store.log.append([Change(uuid4(), 0, [Counted(number), Counted(number)])], META)

    writers = [Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    seen = []
    while len(seen) < WRITERS * commits * 2:
        after = seen[-1] if seen else 0
        assert store.log.wait_for(after + 1, timeout_s=20) > after
        seen += [one.position for one in store.log.read(after, 50)]
    for writer in writers:
        writer.join()
    assert seen == list(range(1, WRITERS * commits * 2 + 1))


def test_workers_start_at_once_on_an_empty_database_and_a_reader_misses_none_of_their_events(
    store_kind: str, tmp_path: Path
) -> None:
    url, schema, processes, commits = store_url(store_kind, tmp_path), fresh_schema(), 6, 40
    workers = [start_worker(url, schema, commits) for _ in range(processes)]
    await_ready(workers)
    store = open_store(url, TEST_MASTER_KEY, SystemClock(), schema=schema, create=False)
    let_go(workers)
    seen: list[int] = []
    while len(seen) < processes * commits:
        after = seen[-1] if seen else 0
        assert store.log.wait_for(after + 1, timeout_s=20) > after
        seen += [one.position for one in store.log.read(after, 1_000)]
    finish(workers)
    store.close()
    assert len(seen) == len(set(seen)) == processes * commits


def test_fifty_thousand_events_in_one_commit(store) -> None:
    stream = uuid4()
    events = [Counted(number) for number in range(50_000)]
    assert store.log.append([Change(stream, 0, events)], META) == 50_000
    assert store.log.load([stream]) == {stream: events}
    assert len({one.recorded_at for one in store.log.read(0, 60_000)}) == 1


@pytest.mark.parametrize("others", [1, 300])
def test_a_stale_stream_in_a_batch_writes_nothing_at_all(store, others: int) -> None:
    stale, fresh = uuid4(), [uuid4() for _ in range(others)]
    store.log.append([Change(stale, 0, [Counted(1)])], META)
    with pytest.raises(ConcurrencyConflict):
        store.log.append([*(Change(one, 0, [Counted(2)]) for one in fresh), Change(stale, 0, [Counted(2)])], META)
    assert store.log.load([stale, *fresh]) == {stale: [Counted(1)]}
    assert store.log.head() == 1


def test_one_stream_may_be_changed_twice_in_a_commit(store) -> None:
    stream = uuid4()
    store.log.append([Change(stream, 0, [Counted(1)]), Change(stream, 1, [Counted(2)])], META)
    assert store.log.load([stream]) == {stream: [Counted(1), Counted(2)]}


def test_a_conflict_does_not_reach_the_commits_that_share_its_group(store) -> None:
    stream = uuid4()
    results: list[str] = []

    def write(number: int) -> None:
        try:
            store.log.append([Change(stream, 0, [Counted(number)]), Change(uuid4(), 0, [Counted(number)])], META)
            results.append("first")
        except ConcurrencyConflict:
            results.append("conflict")
        store.log.append([Change(uuid4(), 0, [Counted(number)])], META)

    writers = [Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(results) == ["conflict"] * (WRITERS - 1) + ["first"]
    assert store.log.head() == WRITERS + 2


def test_instants_never_go_back_along_positions(make_store) -> None:
    clock = SteppedClock()
    log = make_store(clock=clock).log
    noon = clock.now()
    for hours in (0, 1, -2, 0.5, 3):
        clock.forward(hours=hours)
        log.append([Change(uuid4(), 0, [Counted(1)])], META)
    hours = [(one.recorded_at - noon) / timedelta(hours=1) for one in log.read(0, 10)]
    assert hours == [0, 1, 1, 1, 2.5]


def test_position_at_an_instant(store, clock: SteppedClock) -> None:
    before = clock.now() - timedelta(microseconds=1)
    first = clock.now()
    store.log.append([Change(uuid4(), 0, [Counted(1), Counted(2)])], META)
    store.log.append([Change(uuid4(), 0, [Counted(3)])], META)
    second = clock.forward(minutes=1)
    store.log.append([Change(uuid4(), 0, [Counted(4), Counted(5)])], META)
    assert store.log.position_at(before) == 0
    assert store.log.position_at(first) == 3
    assert store.log.position_at(second - timedelta(microseconds=1)) == 3
    assert store.log.position_at(second) == 5
    assert store.log.position_at(datetime(2200, 1, 1, tzinfo=UTC)) == 5


def test_an_empty_log(store) -> None:
    assert store.log.head() == 0
    assert store.log.read(0, 10) == []
    assert store.log.load([uuid4()]) == {}
    assert store.log.load([]) == {}
    assert store.log.history(uuid4()) == []
    assert store.log.position_at(datetime(2200, 1, 1, tzinfo=UTC)) == 0
    assert store.log.wait_for(1, timeout_s=0.05) == 0
