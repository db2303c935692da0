"""Billing runs: what each made, and what it had to leave out."""

import json
from collections.abc import Iterable

from application.ports import Recorded
from domain.billing_run import BillingRunCancelled, BillingRunCompleted, LeftOut
from projections.table import Index, Table, ViewRow, flag, number, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "runs",
    (
        uuid("run_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("month", fixed=True),
        text("created_on", fixed=True),
        text("run_at", fixed=True),
        text("run_by", fixed=True),
        number("sending_count", fixed=True),
        number("day_count", fixed=True),
        number("line_count", fixed=True),
        number("amount_cents", fixed=True),
        text("blocked", fixed=True),
        text("elsewhere", fixed=True),
        text("left_out", fixed=True),
        number("document_count", fixed=True),
        text("documents", fixed=True),
        number("cancelled_count"),
        number("cancelled_documents"),
        flag("is_cancelled"),
    ),
    key="run_id",
    indexes=(Index(("establishment_id", "run_at", "run_id"), only_on="postgresql"),),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`is_cancelled`: every sending and document of it was withdrawn; `cancelled_count` and `cancelled_documents`: how

    many of each. `documents`: what those ask, by destination.

    `left_out`: figures of all days left out, each once however many reasons it has; null for a run that told none.
    """
    happened = recorded.event
    if isinstance(happened, BillingRunCancelled):
        if row is None:
            return None
        cancelled = row["cancelled_count"] + len(happened.sending_ids)
        papers = row["cancelled_documents"] + len(happened.document_ids)
        return row | {
            "cancelled_count": cancelled,
            "cancelled_documents": papers,
            "is_cancelled": cancelled + papers >= row["sending_count"] + row["document_count"],
        }
    return {
        "run_id": recorded.stream_id,
        "establishment_id": happened.establishment_id,
        "month": happened.billed_month,
        "created_on": happened.creation_date.isoformat(),
        "run_at": recorded.recorded_at.isoformat(),
        "run_by": recorded.meta.actor,
        "sending_count": len(happened.sending_ids),
        "day_count": happened.days,
        "line_count": happened.lines,
        "amount_cents": happened.amount_cents,
        "blocked": _left_out(happened.blocked),
        "elsewhere": _left_out(happened.elsewhere),
        "left_out": json.dumps(_figures(happened.left_out) if happened.left_out else None),
        "document_count": len(happened.document_ids),
        "documents": _left_out(happened.documents),
        "cancelled_count": 0,
        "cancelled_documents": 0,
        "is_cancelled": False,
    }


def _left_out(groups: Iterable[LeftOut]) -> str:
    """JSON list of [code, days, cents, days without amount]."""
    return json.dumps([[group.code, *_figures(group)] for group in groups])


def _figures(group: LeftOut) -> list[int | None]:
    """Days, cents, days without amount."""
    return [group.days, group.amount_cents, group.unpriced]


VIEW = RowView(TABLE, version=4, touches=on_stream(BillingRunCompleted, BillingRunCancelled), apply=apply)
