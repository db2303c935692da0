"""Refused days that nobody decided upon, at a billing run: they are left because somebody says so, never by silence."""

from collections.abc import Sequence
from uuid import UUID

from application.commit import Streams
from application.ports import Change, EventLog, UndecidedDay
from domain import billing_day as days
from domain import correction
from domain.errors import Invalid


def left_at(log: EventLog, undecided: Sequence[UndecidedDay], run_id: UUID, *, is_said: bool) -> list[Change]:
    """What the run writes on each of them; days that somebody decided upon meanwhile need nothing.

    Raises `Invalid` when there are any and nobody said that they are left.
    """
    if undecided and not is_said:
        count, cents = len(undecided), sum(one.refused_cents for one in undecided)
        raise Invalid(
            "refusals_undecided",
            f"{count} refused days ({cents} cents) wait for a decision: decide, or say that they are left undecided.",
            count=count,
            field="leave_undecided",
            cents=cents,
        )
    streams = Streams(log, [one.day_id for one in undecided])
    folded = {one.day_id: days.fold(streams.events(one.day_id)) for one in undecided}
    return [
        streams.change(day_id, correction.leave(day, run_id))
        for day_id, day in folded.items()
        if day is not None and day.waits_for_decision
    ]
