"""Casework: how many notes and files stand at a thing, who takes care of it, and when it comes back."""

from application.ports import Recorded
from domain.casework import (
    Assigned,
    CaseworkOpened,
    FileAttached,
    FileWithdrawn,
    NoteAdded,
    NoteWithdrawn,
    Snoozed,
    Woken,
)
from projections.table import Index, Table, ViewRow, number, text, uuid
from projections.view import RowView, Streams, on_stream

PUT_OFF = "snoozed_until <> ''"

TABLE = Table(
    "casework",
    (
        uuid("casework_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("kind", fixed=True),
        uuid("target_id", fixed=True),
        uuid("assignee", optional=True),
        text("snoozed_until"),
        number("notes"),
        number("files"),
    ),
    key="casework_id",
    indexes=(
        Index(("target_id",)),
        Index(("establishment_id", "assignee")),
        Index(("establishment_id", "snoozed_until", "target_id"), where=PUT_OFF),
    ),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`snoozed_until`: ISO day, empty when it is not put off."""
    happened = recorded.event
    if isinstance(happened, CaseworkOpened):
        return row or {
            "casework_id": recorded.stream_id,
            "establishment_id": happened.establishment_id,
            "kind": happened.kind,
            "target_id": happened.target_id,
            "assignee": None,
            "snoozed_until": "",
            "notes": 0,
            "files": 0,
        }
    if row is None:
        return None
    match happened:
        case NoteAdded() | NoteWithdrawn():
            return row | {"notes": row["notes"] + (1 if isinstance(happened, NoteAdded) else -1)}
        case FileAttached() | FileWithdrawn():
            return row | {"files": row["files"] + (1 if isinstance(happened, FileAttached) else -1)}
        case Assigned():
            return row | {"assignee": happened.user_id}
        case Snoozed():
            return row | {"snoozed_until": happened.until.isoformat()}
    return row | {"snoozed_until": ""}


VIEW = RowView(
    TABLE,
    version=2,
    touches=on_stream(CaseworkOpened, NoteAdded, NoteWithdrawn, FileAttached, FileWithdrawn, Assigned, Snoozed, Woken),
    apply=apply,
)
