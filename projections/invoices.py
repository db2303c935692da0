"""Invoices: what was asked of which insurer for whom, and what the settlement made of it."""

from application.ports import Recorded
from domain.invoice import InvoiceIssued, InvoiceReinstated, InvoiceSettled, InvoiceWithdrawn
from domain.rules.unions import known_union
from projections.table import FROM, WHOLE, Index, Table, ViewRow, number, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "invoices",
    (
        uuid("invoice_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("month", fixed=True),
        text("national_union", fixed=True),
        text("status"),
        text("verdict"),
        uuid("sending_id", fixed=True),
        text("invoice_number", fixed=True),
        text("destination", fixed=True),
        number("requested_cents", fixed=True),
        number("accepted_cents"),
        number("refused_cents"),
        number("refused_days"),
        uuid("patient_id", fixed=True),
        text("sickness_fund", fixed=True),
        text("ct1", fixed=True),
        text("ct2", fixed=True),
        number("invoicing_type", fixed=True),
        number("record", fixed=True),
        number("total_record", fixed=True),
        number("patient_share_cents", fixed=True),
        number("supplement_cents", fixed=True),
        number("line_count", fixed=True),
        number("day_count", fixed=True),
        number("again_days", fixed=True),
    ),
    key="invoice_id",
    indexes=(
        Index(("establishment_id", "month", "invoice_id"), only_on="postgresql"),
        Index(("establishment_id", "invoice_number", "invoice_id"), only_on="postgresql"),
        Index(
            ("establishment_id", "invoice_number", "invoice_id", "status", "requested_cents", FROM),
            where=WHOLE,
            only_on="sqlite",
        ),
        Index(("sending_id",)),
    ),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`status`: issued, withdrawn, settled. `national_union`: empty when eFact does not reach the destination."""
    happened = recorded.event
    if isinstance(happened, InvoiceIssued):
        return _issued(recorded)
    if row is None:
        return None
    match happened:
        case InvoiceWithdrawn():
            return row | {"status": "withdrawn"}
        case InvoiceReinstated():
            return row | {"status": "issued"}
        case _:
            return row | {
                "status": "settled",
                "verdict": happened.verdict,
                "accepted_cents": happened.accepted_cents,
                "refused_cents": happened.refused_cents,
                "refused_days": happened.refused_days,
            }


def _issued(recorded: Recorded) -> ViewRow:
    made: InvoiceIssued = recorded.event
    return {
        "invoice_id": recorded.stream_id,
        "establishment_id": made.establishment_id,
        "patient_id": made.patient_id,
        "sending_id": made.sending_id,
        "invoice_number": made.invoice_number,
        "month": made.billed_month,
        "national_union": known_union(made.destination) or "",
        "sickness_fund": made.sickness_fund,
        "destination": made.destination,
        "ct1": made.ct1,
        "ct2": made.ct2,
        "invoicing_type": made.invoicing_type,
        "record": made.record,
        "total_record": made.total_record,
        "patient_share_cents": made.patient_share_cents,
        "supplement_cents": made.supplement_cents,
        "line_count": made.line_count,
        "day_count": len(made.day_ids),
        "again_days": made.again_days,
        "requested_cents": made.requested_cents,
        "status": "issued",
        "verdict": "none",
        "accepted_cents": 0,
        "refused_cents": 0,
        "refused_days": 0,
    }


VIEW = RowView(
    TABLE,
    version=3,
    touches=on_stream(InvoiceIssued, InvoiceWithdrawn, InvoiceReinstated, InvoiceSettled),
    apply=apply,
)
