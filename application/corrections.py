"""Decide what becomes of refused days, one or many at once, and take it back; a preview says what would be sent.

What gives up or back more in one act than the practice lets one person decide is proposed; a second one confirms it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.bill import Billing
from application.commit import Decided, Done, Streams, decide
from application.periods import in_books
from application.ports import Context, EventLog
from application.run_report import RunReport
from domain import billing_day as days
from domain import correction
from domain import establishment as establishments
from domain.billing_day import BillingDay
from domain.correction import DECISIONS, GIVES_UP, REASONED
from domain.day_events import CorrectionDecided, CorrectionProposed, CorrectionRestored, Decision
from domain.errors import Invalid, NotAllowed, NotFound

MOST_DAYS = 20_000
_SHORTEST_REASON = 3
_DECISIVE = CorrectionDecided | CorrectionProposed | CorrectionRestored


@dataclass(frozen=True, slots=True)
class Left:
    """Days that a decision leaves as they are, for one reason: a catalogue code."""

    code: str
    day_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was decided, or would be. `cents`: what the insurers refused of `day_ids`, or paid if it is given back.

    `is_proposed`: it waits for a second person, and nothing is decided before.
    """

    day_ids: tuple[UUID, ...]
    cents: int
    left: tuple[Left, ...]
    is_proposed: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`run`: what a run would make of the days today, files and blockers; None when nothing would be billed again."""

    decided: Corrected
    run: RunReport | None


@dataclass(frozen=True, slots=True)
class _Act:
    """`run`: events of a day. `about`: the decision that its cents are counted by."""

    run: Callable[[BillingDay], list[object]]
    about: Callable[[BillingDay], Decision]
    is_proposed: bool = False


class Corrections:
    """The use cases. `where`: the establishment that the caller may act in; a day of another one is absent."""

    def __init__(self, log: EventLog, billing: Billing) -> None:
        self._log, self._billing = log, billing

    def decide(
        self,
        context: Context,
        where: UUID,
        day_ids: Sequence[UUID],
        decision: Decision,
        *,
        is_above: bool = False,
        is_first: bool = False,
    ) -> Done[Corrected]:
        """Decide the same of each day that allows it, or propose it; the others are named with the reason.

        `is_above`: these days are part of an act that needs a second person, whatever they amount to alone.
        `is_first`: days that were ever decided, proposed or restored are left too.
        Raises `Invalid` for an unknown decision, too many days, or money given up without a reason.
        """
        _check(day_ids, decision)
        if decision in REASONED and len(context.meta.reason) < _SHORTEST_REASON:
            raise Invalid("reason_missing", "reason: say why nothing more is asked.", field="reason")
        by = context.meta.actor

        def choose(found: dict[UUID, BillingDay]) -> _Act:
            return self._act(where, found, decision, by, is_above=is_above)

        return self._each(context, where, day_ids, choose, is_first=is_first)

    def confirm(self, context: Context, where: UUID, day_ids: Sequence[UUID]) -> Done[Corrected]:
        """Take the decisions that somebody else proposed; days without such a proposal are named with the reason."""
        _check(day_ids)
        by = context.meta.actor
        act = _Act(lambda day: correction.confirm(day, by), lambda day: day.proposed)
        return self._each(context, where, day_ids, lambda _: act)

    def decline(self, context: Context, where: UUID, day_ids: Sequence[UUID]) -> Done[Corrected]:
        """Turn proposals down, also one's own."""
        _check(day_ids)
        act = _Act(correction.decline, lambda day: day.proposed)
        return self._each(context, where, day_ids, lambda _: act)

    def restore(self, context: Context, where: UUID, day_ids: Sequence[UUID]) -> Done[Corrected]:
        """Take the decision of each day back, as long as no run took it up and its books are open."""
        _check(day_ids)
        today = self._billing.today()
        act = _Act(lambda day: correction.restore(day, today), lambda day: day.decision)
        return self._each(context, where, day_ids, lambda _: act)

    def decide_one(self, context: Context, where: UUID, day_id: UUID, decision: Decision | None) -> Done[Corrected]:
        """The same for one day; None restores. Raises `NotAllowed` with the reason where it is left as it is."""
        if decision is None:
            return alone(self.restore(context, where, [day_id]))
        return alone(self.decide(context, where, [day_id], decision))

    def bring_back(self, context: Context, where: UUID, day_id: UUID, former: Decision) -> Done[Corrected]:
        """What an act did to a day is undone: its proposal is withdrawn, or the decision of before stands again.

        Giving up is proposed then wherever a second person is ever needed: an undo has no sum of its own.
        """
        (day,) = self._days(where, [day_id]).values()
        if day.proposed != "none":
            return alone(self.decline(context, where, [day_id]))
        if former == "none":
            return self.decide_one(context, where, day_id, None)
        is_above = former in GIVES_UP and self.limit(where) is not None
        return alone(self.decide(context, where, [day_id], former, is_above=is_above))

    def limit(self, where: UUID) -> int | None:
        """Cents that one person may give up or back at once; None: any."""
        state = establishments.fold(self._log.load([where]).get(where, []))
        return state.details.second_person_above_cents if state else None

    def is_above(self, where: UUID, day_ids: Sequence[UUID], decision: Decision) -> bool:
        """Whether that decision on all of these days needs a second person."""
        return self._is_above(where, self._days(where, day_ids), decision)

    def foresee(self, where: UUID, day_ids: Sequence[UUID], decision: Decision, by: str = "") -> Foreseen:
        """What deciding would do in the name of the actor `by`; writes nothing. Raises as `decide`, but for reasons."""
        _check(day_ids, decision)
        found = self._days(where, day_ids)
        act = self._act(where, found, decision, by)
        left = {day_id: wrong for day_id, day in found.items() if (wrong := _why_not(day, act.run))}
        decided = CorrectionDecided(decision)
        good = {day_id: days.evolve(day, decided) for day_id, day in found.items() if day_id not in left}
        run = self._billing.foresee(where, good) if decision != "justified" and good else None
        return Foreseen(_corrected(found, left, act), run)

    def foresee_restoring(self, where: UUID, day_ids: Sequence[UUID]) -> Corrected:
        """What taking the decisions back would do; writes nothing."""
        found, today = self._days(where, day_ids), self._billing.today()
        left = {day_id: wrong for day_id, day in found.items() if (wrong := correction.why_stands(day, today))}
        return _corrected(found, left, _Act(lambda day: correction.restore(day, today), lambda day: day.decision))

    def foresee_answer(self, where: UUID, day_ids: Sequence[UUID], by: str, *, confirms: bool) -> Corrected:
        """What confirming proposals, or declining them, would do in the name of the actor; writes nothing."""
        found = self._days(where, day_ids)
        run = (lambda day: correction.confirm(day, by)) if confirms else correction.decline
        left = {day_id: wrong for day_id, day in found.items() if (wrong := _why_not(day, run))}
        return _corrected(found, left, _Act(run, lambda day: day.proposed))

    def _act(
        self, where: UUID, found: dict[UUID, BillingDay], decision: Decision, by: str, *, is_above: bool = False
    ) -> _Act:
        if is_above or self._is_above(where, found, decision):
            return _Act(lambda day: correction.propose(day, decision, by), lambda _: decision, is_proposed=True)
        return _Act(lambda day: correction.decide(day, decision, by), lambda _: decision)

    def _is_above(self, where: UUID, found: dict[UUID, BillingDay], decision: Decision) -> bool:
        limit = self.limit(where) if decision in GIVES_UP else None
        if limit is None:
            return False
        changed = [x for x in found.values() if x.decision != decision and not correction.why_not(x, decision)]
        return sum(_at_stake(day, decision) for day in changed) > limit

    def _each(
        self,
        context: Context,
        where: UUID,
        day_ids: Sequence[UUID],
        choose: Callable[[dict[UUID, BillingDay]], _Act],
        *,
        is_first: bool = False,
    ) -> Done[Corrected]:
        def decision() -> Decided[Corrected]:
            streams = Streams(self._log, day_ids)
            found = in_books(self._log, where, _of(where, day_ids, streams.events))
            act = choose(found)
            left, changes = dict[UUID, str](), []
            for day_id, day in found.items():
                was_decided = is_first and any(isinstance(one, _DECISIVE) for one in streams.events(day_id))
                if wrong := "correction_decided_before" if was_decided else _why_not(day, act.run):
                    left[day_id] = wrong
                else:
                    changes.append(streams.change(day_id, act.run(day)))
            return Decided(changes, _corrected(found, left, act))

        return decide(self._log, context, decision)

    def _days(self, where: UUID, day_ids: Sequence[UUID]) -> dict[UUID, BillingDay]:
        loaded = self._log.load(day_ids)
        return in_books(self._log, where, _of(where, day_ids, lambda day_id: loaded.get(day_id, [])))


