"""Given events, then rows: one view at a time, on both databases."""

import json
from datetime import date as Date
from typing import Any
from uuid import UUID

from application.ports import Change
from domain import billing_day as days
from domain.answer import Reason
from domain.care import Care, CareLine
from domain.day_events import CareRecorded, DayBilled, DayReinstated, DayReturned, LineVerdict
from domain.invoice import InvoiceIssued, InvoiceSettled, InvoiceWithdrawn
from domain.sending import (
    FundTotal,
    SendingAcceptedForProcessing,
    SendingAcknowledged,
    SendingArchived,
    SendingHandedOver,
    SendingPrepared,
    SendingRead,
    SendingSettled,
    SendingTransmitted,
)
from projections.days import with_known_amounts
from projections.history import DAYS, DayFilter, conditions
from projections.paging import Asked
from tests.projections.conftest import Kept, OpenViews
from tests.stores import META

E, P, DAY, SENDING, INVOICE, OTHER = (UUID(int=number) for number in range(1, 7))
LINES = tuple(UUID(int=100 + number) for number in range(4))
PROVIDER = "40000001001"


def happens(kept: Kept, stream: UUID, *events: object) -> None:
    known = len(kept.store.log.history(stream))
    kept.store.log.append([Change(stream, known, list(events))], META)
    kept.runner.catch_up()


def rows(kept: Kept, table: str, columns: str = "*", order: str = "1") -> list[dict[str, Any]]:
    with kept.store.database.snapshot() as sql:
        return [dict(row) for row in sql.rows(f"SELECT {columns} FROM {table} ORDER BY {order}")]


def recorded(*amounts: int, doubtful: int = 0) -> CareRecorded:
    lines = tuple(
        CareLine(line, Care("425110", amount, PROVIDER), possible_duplicate=number < doubtful)
        for number, (line, amount) in enumerate(zip(LINES, amounts, strict=False))
    )
    return CareRecorded(E, P, Date(2026, 1, 31), 1, lines)


def folded(kept: Kept, stream: UUID) -> days.BillingDay:
    state = days.fold(kept.store.log.load([stream])[stream])
    assert state is not None
    return state


def test_a_day_goes_from_prepared_to_settled_and_back(open_views: OpenViews) -> None:
    kept = open_views()
    wanted = "phase, verdict, amount_cents, accepted_cents, refused_cents, line_count, is_returned, sending_id"
    happens(kept, DAY, recorded(1_000, 500))
    prepared = {
        "phase": "prepared", "verdict": "none", "amount_cents": 1_500, "accepted_cents": 0, "refused_cents": 0,
        "line_count": 2, "is_returned": False, "sending_id": None,
    }  # fmt: skip
    assert rows(kept, "days", wanted) == [prepared]
    happens(kept, DAY, DayBilled(SENDING, INVOICE, (3, 4)))
    assert rows(kept, "days", wanted) == [prepared | {"phase": "in_sending", "sending_id": SENDING}]
    happens(kept, DAY, DayReturned(SENDING, "rejected"))
    assert rows(kept, "days", wanted) == [prepared | {"is_returned": True}]
    happens(kept, DAY, DayReinstated(SENDING, INVOICE))
    said = [LineVerdict(LINES[1], "refused", 500, 0, (Reason("F", "500546"),))]
    happens(kept, DAY, *days.settle(folded(kept, DAY), SENDING, "m", said))
    told = {"phase": "settled", "verdict": "mixed", "accepted_cents": 1_000, "refused_cents": 500}
    assert rows(kept, "days", wanted) == [prepared | told | {"sending_id": SENDING}]
    assert len(rows(kept, "days_past")) == 4


def test_lines_corrected_withdrawn_and_confirmed_change_the_day(open_views: OpenViews) -> None:
    kept = open_views()
    happens(kept, DAY, recorded(1_000, 500, 300, doubtful=1))
    wanted = "amount_cents, line_count, possible_duplicates"
    assert rows(kept, "days", wanted) == [{"amount_cents": 1_800, "line_count": 3, "possible_duplicates": 1}]
    happens(kept, DAY, *days.confirm(folded(kept, DAY), LINES[0]))
    happens(kept, DAY, *days.withdraw(folded(kept, DAY), LINES[1]))
    happens(kept, DAY, *days.correct(folded(kept, DAY), LINES[2], Care("425110", 400, PROVIDER)))
    assert rows(kept, "days", wanted) == [{"amount_cents": 1_400, "line_count": 2, "possible_duplicates": 0}]


