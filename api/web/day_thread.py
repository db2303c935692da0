"""The thread of a corrected day: billed, refused, decided, credited, billed again; and what is open after each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.web.day_stays import Stay
from api.web.grid_spec import Look
from api.web.looks import decision, verdict
from api.web.timeline import name_of, why_of
from api.web.visit import Visit
from application.ports import Event, Recorded
from domain import billing_day as days
from domain.billing_day import BillingDay
from domain.correction import REASONED
from domain.correction_rule import rule_of
from domain.day_events import (
    CorrectionDecided,
    CorrectionDeclined,
    CorrectionProposed,
    CorrectionRestored,
    CreditSettled,
    DayBilled,
    DayCredited,
    DayPaidOnDocument,
    DayPartlyRefusedByInsurer,
    DayRefusedByInsurer,
    DayRefusedOnDocument,
    DayReinstated,
    DayReopenedOnDocument,
    DayReturned,
    RefusalLeftUndecided,
    Settled,
)

_Stays = dict[tuple[UUID, bool], Stay]
_OF_DOCUMENTS = DayPaidOnDocument | DayRefusedOnDocument | DayReopenedOnDocument
_OPENS = DayRefusedByInsurer | DayPartlyRefusedByInsurer | CorrectionDecided | CorrectionProposed | _OF_DOCUMENTS
_CREDITED: Look = ("state-sent", "arrow-down", "thread.credited")
_TAKEN: Look = ("state-settled", "check", "thread.taken")
_KEPT: Look = ("state-refused", "circle-minus", "thread.kept")
_BILLED: Look = ("state-sent", "send", "thread.billed")
_AGAIN: Look = ("state-sent", "send", "thread.billed_again")
_ON_DOCUMENT: Look = ("state-sent", "file-text", "thread.on_document")
_PAID_THERE: Look = ("state-settled", "check", "thread.paid_on_document")
_REFUSED_THERE: Look = ("state-refused", "circle-minus", "thread.refused_on_document")
_REOPENED: Look = ("state-sent", "clock", "thread.reopened_on_document")
_RESTORED: Look = ("state-manual", "hand", "thread.restored")
_LEFT: Look = ("state-manual", "clock", "thread.left")
_DECLINED: Look = ("state-manual", "hand", "thread.declined")
_RETURNED: Look = ("state-manual", "arrow-up", "thread.returned")
_REINSTATED: Look = ("state-sent", "check", "thread.reinstated")


@dataclass(frozen=True, slots=True)
class Step:
    """Amounts are of this step alone, None where it says none; `open_cents`: neither paid nor given up after it, None
    as long as nobody knows. `why`: of a decision, in the words of who took it. `message`: hash of the answer.
    `rule`: the one that decided or proposed by itself, in words.
    """

    at: datetime
    look: Look
    open_cents: int | None
    stay: Stay | None = None
    asked_cents: int | None = None
    paid_cents: int | None = None
    refused_cents: int | None = None
    why: str = ""
    message: str = ""
    rule: str = ""


def thread_of(visit: Visit, recorded: Sequence[Recorded], stays: Sequence[Stay]) -> tuple[Step, ...]:
    """In the order of what happened; empty for a day of which nothing was refused or decided, nor on a document."""
    if not any(isinstance(one.event, _OPENS) or getattr(one.event, "is_document", False) for one in recorded):
        return ()
    known = {(stay.sending_id, stay.is_credit): stay for stay in stays}
    steps: list[Step] = []
    day: BillingDay | None = None
    for one in recorded:
        day = days.evolve(day, one.event)
        if step := _step(visit, one, day, known, is_first=not steps):
            steps.append(step)
    return tuple(steps)


def _step(visit: Visit, one: Recorded, day: BillingDay, known: _Stays, *, is_first: bool) -> Step | None:
    happened: Event = one.event
    at, left = one.recorded_at, _open(day)
    match happened:
        case DayBilled():
            asked = sum(line.care.amount_cents for line in day.asked)
            look, stay = (_BILLED if is_first else _AGAIN), known[happened.sending_id, False]
            return Step(at, _ON_DOCUMENT if happened.is_document else look, left, stay, asked_cents=asked)
        case DayPaidOnDocument(document_id=where, accepted_cents=cents):
            return Step(at, _PAID_THERE, left, known[where, False], None, cents, 0)
        case DayRefusedOnDocument(document_id=where, refused_cents=cents):
            return Step(at, _REFUSED_THERE, left, known[where, False], None, 0, cents, why_of(visit, one))
        case DayReopenedOnDocument(document_id=where):
            return Step(at, _REOPENED, left, known[where, False], why=why_of(visit, one))
        case DayCredited():
            return Step(at, _CREDITED, left, known[happened.sending_id, True], asked_cents=sum(happened.cents))
        case CreditSettled():
            _, taken, kept = days.verdict_of(happened)
            look, stay = (_KEPT if kept else _TAKEN), known[happened.sending_id, True]
            return Step(at, look, left, stay, None, taken, kept, message=happened.message)
        case CorrectionDecided():
            look = decision({"decision": happened.decision, "verdict": day.verdict})
            return Step(at, look, left, why=why_of(visit, one), rule=_rule(visit, one))
        case CorrectionProposed():
            look = decision({"decision": "none", "proposed": happened.decision})
            return Step(at, look, left, why=why_of(visit, one), rule=_rule(visit, one))
        case CorrectionRestored() | CorrectionDeclined():
            look = _RESTORED if isinstance(happened, CorrectionRestored) else _DECLINED
            return Step(at, look, left, why=why_of(visit, one))
        case RefusalLeftUndecided():
            return Step(at, _LEFT, left)
        case DayReturned() | DayReinstated():
            look = _RETURNED if isinstance(happened, DayReturned) else _REINSTATED
            stay = known.get((happened.sending_id, False)) or known[happened.sending_id, True]
            return Step(at, look, left, stay)
    if not isinstance(happened, Settled):
        return None
    said, paid, refused = days.verdict_of(happened)
    look, stay = verdict({"verdict": said}), known[happened.sending_id, False]
    return Step(at, look, left, stay, None, paid, refused, message=happened.message)


def _rule(visit: Visit, one: Recorded) -> str:
    return name_of(visit, one.meta.actor) if rule_of(one.meta.actor) else ""


def _open(day: BillingDay) -> int | None:
    """Of the amount of the day, what is not paid; nothing once the practice gave it up."""
    if day.decision in REASONED:
        return 0
    return None if day.asked_cents is None else day.asked_cents - day.accepted_cents
