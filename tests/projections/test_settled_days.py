"""What a sending knows of its days stays, whatever became of them; neighbours and sums agree with the lists."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.ports import Change
from domain import invoice as invoices
from domain.answer import Reason
from domain.billing_day import Line, fold
from domain.care import Care
from domain.day_events import DayBilled, LineVerdict
from projections.establishments import every_establishment_id
from projections.history import SENDINGS, SendingFilter, conditions
from projections.neighbours import neighbours
from projections.paging import Asked
from projections.settled_days import DayOfSending, days_of_invoices, told
from projections.settlements import settlement_totals
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit
from tests.stores import META


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


@pytest.fixture
def scope(kept: Kept) -> list[UUID]:
    with kept.store.database.snapshot() as sql:
        return every_establishment_id(sql)


def test_ref_04_a_settlement_shows_its_refusals_after_the_days_were_billed_again(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        issued = sql.rows(
            "SELECT invoice_id, sending_id, refused_days, accepted_cents FROM invoices WHERE status = 'settled' ORDER BY refused_days"
        )
    log = kept.store.log
    streams = log.load([row["invoice_id"] for row in issued])
    left, standing = list[bool](), list[tuple[Any, DayOfSending]]()
    for row in issued:
        made, invoice_id = streams[row["invoice_id"]][0], row["invoice_id"]
        of_invoices = days_of_invoices(log, [(invoice_id, made)])
        assert set(of_invoices) == {(invoice_id, day_id) for day_id in made.day_ids}
        found = {day_id: day for (_, day_id), day in of_invoices.items()}
        for day_id, day in found.items():
            now = fold(log.load([day_id])[day_id])
            assert now is not None
            assert made.invoicing_type == 3 or day.is_here == (now.sending_id == row["sending_id"])
            left.append(not day.is_here)
        assert sum(day.state.verdict != "accepted" for day in found.values()) == row["refused_days"]
        assert sum(day.state.accepted_cents for day in found.values()) == row["accepted_cents"]
        standing += [(made, day) for day in found.values() if day.is_here and day.state.verdict == "refused"]
    assert any(left), "some were billed again"
    made, refused = standing[-1]
    invoice_id = invoices.invoice_id(made.sending_id, made.invoice_number)
    again = DayBilled(uuid4(), uuid4(), tuple(range(len(refused.state.active))))
    log.append([Change(refused.day_id, len(log.load([refused.day_id])[refused.day_id]), [again])], META)
    later = days_of_invoices(log, [(invoice_id, made)])[invoice_id, refused.day_id]
    assert not later.is_here
    assert later.state == refused.state
    assert days_of_invoices(log, [(invoice_id, made)], log.head() - 1)[invoice_id, refused.day_id].is_here


def test_days_that_never_were_in_the_sending_are_left_out(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        invoice_id = sql.rows("SELECT invoice_id FROM invoices")[0]["invoice_id"]
    made = kept.store.log.load([invoice_id])[invoice_id][0]
    assert days_of_invoices(kept.store.log, [(uuid4(), replace(made, sending_id=uuid4()))]) == {}


def line(verdict: str, *codes: str) -> Line:
    care, identifier = Care("425014", 700, "49999940401"), uuid4()
    reasons = tuple(Reason("R", code) for code in codes)
    return Line(identifier, care, said=LineVerdict(identifier, verdict, 700, 0, reasons))  # type: ignore[arg-type]


def shape(lines: Iterable[Line]) -> list[tuple[str, list[str]]]:
    codes = {one.line_id: one.said.reasons[0].code if one.said and one.said.reasons else "" for one in lines}
    return [(codes[one.line.line_id], [codes[two.line_id] for two in one.follows]) for one in told(tuple(lines))]


def test_ref_06_cascades_fold_under_the_first_cause_of_their_day() -> None:
    first, follows, second = line("refused", "500119"), line("refused", "500458"), line("refused", "502405")
    assert shape([first, follows, second]) == [("500458", ["500119"]), ("502405", [])]


def test_ref_06_without_a_cause_of_their_own_cascades_stand_alone() -> None:
    assert shape([line("refused", "500119"), line("refused", "500118")]) == [("500119", []), ("500118", [])]


def test_ref_06_an_accepted_line_with_a_remark_never_folds() -> None:
    assert shape([line("refused", "500458"), line("accepted", "500119")]) == [("500458", []), ("500119", [])]


@pytest.mark.parametrize("sort", ["created_on", "requested_cents", "national_union"])
@pytest.mark.parametrize("descending", [False, True])
def test_sof_16_neighbours_are_those_of_the_list(kept: Kept, scope: list[UUID], sort: str, *, descending: bool) -> None:
    where = conditions(scope, SendingFilter(status="settled"))
    asked = Asked(sort, descending, limit=200)
    with kept.store.database.snapshot() as sql:
        rows = SENDINGS.page(sql, where, asked).rows
        keys = [None, *(row["sending_id"] for row in rows), None]
        assert len(rows) > 2
        for at, row in enumerate(rows, 1):
            assert neighbours(SENDINGS, sql, where, asked, row) == (keys[at - 1], keys[at + 1])


def test_sof_53_sums_of_settlements_are_those_of_their_rows(kept: Kept, scope: list[UUID]) -> None:
    where = conditions(scope, SendingFilter(status="settled"))
    position = kept.store.log.head() // 2
    with kept.store.database.snapshot() as sql:
        for at in (None, position):
            rows = SENDINGS.page(sql, where, Asked(limit=200, at=at)).rows
            sums = settlement_totals(sql, where, at)
            assert rows
            assert sums.sendings == len(rows)
            assert sums.unread == sum(not row["is_read"] for row in rows)
            assert sums.refused_cents == sum(row["refused_cents"] for row in rows)
            assert sums.accepted_cents == sum(row["accepted_cents"] for row in rows)
        none = settlement_totals(sql, conditions([], SendingFilter()))
    assert (none.sendings, none.requested_cents) == (0, 0)