def alone(done: Done[Corrected]) -> Done[Corrected]:
    """Of one day: raises `NotAllowed` with the reason where it is left as it is."""
    for left in done.result.left:
        raise NotAllowed(left.code, "This day does not allow that decision.")
    return done


def _of(where: UUID, day_ids: Iterable[UUID], events: Callable[[UUID], Iterable[object]]) -> dict[UUID, BillingDay]:
    found = {}
    for day_id in day_ids:
        day = days.fold(events(day_id))
        if day is None or day.establishment_id != where:
            raise NotFound("day_unknown", "There is no such billing day.")
        found[day_id] = day
    return found


def _at_stake(day: BillingDay, decision: Decision) -> int:
    return day.accepted_cents if decision in days.GIVES_BACK else day.refused_cents


def _why_not(day: BillingDay, act: Callable[[BillingDay], list[object]]) -> str:
    try:
        act(day)
    except NotAllowed as refused:
        return refused.code
    return ""


def _corrected(found: dict[UUID, BillingDay], left: dict[UUID, str], act: _Act) -> Corrected:
    grouped: dict[str, list[UUID]] = {}
    for day_id, code in left.items():
        grouped.setdefault(code, []).append(day_id)
    done = tuple(day_id for day_id in found if day_id not in left)
    cents = sum(_at_stake(found[day_id], act.about(found[day_id])) for day_id in done)
    stays = tuple(Left(code, tuple(ids)) for code, ids in sorted(grouped.items()))
    return Corrected(done, cents, stays, act.is_proposed)


def _check(day_ids: Sequence[UUID], decision: str = DECISIONS[0]) -> None:
    if decision not in DECISIONS:
        raise Invalid("field_invalid", f"decision: give one of {', '.join(DECISIONS)}.", field="decision")
    if not day_ids:
        raise Invalid("nothing_selected", "Select at least one day.", field="day_ids")
    if len(day_ids) > MOST_DAYS:
        raise Invalid("selection_too_large", f"At most {MOST_DAYS} days at once.", field="day_ids")
