"""Lines of care as a page shows them: what was asked, what the insurer said, why, and what can be done about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from api.catalogue import Language
from api.web.grid_spec import Look
from api.web.looks import verdict
from api.web.visit import Visit
from domain import patient as patients
from domain.answer import Reason
from domain.billing_day import BillingDay, Line
from domain.care import Care
from domain.event import ERASED
from domain.rules.refusals import Explanation, explain
from projections.settled_days import Told, is_lost, told


@dataclass(frozen=True, slots=True)
class ShownLine:
    """`look`: the verdict as icon and word. `record`: its running number in the file. `root_code`: names its cause.

    `reasons` refuse or lower, `notes` only inform; both explained. `follows`: lines refused only because this one is.
    """

    line: Line
    care: Care
    look: Look
    record: int | None
    accepted_cents: int | None
    refused_cents: int
    is_lost: bool
    reasons: tuple[Explanation, ...]
    notes: tuple[Explanation, ...]
    comment: str
    follows: tuple["ShownLine", ...] = ()


def shown_lines(day: BillingDay, visit: Visit) -> tuple[ShownLine, ...]:
    """Lines of a day that count, cascades folded under their root; what the insurer wrote for who may see care."""
    records = dict(zip((line.line_id for line in day.asked), day.records, strict=False)) if day.invoice_id else {}
    waiting = {line.line_id for line in day.asked} if day.verdict == "none" else frozenset()
    with_comment = visit.may_ever("medical")
    return tuple(
        _shown(one, records, visit.language, is_settled=one.line.line_id not in waiting, with_comment=with_comment)
        for one in told(day.active)
    )


def explained(reasons: Iterable[Reason], language: Language) -> tuple[Explanation, ...]:
    """Codes in the reader's language."""
    return tuple(_explained(reason.code, language, reason.letter) for reason in reasons)


def names_of(visit: Visit, patient_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Last and first name of each, as of the day asked for; empty for who may not see whose care it is."""
    if not visit.may_ever("medical"):
        return {}
    named = {}
    for patient_id, events in visit.quittance.log.load(dict.fromkeys(patient_ids), visit.upto).items():
        state = patients.fold(events)
        details = state.details if state else None
        if details and ERASED not in (details.last_name, details.first_name):
            named[patient_id] = f"{details.last_name} {details.first_name}".strip()
    return named


def _shown(
    one: Told, records: Mapping[UUID, int], language: Language, *, is_settled: bool, with_comment: bool
) -> ShownLine:
    line, said = one.line, one.line.said
    spoken = said.verdict if said else "accepted" if is_settled else "none"
    lost = is_lost(line)
    return ShownLine(
        line,
        line.care,
        verdict({"verdict": spoken}),
        records.get(line.line_id),
        said.accepted_cents if said else line.care.amount_cents if is_settled else None,
        said.requested_cents - said.accepted_cents if said and lost else 0,
        lost,
        explained(said.reasons, language) if said else (),
        explained(said.notes, language) if said else (),
        said.comment if said and with_comment and said.comment != ERASED else "",
        tuple(
            _shown(Told(line), records, language, is_settled=is_settled, with_comment=with_comment)
            for line in one.follows
        ),
    )


@lru_cache(2_000)
def _explained(code: str, language: Language, letter: str | None) -> Explanation:
    return explain(code, language, letter)