def test_the_amount_of_a_day_is_that_of_its_lines_after_pricing(open_views: OpenViews) -> None:
    kept = open_views()
    washed, bandaged = Care("425110", 0, PROVIDER, is_priced=False), Care("424336", 200, PROVIDER)
    lines = (CareLine(LINES[0], washed, possible_duplicate=True), CareLine(LINES[1], bandaged))
    made = (
        CareLine(LINES[2], Care("425784", 0, PROVIDER, service_norm=9)),
        CareLine(LINES[3], Care("425272", 9, PROVIDER)),
    )
    wanted = "amount_cents, line_count, unpriced, possible_duplicates"

    def shown() -> list[int]:
        (row,) = rows(kept, "days", wanted)
        return list(row.values())

    def price() -> None:
        happens(kept, DAY, *days.price(folded(kept, DAY), made, "a" * 64, "110", "110"))

    happens(kept, DAY, CareRecorded(E, P, Date(2026, 1, 31), 1, lines))
    assert shown() == [0, 2, 1, 1], "200 are known, the amount of the day is not"
    with kept.store.database.snapshot() as sql:
        (row,) = with_known_amounts(DAYS.page(sql, conditions([E], DayFilter()), Asked(sort="amount_cents")).rows)
        assert row["amount_cents"] is None
    price()
    assert shown() == [209, 3, 0, 1]
    happens(kept, DAY, CareRecorded(E, P, Date(2026, 1, 31), 1, (CareLine(UUID(int=99), bandaged),)))
    assert shown() == [0, 3, 1, 1], "more care asks for new prices"
    price()
    happens(kept, DAY, *days.confirm(folded(kept, DAY), LINES[0]))
    assert shown() == [409, 4, 0, 0]
    happens(kept, DAY, *days.withdraw(folded(kept, DAY), LINES[0]))
    assert shown() == [400, 2, 0, 0], "nothing is left to be priced"


def test_ref_06_each_refused_line_is_a_row_and_cascades_fold_under_their_root(open_views: OpenViews) -> None:
    kept = open_views()
    happens(kept, DAY, recorded(1_000, 500, 300, 200), DayBilled(SENDING, INVOICE, (3, 4, 5, 6)))
    said = [
        LineVerdict(LINES[0], "refused", 1_000, 0, (Reason("F", "500118"),)),
        LineVerdict(LINES[1], "refused", 500, 0, (Reason("F", "500120"), Reason("E", "500001"), Reason("B", "500546"))),
        LineVerdict(LINES[2], "accepted_less", 300, 200, (Reason("R", "500302"),), comment="read me"),
        LineVerdict(LINES[3], "accepted", 200, 200, (Reason("S", "500777"),)),
    ]
    happens(kept, DAY, *days.settle(folded(kept, DAY), SENDING, "m", said))
    found = rows(kept, "refusals", order="refused_cents DESC")
    assert [(row["line_id"], row["code"], row["letter"], row["refused_cents"]) for row in found] == [
        (LINES[0], "500118", "F", 1_000),
        (LINES[1], "500546", "B", 500),
        (LINES[2], "500302", "R", 100),
    ]
    assert [(row["is_cascade"], row["root_line_id"], row["root_code"]) for row in found] == [
        (True, LINES[1], "500546"),
        (False, LINES[1], "500546"),
        (False, LINES[2], "500302"),
    ]
    assert json.loads(found[1]["reasons"]) == [["F", "500120"], ["E", "500001"], ["B", "500546"]]
    assert {row["provider"] for row in found} == {PROVIDER}
    assert "read me" not in repr(found)


def test_a_cascade_without_a_root_is_its_own(open_views: OpenViews) -> None:
    kept = open_views()
    happens(kept, DAY, recorded(1_000), DayBilled(SENDING, INVOICE, (3,)))
    said = [LineVerdict(LINES[0], "refused", 1_000, 0, (Reason("F", "500118"),))]
    happens(kept, DAY, *days.settle(folded(kept, DAY), SENDING, "m", said))
    (row,) = rows(kept, "refusals")
    assert (row["is_cascade"], row["root_line_id"], row["root_code"]) == (False, LINES[0], "500118")


