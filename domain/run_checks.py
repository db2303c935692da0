"""The days of a run held against the rules of the tariffs, before anything is sent: what an insurer would refuse.

Each patient's days are looked at together, with those that stand in a sending already (`Practice.standing`). Days that
come later or that nobody entered count for nothing here: what they may not stand beside is told when they are about to
be billed themselves. Days that wait for another reason count for nothing either, and are told what is sure of them.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date
from itertools import groupby
from uuid import UUID

from domain.billing_day import BillingDay, Line
from domain.care import CareLine
from domain.patient import Insurability
from domain.pricing import limits, nursing_checks
from domain.pricing.day_prices import NURSING, kind_of_day
from domain.pricing.nursing import Made
from domain.pricing.nursing_checks import Surroundings
from domain.pricing.reasons import Asked, Reason
from domain.pricing.tariff_set import Role
from domain.rules.limits import month_of
from domain.run_again import asked_cents
from domain.run_parts import Blocked, Candidate, Practice, blocked_by, in_order, lines_that_stand
from domain.run_prices import priced, without_tariffs


@dataclass(slots=True)
class Judged:
    """`amounts`: cents asked by day, as far as they are known. `going`: days that nothing holds, with their prices.

    `blocked`: why the others are held. `noticed`: what an insurer remarks on those that go, and pays. `hints`: why
    those are not billed as one might expect.
    """

    amounts: dict[UUID, int] = field(default_factory=dict)
    going: dict[UUID, Candidate] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    noticed: list[Blocked] = field(default_factory=list)
    hints: list[Blocked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Day:
    """A candidate and its lines as an insurer would see them; those that are sure while it waits for prices.

    `made`: by tariffs.
    """

    candidate: Candidate
    period: Insurability | None
    lines: tuple[Asked, ...] = ()
    made: tuple[Made, ...] = ()
    hints: tuple[Reason, ...] = ()

    @property
    def day_id(self) -> UUID:
        return self.candidate.day_id

    def knows(self, code: str) -> bool:
        """Whether such a reason is sure: of a day without prices only what hangs on a line alone is."""
        return not self.candidate.day.unpriced or code in limits.NEEDED

    def told(self, reason: Reason) -> Blocked:
        """Of the line that somebody recorded, when the tariffs made another of it."""
        of = next((made.of[0] for made in self.made if made.line.line_id == reason.line_id), reason.line_id)
        return blocked_by(self.day_id, replace(reason, line_id=of))


def judge(practice: Practice, free: Iterable[Candidate], held: Iterable[Candidate] = ()) -> Judged:
    """Price and check the days that nothing else holds back; of those that are `held`, tell what is sure already."""
    found = Judged()
    standing: dict[UUID, list[BillingDay]] = {}
    for day in practice.standing:
        standing.setdefault(practice.patients[day.patient_id][0], []).append(day)
    people: dict[UUID, tuple[list[Candidate], list[Candidate]]] = {}
    for nth, candidates in enumerate((free, held)):
        for candidate in candidates:
            known = practice.patients.get(candidate.day.patient_id)
            if known:
                people.setdefault(known[0], ([], []))[nth].append(candidate)
            elif practice.prices.pricer(candidate.day.date) is None:
                found.blocked += without_tariffs(candidate)
    for who, mine in people.items():
        _Person(practice, who, *mine, standing.get(who, ())).judge(found)
    return found


class _Person:
    """One patient's days. A day that is held counts no more for the others: they are looked at again without it."""

    def __init__(
        self,
        practice: Practice,
        who: UUID,
        free: Sequence[Candidate],
        held: Sequence[Candidate],
        standing: Iterable[BillingDay],
    ) -> None:
        self._practice, self._prices, self._who = practice, practice.prices, who
        self._patient = practice.patients[(*free, *held)[0].day.patient_id][1]
        self._waiting, self._held = sorted(free, key=in_order), sorted(held, key=in_order)
        paid = [*standing, *(one.day for one in (*free, *held))]  # of a day to rebill the lines that were paid
        self._standing = [asked for day in paid for asked in self._asked(day, lines_that_stand(day), self._period(day))]
        self._taken = defaultdict[Date, set[Role]](set)
        for asked in self._standing:
            self._take(self._taken, asked)

    def judge(self, found: Judged) -> None:
        """Until what is left can go together; then what is sure of the others."""
        blocked, unable, going = list[Blocked](), list[_Day](), list[_Day]()
        while self._waiting:
            days, reasons = self._price(self._waiting)
            held = {one.day_id for one in reasons}
            unable += [day for day in days if day.day_id in held]
            going = [day for day in days if day.day_id not in held]
            told = self._against_tariffs(going)
            blocked += [*reasons, *(one for one, is_notice in told if not is_notice)]
            held |= {one.day_id for one, is_notice in told if not is_notice}
            _note_amounts(found, days)
            if not held:
                found.noticed += [one for one, _ in told]
                found.hints += [blocked_by(day.day_id, hint) for day in going for hint in day.hints]
                break
            self._waiting, going = [one for one in self._waiting if one.day_id not in held], []
        found.going |= {day.day_id: day.candidate for day in going}
        aside, reasons = self._price(self._held, going)
        _note_amounts(found, aside)
        blocked += [*reasons, *self._sure([*unable, *aside], going)]
        once = {(one.day_id, one.code, one.line_id): one for one in reversed(blocked)}
        found.blocked += reversed(once.values())

    def _against_tariffs(self, days: Sequence[_Day]) -> list[tuple[Blocked, bool]]:
        """Each reason of days that would go together, and whether it is but a remark."""
        if self._prices.is_empty:
            return []
        reasons = [*self._limits(days, self._standing), *self._blocks(days)]
        day_of = {asked.line_id: day for day in days for asked in day.lines} if reasons else {}
        return [(day_of[one.line_id].told(one), one.is_notice) for one in reasons if one.line_id]

    def _sure(self, held: Sequence[_Day], going: Sequence[_Day]) -> Iterator[Blocked]:
        """What is wrong with a day that is held, whether or not the other held ones will go.

        That is what is told of it among all of them, and also beside those alone that stand or go.
        """
        among = sorted([*held, *going], key=lambda day: in_order(day.candidate)) if held else []
        told = {one for one, is_notice in self._against_tariffs(among) if not is_notice}
        suspect, days = {(one.code, one.line_id) for one in told}, {one.day_id for one in told}
        beside = [*self._standing, *(asked for day in going for asked in day.lines)]
        for day in held:
            if day.day_id in days:
                alone = map(day.told, [*self._limits([day], beside), *self._blocks([day])])
                yield from (one for one in alone if (one.code, one.line_id) in suspect and day.knows(one.code))

    def _price(
        self, candidates: Sequence[Candidate], going: Sequence[_Day] | None = None
    ) -> tuple[list[_Day], list[Blocked]]:
        """Each day in its order: who comes first has the earlier base services of the date.

        `going`: only these take them; None: each of the candidates that has its prices.
        """
        taken = defaultdict(set, {day: set(roles) for day, roles in self._taken.items()})
        first = deque(going or ())
        days, blocked = list[_Day](), list[Blocked]()
        for candidate in candidates:
            while first and in_order(first[0].candidate) < in_order(candidate):
                self._take_all(taken, first.popleft())
            found = priced(self._practice, candidate, taken[candidate.day.date])
            day, period = found.candidate.day, self._period(candidate.day)
            lines = tuple(self._asked(day, _sure_lines(day, found.made) if day.unpriced else day.to_bill, period))
            days.append(_Day(found.candidate, period, lines, found.made, found.hints))
            blocked += found.blocked
            if going is None and not found.blocked:
                self._take_all(taken, days[-1])
        return days, blocked

    def _take_all(self, taken: dict[Date, set[Role]], day: _Day) -> None:
        for asked in day.lines:
            self._take(taken, asked)

    def _limits(self, days: Sequence[_Day], standing: Sequence[Asked]) -> Sequence[Reason]:
        asked = [asked for day in days for asked in day.lines]
        judged = {one.line_id for one in asked} if standing else None
        return limits.check([*standing, *asked], self._prices, self._patient.authorisations, judged)

    def _blocks(self, days: Sequence[_Day]) -> Iterator[Reason]:
        """As they will stand in invoices: by month and period of insurability."""
        first_taken = {day for day, roles in self._taken.items() if "base_first" in roles}
        around = Surroundings(kind_of_day, first_base_taken=first_taken)
        for _, together in groupby(days, key=lambda day: (month_of(day.candidate.day.date), day.period)):
            asked = [asked for day in together if self._is_nursing(day) for asked in day.lines]
            yield from nursing_checks.check(asked, self._prices, around)

    def _is_nursing(self, day: _Day) -> bool:
        pricer = self._prices.pricer(day.candidate.day.date)
        return pricer is not None and pricer.tariffs.sector == NURSING

    def _take(self, taken: dict[Date, set[Role]], asked: Asked) -> None:
        pricer = self._prices.pricer(asked.day)
        if pricer is not None and asked.care.code in pricer.tariffs.once:
            taken[asked.day].add(pricer.tariffs.once[asked.care.code])

    def _period(self, day: BillingDay) -> Insurability | None:
        return self._patient.insurability(day.date)

    def _asked(self, day: BillingDay, lines: Iterable[Line | CareLine], period: Insurability | None) -> Iterator[Asked]:
        fund, sex = period.sickness_fund if period else "", self._patient.details.sex
        for line in lines:
            yield Asked(line.line_id, day.date, line.care, self._who, fund, sex)


def _sure_lines(day: BillingDay, made: Iterable[Made]) -> Iterator[Line | CareLine]:
    """Of a day that waits for prices: those that it came with, and those that each line asks for itself."""
    yield from (line for line in day.active if line.care.is_priced)
    yield from (one.line for one in made)


def _note_amounts(found: Judged, days: Iterable[_Day]) -> None:
    """Without insurability nobody knows what the tariffs make of a day."""
    for day in days:
        if not day.candidate.day.unpriced and (day.period or not day.candidate.priced):
            found.amounts[day.day_id] = asked_cents(day.candidate.day)
