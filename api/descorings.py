"""Categories lowered after a control visit, as all programs are told of them. Money in minor units."""

from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.descoring import DescoredDay, DescoringShown, Standing


@dataclass(frozen=True, slots=True)
class DescoredDayOut:
    """A day that stood billed above the category. `standing`: `open` (paid, nobody decided), `unanswered`, `decided`,

    `unpaid`, or `lowered` (no more in that invoice). `new_cents`: what it would be now; null when nobody can say, `why`
    has the codes (`amounts_given`: it came with amounts, somebody enters the lower ones).
    """

    day_id: UUID
    date: Date
    standing: Standing
    paid_cents: int | None
    new_cents: int | None
    difference_cents: int | None
    why: tuple[str, ...]
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class DescoringOut:
    """`until`: last day on which the practice corrects by itself; afterwards the insurer takes it from a later invoice.

    Sums are of the days to do: `paid_cents` of all, `known_paid_cents` and `new_cents` of those whose lower amount is
    known, `untold` how many others there are.
    """

    category: str
    valid_from: Date
    valid_to: Date | None
    told_on: Date
    until: Date
    to_do: int
    paid_cents: int
    known_paid_cents: int
    new_cents: int
    untold: int
    days: tuple[DescoredDayOut, ...]


def descoring_out(found: DescoringShown) -> DescoringOut:
    """As programs are told of it."""
    one = found.descoring
    return DescoringOut(
        one.category,
        one.valid_from,
        one.valid_to,
        one.told_on,
        found.until,
        len(found.to_do),
        found.paid_cents,
        found.known_paid_cents,
        found.new_cents,
        found.untold,
        tuple(_day_out(day) for day in found.days),
    )


def _day_out(day: DescoredDay) -> DescoredDayOut:
    return DescoredDayOut(
        day.day_id,
        day.date,
        day.standing,
        day.paid_cents,
        day.new_cents,
        day.difference_cents,
        day.why,
        day.is_proposed,
    )
