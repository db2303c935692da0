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
from projections.scope import Condition, both, scoped
from projections.table import Index, Table, ViewRow, flag, text, uuid
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
        flag("together"),
        flag("is_asked"),
    ),
    key="question_id",
    owner="stream_id",
    # A worker asks for them every second.
    indexes=(Index(("establishment_id", "together", "queued_at", "question_id")),),
)


def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, _streams: Streams) -> Mapping[Key, ViewRow | None]:
    """As `domain.insurability_query` folds it. `is_asked`: under way, alone, and nothing came of it yet."""
    happened = recorded.event
    key = _key(recorded.stream_id, happened.reference)
    match happened:
        case InsurabilityQueued():
            named = ("patient_id", "establishment_id", "purpose", "together")
            row = {name: getattr(happened, name) for name in named} | _span(happened)
            made = {"question_id": key, "stream_id": recorded.stream_id, "queued_at": _at(recorded), "is_asked": False}
            return {key: made | row}
        case InsurabilityAsked() if happened.batch:
            same = _span(happened) | {"purpose": happened.purpose, "is_asked": False}
            return {one: None for one, row in rows.items() if same.items() <= row.items()}
        case InsurabilityAsked():
            return {key: rows[key] | {"together": False, "is_asked": True}} if key in rows else {}
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


def waiting(sql: Sql, establishment_id: UUID, together: bool, most: int) -> list[UUID]:
    """Patients about whom something waits, in the order in which it was queued; of at most so many questions."""
    where = both([scoped([establishment_id]), Condition("together = ?", (together,))])
    rows = sql.rows(
        f"SELECT patient_id FROM queued_questions WHERE {where.text} ORDER BY queued_at, question_id LIMIT ?",
        (*where.params, most),
    )
    return list(dict.fromkeys(row["patient_id"] for row in rows))


def count(sql: Sql, establishment_id: UUID) -> int:
    """How many questions wait."""
    where = scoped([establishment_id])
    rows = sql.rows(f"SELECT count(*) AS many FROM queued_questions WHERE {where.text}", where.params)
    return int(rows[0]["many"])
