"""The books of an establishment by month: who closes and opens them again, and what days stand in closed books."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Clock, Context, EventLog, Recorded
from domain import establishment as establishments
from domain.billing_day import BillingDay
from domain.day_events import CorrectionDecided
from domain.errors import Invalid, NotFound
from domain.establishment import Establishment, PeriodClosed, PeriodReopened
from domain.local_time import local_date
from domain.rules.limits import month_of

_SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class ClosedBooks:
    """`through`: last month (`YYYY-MM`) that is closed; `by` whom and `at` which instant that changed last."""

    through: str
    by: str
    at: datetime


class Periods:
    """The use cases. `where`: the establishment that the caller may act in. They answer the last month closed."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log, self._clock = log, clock

    def close(self, context: Context, where: UUID, through: str) -> Done[str]:
        """Close the books through a month that is over. Raises as `close_period`."""
        today = local_date(self._clock.now())
        return self._change(context, where, lambda state: establishments.close_period(state, through, today))

    def reopen(self, context: Context, where: UUID, since: str) -> Done[str]:
        """Open them again from a month on. Raises as `reopen_period`, and `Invalid` without a reason."""
        if len(context.meta.reason) < _SHORTEST_REASON:
            raise Invalid("reason_missing", "reason: say why the books are opened again.", field="reason")
        return self._change(context, where, lambda state: establishments.reopen_period(state, since))

    def _change(self, context: Context, where: UUID, act: Callable[[Establishment], list[object]]) -> Done[str]:
        def decision() -> Decided[str]:
            streams = Streams(self._log, [where])
            known = streams.events(where)
            state = establishments.fold(known)
            if state is None:
                raise NotFound("establishment_unknown", "There is no such establishment.")
            happened = act(state)
            after = establishments.fold([*known, *happened]) or state
            return Decided([streams.change(where, happened)], after.closed_through)

        return decide(self._log, context, decision)


def closed_books(history: Sequence[Recorded]) -> ClosedBooks | None:
    """Of the history of an establishment; None where no books were ever closed."""
    state = establishments.fold(one.event for one in history)
    last = [one for one in history if isinstance(one.event, PeriodClosed | PeriodReopened)][-1:]
    return next((ClosedBooks(state.closed_through, one.meta.actor, one.recorded_at) for one in last if state), None)


def in_books(
    log: EventLog, where: UUID, found: Mapping[UUID, BillingDay], upto: int | None = None
) -> dict[UUID, BillingDay]:
    """The days of an establishment, and of each justified refusal whether it was decided in a month that is closed.

    What counts is the Belgian date of the decision that stands, not that of the care.
    """
    days = dict(found)
    justified = [day_id for day_id, day in days.items() if day.decision == "justified"]
    state = establishments.fold(log.load([where], upto).get(where, [])) if justified else None
    if state is None or not state.closed_through:
        return days
    for day_id, history in log.histories(justified, upto).items():
        decided = [one.recorded_at for one in history if isinstance(one.event, CorrectionDecided)]
        is_closed = month_of(local_date(decided[-1])) <= state.closed_through
        days[day_id] = days[day_id]._replace(is_in_closed_books=is_closed)
    return days
