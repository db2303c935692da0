"""Five hundred rows of one date: each is met once, in pages, also while others of that date come in."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from projections import imports, items, messages, runs
from projections.history import DAYS, INVOICES, REFUSALS, SENDINGS, DayFilter, conditions
from projections.paging import Asked, Listing
from projections.table import FROM
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

EQUAL = 500
SORTED = {
    "days": (DAYS, "date"),
    "invoices": (INVOICES, "month"),
    "refusals": (REFUSALS, "date"),
    "sendings": (SENDINGS, "created_on"),
    "received_messages": (Listing(messages.TABLE, ("received_at",)), "received_at"),
    "items": (Listing(items.TABLE, ("raised_at",)), "raised_at"),
    "imports": (Listing(imports.TABLE, ("imported_at",)), "imported_at"),
    "runs": (Listing(runs.TABLE, ("run_at",)), "run_at"),
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", SORTED)
def test_rows_of_one_date_are_met_once_each_while_more_of_them_come(
    open_views: OpenViews, book: list[Commit], name: str, descending: bool
) -> None:
    kept, (listing, sort) = open_views(), SORTED[name]
    kept.tell(book[: len(book) // 3])
    kept.runner.catch_up()
    like = first(kept, listing)
    before = set(copied(kept, listing, like, EQUAL))
    scope = [like["establishment_id"]]
    met: list[UUID] = []
    for step, page in enumerate(pages(kept, listing, scope, sort, descending)):
        met += page
        if step % 3 == 0:
            copied(kept, listing, like, 2)
    assert len(met) == len(set(met))
    assert before <= set(met)


def first(kept: Kept, listing: Listing) -> dict[str, Any]:
    """Some row, to be copied."""
    with kept.store.database.snapshot() as sql:
        names = ", ".join([*listing.table.names, FROM])
        return dict(sql.rows(f"SELECT {names} FROM {listing.table.name} ORDER BY {listing.table.key} LIMIT 1")[0])


def copied(kept: Kept, listing: Listing, like: dict[str, Any], count: int) -> list[UUID]:
    """Rows that differ in nothing but their id."""
    copies = [{**like, listing.table.key: uuid4()} for _ in range(count)]
    with kept.store.database.transaction() as sql:
        sql.insert(listing.table.name, list(like), [list(copy.values()) for copy in copies])
    return [copy[listing.table.key] for copy in copies]


def pages(kept: Kept, listing: Listing, scope: list[Any], sort: str, descending: bool) -> Iterator[list[UUID]]:
    """Each in a reading of its own, as requests are."""
    where, after = conditions(scope, DayFilter()), None
    for _ in range(EQUAL):
        with kept.store.database.snapshot() as sql:
            page = listing.page(sql, where, Asked(sort, descending, after, 40))
        yield [row[listing.table.key] for row in page.rows]
        after = page.following
        if after is None:
            return
    raise AssertionError("no end")
