"""The log alone decides the rows: any batch size, inline or afterwards, now or rebuilt."""

from datetime import date as Date
from threading import Thread
from uuid import UUID

import pytest

from application.ports import Change
from domain.billing_day import BillingDay, evolve
from domain.care import Care, CareLine
from domain.day_events import CareRecorded, DayBilled
from domain.patient import PatientDetails, PatientDetailsCorrected, PatientErased, PatientRegistered
from projections.engine import Runner
from projections.errors import ViewsBehind, ViewsReplaced
from projections.patients import Identity, identity, patients
from projections.views import all_views
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import ROOT, Commit, Story
from tests.stores import META


def test_rows_are_the_same_inline_and_rebuilt_in_batches_of_1_7_and_2000(
    open_views: OpenViews, book: list[Commit]
) -> None:
    kept = open_views(inline=True)
    kept.tell(book)
    kept.runner.catch_up()
    inline = kept.rows()
    assert all(inline[view.table.name] for view in all_views(kept.store.keys)), "the story reaches every view"
    for batch in (1, 7, 2_000):
        begin_anew(kept)
        kept.runner.catch_up(batch=batch)
        assert kept.rows() == inline, batch


def test_at_every_position_a_day_asks_what_its_lines_ask(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views()
    kept.tell(book)
    kept.runner.catch_up()
    past: dict[UUID, dict[int, BillingDay | None]] = {}
    with kept.store.database.snapshot() as sql:
        rows = [*sql.rows("SELECT * FROM days"), *sql.rows("SELECT * FROM days_past")]
    for row in rows:
        streams = past.setdefault(row["day_id"], {})
        if not streams:
            day = None
            for recorded in kept.store.log.history(row["day_id"]):
                day = streams[recorded.position] = evolve(day, recorded.event)
        day = streams[row["valid_from"]]
        assert day is not None
        asked = 0 if day.unpriced else sum(line.care.amount_cents for line in day.active)
        found = (row["amount_cents"], row["line_count"], row["unpriced"])
        assert found == (asked, len(day.active), len(day.unpriced)), row
    assert {bool(row["unpriced"]) for row in rows} == {True, False}


def test_one_view_is_rebuilt_while_the_others_stay(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views()
    kept.tell(book)
    kept.runner.catch_up()
    before = kept.rows()
    with kept.store.database.transaction() as sql:
        sql.run("DELETE FROM days")
        sql.run("DELETE FROM days_past")
    assert kept.runner.rebuild(["days"]) == kept.store.log.head()
    assert kept.rows() == before


def test_a_view_of_another_version_is_made_again(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views()
    kept.tell(book[:60])
    kept.runner.catch_up()
    before = kept.rows()
    with kept.store.database.transaction() as sql:
        sql.run("UPDATE view_positions SET version = 99 WHERE name = 'invoices'")
        sql.run("DELETE FROM invoices")
    with pytest.raises(ViewsReplaced):
        kept.runner.catch_up()
    kept.runner.prepare()
    assert kept.rows() == before


def test_a_nameless_patient_that_was_erased_does_not_stop_a_rebuild(open_views: OpenViews) -> None:
    """The old program's files bring numbers without names (`application.take_over`)."""
    kept = open_views(inline=True)
    where, (taken, completed, alive) = UUID(int=1), (UUID(int=n) for n in (2, 3, 4))
    nameless = PatientDetails("", "", "", 1)
    changes = [
        Change(who, 0, [PatientRegistered(where, f"{who.int:011d}", "", nameless)]) for who in (taken, completed)
    ]
    kept.store.log.append([*changes, Change(alive, 0, [PatientRegistered(where, "", "A4", nameless)])], META)
    named = PatientDetailsCorrected(PatientDetails("Maes", "Jo", "1950-03-01", 1))
    kept.store.log.append([Change(completed, 1, [named])], META)
    kept.tell(
        [
            Commit([Change(taken, 1, [PatientErased()])], taken),
            Commit([Change(completed, 2, [PatientErased()])], completed),
        ]
    )
    before = kept.rows()
    kept.runner.rebuild()
    assert kept.rows() == before
    with kept.store.database.snapshot() as sql:
        rows = {row["patient_id"]: row for row in patients(sql, {where}, [taken, completed, alive]).values()}
    assert {rows[who]["is_erased"] for who in (taken, completed)} == {True}
    assert {identity(kept.store.keys, row) for row in rows.values()} == {Identity()}
    assert {row["likeness"] for row in rows.values()} == {None}, "records without a name look like nobody"


def test_unknown_views_are_not_rebuilt(open_views: OpenViews) -> None:
    with pytest.raises(KeyError):
        open_views().runner.rebuild(["daze"])


def test_inline_catches_up_what_was_appended_without_it(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views()
    kept.tell(book[:80])
    kept.wired.append(kept.runner)
    kept.tell(book[80:])
    kept.runner.catch_up()
    caught_up = kept.rows()
    kept.runner.rebuild()
    assert kept.rows() == caught_up


def test_inline_refuses_when_it_lags_too_far(
    open_views: OpenViews, book: list[Commit], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = open_views()
    kept.tell(book[:20])
    kept.wired.append(kept.runner)
    monkeypatch.setattr("projections.engine.MOST_CAUGHT_UP_INLINE", 3)
    with pytest.raises(ViewsBehind):
        kept.tell(book[20:21])
    kept.runner.catch_up()
    kept.tell(book[20:21])


def test_a_failed_append_leaves_no_trace_inline(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views(inline=True)
    kept.tell(book[:30])

    class Stop(Exception):
        pass

    def stumble(*_: object) -> None:
        raise Stop

    hook = kept.wired[0].inline_hook
    kept.wired[0] = _Then(hook, stumble)  # type: ignore[call-overload]
    with pytest.raises(Stop):
        kept.tell(book[30:31])
    kept.wired[0] = kept.runner
    kept.tell(book[30:])
    kept.runner.catch_up()
    before = kept.rows()
    kept.runner.rebuild()
    assert kept.rows() == before


class _Then:
    """One hook after the other."""

    def __init__(self, *hooks: object) -> None:
        self.hooks = hooks

    def inline_hook(self, *args: object) -> None:
        for hook in self.hooks:
            hook(*args)  # type: ignore[operator]


def test_four_threads_catch_up_at_once(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views()
    kept.tell(book)
    views = all_views(kept.store.keys)
    runners = [Runner(kept.store.database, kept.store.log, views) for _ in range(4)]
    threads = [Thread(target=runner.catch_up, kwargs={"batch": 25}) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    at_once = kept.rows()
    assert set(kept.runner.positions().values()) == {kept.store.log.head()}
    kept.runner.rebuild()
    assert kept.rows() == at_once


def test_catching_up_beside_appends_misses_nothing(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views(inline=True)
    writer = Thread(target=kept.tell, args=(book,))
    writer.start()
    while writer.is_alive():
        kept.runner.catch_up(batch=50)
    writer.join()
    kept.runner.catch_up()
    beside = kept.rows()
    kept.runner.rebuild()
    assert kept.rows() == beside


def test_a_batch_of_50_000_events_is_folded_inside_one_append(open_views: OpenViews) -> None:
    kept = open_views(inline=True)
    story = Story(seed=8, oddities=False, establishments=1)
    kept.tell(story.registers(2))
    where, (who, _) = story.where[0], story.who[story.where[0]]
    line = (CareLine(ROOT, Care("425110", 1_000, "40000000001")),)
    opening = [CareRecorded(where, who, Date(2026, 1, 1), number, line) for number in range(25_000)]
    changes = [Change(UUID(int=number + 1), 0, [event, _BILLED]) for number, event in enumerate(opening)]
    kept.store.log.append(changes, META)
    kept.runner.catch_up()
    with kept.store.database.snapshot() as sql:
        (counted,) = sql.rows("SELECT count(*) AS n, sum(amount_cents) AS cents FROM days WHERE phase = 'in_sending'")
        assert counted == {"n": 25_000, "cents": 25_000_000}
        assert sql.rows("SELECT count(*) AS n FROM days_past") == [{"n": 25_000}]


_BILLED = DayBilled(ROOT, ROOT, (3,))


def begin_anew(kept: Kept) -> None:
    """As `rebuild` does, without its catch-up."""
    from projections import positions

    views = all_views(kept.store.keys)
    with kept.store.database.transaction() as sql:
        positions.prepare(sql, views, again={view.name for view in views})
