"""Walking all pages finds every row once, whatever is inserted meanwhile and however equal the values are."""

from dataclasses import replace
from datetime import date as Date
from typing import Any

import pytest

from domain.errors import Invalid
from projections.history import DAYS, INVOICES, REFUSALS, SENDINGS, DayFilter, conditions
from projections.paging import Asked, Listing, walk
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit, Story

LISTINGS = (SENDINGS, INVOICES, DAYS, REFUSALS)


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


def everything(kept: Kept, listing: Listing) -> list[dict[str, Any]]:
    with kept.store.database.snapshot() as sql:
        return [dict(row) for row in sql.rows(f"SELECT {', '.join(listing.table.names)} FROM {listing.table.name}")]


def scope(kept: Kept) -> list[Any]:
    with kept.store.database.snapshot() as sql:
        return [row["establishment_id"] for row in sql.rows("SELECT establishment_id FROM establishments")]


def test_every_sort_walks_all_rows_in_order_equal_values_too(kept: Kept) -> None:
    where = conditions(scope(kept), DayFilter())
    for listing in LISTINGS:
        rows, key = everything(kept, listing), listing.table.key
        for sort in listing.sorts:
            for descending in (False, True):
                ordered = sorted(rows, key=lambda row: (row[sort], row[key]), reverse=descending)
                with kept.store.database.snapshot() as sql:
                    walked = list(walk(listing, sql, where, Asked(sort, descending, None, 17)))
                assert walked == ordered, (listing.table.name, sort, descending)
        assert len({row[listing.sorts[1]] for row in rows}) < len(rows), "there are equal values"


def test_rows_inserted_between_pages_move_none_of_the_others(kept: Kept) -> None:
    story = Story(seed=99, oddities=False)
    kept.tell(story.registers(8))
    kept.runner.catch_up()
    before = {row["day_id"] for row in everything(kept, DAYS)}
    where, asked = conditions(scope(kept), DayFilter()), Asked("date", limit=20)
    seen: list[Any] = []
    more = story.month_of_care(Date(2026, 2, 1))
    while True:
        with kept.store.database.snapshot() as sql:
            page = DAYS.page(sql, where, asked)
        seen += [row["day_id"] for row in page.rows]
        if page.following is None:
            break
        asked = replace(asked, after=page.following)
        kept.tell(commit for commit, _ in zip(more, range(3), strict=False))
        kept.runner.catch_up()
    assert len(seen) == len(set(seen))
    assert before < set(seen), "all that were there, and some that came"


def test_at_a_position_pages_do_not_move_at_all(kept: Kept) -> None:
    at = kept.store.log.head() // 2
    where, asked = conditions(scope(kept), DayFilter()), Asked("accepted_cents", True, None, 9, at)
    with kept.store.database.snapshot() as sql:
        before = list(walk(DAYS, sql, where, asked))
    kept.tell(Story(seed=98).months(1, patients=6))
    kept.runner.catch_up()
    with kept.store.database.snapshot() as sql:
        assert list(walk(DAYS, sql, where, asked)) == before


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked("patient_id"), "sort_invalid"),
        (Asked(limit=0), "limit_invalid"),
        (Asked(limit=201), "limit_invalid"),
        (Asked(after="???"), "cursor_invalid"),
        (Asked(after="e30"), "cursor_invalid"),
        (Asked("date", after="WyJkYXRlIiwgZmFsc2UsIG51bGwsICIxIl0"), "cursor_invalid"),
    ],
)
def test_wrong_questions_are_refused(kept: Kept, asked: Asked, code: str) -> None:
    with kept.store.database.snapshot() as sql, pytest.raises(Invalid) as refused:
        DAYS.page(sql, conditions(scope(kept), DayFilter()), asked)
    assert refused.value.code == code


def test_a_cursor_is_good_for_its_own_order_only(kept: Kept) -> None:
    where = conditions(scope(kept), DayFilter())
    with kept.store.database.snapshot() as sql:
        cursor = DAYS.page(sql, where, Asked("date", limit=5)).following
        for other in (Asked("date", True, cursor), Asked("amount_cents", False, cursor)):
            with pytest.raises(Invalid):
                DAYS.page(sql, where, other)
