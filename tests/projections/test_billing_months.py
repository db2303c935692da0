"""Months that still have days to bill, now and at any position; and what people call a sending."""

from collections import Counter
from uuid import UUID, uuid4

import pytest

from projections.billing_months import last_billed_month, prepared_months
from projections.establishments import every_establishment_id
from projections.sending_numbers import sendings_by_id
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


def test_days_in_no_sending_are_counted_by_month(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        everywhere = every_establishment_id(sql)
        rows = sql.rows("SELECT month, amount_cents, unpriced FROM days WHERE sending_id IS NULL AND line_count > 0")
        found = prepared_months(sql, everywhere)
        assert {one.month: one.days for one in found} == Counter(row["month"] for row in rows)
        assert sum(one.amount_cents for one in found) == sum(row["amount_cents"] for row in rows) > 0
        assert sum(one.unpriced for one in found) == sum(row["unpriced"] > 0 for row in rows)
        assert [one.month for one in found] == sorted({row["month"] for row in rows})


def test_nobody_sees_the_months_of_another_practice(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        first, second = every_establishment_id(sql)
        both = prepared_months(sql, [first, second])
        parts = [*prepared_months(sql, [first]), *prepared_months(sql, [second])]
        assert sum(one.days for one in both) == sum(one.days for one in parts)
        assert prepared_months(sql, [uuid4()]) == prepared_months(sql, []) == []
        assert last_billed_month(sql, [uuid4()]) == ""


def test_ref_24_the_months_of_a_past_position_are_those_of_then(
    kept: Kept, open_views: OpenViews, book: list[Commit]
) -> None:
    half = len(book) // 2
    cut = open_views()
    cut.tell(book[:half])
    cut.runner.catch_up()
    position = cut.store.log.head()
    with cut.store.database.snapshot() as sql:
        everywhere = every_establishment_id(sql)
        then = prepared_months(sql, everywhere), last_billed_month(sql, everywhere)
    with kept.store.database.snapshot() as sql:
        assert (prepared_months(sql, everywhere, position), last_billed_month(sql, everywhere, position)) == then
        assert prepared_months(sql, everywhere) != then[0]


def test_a_sending_is_called_by_number_and_union_inside_the_scope(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        rows = sql.rows("SELECT sending_id, establishment_id, sending_number, national_union FROM sendings")
        ids: set[UUID] = {row["sending_id"] for row in rows}
        first, *_ = every_establishment_id(sql)
        found = sendings_by_id(sql, [first], ids)
        assert {i: (row["sending_number"], row["national_union"]) for i, row in found.items()} == {
            row["sending_id"]: (row["sending_number"], row["national_union"])
            for row in rows
            if row["establishment_id"] == first
        }
        assert sendings_by_id(sql, [first], []) == {}
