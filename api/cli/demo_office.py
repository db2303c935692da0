"""What the office of the demo decides about refusals and payments: by rules of thumb, the same for the same care."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import UUID

from api.build import Quittance
from api.cli.console import context
from domain import billing_day as days
from domain.billing_day import BillingDay
from domain.correction import why_not
from domain.day_events import DayBilled, Decision
from domain.rules.cures import need_of
from projections.history import DAYS, DayFilter, conditions
from projections.paging import MOST_ROWS, Asked, walk

_OFTEN = 2
"""A day that was billed so many times and is refused still is given up."""
_CREDITED, _REGULARISED = 1, 2
"""Of a hundred paid days."""
REASON = "démo : décision de l'exemple"


def decide(quittance: Quittance, where: UUID, month: str) -> dict[Decision, int]:
    """Decide on every settled day of one month of care that nobody decided upon; how many days each way."""
    wanted: dict[Decision, list[UUID]] = {}
    for day_id, decision in _wanted(quittance, where, month):
        wanted.setdefault(decision, []).append(day_id)
    done: dict[Decision, int] = {}
    for decision, day_ids in sorted(wanted.items()):
        result = quittance.corrections.decide(context(REASON, where), where, day_ids, decision).result
        done[decision] = len(result.day_ids)
    return done


def _wanted(quittance: Quittance, where: UUID, month: str) -> Iterable[tuple[UUID, Decision]]:
    settled = conditions((where,), DayFilter(month=month, phase="settled"))
    with quittance.store.database.snapshot() as sql:
        rows = walk(DAYS, sql, settled, Asked(limit=MOST_ROWS))
        open_ones = [row["day_id"] for row in rows if row["decision"] == "none"]
    for day_id, events in quittance.log.load(open_ones).items():
        day = days.fold(events)
        if day is None:
            continue
        for decision in _preferred(quittance, day, sum(isinstance(event, DayBilled) for event in events)):
            if not why_not(day, decision):
                yield day_id, decision
                break


def _preferred(quittance: Quittance, day: BillingDay, times: int) -> Sequence[Decision]:
    """Decisions in the order in which the office would take them; none for most paid days."""
    if not day.lost:
        care = "|".join(f"{line.care.provider}{line.care.code}{line.care.amount_cents}" for line in day.active)
        chance = int(sha256(f"{day.date}|{care}".encode()).hexdigest(), 16) % 100
        if times > 1 or chance >= _CREDITED + _REGULARISED:
            return ()
        return ("credit_note",) if chance < _CREDITED else ("regularise",)
    codes = {reason.code for line in day.refused if line.said for reason in line.said.reasons}
    needs = {need_of(code) for code in codes}
    if not day.refused or times >= _OFTEN or needs & {"destination", "authorisation"}:
        return ("justified",)
    if "insurability" in needs:
        quittance.register.confirm_insurability(context(), day.patient_id, day.date)
    return ("rebill", "credit_note", "justified")
