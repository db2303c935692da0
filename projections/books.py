"""What became of every day with care, month by month: in which of the domain's states its days are, and their sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from application.periods import in_books
from application.ports import EventLog, Sql
from domain.billing_day import BillingDay, fold
from domain.day_states import STATES, State, state_of
from domain.rules.limits import month_of
from projections import days
from projections.as_of import union
from projections.scope import Condition, both, scoped

_DAYS_AT_ONCE = 2_000


@dataclass(slots=True)
class Entry:
    """Days of one month (`YYYY-MM`) in one state. Cents: asked as the day is now, of all but `unpriced` days; what
    the insurers accepted and did not give back; what they refused.
    """

    month: str
    state: State
    days: int = 0
    unpriced: int = 0
    amount_cents: int = 0
    accepted_cents: int = 0
    refused_cents: int = 0


def books(sql: Sql, log: EventLog, where: UUID, at: int | None = None) -> list[Entry]:
    """By month, then as `STATES` are listed; each day with care stands once. Every day is folded: no page asks this."""
    cared_for = both([scoped([where]), Condition("line_count > 0")])
    source, params = union(days.TABLE, "day_id", cared_for, at)
    ids = [row["day_id"] for row in sql.rows(f"SELECT day_id FROM {source} AS t", params)]
    found: dict[tuple[str, State], Entry] = {}
    for start in range(0, len(ids), _DAYS_AT_ONCE):
        for day in _days(log, where, ids[start : start + _DAYS_AT_ONCE], at).values():
            _add(found, day)
    return sorted(found.values(), key=lambda one: (one.month, STATES.index(one.state)))


def _days(log: EventLog, where: UUID, ids: list[UUID], at: int | None) -> Mapping[UUID, BillingDay]:
    folded = {day_id: fold(events) for day_id, events in log.load(ids, at).items()}
    return in_books(log, where, {day_id: day for day_id, day in folded.items() if day}, at)


def _add(found: dict[tuple[str, State], Entry], day: BillingDay) -> None:
    month, state, asked = month_of(day.date), state_of(day), day.asked_cents
    entry = found.setdefault((month, state), Entry(month, state))
    entry.days += 1
    entry.unpriced += asked is None
    entry.amount_cents += asked or 0
    entry.accepted_cents += day.accepted_cents
    entry.refused_cents += day.refused_cents
