"""Files received, and what was understood of each."""

from collections.abc import Collection
from uuid import UUID

from application.ports import Recorded, Sql
from domain.inbox import MessageInterpreted, MessageReceived, MessageUnreadable
from projections.scope import scoped
from projections.table import Index, Table, ViewRow, number, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "received_messages",
    (
        uuid("message_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("sha256", fixed=True),
        number("size", fixed=True),
        text("origin", fixed=True),
        text("received_at", fixed=True),
        text("state"),
        text("kind"),
        uuid("sending_id", optional=True),
        number("unread_bytes"),
        text("code"),
    ),
    key="message_id",
    indexes=(
        Index(("establishment_id", "received_at", "message_id"), only_on="postgresql"),
        Index(("sending_id",)),
        Index(("establishment_id",), where="state = 'interpreted' AND sending_id IS NULL"),
    ),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`state`: received, interpreted, unreadable (then `code` says why). A later reading replaces the former."""
    happened = recorded.event
    if isinstance(happened, MessageReceived):
        return row or _received(recorded)
    if row is None:
        return None
    if isinstance(happened, MessageUnreadable):
        return row | {"state": "unreadable", "code": happened.code}
    return row | {
        "state": "interpreted",
        "kind": happened.kind,
        "sending_id": happened.sending_id,
        "unread_bytes": happened.unread_bytes,
        "code": "",
    }


def _received(recorded: Recorded) -> ViewRow:
    happened = recorded.event
    return {
        "message_id": recorded.stream_id,
        "establishment_id": happened.establishment_id,
        "sha256": happened.sha256,
        "size": happened.size,
        "origin": happened.origin,
        "received_at": recorded.recorded_at.isoformat(),
        "state": "received",
        "kind": "",
        "sending_id": None,
        "unread_bytes": 0,
        "code": "",
    }


VIEW = RowView(
    TABLE,
    version=1,
    touches=on_stream(MessageReceived, MessageInterpreted, MessageUnreadable),
    apply=apply,
)


def unmatched(sql: Sql, scope: Collection[UUID]) -> list[str]:
    """Hashes of files that were read but answer no sending known when they came, oldest first."""
    where = scoped(scope)
    rows = sql.rows(
        f"SELECT sha256 FROM received_messages WHERE {where.text}"
        " AND state = 'interpreted' AND sending_id IS NULL ORDER BY received_at, message_id",
        where.params,
    )
    return [row["sha256"] for row in rows]
