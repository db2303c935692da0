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
        number("cancelled_count"),
        flag("is_cancelled"),
    ),
    key="run_id",
    indexes=(Index(("establishment_id", "run_at", "run_id"), only_on="postgresql"),),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`is_cancelled`: every sending of it was withdrawn; `cancelled_count`: how many."""
    happened = recorded.event
    if isinstance(happened, BillingRunCancelled):
        if row is None:
            return None
        cancelled = row["cancelled_count"] + len(happened.sending_ids)
        return row | {"cancelled_count": cancelled, "is_cancelled": cancelled >= row["sending_count"]}
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
        "cancelled_count": 0,
        "is_cancelled": False,
    }


def _left_out(groups: Iterable[LeftOut]) -> str:
    """JSON list of [code, days, cents, days without amount]."""
    return json.dumps([[group.code, group.days, group.amount_cents, group.unpriced] for group in groups])


VIEW = RowView(TABLE, version=2, touches=on_stream(BillingRunCompleted, BillingRunCancelled), apply=apply)
