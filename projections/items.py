"""Items: what only a person can settle."""

import json

from application.ports import Recorded
from domain.inbox import ItemRaised, ItemSettled
from projections.table import Index, Table, ViewRow, flag, text, uuid
from projections.view import RowView, Streams, on_stream

OPEN = "NOT is_settled"

TABLE = Table(
    "items",
    (
        uuid("item_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("kind", fixed=True),
        text("message", fixed=True),
        uuid("sending_id", optional=True, fixed=True),
        text("facts", fixed=True),
        text("raised_at", fixed=True),
        flag("is_settled"),
        text("settled_at"),
        text("settled_by"),
    ),
    key="item_id",
    indexes=(
        Index(("establishment_id", "raised_at", "item_id"), only_on="postgresql"),
        Index(("sending_id",)),
        Index(("establishment_id", "item_id"), where=OPEN),
    ),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`facts`: JSON object. Instants are ISO text, UTC. The reason given stands in the log's envelope."""
    happened, at = recorded.event, recorded.recorded_at.isoformat()
    if isinstance(happened, ItemSettled):
        if row is None or row["is_settled"]:
            return row
        return row | {"is_settled": True, "settled_at": at, "settled_by": recorded.meta.actor}
    return row or {
        "item_id": recorded.stream_id,
        "establishment_id": happened.establishment_id,
        "kind": happened.kind,
        "message": happened.message,
        "sending_id": happened.sending_id,
        "facts": json.dumps(dict(happened.facts)),
        "raised_at": at,
        "is_settled": False,
        "settled_at": "",
        "settled_by": "",
    }


VIEW = RowView(TABLE, version=2, touches=on_stream(ItemRaised, ItemSettled), apply=apply)
