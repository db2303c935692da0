"""Documents beyond eFact: to whom, how much, and what people noted of them."""

from application.ports import Recorded
from domain.document import (
    DocumentCancelled,
    DocumentHandedOut,
    DocumentIssued,
    DocumentPaid,
    DocumentRefused,
    DocumentReopened,
)
from projections.paging import Listing
from projections.table import Table, ViewRow, number, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "documents",
    (
        uuid("document_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("number", fixed=True),
        text("communication", fixed=True),
        text("destination", fixed=True),
        text("month", fixed=True),
        text("issued_on", fixed=True),
        uuid("patient_id", fixed=True),
        uuid("run_id", fixed=True),
        text("status"),
        number("amount_cents", fixed=True),
        number("paid_cents"),
        number("day_count", fixed=True),
        number("line_count", fixed=True),
        number("again_days", fixed=True),
        text("handed_out_on"),
        text("paid_on"),
        text("refused_on"),
    ),
    key="document_id",
)

DOCUMENTS = Listing(TABLE, ("number", "issued_on", "month", "destination", "status", "amount_cents", "paid_cents"))


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`status`: of `domain.document`. `paid_cents`: what came so far, `paid_on`: the last day on which some came."""
    happened = recorded.event
    if isinstance(happened, DocumentIssued):
        return _issued(recorded)
    if row is None:
        return None
    match happened:
        case DocumentHandedOut():
            return row | {"status": "handed_out", "handed_out_on": happened.on.isoformat()}
        case DocumentPaid():
            paid = row["paid_cents"] + happened.cents
            status = "paid" if paid >= row["amount_cents"] else row["status"]
            return row | {"status": status, "paid_cents": paid, "paid_on": happened.on.isoformat()}
        case DocumentRefused():
            return row | {"status": "refused", "refused_on": happened.on.isoformat()}
        case DocumentCancelled():
            return row | {"status": "cancelled"}
    status = "handed_out" if row["handed_out_on"] else "issued"
    return row | {"status": status, "paid_cents": 0, "paid_on": "", "refused_on": ""}


def _issued(recorded: Recorded) -> ViewRow:
    made: DocumentIssued = recorded.event
    return {
        "document_id": recorded.stream_id,
        "establishment_id": made.establishment_id,
        "number": made.number,
        "communication": made.communication,
        "destination": made.destination,
        "month": made.billed_month,
        "issued_on": made.issued_on.isoformat(),
        "patient_id": made.patient_id,
        "run_id": made.run_id,
        "status": "issued",
        "amount_cents": made.amount_cents,
        "paid_cents": 0,
        "day_count": len(made.days),
        "line_count": sum(len(one.line_ids) for one in made.days),
        "again_days": made.again_days,
        "handed_out_on": "",
        "paid_on": "",
        "refused_on": "",
    }


VIEW = RowView(
    TABLE,
    version=1,
    touches=on_stream(
        DocumentIssued,
        DocumentHandedOut,
        DocumentPaid,
        DocumentRefused,
        DocumentReopened,
        DocumentCancelled,
    ),
    apply=apply,
)
