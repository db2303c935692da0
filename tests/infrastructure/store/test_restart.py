"""PostgreSQL goes away and comes back under a live application."""

from threading import Event, Thread
from uuid import UUID, uuid4

import pytest

from application.ports import Change
from infrastructure.clock import SystemClock
from infrastructure.store.errors import StoreUnavailable
from infrastructure.store.opening import open_store
from tests.conftest import require_postgres
from tests.infrastructure.store.samples import Counted, Named
from tests.stores import META, TEST_MASTER_KEY, PostgresServer, fresh_schema


@pytest.mark.postgres
def test_what_was_acknowledged_survives_a_restart_and_work_goes_on_by_itself() -> None:
    require_postgres()
    server = PostgresServer.start()
    store = open_store(server.url, TEST_MASTER_KEY, SystemClock(), schema=fresh_schema())
    acknowledged: list[UUID] = []
    refused: list[UUID] = []
    stop = Event()

    def write() -> None:
        while not stop.is_set():
            stream = uuid4()
            try:
                store.log.append([Change(stream, 0, [Counted(1)])], META)
                acknowledged.append(stream)
            except StoreUnavailable:
                refused.append(stream)

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    before = store.log.wait_for(50, timeout_s=20)
    server.restart()
    assert store.log.wait_for(before + 200, timeout_s=20) >= before + 200
    stop.set()
    for writer in writers:
        writer.join()
    found = store.log.load(acknowledged)
    assert len(found) == len(acknowledged) == len(set(acknowledged))
    assert all(events == [Counted(1)] for events in found.values())
    # Refused means: not acknowledged. A few may be stored all the same, when only the last word was lost.
    assert store.log.head() <= len(acknowledged) + len(refused)
    store.log.append([Change(uuid4(), 0, [Named("Jan")])], META)
    store.close()
    server.stop()


@pytest.mark.postgres
def test_idle_connections_that_died_are_not_noticed_by_a_user() -> None:
    require_postgres()
    server = PostgresServer.start()
    store = open_store(server.url, TEST_MASTER_KEY, SystemClock(), schema=fresh_schema())
    stream = uuid4()
    store.log.append([Change(stream, 0, [Counted(1)])], META)
    server.restart()
    assert store.log.load([stream]) == {stream: [Counted(1)]}
    store.log.append([Change(stream, 1, [Counted(2)])], META)
    store.close()
    server.stop()


def test_a_server_that_is_not_there_is_said_so(tmp_path) -> None:
    url = f"postgresql://nobody@/nowhere?host={tmp_path}"
    with pytest.raises(StoreUnavailable, match="does not answer"):
        open_store(url, TEST_MASTER_KEY, SystemClock(), open_timeout_s=0.2)
