"""Care files taken in."""

from application.ports import Recorded
from domain.inbox import ImportAccepted, ImportUndone
from projections.table import Index, Table, ViewRow, flag, number, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "imports",
    (
        uuid("import_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("message"),
        text("imported_at"),
        text("imported_by"),
        number("day_count"),
        number("accepted_lines"),
        number("rejected_lines"),
        flag("is_undone"),
    ),
    key="import_id",
    indexes=(Index(("establishment_id", "imported_at", "import_id"), only_on="postgresql"),),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`message`: SHA-256 of the file. The same file again after it was undone is a new beginning."""
    happened = recorded.event
    if isinstance(happened, ImportUndone):
        return None if row is None else row | {"is_undone": True}
    return {
        "import_id": recorded.stream_id,
        "establishment_id": happened.establishment_id,
        "message": happened.message,
        "imported_at": recorded.recorded_at.isoformat(),
        "imported_by": recorded.meta.actor,
        "day_count": len(happened.day_ids),
        "accepted_lines": happened.accepted,
        "rejected_lines": happened.rejected,
        "is_undone": False,
    }


VIEW = RowView(TABLE, version=1, touches=on_stream(ImportAccepted, ImportUndone), apply=apply)
