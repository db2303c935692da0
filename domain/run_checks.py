"""The days of a run held against the rules of the tariffs, before anything is sent: what an insurer would refuse.

Each patient's days are looked at together, with those that stand in a sending already (`Practice.standing`). Days that
wait for another reason, that come later or that nobody entered count for nothing here: what they may not stand beside
is told when they are about to be billed themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date
from itertools import groupby
from uuid import UUID

from domain.billing_day import BillingDay, Line
from domain.patient import Insurability
from domain.pricing import limits, nursing_checks
from domain.pricing.day_prices import NURSING, kind_of_day
from domain.pricing.nursing import Made
from domain.pricing.nursing_checks import Surroundings
from domain.pricing.reasons import Asked, Reason
from domain.pricing.tariff_set import Role
from domain.rules.limits import month_of
from domain.run_parts import Blocked, Candidate, Practice, blocked_by, in_order, lines_that_stand
from domain.run_prices import priced


@dataclass(slots=True)
class Judged:
    """`days`: all candidates by day, as far as they could be priced. `blocked`: why some are held.

    `noticed`: what an insurer remarks on the others, and pays. `hints`: why those are not billed as one might expect.
    """

    days: dict[UUID, Candidate] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    noticed: list[Blocked] = field(default_factory=list)
    hints: list[Blocked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Day:
    """A candidate and its lines as an insurer would see them; none while they wait for prices. `made`: by tariffs."""

    candidate: Candidate
    period: Insurability | None
    lines: tuple[Asked, ...] = ()
    made: tuple[Made, ...] = ()
    hints: tuple[Reason, ...] = ()

    def told(self, reason: Reason) -> Blocked:
        """Of the line that somebody recorded, when the tariffs made another of it."""
        of = next((made.of[0] for made in self.made if made.line.line_id == reason.line_id), reason.line_id)
        return blocked_by(self.candidate.day_id, replace(reason, line_id=of))


def judge(practice: Practice, candidates: Iterable[Candidate]) -> Judged:
    """Price and check the days that nothing else holds back."""
    found = Judged()
    standing: dict[UUID, list[BillingDay]] = {}
    for day in practice.standing:
        standing.setdefault(practice.patients[day.patient_id][0], []).append(day)
    waiting: dict[UUID, list[Candidate]] = {}
    for candidate in candidates:
        waiting.setdefault(practice.patients[candidate.day.patient_id][0], []).append(candidate)
    for who, mine in waiting.items():
        _Person(practice, who, mine, standing.get(who, ())).judge(found)
    return found


class _Person:
    """One patient's days. A day that is held counts no more for the others: they are looked at again without it."""

    def __init__(
        self, practice: Practice, who: UUID, waiting: Sequence[Candidate], standing: Iterable[BillingDay]
    ) -> None:
        self._practice, self._prices, self._who = practice, practice.prices, who
        self._patient = practice.patients[waiting[0].day.patient_id][1]
        self._waiting = sorted(waiting, key=in_order)
        paid = [*standing, *(candidate.day for candidate in waiting)]  # of a day to rebill the lines that were paid
        self._standing = [asked for day in paid for asked in self._asked(day, lines_that_stand(day), self._period(day))]
        self._taken = defaultdict[Date, set[Role]](set)
        for asked in self._standing:
            self._take(self._taken, asked)

    def judge(self, found: Judged) -> None:
        """Until what is left can go together."""
        while self._waiting:
            days, blocked = self._price()
            told = [] if self._prices.is_empty else self._against_tariffs(days, {one.day_id for one in blocked})
            blocked += [one for one, is_notice in told if not is_notice]
            once = {(one.day_id, one.code, one.line_id): one for one in reversed(blocked)}
            found.blocked += reversed(once.values())
            found.days |= {day.candidate.day_id: day.candidate for day in days}
            held = {one.day_id for one in blocked}
            if not held:
                found.noticed += [one for one, is_notice in told if is_notice]
                found.hints += [blocked_by(day.candidate.day_id, hint) for day in days for hint in day.hints]
                return
            self._waiting = [one for one in self._waiting if one.day_id not in held]

    def _against_tariffs(self, days: Sequence[_Day], held: Collection[UUID]) -> list[tuple[Blocked, bool]]:
        """Each reason, and whether it is but a remark. Days held for their prices are told theirs beside the others."""
        able = [day for day in days if day.candidate.day_id not in held]
        reasons = [*self._limits(able, self._standing), *self._blocks(able)]
        if held:
            unable = [day for day in days if day.candidate.day_id in held]
            beside = [*self._standing, *(asked for day in able for asked in day.lines)]
            reasons += [*self._limits(unable, beside), *self._blocks(unable)]
        day_of = {asked.line_id: day for day in days for asked in day.lines} if reasons else {}
        return [(day_of[one.line_id].told(one), one.is_notice) for one in reasons if one.line_id]

    def _price(self) -> tuple[list[_Day], list[Blocked]]:
        """Each day in its order: who comes first has the earlier base services of the date."""
        taken = defaultdict(set, {day: set(roles) for day, roles in self._taken.items()})
        days, blocked = list[_Day](), list[Blocked]()
        for candidate in self._waiting:
            found = priced(self._practice, candidate, taken[candidate.day.date])
            day, period = found.candidate.day, self._period(candidate.day)
            lines = () if day.unpriced else tuple(self._asked(day, day.to_bill, period))
            days.append(_Day(found.candidate, period, lines, found.made, found.hints))
            blocked += found.blocked
            for asked in lines if not found.blocked else ():
                self._take(taken, asked)
        return days, blocked

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

    def _asked(self, day: BillingDay, lines: Iterable[Line], period: Insurability | None) -> Iterator[Asked]:
        fund, sex = period.sickness_fund if period else "", self._patient.details.sex
        for line in lines:
            yield Asked(line.line_id, day.date, line.care, self._who, fund, sex)
