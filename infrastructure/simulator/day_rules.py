"""What a union refuses of lines because of the others of the patient in the file: too many, not together, not before.

Earlier files are not looked up: what a rule counts further back than the file is not refused here.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from domain.pricing.tariff_set import Code
from infrastructure.simulator.claims import Claim

_BASES = ("base_first", "base_second", "base_next")
_NO_MAXIMUM = 1
"""Derogation of zone 23 under which a maximum does not count."""


def day_faults(claims: Sequence[Claim]) -> Iterator[tuple[Claim, str]]:
    """Line and code of what is wrong; lines of one patient in the order of the file."""
    earlier: list[Claim] = []
    for _, group in groupby(sorted(claims, key=lambda claim: claim.day), key=lambda claim: claim.day):
        day = list(group)
        for place, claim in enumerate(day):
            before = day[:place]
            if not claim.is_told:
                yield from ((claim, code) for code in _together(claim, day, before, earlier))
            if _counts_too_many(claim, [*before, claim], earlier):
                yield claim, "502255"
        earlier += day
        if day[0].book.is_nursing:
            yield from _places(day)


def first_line_remarks(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Days of home nursing whose first line is no base service (500452); a further one follows that of another file."""
    for _, group in groupby(sorted(claims, key=lambda claim: claim.day), key=lambda claim: claim.day):
        first = next(group)
        if first.book.is_nursing and not first.is_a(*_BASES):
            yield first


def _together(claim: Claim, day: Sequence[Claim], before: Sequence[Claim], earlier: Sequence[Claim]) -> Iterator[str]:
    for code in claim.codes:
        for rule in code.not_with:
            others = [one for one in day if one is not claim and not one.is_told and one.service.code in rule.codes]
            if rule.span == "day" and any(one in before or not _forbids(one, code) for one in others):
                yield "500444"
        for needed in code.before:
            names = {*needed.codes, *_told_names(claim, needed.codes)}
            if any(one.service.code in names for one in (*before, *(earlier if needed.days else ()))):
                continue
            if code.role == "multiple_visits":
                yield "500453"
            elif any(one.service.code in names for one in day):
                yield "500413"
            elif not needed.days:
                yield "500464"


def _forbids(other: Claim, code: Code) -> bool:
    return any(code.code in rule.codes for one in other.codes for rule in one.not_with)


def _told_names(claim: Claim, names: Sequence[str]) -> set[str]:
    return {act.statistical for name in names if (act := claim.book.code(name)) and act.statistical}


def _counts_too_many(claim: Claim, so_far: Sequence[Claim], earlier: Sequence[Claim]) -> bool:
    """By day, calendar week, month or year; a pseudo-code only where the rule names it."""
    if claim.number("derogation") == _NO_MAXIMUM:
        return False
    name = claim.service.code
    for code in claim.codes:
        for rule in code.maxima:
            names = {code.code, *rule.codes}
            if name not in names:
                continue
            counted = [one for one in earlier if _same_span(one, claim, rule.span)] if rule.span != "day" else []
            if sum(one.units for one in (*counted, *so_far) if one.service.code in names) > rule.units:
                return True
    return False


def _same_span(one: Claim, other: Claim, span: str) -> bool:
    match span:
        case "week":
            return one.day.isocalendar()[:2] == other.day.isocalendar()[:2]
        case "month":
            return (one.day.year, one.day.month) == (other.day.year, other.day.month)
        case "year":
            return one.day.year == other.day.year
    return span == "lifetime"


def _places(day: Sequence[Claim]) -> Iterator[tuple[Claim, str]]:
    """Codes of a place other than that of the base services."""
    bases = {code.place for claim in day if claim.is_a(*_BASES) for code in claim.codes if code.place}
    for claim in day:
        mine = {code.place for code in claim.codes if code.place}
        if bases and mine and not mine & bases:
            yield claim, "500459"
