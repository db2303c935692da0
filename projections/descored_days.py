"""Days that stood billed above a category that an insurer lowered afterwards; they wait until somebody saw to each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date as Date
from uuid import UUID, uuid5

from application.ports import Recorded, Sql
from domain.descoring import DescoringWithdrawn, PatientDescored
from domain.rules.limits import own_correction_until
from projections import days
from projections.as_of import union
from projections.scope import Condition, among, both, scoped
from projections.table import Table, ViewRow, text, uuid
from projections.view import Key, SetView, Streams, on_stream
from projections.work import Work

_OPEN = Condition(
    "verdict IN ('accepted', 'mixed') AND accepted_cents > 0 AND decision = 'none' AND credit = ''"
    " AND phase = 'settled'"  # no credit note takes back what a document brought
)
_AT_ONCE = 500
"""Days asked for in one query."""

TABLE = Table(
    "descored_days",
    (
        uuid("descored_id", fixed=True),
        uuid("establishment_id", fixed=True),
        uuid("patient_id", fixed=True),
        uuid("day_id", fixed=True),
        uuid("invoice_id", fixed=True),
        text("first_day", fixed=True),
        text("told_on", fixed=True),
    ),
    key="descored_id",
    owner="patient_id",
)


def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, streams: Streams) -> Mapping[Key, ViewRow | None]:
    """`invoice_id`: the one that asked the day then. `first_day` names the descoring."""
    happened = recorded.event
    if isinstance(happened, DescoringWithdrawn):
        first = happened.valid_from.isoformat()
        return {key: None for key, row in rows.items() if row["first_day"] == first}
    where = streams.before(recorded)[0].establishment_id
    made = [_row(where, recorded.stream_id, happened, nth) for nth in range(len(happened.days))]
    return {row["descored_id"]: row for row in made}


def _row(where: UUID, patient_id: UUID, happened: PatientDescored, nth: int) -> ViewRow:
    billed, first = happened.days[nth], happened.valid_from.isoformat()
    return {
        "descored_id": uuid5(patient_id, f"{first}|{billed.day_id}"),
        "establishment_id": where,
        "patient_id": patient_id,
        "day_id": billed.day_id,
        "invoice_id": billed.invoice_id,
        "first_day": first,
        "told_on": happened.told_on.isoformat(),
    }


VIEW = SetView(
    TABLE,
    version=1,
    touches=on_stream(PatientDescored, DescoringWithdrawn),
    needs_stream=lambda recorded: isinstance(recorded.event, PatientDescored),
    apply=apply,
)


def descored_days(sql: Sql, scope: Collection[UUID], at: int | None = None) -> list[Work]:
    """Paid days that nobody decided on since: one row a patient, with the first deadline of its messages."""
    source, params = union(TABLE, "patient_id, day_id, invoice_id, told_on", scoped(scope), at)
    rows = sql.rows(f"SELECT * FROM {source} AS t ORDER BY told_on, day_id", params)
    paid = _open_days(sql, scope, sorted({row["day_id"] for row in rows}), at)
    found: dict[UUID, dict[UUID, tuple[str, int]]] = {}
    for row in rows:
        invoice_id, cents = paid.get(row["day_id"], (None, 0))
        if invoice_id == row["invoice_id"]:
            found.setdefault(row["patient_id"], {}).setdefault(row["day_id"], (row["told_on"], cents))
    return [_work(patient_id, list(waiting.values())) for patient_id, waiting in found.items()]


def _open_days(
    sql: Sql, scope: Collection[UUID], day_ids: Sequence[UUID], at: int | None
) -> dict[UUID, tuple[UUID, int]]:
    """The invoice that paid each, and what it brought."""
    found = dict[UUID, tuple[UUID, int]]()
    for start in range(0, len(day_ids), _AT_ONCE):
        where = both([among(sql, scope, "day_id", day_ids[start : start + _AT_ONCE]), _OPEN])
        source, params = union(days.TABLE, "day_id, invoice_id, accepted_cents", where, at)
        rows = sql.rows(f"SELECT * FROM {source} AS t", params)
        found |= {row["day_id"]: (row["invoice_id"], int(row["accepted_cents"])) for row in rows}
    return found


def _work(patient_id: UUID, waiting: Sequence[tuple[str, int]]) -> Work:
    told_on = Date.fromisoformat(min(told for told, _ in waiting))
    cents = sum(cents for _, cents in waiting)
    return Work("descored", own_correction_until(told_on), cents, len(waiting), about=patient_id, since=told_on)
