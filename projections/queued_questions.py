"""Questions to insurers that wait for a session: a row each, from the queue until something came of it."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from application.ports import Recorded, Sql
from domain.insurability_query import (
    InsurabilityAnswered,
    InsurabilityAsked,
    InsurabilityQueryFailed,
    InsurabilityQueued,
)
from projections.scope import scoped
from projections.table import Index, Table, ViewRow, text, uuid
from projections.view import Key, SetView, Streams, on_stream

TABLE = Table(
    "queued_questions",
    (
        uuid("question_id", fixed=True),
        uuid("stream_id", fixed=True),
        uuid("patient_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("first_day", fixed=True),
        text("last_day", fixed=True),
        text("purpose", fixed=True),
        text("queued_at"),
    ),
    key="question_id",
    owner="stream_id",
    # A worker asks for them every second.
    indexes=(Index(("establishment_id",)),),
)


def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, _streams: Streams) -> Mapping[Key, ViewRow | None]:
    """As `domain.insurability_query` folds it: one that is asked alone stays until something came of it."""
    happened = recorded.event
    match happened:
        case InsurabilityQueued():
            key = _key(recorded.stream_id, happened.reference)
            named = ("patient_id", "establishment_id", "purpose")
            row = {name: getattr(happened, name) for name in named} | _span(happened)
            return {key: {"question_id": key, "stream_id": recorded.stream_id, "queued_at": _at(recorded), **row}}
        case InsurabilityAsked():
            span = _span(happened) | {"purpose": happened.purpose}
            left = happened.batch and {key for key, row in rows.items() if span.items() <= row.items()}
            return dict.fromkeys(left or ())
    key = _key(recorded.stream_id, happened.reference)
    return {key: None} if key in rows else {}


def _span(happened: InsurabilityQueued | InsurabilityAsked) -> dict[str, str]:
    return {"first_day": happened.first_day.isoformat(), "last_day": happened.last_day.isoformat()}


def _at(recorded: Recorded) -> str:
    return recorded.recorded_at.isoformat()


def _key(stream_id: UUID, reference: str) -> UUID:
    return uuid5(stream_id, reference)


VIEW = SetView(
    TABLE,
    version=1,
    touches=on_stream(InsurabilityQueued, InsurabilityAsked, InsurabilityAnswered, InsurabilityQueryFailed),
    apply=apply,
)


def waiting(sql: Sql, establishment_id: UUID) -> list[UUID]:
    """Patients about whom something waits, in the order in which it was queued."""
    where = scoped([establishment_id])
    rows = sql.rows(
        f"SELECT patient_id, queued_at FROM queued_questions WHERE {where.text} ORDER BY queued_at, question_id",
        where.params,
    )
    return list(dict.fromkeys(row["patient_id"] for row in rows))


def count(sql: Sql, establishment_id: UUID) -> int:
    """How many questions wait."""
    where = scoped([establishment_id])
    rows = sql.rows(f"SELECT count(*) AS many FROM queued_questions WHERE {where.text}", where.params)
    return int(rows[0]["many"])
