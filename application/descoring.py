"""Categories that insurers lowered after a control visit: recorded, the days billed above them, what to do until when.

The days are credited and billed again by the decision on settled days that there is (`application.corrections`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Literal
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Clock, Context, EventLog, Lookups
from application.register import Registered
from application.tariffs import TariffDesk
from application.what_if import by_what_holds
from domain import billing_day as days
from domain import patient as patients
from domain.authorisation import Authorisation
from domain.billing_day import BillingDay
from domain.descoring import BilledDay, Descoring
from domain.errors import NotFound
from domain.local_time import local_date
from domain.patient import Patient
from domain.pricing.descored import is_asked_above, is_fee_given
from domain.pricing.what_if import Repriced, amount_cents
from domain.rules.limits import own_correction_until

Standing = Literal["open", "unanswered", "decided", "unpaid", "lowered"]
"""Of a day: paid and undecided, not answered yet, decided on, not paid, out of that invoice (billed lower since)."""
AMOUNTS_GIVEN = "amounts_given"
"""Why nobody can say what a day would be: it came with amounts, and a person enters the lower ones."""


@dataclass(frozen=True, slots=True)
class DescoredDay:
    """`paid_cents`: what the insurer paid of it so far, None without a verdict. `is_proposed`: for a second person.

    `new_cents`: what it would be now by the tariffs, or by the amounts that somebody entered since; None when nobody
    can say, then `why` has the codes, and for a day that is out of that invoice.
    """

    day_id: UUID
    date: Date
    standing: Standing
    paid_cents: int | None
    new_cents: int | None
    why: tuple[str, ...] = ()
    is_proposed: bool = False

    @property
    def difference_cents(self) -> int | None:
        """Below zero: so much less."""
        known = self.paid_cents is not None and self.new_cents is not None
        return (self.new_cents or 0) - (self.paid_cents or 0) if known else None


@dataclass(frozen=True, slots=True)
class DescoringShown:
    """`until`: last day on which the practice corrects by itself; afterwards the insurer takes it from a later invoice.

    `to_do`: days that are paid and undecided. `paid_cents`: of all of these; `known_paid_cents`, `new_cents`: of those
    of which both amounts are known, `untold` are the others.
    """

    descoring: Descoring
    until: Date
    days: tuple[DescoredDay, ...]

    @property
    def to_do(self) -> tuple[DescoredDay, ...]:
        """By date."""
        return tuple(day for day in self.days if day.standing == "open")

    @property
    def paid_cents(self) -> int:
        """Of all days to do."""
        return sum(day.paid_cents or 0 for day in self.to_do)

    @property
    def known_paid_cents(self) -> int:
        """Of those whose lower amount is known."""
        return sum(day.paid_cents or 0 for day in self.to_do if day.new_cents is not None)

    @property
    def new_cents(self) -> int:
        """What they would be."""
        return sum(day.new_cents or 0 for day in self.to_do)

    @property
    def untold(self) -> int:
        """How many days have no lower amount yet."""
        return sum(day.new_cents is None for day in self.to_do)


class Descorings:
    """The use cases."""

    def __init__(self, log: EventLog, lookups: Lookups, desk: TariffDesk, clock: Clock) -> None:
        self._log, self._lookups, self._desk, self._clock = log, lookups, desk, clock

    def record(self, context: Context, who: UUID, given: Authorisation, told_on: Date) -> Done[Registered]:
        """Record it, put the lower authorisation in force, and note which days stand billed above it.

        Raises as `domain.patient.descore`.
        """
        today = local_date(self._clock.now())

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            state = self._patient(streams, who)
            happened = patients.descore(state, given, told_on, self._above(state, who, given, today), today)
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def withdraw(self, context: Context, who: UUID, valid_from: Date) -> Done[Registered]:
        """Take it back; days that were decided or billed lower since stay so. Raises `NotFound`."""

        def decision() -> Decided[Registered]:
            streams = Streams(self._log, [who])
            happened = patients.withdraw_descoring(self._patient(streams, who), valid_from)
            return Decided([streams.change(who, happened)], Registered(who, is_new=False))

        return decide(self._log, context, decision)

    def shown(self, state: Patient, upto: int | None = None) -> tuple[DescoringShown, ...]:
        """Those of a patient, the latest message first, as of a position of the log."""
        wanted = {day.day_id for one in state.descorings for day in one.days}
        loaded = self._log.load(wanted, upto)
        found = {day_id: day for day_id in wanted if (day := days.fold(loaded.get(day_id, ())))}
        priced = by_what_holds(
            self._log, self._lookups, self._desk, state.establishment_id, _to_price(state.descorings, found), upto
        )
        stand = sorted(state.descorings, key=lambda one: one.told_on, reverse=True)
        return tuple(
            DescoringShown(one, own_correction_until(one.told_on), _days(one.days, found, priced)) for one in stand
        )

    def _above(self, state: Patient, who: UUID, given: Authorisation, today: Date) -> tuple[BilledDay, ...]:
        """Days of the person that stand in an invoice above the category; those that come later are billed by it."""
        where, last = state.establishment_id, min(given.valid_to or today, today)
        if last < given.valid_from:
            return ()
        ids = self._lookups.days_around(where, {who: [(given.valid_from, last)]})
        loaded, book = self._log.load(ids), self._desk.book(where)
        found = [(day_id, day) for day_id in ids if (day := days.fold(loaded.get(day_id, ())))]
        above = []
        for day_id, day in sorted(found, key=lambda one: (one[1].date, one[1].sequence)):
            pricer, invoice_id = book.pricer(day.date), _invoice(day)
            if invoice_id and is_asked_above(day, given.category, pricer.tariffs if pricer else None):
                above.append(BilledDay(day_id, invoice_id))
        return tuple(above)

    def _patient(self, streams: Streams, who: UUID) -> Patient:
        state = patients.fold(streams.events(who))
        if state is None:
            raise NotFound("patient_unknown", "There is no such patient; register it first.")
        return state


def _invoice(day: BillingDay) -> UUID | None:
    return (day.as_paid or day).invoice_id


def _standing(billed: BilledDay, day: BillingDay) -> Standing:
    """As the view of what waits has it (`projections.descored_days`)."""
    if _invoice(day) != billed.invoice_id:
        return "lowered"
    if day.decision != "none" or day.credits:
        return "decided"
    if day.verdict == "none":
        return "unanswered"
    return "open" if day.accepted_cents else "unpaid"


def _to_price(stand: Sequence[Descoring], found: Mapping[UUID, BillingDay]) -> list[UUID]:
    still = [billed for one in stand for billed in one.days if billed.day_id in found]
    return list(dict.fromkeys(one.day_id for one in still if _invoice(found[one.day_id]) == one.invoice_id))


def _days(
    billed: Collection[BilledDay], found: Mapping[UUID, BillingDay], priced: Mapping[UUID, Repriced]
) -> tuple[DescoredDay, ...]:
    return tuple(_day(one, found[one.day_id], priced.get(one.day_id)) for one in billed if one.day_id in found)


def _day(billed: BilledDay, day: BillingDay, priced: Repriced | None) -> DescoredDay:
    standing = _standing(billed, day)
    settled = day.as_paid or day
    paid = None if settled.verdict == "none" else settled.accepted_cents
    new, why = None, tuple[str, ...]()
    if standing != "lowered" and priced is not None:
        if is_fee_given(day):
            is_entered = day.as_paid is not None and day.asked_cents != settled.asked_cents
            new, why = (day.asked_cents, ()) if is_entered else (None, (AMOUNTS_GIVEN,))
        elif priced.reasons:
            why = tuple(dict.fromkeys(reason.code for reason in priced.reasons))
        else:
            new = amount_cents(priced.new)
    return DescoredDay(billed.day_id, day.date, standing, paid, new, why, day.proposed != "none")
