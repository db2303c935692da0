"""Patients: names sealed, looks-alike and name search by blind index, insurability in codes and dates.

Nothing personal stands here in clear, and an erasure empties what is sealed or blind, in the past too.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from application.ports import KeyRing, Recorded, Row, Sql
from application.register import likeness
from domain.errors import NotAllowed
from domain.event import ERASED
from domain.patient import (
    InsurabilityRecorded,
    PatientDetails,
    PatientDetailsCorrected,
    PatientErased,
    PatientMerged,
    PatientRegistered,
    PatientUnmerged,
)
from projections.as_of import union
from projections.scope import Condition, both, one_of, scoped
from projections.table import Column, Index, Table, ViewRow, flag, number, text, uuid
from projections.view import RowView, Streams, on_stream, topic

SEAL_CONTEXT = "view.patients.identity"

TABLE = Table(
    "patients",
    (
        uuid("patient_id", fixed=True),
        uuid("establishment_id", fixed=True),
        Column("identity", "text", personal=True),
        Column("likeness", "bytes", personal=True),
        number("sex"),
        text("language"),
        uuid("merged_into", optional=True),
        flag("is_erased"),
        text("sickness_fund"),
        text("ct1"),
        text("ct2"),
        text("destination"),
        text("insured_from"),
        text("insured_to", optional=True),
        text("periods"),
    ),
    key="patient_id",
    indexes=(Index(("establishment_id", "likeness")), Index(("merged_into",))),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is, opened. All empty when erased."""

    last_name: str = ""
    first_name: str = ""
    birth_date: str = ""


def view(keys: KeyRing) -> RowView:
    """The view, sealing with these keys."""

    def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
        happened = recorded.event
        if isinstance(happened, PatientRegistered):
            return _registered(recorded) | _first(keys, recorded.stream_id, happened)
        if row is None:
            return None
        match happened:
            case PatientDetailsCorrected():
                return row | _who(keys, recorded.stream_id, row["establishment_id"], happened.details)
            case InsurabilityRecorded():
                return row | _insured(row, happened)
            case PatientMerged():
                return row | {"merged_into": happened.survivor_id}
            case PatientUnmerged():
                return row | {"merged_into": None}
            case _:
                return row | {"identity": None, "likeness": None, "is_erased": True}

    return RowView(
        TABLE,
        version=2,
        touches=on_stream(
            PatientRegistered,
            PatientDetailsCorrected,
            InsurabilityRecorded,
            PatientMerged,
            PatientUnmerged,
            PatientErased,
        ),
        forgets=frozenset({topic(PatientErased)}),
        is_register=True,
        apply=apply,
    )


def _registered(recorded: Recorded) -> ViewRow:
    return {
        "patient_id": recorded.stream_id,
        "establishment_id": recorded.event.establishment_id,
        "merged_into": None,
        "is_erased": False,
        "sickness_fund": "",
        "ct1": "",
        "ct2": "",
        "destination": "",
        "insured_from": "",
        "insured_to": None,
        "periods": "[]",
    }


def _first(keys: KeyRing, who: UUID, happened: PatientRegistered) -> ViewRow:
    if ERASED in (happened.ssin, happened.affiliation_number):
        return _nobody(happened.details)
    return _who(keys, who, happened.establishment_id, happened.details)


def _nobody(details: PatientDetails) -> ViewRow:
    return {"identity": None, "likeness": None, "sex": details.sex, "language": details.language}


def _who(keys: KeyRing, who: UUID, where: UUID, details: PatientDetails) -> ViewRow:
    """Once the key is gone the log gives no name any more, and the row keeps none. Nor has it one to seal for a record
    that was taken over without a name: asking for its key would make one where an erasure took it away.
    """
    row, texts = _nobody(details), (details.last_name, details.first_name, details.birth_date)
    if ERASED in texts or not any(texts):
        return row
    whole = json.dumps([details.last_name, details.first_name, details.birth_date])
    try:
        row["identity"] = keys.seal(who, SEAL_CONTEXT, whole)
    except NotAllowed:  # erased between reading the log and now
        return row
    row["likeness"] = likeness(keys, where, details)
    return row


def _insured(row: ViewRow, happened: InsurabilityRecorded) -> ViewRow:
    """`periods`: JSON, in the order recorded; the columns show the one that begins last."""
    first, last = happened.valid_from.isoformat(), happened.valid_to.isoformat() if happened.valid_to else None
    made = [first, last, happened.sickness_fund, happened.ct1, happened.ct2, happened.destination]
    periods = [*(period for period in json.loads(row["periods"]) if period[0] != first), made]
    names = ("insured_from", "insured_to", "sickness_fund", "ct1", "ct2", "destination")
    latest = max(periods, key=lambda period: str(period[0]))
    return {"periods": json.dumps(periods), **dict(zip(names, latest, strict=True))}


def identity(keys: KeyRing, row: Row) -> Identity:
    """Open a row's sealed name."""
    if row["identity"] is None:
        return Identity()
    opened = keys.unseal(row["patient_id"], SEAL_CONTEXT, row["identity"])
    return Identity() if opened == ERASED else Identity(*json.loads(opened))


def patients(
    sql: Sql, scope: Collection[UUID], patient_ids: Collection[UUID], at: int | None = None
) -> dict[UUID, Row]:
    """Rows of these patients, as far as they are in scope, as of a position of the log."""
    if not patient_ids:
        return {}
    where = both([scoped(scope), one_of("patient_id", list(patient_ids))])
    source, params = union(TABLE, ", ".join(TABLE.names), where, at)
    return {row["patient_id"]: row for row in sql.rows(f"SELECT * FROM {source} AS found", params)}


def active_ids(sql: Sql, scope: Collection[UUID], which: Condition) -> list[UUID]:
    """Records under which care is billed, of those that the condition names, in the order of their ids."""
    where = both([scoped(scope), which, Condition("merged_into IS NULL AND NOT is_erased")])
    source, params = union(TABLE, "patient_id", where, None)
    return [row["patient_id"] for row in sql.rows(f"SELECT * FROM {source} AS t ORDER BY patient_id", params)]


def merged_into(sql: Sql, patient_id: UUID, at: int | None = None) -> list[UUID]:
    """Records whose merges end at this one, nearest first, as of a position of the log."""
    found: list[UUID] = []
    nearest = [patient_id]
    while nearest:
        source, params = union(TABLE, "patient_id", one_of("merged_into", nearest), at)
        rows = sql.rows(f"SELECT patient_id FROM {source} AS merged ORDER BY patient_id", params)
        nearest = [row["patient_id"] for row in rows if row["patient_id"] not in (*found, patient_id)]
        found += nearest
    return found


def patients_alike(sql: Sql, scope: Collection[UUID], mark: bytes) -> list[UUID]:
    """Records with the same blind name and birth date."""
    where = both([scoped(scope), one_of("likeness", [mark])])
    return [
        row["patient_id"]
        for row in sql.rows(f"SELECT patient_id FROM patients WHERE {where.text} ORDER BY patient_id", where.params)
    ]
