"""Amounts of the days of a run: what the tariffs make of a day, and what keeps them from it."""

from dataclasses import replace
from typing import NamedTuple

from domain.billing_day import evolve, price
from domain.pricing.day_prices import Insured, block_of, differences
from domain.pricing.nursing import Made
from domain.pricing.reasons import Reason
from domain.run_parts import Blocked, Candidate, Practice, blocked_by


class PricedDay(NamedTuple):
    """A day with its prices, or `blocked`: why it has none. `made`: lines of the tariffs, and what each was made of."""

    candidate: Candidate
    blocked: list[Blocked]
    made: tuple[Made, ...] = ()


def priced(practice: Practice, candidate: Candidate, *, first_base_taken: bool) -> PricedDay:
    """The day with amounts on all its lines, or why it has none. `first_base_taken`: it stands on another day's lines.

    A practice without any set of tariffs bills the amounts that it was given. A day whose own amounts differ from the
    tariffs is told so, and has amounts all the same.
    """
    day = candidate.day
    _, patient = practice.patients[day.patient_id]
    period, pricer = patient.insurability(day.date), practice.prices.pricer(day.date)
    if pricer is None or period is None:
        recorded = day.unpriced or any(line.is_derived for line in day.lines)
        return PricedDay(candidate, [Blocked(candidate.day_id, "tariff_missing")] if recorded else [])
    insured = Insured(period.ct1, period.ct2, patient.authorisations)
    found = [
        Reason(difference.cause, line.line_id, (("nomenclature_code", line.care.code),), difference.refused_as)
        for line, difference in differences(pricer, day, insured)
    ]
    block = block_of(pricer, candidate.day_id, day, insured, first_base_taken=first_base_taken)
    blocked = [blocked_by(candidate.day_id, reason) for reason in (*found, *block.reasons)]
    if not block.lines:
        return PricedDay(candidate, blocked)
    lines = tuple([made.line for made in block.lines])
    if tuple([line.care for line in day.lines if line.is_derived]) == tuple([line.care for line in lines]):
        return PricedDay(candidate, blocked, block.lines)
    opened_by = [made.authorisation for made in block.lines if made.rule == "flat_fee" and made.authorisation]
    number = opened_by[0].number if opened_by else ""
    happened = price(day, lines, pricer.tariffs.content, period.ct1, period.ct2, number)
    made = replace(candidate, day=evolve(day, happened[0]), priced=tuple(happened))
    return PricedDay(made, blocked, block.lines)
