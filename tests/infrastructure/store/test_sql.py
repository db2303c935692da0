"""The `Sql` and `Database` ports behave the same on both databases; inline hooks are part of the commit."""

from datetime import date
from uuid import uuid4

import pytest

from application.ports import Change, Recorded, Sql
from infrastructure.store.errors import NotMigrated
from infrastructure.store.opening import open_store
from tests.infrastructure.store.samples import Counted
from tests.stores import META, TEST_MASTER_KEY, SteppedClock, fresh_schema, store_url

COLUMNS = ("id", "day", "cents", "label", "raw", "is_open")
DAY = date(2026, 3, 1)


@pytest.fixture
def database(store):
    with store.database.transaction() as sql:
        sql.run(
            "CREATE TABLE views (id uuid PRIMARY KEY, day date, cents bigint, label text, raw bytea, is_open boolean)"
        )
    return store.database


def row(cents: int) -> tuple[object, ...]:
    return (uuid4(), DAY, cents, "it's 100% ?", b"\x00\xff", True)


@pytest.mark.parametrize("count", [0, 1, 20, 2_000])
def test_rows_go_in_and_come_back_with_their_types(database, count: int) -> None:
    rows = [row(cents) for cents in range(count)]
    with database.transaction() as sql:
        sql.insert("views", COLUMNS, rows)
    with database.snapshot() as sql:
        found = sql.rows("SELECT * FROM views ORDER BY cents")
    assert [tuple(one[column] for column in COLUMNS) for one in found] == rows
    assert all(list(one) == list(COLUMNS) for one in found)


def test_nothing_is_none(database) -> None:
    with database.transaction() as sql:
        sql.insert("views", COLUMNS, [(uuid4(), None, None, None, None, None)])
        (found,) = sql.rows("SELECT day, cents, label, raw, is_open FROM views")
    assert set(found.values()) == {None}


def test_parameters_and_literals_with_marks_and_percents(database) -> None:
    with database.transaction() as sql:
        sql.insert("views", COLUMNS, [row(1)])
        assert sql.rows("SELECT cents FROM views WHERE label = ?", ("it's 100% ?",)) == [{"cents": 1}]
        assert sql.rows("SELECT cents FROM views WHERE label LIKE '%100% ?' AND cents = ?", (1,)) == [{"cents": 1}]
        assert sql.rows("SELECT cents FROM views WHERE label LIKE '%100% ?'") == [{"cents": 1}]


def test_counts_and_sums_are_whole_numbers(database) -> None:
    with database.transaction() as sql:
        sql.insert("views", COLUMNS, [row(cents) for cents in (1, 2, 3)])
        assert sql.run("UPDATE views SET cents = cents * 10 WHERE cents > ?", (1,)) == 2
        (found,) = sql.rows("SELECT sum(cents) AS cents, count(*) AS lines FROM views")
    assert found == {"cents": 51, "lines": 3}
    assert type(found["cents"]) is int


@pytest.mark.parametrize("count", [0, 1, 3_000])
def test_update_many_rows_at_once(database, count: int) -> None:
    rows = [row(cents) for cents in range(count)]
    with database.transaction() as sql:
        sql.insert("views", COLUMNS, rows)
        sql.update("views", ["id"], ["label", "cents"], [(one[0], f"new {one[2]}", one[2] + 1) for one in rows])
        sql.update("views", ["id", "cents"], ["raw"], [(one[0], 1, None) for one in rows])
        found = sql.rows("SELECT label, cents, raw FROM views ORDER BY cents")
    assert [one["label"] for one in found] == [f"new {number}" for number in range(count)]
    assert [one["raw"] is None for one in found] == [number == 0 for number in range(count)]


def test_an_error_rolls_everything_back(database) -> None:
    def fail() -> None:
        with database.transaction() as sql:
            sql.insert("views", COLUMNS, [row(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.snapshot() as sql:
        assert sql.rows("SELECT * FROM views") == []


def test_a_snapshot_keeps_its_state_and_writes_nothing(database) -> None:
    with database.snapshot() as before:
        assert before.rows("SELECT * FROM views") == []
        with database.transaction() as sql:
            sql.insert("views", COLUMNS, [row(1)])
        assert before.rows("SELECT * FROM views") == []
        with pytest.raises(Exception, match=r"read.?only"):
            before.run("DELETE FROM views")
    with database.snapshot() as after:
        assert len(after.rows("SELECT * FROM views")) == 1


def test_an_inline_hook_is_part_of_the_commit(make_store) -> None:
    calls: list[list[Recorded]] = []

    def count(sql: Sql, events: list[Recorded]) -> None:
        calls.append(list(events))
        for one in events:
            if one.event.note == "refuse":
                raise ZeroDivisionError
            sql.run("UPDATE sums SET cents = cents + ?", (one.event.number,))

    store = make_store(clock=SteppedClock(), inline=(count,))
    with store.database.transaction() as sql:
        sql.run("CREATE TABLE sums (cents bigint)")
        sql.run("INSERT INTO sums VALUES (0)")
    stream = uuid4()
    store.log.append([Change(stream, 0, [Counted(5), Counted(7)])], META)
    with pytest.raises(ZeroDivisionError):
        store.log.append([Change(stream, 2, [Counted(100), Counted(1, "refuse")])], META)
    with store.database.snapshot() as sql:
        assert sql.rows("SELECT cents FROM sums") == [{"cents": 12}]
    assert store.log.load([stream]) == {stream: [Counted(5), Counted(7)]}
    assert calls[0] == store.log.read(0, 10)


def test_a_program_refuses_tables_of_another_version(store_kind, tmp_path) -> None:
    url, schema = store_url(store_kind, tmp_path), fresh_schema()
    with pytest.raises(NotMigrated):
        open_store(url, TEST_MASTER_KEY, SteppedClock(), schema=schema, create=False)
    store = open_store(url, TEST_MASTER_KEY, SteppedClock(), schema=schema)
    with store.database.transaction() as sql:
        sql.run("INSERT INTO migrations VALUES (9999)")
    store.close()
    with pytest.raises(NotMigrated, match="9999"):
        open_store(url, TEST_MASTER_KEY, SteppedClock(), schema=schema)
