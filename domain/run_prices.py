"""Amounts of the days of a run: what the tariffs make of a day, and what keeps them from it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from domain.billing_day import BillingDay, day_id, evolve, price
from domain.pricing.day_prices import Insured, beside_faults, block_of, differences
from domain.pricing.nursing import Made
from domain.pricing.price import Pricer
from domain.pricing.reasons import Reason
from domain.pricing.tariff_set import Role, TariffSet
from domain.run_parts import Blocked, Candidate, Practice, blocked_by, lines_that_stand


class PricedDay(NamedTuple):
    """A day with its prices, or `blocked`: why it has none. `made`: lines of the tariffs, and what each was made of.

    `hints`: why they are not those that one might expect. Of a day without prices `made` is what is sure of it already.
    """

    candidate: Candidate
    blocked: list[Blocked]
    made: tuple[Made, ...] = ()
    hints: tuple[Reason, ...] = ()


def priced(practice: Practice, candidate: Candidate, taken: Collection[Role] = ()) -> PricedDay:
    """The day with amounts on all its lines, or why it has none. `taken`: roles that other lines of the date ask.

    A practice without any set of tariffs bills the amounts that it was given. A day whose own amounts differ from the
    tariffs is told so, and has amounts all the same. Refused lines beside paid ones keep what was asked for them.
    Without insurability the codes of its lines are right, their amounts those of anybody.
    """
    day = candidate.day
    if not day.is_open:
        return PricedDay(candidate, [])
    pricer = practice.prices.pricer(day.date)
    if pricer is None:
        return PricedDay(candidate, without_tariffs(candidate))
    _, patient = practice.patients[day.patient_id]
    period = patient.insurability(day.date)
    ct1, ct2 = (period.ct1, period.ct2) if period else _anybody(pricer.tariffs)
    insured = Insured(ct1, ct2, patient.authorisations)
    found = [
        Reason(difference.cause, line.line_id, (("nomenclature_code", line.care.code),), difference.refused_as)
        for line, difference in differences(pricer, day, insured)
        if period or difference.expected is None
    ]
    block = block_of(pricer, candidate.day_id, day, insured, taken)
    more, beside = beside_faults(pricer, candidate.day_id, day, insured, taken, block)
    reasons = [one for one in (*found, *block.reasons, *more) if period or one.code != "entitlement_unknown"]
    blocked = [blocked_by(candidate.day_id, reason) for reason in reasons]
    if not block.lines:
        return PricedDay(candidate, blocked, beside.lines)
    lines = tuple([made.line for made in block.lines])
    if tuple([line.care for line in day.lines if line.is_derived]) == tuple([line.care for line in lines]):
        return PricedDay(candidate, blocked, block.lines, block.hints)
    opened_by = [made.authorisation for made in block.lines if made.rule == "flat_fee" and made.authorisation]
    number = opened_by[0].number if opened_by else ""
    happened = price(day, lines, pricer.tariffs.content, ct1, ct2, number)
    made = replace(candidate, day=evolve(day, happened[0]), priced=tuple(happened))
    return PricedDay(made, blocked, block.lines, block.hints)


def without_tariffs(candidate: Candidate) -> list[Blocked]:
    """Why a day waits on whose date no set counts: what came without amount has none."""
    waits = candidate.day.unpriced or any(line.is_derived for line in candidate.day.lines)
    return [Blocked(candidate.day_id, "tariff_missing")] if waits else []


def _anybody(tariffs: TariffSet) -> tuple[str, str]:
    """Holder codes that the set knows."""
    return next((one.example for one in tariffs.entitlements), ("", ""))


def taken_beside(pricer: Pricer, day: BillingDay, others: Mapping[UUID, BillingDay], insured: Insured) -> set[Role]:
    """What other sequences of the date ask and is asked once: those in a sending, and earlier ones that wait.

    An earlier one without prices will have them of what is left when its turn comes. Of a day that is in a sending
    itself: what earlier ones asked that it does not ask, for they may have been refused since.
    """
    place = day.sequence, day_id(day.establishment_id, day.patient_id, day.date, day.sequence)
    if not day.is_prepared:
        earlier = [line.care for other, one in others.items() if (one.sequence, other) < place for line in one.active]
        return pricer.tariffs.taken_by(earlier) - pricer.tariffs.taken_by(line.care for line in day.active)
    found = pricer.tariffs.taken_by(line.care for one in others.values() for line in lines_that_stand(one))
    for other, one in sorted(others.items(), key=lambda item: (item[1].sequence, item[0])):
        if one.is_prepared and (one.sequence, other) < place:
            own = [line.care for line in one.active if line.care.is_priced and not line.is_derived]
            made = block_of(pricer, other, one, insured, found)
            found |= pricer.tariffs.taken_by([*own, *[made.line.care for made in made.lines]])
    return found
