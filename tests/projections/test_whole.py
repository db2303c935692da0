"""Everything at once is the same as page by page: order, rows, sums, reasons; now and at any position."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from domain.errors import Invalid
from projections import paging
from projections.history import DAYS, INVOICES, REFUSALS, SENDINGS, DayFilter, InvoiceFilter, conditions
from projections.paging import Asked, cursor_of, walk
from projections.root_codes import root_codes
from projections.whole import ordered_ids, rows_of
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

MOST = 100_000


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


def scope(kept: Kept) -> list[Any]:
    with kept.store.database.snapshot() as sql:
        return [row["establishment_id"] for row in sql.rows("SELECT establishment_id FROM establishments")]


def instants(kept: Kept) -> list[int | None]:
    head = kept.store.log.head()
    return [None, head // 3, 2 * head // 3]


def test_all_rows_at_once_are_those_of_all_pages(kept: Kept) -> None:
    where = conditions(scope(kept), DayFilter())
    for at in instants(kept):
        for listing in (SENDINGS, INVOICES, DAYS, REFUSALS):
            for sort, descending in ((listing.sorts[0], False), (listing.sorts[-1], True)):
                asked = Asked(sort, descending, None, 200, at)
                with kept.store.database.snapshot() as sql:
                    walked = list(walk(listing, sql, where, asked))
                    ids = ordered_ids(listing, sql, where, asked, MOST)
                    rows = [row for piece in rows_of(listing, sql, ids, at) for row in piece]
                assert rows == walked, (listing.table.name, sort, at)
    with kept.store.database.snapshot() as sql, pytest.raises(Invalid):
        ordered_ids(DAYS, sql, where, Asked("day_id"), MOST)


def test_one_more_than_wanted_tells_that_there_are_too_many(kept: Kept) -> None:
    where = conditions(scope(kept), DayFilter())
    with kept.store.database.snapshot() as sql:
        assert len(ordered_ids(DAYS, sql, where, Asked(), 10)) == 11


def test_a_page_comes_with_number_and_sum_of_all_rows(kept: Kept) -> None:
    where = scope(kept)
    filters = (
        (INVOICES, InvoiceFilter()),
        (INVOICES, InvoiceFilter(verdict="mixed")),
        (DAYS, DayFilter(month="1999-01")),
    )
    for at in instants(kept):
        for listing, wanted in filters:
            met = conditions(where, wanted)
            with kept.store.database.snapshot() as sql:
                rows = list(walk(listing, sql, met, Asked(limit=200, at=at)))
                whole = (len(rows), sum(row["refused_cents"] for row in rows))
                assert listing.count_and_sum(sql, met, "refused_cents", at) == whole
                walked, asked = [], Asked("refused_cents", descending=True, limit=20, at=at)
                while True:
                    page, *figures = listing.page_and_sum(sql, met, asked, "refused_cents")
                    assert tuple(figures) == whole
                    assert page == listing.page(sql, met, asked)
                    walked += page.rows
                    if page.following is None:
                        break
                    asked = replace(asked, after=page.following)
            assert sorted(row[listing.table.key] for row in walked) == sorted(row[listing.table.key] for row in rows)


def test_behind_the_last_row_there_is_no_page_but_the_sum(kept: Kept) -> None:
    met = conditions(scope(kept), InvoiceFilter(verdict="mixed"))
    last = Asked("month", after=cursor_of(Asked("month"), "9999-12", UUID(int=0)))
    with kept.store.database.snapshot() as sql:
        page, *figures = INVOICES.page_and_sum(sql, met, last, "refused_cents")
        assert (page.rows, page.following) == ([], None)
        assert tuple(figures) == INVOICES.count_and_sum(sql, met, "refused_cents")


def test_far_too_many_rows_are_not_counted_to_the_end(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "_ENOUGH", 3)
    with kept.store.database.snapshot() as sql:
        assert INVOICES.count_and_sum(sql, conditions(scope(kept), InvoiceFilter()), "refused_cents")[0] == 3


def test_ref_04_reasons_of_a_day_and_an_invoice_are_its_roots_the_dearest_first(kept: Kept) -> None:
    where = conditions(scope(kept), DayFilter())
    for at in instants(kept):
        with kept.store.database.snapshot() as sql:
            lines = list(walk(REFUSALS, sql, where, Asked(limit=200, at=at)))
            for column in ("day_id", "invoice_id"):
                found = root_codes(sql, scope(kept), column, {line[column] for line in lines}, at)  # type: ignore[arg-type]
                assert set(found) == {line[column] for line in lines}
                for key, codes in found.items():
                    own = [line for line in lines if line[column] == key]
                    assert set(codes) == {(line["root_code"], line["root_letter"]) for line in own}
                    cents = [
                        sum(o["refused_cents"] for o in own if (o["root_code"], o["root_letter"]) == c) for c in codes
                    ]
                    assert cents == sorted(cents, reverse=True)
    with kept.store.database.snapshot() as sql:
        assert root_codes(sql, scope(kept), "day_id", []) == {}
        assert root_codes(sql, [], "day_id", {line["day_id"] for line in lines}) == {}
