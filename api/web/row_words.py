"""What rows of lists say beyond their table: who the patient is, why something was refused, who takes care of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from api.catalogue import Language, has, percent, text
from api.held_days import why_held, with_held
from api.web.timeline import name_of, why_of
from api.web.visit import Visit
from api.web.written import refusal_code
from application.ports import Row
from domain.rules.refusals import explain
from domain.sending import SendingCancelled, SendingEnvelopeRejected, SendingRejected
from projections.patients import identity, patients
from projections.root_codes import root_codes
from projections.work_set_aside import cared_for

_MOST_REASONS = 2
_TOLD = frozenset({"envelope_rejected", "rejected", "cancelled"})
"""States of a sending whose reason stands in its events."""


def with_patients(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """`patient`: last and first name, for whoever may see care; empty for others and for the erased."""
    names: dict[Any, str] = {}
    if visit.may_ever("medical"):
        with visit.sql() as sql:
            found = patients(sql, visit.scope, {row["patient_id"] for row in rows}, visit.upto)
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


def with_blockers(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """Of days that a run would leave out now: that, as `phase`, and why, before what else `reason` says."""
    told = with_held(visit.quittance, rows, visit.as_of, visit.upto)
    return [
        {
            **row,
            "reason": " · ".join(
                part for part in (held_words(row["held_back"], visit.language), row["reason"]) if part
            ),
        }
        for row in told
    ]


def held_back(visit: Visit, day_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    """Codes of what keeps days out of a run, as of the day of the visit; days that nothing keeps out are absent."""
    return visit.quittance.billing.held_back(visit.practice, day_ids, visit.as_of, visit.upto)


def held_words(codes: Sequence[str], language: Language) -> str:
    """Why, in words."""
    return " · ".join(one["text"] for one in why_held(codes, language))


def with_care(visit: Visit, rows: Sequence[Row], column: str) -> Sequence[Row]:
    """`assignee` and `snoozed_until` of the thing that the column names; empty for what nobody touched or put off."""
    today = visit.as_of or visit.today
    with visit.sql() as sql:
        found = cared_for(sql, visit.scope, {row[column] for row in rows if row[column]}, visit.upto)
    assignees = {care.assignee for care in found.values() if care.assignee}
    names: dict[UUID | None, str] = {one: name_of(visit, f"user:{one}") for one in assignees}
    made = []
    for row in rows:
        care = found.get(row[column])
        until = care.snoozed_until if care and care.is_put_off(today) else ""
        made.append({**row, "assignee": names.get(care.assignee, "") if care else "", "snoozed_until": until})
    return made


def with_explanation(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """`reason` of a sending: what its state means and what the union said; of a cancelled one what was typed."""
    ended = visit.quittance.log.histories([r["sending_id"] for r in rows if r["status"] in _TOLD], visit.upto)
    made = []
    for row in rows:
        recorded = ended.get(row["sending_id"], ())
        typed = next((why_of(visit, one) for one in recorded if isinstance(one.event, SendingCancelled)), "")
        said = [_of_the_union(visit, one.event) for one in recorded]
        key = f"list_why.{'duplicate' if _waits_for_a_person(row) else row['status']}"
        why = text(key, visit.language) if has(key) else ""
        made.append({**row, "reason": typed or " ".join(part for part in [why, *said] if part)})
    return made


def _waits_for_a_person(row: Row) -> bool:
    return row["status"] == "outcome_unknown" and "duplicate" in row["facts"].split()


def _of_the_union(visit: Visit, event: object) -> str:
    if isinstance(event, SendingEnvelopeRejected):
        return _said(visit, tuple((code, "") for code in event.codes))
    if isinstance(event, SendingRejected):
        return text("list_why.percentage", visit.language, percentage=percent(event.error_percentage, visit.language))
    return ""


def _said(visit: Visit, codes: Sequence[tuple[str, str]]) -> str:
    told = [
        f"{refusal_code(code, letter)} {explain(code, visit.language, letter or None).meaning}"
        for code, letter in codes[:_MOST_REASONS]
    ]
    more = len(codes) - len(told)
    return " · ".join([*told, f"+{more}"] if more > 0 else told)
