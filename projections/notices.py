"""Authorisations that nobody told the insurer of, as far as anything shows: they wait until it is recorded."""

from collections.abc import Collection, Mapping
from datetime import date as Date
from uuid import UUID, uuid5

from application.ports import Recorded, Row, Sql
from domain.authorisation import Authorisation
from domain.descoring import DescoringWithdrawn, PatientDescored
from domain.notification import AuthorisationNotified, NotificationWithdrawn
from domain.patient import (
    AuthorisationRecorded,
    AuthorisationWithdrawn,
    Patient,
    PatientErased,
    PatientMerged,
    PatientUnmerged,
    fold,
)
from domain.rules.limits import notice_until
from projections.as_of import union
from projections.scope import Condition, both, scoped
from projections.table import Index, Table, ViewRow, text, uuid
from projections.view import Key, SetView, Streams, on_stream
from projections.work import Work

_MOST = 200

TABLE = Table(
    "notices",
    (
        uuid("notice_id", fixed=True),
        uuid("establishment_id", fixed=True),
        uuid("patient_id", fixed=True),
        text("kind", fixed=True),
        text("first_day", fixed=True),
        text("deadline", fixed=True),
        text("category"),
        text("last_day"),
    ),
    key="notice_id",
    owner="patient_id",
    # Holds all that they are counted by.
    indexes=(Index(("establishment_id", "deadline", "last_day", "patient_id")),),
)


def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, streams: Streams) -> Mapping[Key, ViewRow | None]:
    """What waits is the domain's to say: the record is folded. `last_day`: empty for an open one."""
    state = fold([*streams.before(recorded), recorded.event])
    waits = [_row(recorded.stream_id, state, one) for one in state.to_notify] if state else []
    made = {row["notice_id"]: row for row in waits}
    gone: dict[Key, ViewRow | None] = dict.fromkeys(rows.keys() - made.keys())
    return gone | {key: row for key, row in made.items() if not row.items() <= rows.get(key, {}).items()}


def _row(patient_id: UUID, state: Patient, one: Authorisation) -> ViewRow:
    first, until = one.valid_from.isoformat(), notice_until(one.kind, one.valid_from)
    return {
        "notice_id": uuid5(patient_id, f"{one.kind}|{first}"),
        "establishment_id": state.establishment_id,
        "patient_id": patient_id,
        "kind": one.kind,
        "first_day": first,
        "deadline": until.isoformat() if until else "",
        "category": one.category,
        "last_day": one.valid_to.isoformat() if one.valid_to else "",
    }


VIEW = SetView(
    TABLE,
    version=1,
    touches=on_stream(
        AuthorisationRecorded,
        AuthorisationWithdrawn,
        AuthorisationNotified,
        NotificationWithdrawn,
        PatientDescored,
        DescoringWithdrawn,
        PatientMerged,
        PatientUnmerged,
        PatientErased,
    ),
    needs_stream=lambda _: True,
    apply=apply,
)


def of_scope(scope: Collection[UUID], today: Date) -> Condition:
    """Those that still can be notified for something: not once the period is over, for a late one opens later days."""
    day = today.isoformat()
    return both([scoped(scope), Condition("(deadline >= ? OR last_day = '' OR last_day >= ?)", (day, day))])


def notices(sql: Sql, scope: Collection[UUID], today: Date, at: int | None = None) -> list[Work]:
    """One row each, the earliest deadline first."""
    source, params = union(TABLE, ", ".join(TABLE.names), of_scope(scope, today), at)
    rows = sql.rows(f"SELECT * FROM {source} AS t ORDER BY deadline, notice_id LIMIT {_MOST}", params)
    return [_work(row) for row in rows]


def _work(row: Row) -> Work:
    return Work(
        "notify",
        Date.fromisoformat(row["deadline"]),
        0,
        about=row["patient_id"],
        code=row["kind"],
        letter=row["category"],
        since=Date.fromisoformat(row["first_day"]),
    )
