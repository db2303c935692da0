"""Every list of a past instant equals the one built from the log cut there."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from application.ports import Sql
from domain.billing_day import fold
from domain.day_events import Settled
from infrastructure.store.opening import Store
from projections.engine import Runner
from projections.history import (
    DAYS,
    INVOICES,
    REFUSALS,
    SENDINGS,
    DayFilter,
    Filter,
    InvoiceFilter,
    RefusalFilter,
    SendingFilter,
    conditions,
)
from projections.paging import Asked, Listing, walk
from projections.periods import periods
from projections.refusal_causes import causes
from projections.settlement_tree import unions
from projections.view import View
from projections.views import all_views
from tests.projections.conftest import OpenViews
from tests.projections.stories import Commit

LISTS: tuple[tuple[Listing, tuple[Filter, ...]], ...] = (
    (
        SENDINGS,
        (
            SendingFilter(),
            SendingFilter(month="2026-02"),
            SendingFilter(status="settled", is_archived=False),
            SendingFilter(outcome="in_part", national_union="100"),
            SendingFilter(transmitted_from="2026-02-01", transmitted_to="2026-03-30"),
        ),
    ),
    (
        INVOICES,
        (
            InvoiceFilter(),
            InvoiceFilter(status="issued"),
            InvoiceFilter(verdict="mixed"),
            InvoiceFilter(national_union="300"),
        ),
    ),
    (
        DAYS,
        (
            DayFilter(),
            DayFilter(phase="prepared"),
            DayFilter(verdict="refused"),
            DayFilter(national_union="100", month="2026-01"),
        ),
    ),
    (REFUSALS, (RefusalFilter(), RefusalFilter(national_union="200"), RefusalFilter(is_cascade=True))),
)


def test_100_past_instants_show_what_the_log_cut_there_shows(
    open_views: OpenViews, make_store: Callable[..., Store], book: list[Commit]
) -> None:
    kept, random = open_views(), Random(4)
    begun = kept.store.log._events.recorder._clock.now()  # type: ignore[attr-defined]
    kept.tell(book)
    kept.runner.catch_up()
    length = len(book) + 10
    instants = sorted(begun + timedelta(seconds=random.uniform(0, length)) for _ in range(100))
    views = all_views(kept.store.keys)
    with kept.store.database.snapshot() as sql:
        scope = [row["establishment_id"] for row in sql.rows("SELECT establishment_id FROM establishments")]
    cut = Runner(make_store().database, kept.store.log, views)
    cut.create()
    for instant in instants:
        at = kept.store.log.position_at(instant)
        cut.catch_up(upto=at)
        with ExitStack() as stack:
            whole = stack.enter_context(kept.store.database.snapshot())
            then = stack.enter_context(cut._database.snapshot())
            seen = list(everything(whole, scope, at, Random(at)))
            assert seen == list(everything(then, scope, None, Random(at))), at


def everything(sql: Sql, scope: list[UUID], at: int | None, random: Random) -> Iterator[Any]:
    """All rows of a list in a random order and cut into random pages, and all sums."""
    for listing, filters in LISTS:
        asked = Asked(random.choice(listing.sorts), random.random() < 0.5, None, random.choice((3, 50, 200)), at)
        where = conditions(scope, random.choice(filters))
        yield list(walk(listing, sql, where, asked))
        yield listing.count(sql, where, at)
    yield causes(sql, scope, at=at)
    yield periods(sql, scope, at=at)
    yield unions(sql, scope, at=at)


def test_every_row_of_every_table_is_alive_where_the_cut_log_has_it(
    open_views: OpenViews, make_store: Callable[..., Store], book: list[Commit]
) -> None:
    kept, random = open_views(), Random(9)
    kept.tell(book)
    kept.runner.catch_up()
    views = all_views(kept.store.keys)
    cut = Runner(make_store().database, kept.store.log, views)
    cut.create()
    for at in sorted(random.sample(range(1, kept.store.log.head() + 1), 25)):
        cut.catch_up(upto=at)
        with kept.store.database.snapshot() as whole, cut._database.snapshot() as then:
            for view in views:
                assert alive(whole, view, at) == alive(then, view, None), (view.name, at)


def alive(sql: Sql, view: View, at: int | None) -> list[str]:
    """Keys of the rows that stand at a position, by plain comparison of their ends."""
    table = view.table
    names = [name for name in (*table.names, "valid_from") if name not in table.personal]
    wanted = ", ".join(names)
    rows = list(sql.rows(f"SELECT {wanted} FROM {table.name}" + ("" if at is None else f" WHERE valid_from <= {at}")))
    if at is not None:
        rows += sql.rows(f"SELECT {wanted} FROM {table.past} WHERE valid_from <= {at} AND valid_to > {at}")
    # Numbers and names of erased patients leave the past too, in the cut log only once it reaches the erasure.
    return [] if view.name in ("patient_numbers", "patient_names") else sorted(map(repr, rows))


def test_lines_come_from_the_log_as_it_was(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views()
    kept.tell(book)
    kept.runner.catch_up()
    with kept.store.database.snapshot() as sql:
        (refused, *_) = sql.rows("SELECT day_id, line_id FROM refusals ORDER BY line_id")
    day_id, line_id = refused["day_id"], refused["line_id"]
    told = max(one.position for one in kept.store.log.history(day_id) if isinstance(one.event, Settled))
    now = {line.line_id: line for line in fold(kept.store.log.load([day_id])[day_id]).lines}
    then = {line.line_id: line for line in fold(kept.store.log.load([day_id], told - 1)[day_id]).lines}
    assert now[line_id].said is not None
    assert then[line_id].said is None
