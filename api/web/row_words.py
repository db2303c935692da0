"""What rows of history lists say beyond their table: who the patient is, and why something was refused."""

from collections.abc import Sequence
from typing import Any, Literal

from api.catalogue import has, text
from api.web.visit import Visit
from application.ports import Row
from domain.rules.refusals import explain
from domain.sending import SendingEnvelopeRejected, SendingRejected
from projections.patients import identity, patients
from projections.root_codes import root_codes

_MOST_REASONS = 2
_REFUSED = frozenset({"envelope_rejected", "rejected"})


def with_patients(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """`patient`: last and first name, for whoever may see care; empty for others and for the erased."""
    names: dict[Any, str] = {}
    if visit.may_ever("medical"):
        with visit.sql() as sql:
            found = patients(sql, visit.scope, {row["patient_id"] for row in rows})
        for patient_id, row in found.items():
            who = identity(visit.quittance.keys, row)
            names[patient_id] = f"{who.last_name} {who.first_name}".strip()
    return [{**row, "patient": names.get(row["patient_id"], "")} for row in rows]


def with_reasons(visit: Visit, rows: Sequence[Row], column: Literal["invoice_id", "day_id"]) -> Sequence[Row]:
    """`reason`: the dearest root codes with their meaning, empty when nothing was refused."""
    lost = {row[column] for row in rows if row["refused_cents"] and row[column]}
    with visit.sql() as sql:
        codes = root_codes(sql, visit.scope, column, lost, visit.upto)
    return [{**row, "reason": _said(visit, codes.get(row[column], ()))} for row in rows]


def with_explanation(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """`reason` of a sending: what its state means, and what the union said when it refused the file."""
    refused = visit.quittance.log.load([r["sending_id"] for r in rows if r["status"] in _REFUSED], visit.upto)
    made = []
    for row in rows:
        said = [_of_the_union(visit, event) for event in refused.get(row["sending_id"], ())]
        key = f"list_why.{'duplicate' if _waits_for_a_person(row) else row['status']}"
        why = text(key, visit.language) if has(key) else ""
        made.append({**row, "reason": " ".join(part for part in [why, *said] if part)})
    return made


def _waits_for_a_person(row: Row) -> bool:
    return row["status"] == "outcome_unknown" and "duplicate" in row["facts"].split()


def _of_the_union(visit: Visit, event: object) -> str:
    if isinstance(event, SendingEnvelopeRejected):
        return _said(visit, tuple((code, "") for code in event.codes))
    if isinstance(event, SendingRejected):
        return text("list_why.percentage", visit.language, percentage=event.error_percentage)
    return ""


def _said(visit: Visit, codes: Sequence[tuple[str, str]]) -> str:
    told = [f"{code} {explain(code, visit.language, letter or None).meaning}" for code, letter in codes[:_MOST_REASONS]]
    more = len(codes) - len(told)
    return " · ".join([*told, f"+{more}"] if more > 0 else told)