def test_refusals_close_when_the_day_is_billed_again(open_views: OpenViews) -> None:
    kept = open_views()
    happens(kept, DAY, recorded(1_000), DayBilled(SENDING, INVOICE, (3,)))
    said = [LineVerdict(LINES[0], "refused", 1_000, 0, (Reason("F", "500546"),))]
    happens(kept, DAY, *days.settle(folded(kept, DAY), SENDING, "m", said))
    refused_at = kept.store.log.head()
    happens(kept, DAY, DayBilled(OTHER, OTHER, (3,)))
    assert rows(kept, "refusals") == []
    (past,) = rows(kept, "refusals_past")
    assert (past["valid_from"], past["valid_to"]) == (refused_at, refused_at + 1)


def issued() -> InvoiceIssued:
    return InvoiceIssued(
        E, P, SENDING, "000000000001", "REF", "2026-01", "306", "306", "110", "110", 0, 2, 5, 1_500, 10, 0, 2, (DAY,)
    )


def test_ref_07_an_invoice_knows_its_refused_days(open_views: OpenViews) -> None:
    kept = open_views()
    happens(kept, INVOICE, issued())
    happens(kept, OTHER, issued(), InvoiceWithdrawn(SENDING))
    happens(kept, INVOICE, InvoiceSettled(SENDING, "m", "mixed", 1_000, 500, 1))
    wanted = "national_union, status, verdict, accepted_cents, refused_cents, refused_days, day_count"
    assert rows(kept, "invoices", wanted, "status") == [
        {"national_union": "306", "status": "settled", "verdict": "mixed", "accepted_cents": 1_000,
         "refused_cents": 500, "refused_days": 1, "day_count": 1},
        {"national_union": "306", "status": "withdrawn", "verdict": "none", "accepted_cents": 0,
         "refused_cents": 0, "refused_days": 0, "day_count": 1},
    ]  # fmt: skip


def prepared(**others: Any) -> SendingPrepared:
    values: dict[str, Any] = {
        "establishment_id": E, "run_id": None, "union": "300", "billed_month": "2026-01",
        "creation_date": Date(2026, 2, 1), "sending_number": 7, "provider_reference": "00000000000007",
        "reference": "R", "message": "f" * 64, "invoice_ids": (INVOICE,), "record_count": 6, "line_count": 2,
        "day_count": 1, "requested_cents": 1_500, "control_number": 42,
    }  # fmt: skip
    return SendingPrepared(**(values | others))


def test_sof_16_a_sending_shows_status_figures_and_payment_references(open_views: OpenViews) -> None:
    kept = open_views()
    steps = [
        (prepared(), "prepared"),
        (SendingHandedOver(Date(2026, 2, 2)), "outcome_unknown"),
        (SendingTransmitted(), "transmitted"),
        (SendingAcknowledged("a" * 64, "INS"), "acknowledged"),
        (SendingAcceptedForProcessing("b" * 64, "01,23"), "accepted_for_processing"),
        (SendingSettled("c" * 64, 1_500, 1_000, 500, (FundTotal("306", 1_500, 1_000, 500, "PAY"),)), "settled"),
    ]
    for event, status in steps:
        happens(kept, SENDING, event)
        assert [row["status"] for row in rows(kept, "sendings")] == [status]
    (row,) = rows(kept, "sendings")
    assert (row["outcome"], row["accepted_cents"], row["refused_cents"]) == ("in_part", 1_000, 500)
    assert (row["transmitted_on"], row["error_percentage"], row["invoice_count"]) == ("2026-02-02", "01,23", 1)
    assert json.loads(row["funds"])[0]["payment_reference"] == "PAY"
    happens(kept, SENDING, SendingRead(), SendingArchived())
    (row,) = rows(kept, "sendings")
    assert (row["is_read"], row["is_archived"], row["outcome"]) == (True, True, "in_part")


def test_the_order_of_answers_does_not_change_the_row(open_views: OpenViews) -> None:
    kept = open_views()
    answers = [
        SendingAcknowledged("a" * 64, "INS"),
        SendingAcceptedForProcessing("b" * 64, "01,23"),
        SendingSettled("c" * 64, 1_500, 1_500, 0, ()),
    ]
    for stream, order in ((SENDING, answers), (OTHER, answers[::-1])):
        happens(kept, stream, prepared(made_elsewhere=True), *order)
    one, other = rows(kept, "sendings", "status, outcome, facts, error_percentage, transmitted_on, accepted_cents")
    assert one == other
    assert one["status"] == "settled"
