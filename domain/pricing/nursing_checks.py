"""Checks of home nursing lines, derived or ready-made, before they are sent: what an insurer would refuse of a block.

Rules: eFact reference 4 and 5.3. Zones 6, 10, 11 and 13 (500617, 501017, 501117, 501317) are the same in every line
that the file writer makes, so that no block can differ in them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from itertools import groupby
from typing import NamedTuple

from domain.pricing.book import PriceBook
from domain.pricing.day_codes import BASES, FLAT_FEES
from domain.pricing.nursing_lines import SEVERAL, STATISTICAL, WITH_ASSISTANT
from domain.pricing.nursing_rules import is_met, visit_rule
from domain.pricing.reasons import Asked, Reason
from domain.pricing.tariff_set import Code, Role, TariffSet, Variant

_ZONES: Mapping[str, tuple[str, Callable[[Asked], object]]] = {
    "500517": ("date", lambda line: line.day),
    "500717": ("sickness_fund", lambda line: line.fund),
    "500817": ("patient", lambda line: line.patient),
    "500917": ("sex", lambda line: line.sex),
    "501217": ("urgency", lambda line: line.care.urgency),
    "501417": ("place", lambda line: line.care.place),
}
"""Zones that all lines of a block share, by the refusal when they do not."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What no line tells. `kind_of_day`: week, weekend, holiday; None leaves the variants of codes unchecked.

    `first_base_taken`: days on which the first base service was asked elsewhere. `rest_homes`: their numbers (zone 14).
    """

    kind_of_day: Callable[[Date], Variant] | None = None
    first_base_taken: Collection[Date] = ()
    rest_homes: Collection[str] = ()


NOTHING_ELSE = Surroundings()


class _Read(NamedTuple):
    """A line with its code; a pseudo-code stands for the acts that it tells. Empty when the set knows none."""

    asked: Asked
    codes: tuple[Code, ...]

    @property
    def is_told(self) -> bool:
        return self.asked.care.service_norm == STATISTICAL

    @property
    def is_flat_fee(self) -> bool:
        return not self.is_told and self.has_role(*FLAT_FEES)

    def has_role(self, *roles: Role) -> bool:
        """Whether it asks or tells something of one of these roles."""
        return any(code.role in roles for code in self.codes)


def check(lines: Sequence[Asked], book: PriceBook, around: Surroundings = NOTHING_ELSE) -> tuple[Reason, ...]:
    """What is wrong with the lines of one invoice, in the order in which they stand in the file."""
    read = [_read(line, book) for line in lines]
    found: list[Reason] = []
    settled = set(around.first_base_taken)
    for place, line in enumerate(read):
        if line.is_flat_fee:
            told = _told_before(read, place)
            found += _flat_fee(line, told)
            days = {one.asked.day for one in (line, *told)}
            settled |= days if len(days) > 1 else set()  # mixed days begin with whatever came first: 500517 says so
    for day, group in groupby(read, key=lambda line: line.asked.day):
        pricer, together = book.pricer(day), list(group)
        if pricer:
            found += _day(together, pricer.tariffs, around)
            found += _first_line(together[0], pricer.tariffs) if day not in settled else ()
    return tuple(found)


def _read(asked: Asked, book: PriceBook) -> _Read:
    pricer = book.pricer(asked.day)
    if pricer is None:
        return _Read(asked, ())
    if asked.care.service_norm == STATISTICAL:
        return _Read(asked, pricer.tariffs.told_by(asked.care.code))
    code = pricer.tariffs.codes.get(asked.care.code)
    return _Read(asked, (code,) if code else ())


def _told_before(read: Sequence[_Read], place: int) -> list[_Read]:
    """The statistical lines right before a flat fee: its block."""
    start = place
    while start and read[start - 1].is_told:
        start -= 1
    return list(read[start:place])


def _flat_fee(flat: _Read, told: Sequence[_Read]) -> Iterator[Reason]:
    """A flat fee and its block. Without any there is nothing else to say of it."""
    if not told:
        yield _reason(flat, "flat_fee_alone", "500417")
        return
    before = told[-1].asked.care
    if before.has_reading or before.commitment_number:
        yield _reason(flat, "record_between", "500417", other_code=before.code)
    for line in told:
        if not line.codes:
            yield _reason(flat, "statistics_unknown", "500418", other_code=line.asked.care.code)
    yield from _base_services(flat, told)
    yield from _shared_zones(flat, told)
    yield from _care_givers(flat, told)


def _base_services(flat: _Read, told: Sequence[_Read]) -> Iterator[Reason]:
    rule = visit_rule(flat.codes[0].category, flat.asked.day) if flat.has_role("lump_sum") else None
    needed: list[Role] = ["base_first", *BASES[1 : rule.visits if rule else 1], "toilet"]
    for role in needed:
        if not any(line.has_role(role) for line in told):
            yield _reason(flat, "block_incomplete", "500458", role=role)


def _shared_zones(flat: _Read, told: Sequence[_Read]) -> Iterator[Reason]:
    """The line that differs from its flat fee is told."""
    for refusal, (zone, value) in _ZONES.items():
        for line in told:
            if value(line.asked) != value(flat.asked):
                yield _reason(line, "block_differs", refusal, zone=zone)


def _care_givers(flat: _Read, told: Sequence[_Read]) -> Iterator[Reason]:
    care = flat.asked.care
    first = next((line.asked.care.provider for line in told if line.has_role("base_first")), care.provider)
    if first != care.provider:
        yield _reason(flat, "flat_fee_of_another", "501512")
    norm, givers = care.provider_norm, {line.asked.care.provider for line in told}
    if norm == 1 and len(givers) > 1:
        yield _reason(flat, "several_care_givers", "501614")
    if norm == SEVERAL and givers <= {care.provider}:
        yield _reason(flat, "one_care_giver", "501615")
    if norm == WITH_ASSISTANT and not any(line.asked.care.provider_norm == WITH_ASSISTANT for line in told):
        yield _reason(flat, "assistant_not_told", "501617")


def _day(day: Sequence[_Read], tariffs: TariffSet, around: Surroundings) -> Iterator[Reason]:
    """What concerns all lines of a day, under a flat fee or act by act."""
    bases = {code.place for line in day if line.has_role(*BASES) for code in line.codes if code.place}
    told: set[str] = set()
    for line in day:
        care = line.asked.care
        if line.has_role("multiple_visits") and line.codes[0].before and not is_met(line.codes[0], told):
            yield _reason(line, "supplement_without_visits", "500453")
        if care.place in around.rest_homes and line.codes:
            yield _reason(line, "stay_in_rest_home", "500424")
        if care.related_code:
            yield _reason(line, "related_code_unexpected", "501753", other_code=care.related_code)
        places = {code.place for code in line.codes if code.place}
        if bases and places and not places & bases:
            yield _reason(line, "other_place_than_base", "500459", place=min(places))
        if around.kind_of_day and line.codes and not line.is_told:
            yield from _kind_of_day(line, tariffs, around.kind_of_day(line.asked.day))
        told.add(care.code)


def _first_line(first: _Read, tariffs: TariffSet) -> Iterator[Reason]:
    """An insurer remarks it and pays (letter E)."""
    if tariffs.of_role("base_first", first.asked.day) and not first.has_role("base_first"):
        yield replace(_reason(first, "first_base_not_first", "500452"), is_notice=True)


def _kind_of_day(line: _Read, tariffs: TariffSet, when: Variant) -> Iterator[Reason]:
    """A code of the week on a holiday, or the reverse; one for the night may stand on any day."""
    name = line.asked.care.code
    plain = tariffs.codes.get(tariffs.plain(name))
    variants = plain.variants if plain else {}
    if plain and variants and name not in (variants.get(when, plain.code), variants.get("night")):
        yield _reason(line, "other_kind_of_day", "500459", kind_of_day=when)


def _reason(line: _Read, code: str, refused_as: str, **facts: str) -> Reason:
    known = {"nomenclature_code": line.asked.care.code, "date": line.asked.day.isoformat(), **facts}
    return Reason(code, line.asked.line_id, tuple(known.items()), refused_as)
