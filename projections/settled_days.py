"""Days as a sending knows them: what was billed in it and what its settlement said, whatever became of them later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports import Event, EventLog
from domain.billing_day import BillingDay, Line, fold, verdict_of
from domain.day_events import LineVerdict, Settled
from domain.rules.cascade import is_cascade


@dataclass(frozen=True, slots=True)
class DayOfSending:
    """`state`: right after the last word of that sending, with no other lines and amounts than were asked in it.

    `is_here`: the day has not left it for another since.
    """

    day_id: UUID
    state: BillingDay
    is_here: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a day, and those whose refusal only follows from its own."""

    line: Line
    follows: tuple[Line, ...] = ()

    @property
    def is_lost(self) -> bool:
        """Refused, or paid for less."""
        return is_lost(self.line)


def days_of_sending(
    log: EventLog, day_ids: Iterable[UUID], sending_id: UUID, at: int | None = None
) -> dict[UUID, DayOfSending]:
    """These days in one reading of the log; those that never were in the sending are left out."""
    found = {}
    for day_id, events in log.load(day_ids, at).items():
        its = _upto_last_word(events, sending_id)
        state, now = fold(its), fold(events)
        if state is not None and now is not None:
            found[day_id] = DayOfSending(day_id, _alone(state, its[-1]), now.sending_id == sending_id)
    return found


def _alone(state: BillingDay, last: object) -> BillingDay:
    """Without lines that were settled in an earlier sending."""
    if not state.asked_ids or not isinstance(last, Settled):
        return state
    verdict, accepted, refused = verdict_of(last)
    return state._replace(lines=state.asked, verdict=verdict, accepted_cents=accepted, refused_cents=refused)


def told(lines: Sequence[Line]) -> tuple[Told, ...]:
    """Lines in their order; refusals that only follow stand under the first refusal of the day with a cause of its own.

    The same rule as in the list of refusals (`projections.refusals`).
    """
    root = next((line for line in lines if _is_root(line)), None)
    following = tuple(line for line in lines if root and line is not root and _follows(line))
    return tuple(Told(line, following if line is root else ()) for line in lines if line not in following)


def is_lost(line: Line) -> bool:
    """Refused, or paid for less."""
    return line.said is not None and line.said.verdict in ("refused", "accepted_less")


def _follows(line: Line) -> bool:
    return is_lost(line) and _only_follows(line.said)


def _is_root(line: Line) -> bool:
    return line.said is not None and line.said.verdict == "refused" and not _only_follows(line.said)


def _only_follows(said: LineVerdict | None) -> bool:
    return said is not None and bool(said.reasons) and all(is_cascade(reason.code) for reason in said.reasons)


def _upto_last_word(events: Sequence[Event], sending_id: UUID) -> Sequence[Event]:
    """Events up to the last one that names the sending."""
    named = [at for at, happened in enumerate(events) if getattr(happened, "sending_id", None) == sending_id]
    return events[: named[-1] + 1] if named else ()
