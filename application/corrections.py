"""Decide what becomes of refused days, one or many at once, and take it back; a preview says what would be sent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from application.bill import Billing
from application.commit import Decided, Done, Streams, decide
from application.ports import Context, EventLog
from application.run_report import RunReport
from domain import billing_day as days
from domain import correction
from domain.billing_day import BillingDay
from domain.correction import DECISIONS, REASONED
from domain.day_events import Decision
from domain.errors import Invalid, NotAllowed, NotFound

MOST_DAYS = 20_000
_SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class Left:
    """Days that a decision leaves as they are, for one reason: a catalogue code."""

    code: str
    day_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was decided, or would be. `cents`: what the insurers refused of `day_ids`."""

    day_ids: tuple[UUID, ...]
    cents: int
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`run`: what a run would make of the days today, files and blockers; None when nothing would be billed again."""

    decided: Corrected
    run: RunReport | None


class Corrections:
    """The use cases. `where`: the establishment that the caller may act in; a day of another one is absent."""

    def __init__(self, log: EventLog, billing: Billing) -> None:
        self._log, self._billing = log, billing

    def decide(self, context: Context, where: UUID, day_ids: Sequence[UUID], decision: Decision) -> Done[Corrected]:
        """Decide the same of each day that allows it; the others are named with the reason.

        Raises `Invalid` for an unknown decision, too many days, or money given up without a reason.
        """
        _check(day_ids, decision)
        if decision in REASONED and len(context.meta.reason) < _SHORTEST_REASON:
            raise Invalid("reason_missing", "reason: say why nothing more is asked.", field="reason")
        return self._each(context, where, day_ids, lambda day: correction.decide(day, decision))

    def restore(self, context: Context, where: UUID, day_ids: Sequence[UUID]) -> Done[Corrected]:
        """Take the decision of each day back, as long as no run took it up."""
        _check(day_ids)
        return self._each(context, where, day_ids, correction.restore)

    def decide_one(self, context: Context, where: UUID, day_id: UUID, decision: Decision | None) -> Done[Corrected]:
        """The same for one day; None restores. Raises `NotAllowed` with the reason where it is left as it is."""
        act = self.restore if decision is None else partial(self.decide, decision=decision)
        done = act(context, where, [day_id])
        for left in done.result.left:
            raise NotAllowed(left.code, "This day does not allow that decision.")
        return done

    def foresee(self, where: UUID, day_ids: Sequence[UUID], decision: Decision) -> Foreseen:
        """What deciding would do; writes nothing. Raises as `decide`, but for the reason."""
        _check(day_ids, decision)
        found = self._days(where, day_ids)
        left = {day_id: wrong for day_id, day in found.items() if (wrong := correction.why_not(day, decision))}
        good = {day_id: day._replace(decision=decision) for day_id, day in found.items() if day_id not in left}
        run = self._billing.foresee(where, good) if decision in days.AGAIN and good else None
        return Foreseen(_corrected(found, left), run)

    def _each(
        self, context: Context, where: UUID, day_ids: Sequence[UUID], act: Callable[[BillingDay], list[object]]
    ) -> Done[Corrected]:
        def decision() -> Decided[Corrected]:
            streams = Streams(self._log, day_ids)
            found = _of(where, day_ids, streams.events)
            left, changes = dict[UUID, str](), []
            for day_id, day in found.items():
                if wrong := _why_not(day, act):
                    left[day_id] = wrong
                else:
                    changes.append(streams.change(day_id, act(day)))
            return Decided(changes, _corrected(found, left))

        return decide(self._log, context, decision)

    def _days(self, where: UUID, day_ids: Sequence[UUID]) -> dict[UUID, BillingDay]:
        loaded = self._log.load(day_ids)
        return _of(where, day_ids, lambda day_id: loaded.get(day_id, []))


def _of(where: UUID, day_ids: Iterable[UUID], events: Callable[[UUID], Iterable[object]]) -> dict[UUID, BillingDay]:
    found = {}
    for day_id in day_ids:
        day = days.fold(events(day_id))
        if day is None or day.establishment_id != where:
            raise NotFound("day_unknown", "There is no such billing day.")
        found[day_id] = day
    return found


def _why_not(day: BillingDay, act: Callable[[BillingDay], list[object]]) -> str:
    try:
        act(day)
    except NotAllowed as refused:
        return refused.code
    return ""


def _corrected(found: dict[UUID, BillingDay], left: dict[UUID, str]) -> Corrected:
    grouped: dict[str, list[UUID]] = {}
    for day_id, code in left.items():
        grouped.setdefault(code, []).append(day_id)
    done = tuple(day_id for day_id in found if day_id not in left)
    cents = sum(found[day_id].refused_cents for day_id in done)
    return Corrected(done, cents, tuple(Left(code, tuple(ids)) for code, ids in sorted(grouped.items())))


def _check(day_ids: Sequence[UUID], decision: str = DECISIONS[0]) -> None:
    if decision not in DECISIONS:
        raise Invalid("field_invalid", f"decision: give one of {', '.join(DECISIONS)}.", field="decision")
    if not day_ids:
        raise Invalid("nothing_selected", "Select at least one day.", field="day_ids")
    if len(day_ids) > MOST_DAYS:
        raise Invalid("selection_too_large", f"At most {MOST_DAYS} days at once.", field="day_ids")
