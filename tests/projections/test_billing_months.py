"""Months that still have days to bill, now and at any position; and what people call a sending."""

from collections import Counter
from datetime import date as Date
from uuid import UUID, uuid4

import pytest

from application.ports import Change
from domain.care import CareLine
from domain.day_events import CareRecorded, LineWithdrawn
from domain.patient import PatientDetails, PatientRegistered
from projections.billing_months import cared_for_in, has_care, last_billed_month, prepared_months
from projections.establishments import every_establishment_id
from projections.sending_numbers import sendings_by_id
from tests.domain.builders import a_care
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit
from tests.stores import META


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


def test_a_month_has_care_from_the_first_line_to_the_withdrawal_of_the_last(open_views: OpenViews) -> None:
    kept, day_id, line_id, who, where = open_views(inline=True), *(uuid4() for _ in range(4))
    log, date, lines = kept.store.log, Date(2026, 1, 31), (CareLine(line_id, a_care()),)
    positions = [
        log.append(
            [Change(who, 0, [PatientRegistered(where, "", "A1", PatientDetails("Peeters", "An", "", 2))])], META
        ),
        log.append([Change(day_id, 0, [CareRecorded(where, who, date, 1, lines)])], META),
        log.append([Change(day_id, 1, [LineWithdrawn(line_id)])], META),
    ]
    kept.runner.catch_up()
    month, told = "2026-01", []
    with kept.store.database.snapshot() as sql:
        for at in (*positions, None):
            condition = cared_for_in([where], month, at)
            rows = sql.rows(f"SELECT patient_id FROM patients WHERE {condition.text}", condition.params)
            told.append((has_care(sql, [where], month, at), [row["patient_id"] for row in rows]))
        assert not has_care(sql, [where], "1999-01", positions[1])
        assert not has_care(sql, [uuid4()], month, positions[1])
    assert told == [(False, []), (True, [who]), (False, []), (False, [])]


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
