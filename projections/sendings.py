"""Sendings: one file to one union, its status from the facts that arrived, its figures from the settlement.

The status rules are the domain's own: the row holds the facts they look at, so each event is folded alone.
"""

import json
from datetime import date as Date

from application.ports import Recorded
from domain.event import REGISTER
from domain.sending import Sending, SendingPrepared, SendingSettled, evolve, is_contradictory
from projections.table import Index, Table, ViewRow, flag, number, text, uuid
from projections.view import RowView, Streams, by_stream

WAITS = "status <> 'cancelled' AND NOT (is_read AND status IN ('envelope_rejected', 'rejected', 'settled'))"
"""Something is still to come of it, or to be read."""

TABLE = Table(
    "sendings",
    (
        uuid("sending_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("month", fixed=True),
        text("national_union", fixed=True),
        text("status"),
        text("outcome"),
        flag("is_archived"),
        flag("is_read"),
        flag("made_elsewhere"),
        number("sending_number", fixed=True),
        text("created_on", fixed=True),
        text("transmitted_on"),
        number("requested_cents", fixed=True),
        number("accepted_cents"),
        number("refused_cents"),
        uuid("run_id", optional=True, fixed=True),
        text("provider_reference", fixed=True),
        text("reference", fixed=True),
        text("message", fixed=True),
        number("invoice_count", fixed=True),
        number("record_count", fixed=True),
        number("line_count", fixed=True),
        number("day_count", fixed=True),
        number("control_number", fixed=True),
        text("facts"),
        text("error_percentage"),
        text("insurer_reference"),
        text("funds"),
        flag("is_contested"),
        flag("is_contradictory"),
    ),
    key="sending_id",
    indexes=(
        Index(("establishment_id", "created_on", "sending_id"), only_on="postgresql"),
        Index(("establishment_id", "month", "sending_id"), only_on="postgresql"),
        Index(("establishment_id", "sending_number", "sending_id"), only_on="postgresql"),
        Index(("run_id",)),
        # Holds all that is counted of them.
        Index(("establishment_id", "status", "is_archived", "transmitted_on", "sending_id", "is_read"), where=WAITS),
    ),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`facts`: kinds of answer that arrived, sorted, with blanks between. `transmitted_on`: empty until handed over.

    `is_contested`: a settlement came whose figures do not agree with the lines.
    """
    happened = recorded.event
    state = evolve(_state(row) if row else None, happened, recorded.stream_id) if row or _opens(happened) else None
    if state is None:
        return None
    made = row or _prepared(state)
    changed = made | {
        "facts": " ".join(sorted(state.facts)),
        "status": state.status,
        "transmitted_on": state.transmitted_on.isoformat() if state.transmitted_on else "",
        "error_percentage": state.error_percentage,
        "insurer_reference": state.insurer_reference,
        "is_contested": "contested" in state.facts,
        "is_contradictory": is_contradictory(state),
        "is_read": state.is_read,
        "is_archived": state.is_archived,
    }
    if isinstance(happened, SendingSettled):
        changed |= _settled(happened) | {"outcome": state.outcome}
    return changed


def _opens(happened: object) -> bool:
    return isinstance(happened, SendingPrepared)


def _settled(happened: SendingSettled) -> ViewRow:
    """`funds`: JSON, one object per sickness fund, with the reference that its payment will carry."""
    funds = [
        {
            "fund": total.fund,
            "requested_cents": total.requested_cents,
            "accepted_cents": total.accepted_cents,
            "refused_cents": total.refused_cents,
            "payment_reference": total.payment_reference,
        }
        for total in happened.funds
    ]
    return {
        "accepted_cents": happened.accepted_cents,
        "refused_cents": happened.refused_cents,
        "funds": json.dumps(funds),
    }


def _prepared(state: Sending) -> ViewRow:
    made = state.made
    return {
        "sending_id": state.sending_id,
        "establishment_id": made.establishment_id,
        "run_id": made.run_id,
        "national_union": made.union,
        "month": made.billed_month,
        "created_on": made.creation_date.isoformat(),
        "sending_number": made.sending_number,
        "provider_reference": made.provider_reference,
        "reference": made.reference,
        "message": made.message,
        "made_elsewhere": made.made_elsewhere,
        "invoice_count": len(made.invoice_ids),
        "record_count": made.record_count,
        "line_count": made.line_count,
        "day_count": made.day_count,
        "control_number": made.control_number,
        "requested_cents": made.requested_cents,
        "outcome": "none",
        "accepted_cents": 0,
        "refused_cents": 0,
        "funds": "[]",
    }


def _state(row: ViewRow) -> Sending:
    """The domain's state, as far as its rules look at it: not the invoices, not the answers, not the settlement."""
    return Sending(
        row["sending_id"],
        SendingPrepared(
            establishment_id=row["establishment_id"],
            run_id=row["run_id"],
            union=row["national_union"],
            billed_month=row["month"],
            creation_date=Date.fromisoformat(row["created_on"]),
            sending_number=row["sending_number"],
            provider_reference=row["provider_reference"],
            reference=row["reference"],
            message=row["message"],
            invoice_ids=(),
            record_count=row["record_count"],
            line_count=row["line_count"],
            day_count=row["day_count"],
            requested_cents=row["requested_cents"],
            control_number=row["control_number"],
            made_elsewhere=row["made_elsewhere"],
        ),
        facts=frozenset(row["facts"].split()),
        transmitted_on=Date.fromisoformat(row["transmitted_on"]) if row["transmitted_on"] else None,
        error_percentage=row["error_percentage"],
        insurer_reference=row["insurer_reference"],
        is_read=row["is_read"],
        is_archived=row["is_archived"],
    )


VIEW = RowView(
    TABLE,
    version=2,
    # Every event of a sending: the rules about them are the domain's.
    touches={topic: by_stream for topic in REGISTER if topic.startswith("sending.")},
    apply=apply,
)
