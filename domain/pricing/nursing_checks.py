"""Checks of home nursing lines, derived or ready-made, before they are sent: what an insurer would refuse of a block.

Rules: eFact reference 4 and 5.3. What no line says (zones 6, 10, 11 and 13: 500617, 501017, 501117, 501317) is checked
in the file that a preview writes on trial.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from itertools import groupby

from domain.pricing.book import PriceBook
from domain.pricing.line_meaning import Read, read_lines
from domain.pricing.nursing_lines import SEVERAL, WITH_ASSISTANT
from domain.pricing.nursing_rules import is_met, visit_rule
from domain.pricing.reasons import Asked, Reason
from domain.pricing.tariff_set import BASES, Role, TariffSet, Variant

_ZONES = (
    ("500517", "date"),
    ("500717", "sickness_fund"),
    ("500817", "patient"),
    ("500917", "sex"),
    ("501217", "urgency"),
    ("501417", "place"),
)
"""Zones that all lines of a block share, by the refusal when they do not; in the order of `_zones`."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What no line tells. `kind_of_day`: week, weekend, holiday; None leaves the variants of codes unchecked.

    `first_base_taken`: days on which the first base service was asked elsewhere.
    """

    kind_of_day: Callable[[Date], Variant] | None = None
    first_base_taken: Collection[Date] = ()


NOTHING_ELSE = Surroundings()


def check(lines: Sequence[Asked], book: PriceBook, around: Surroundings = NOTHING_ELSE) -> tuple[Reason, ...]:
    """What is wrong with the lines of one invoice, in the order in which they stand in the file."""
    read = read_lines(lines, book)
    found: list[Reason] = []
    settled = set(around.first_base_taken)
    for place, line in enumerate(read):
        if line.is_flat_fee:
            told = _told_before(read, place)
            found += _flat_fee(line, told)
            days = {one.asked.day for one in (line, *told)}
            settled |= days if len(days) > 1 else set()  # mixed days begin with whatever came first: 500517 says so
    for day, group in groupby(read, key=_day_of):
        pricer, together = book.pricer(day), list(group)
        if pricer:
            found += _day(together, pricer.tariffs, around.kind_of_day(day) if around.kind_of_day else None)
            found += _first_line(together[0], pricer.tariffs) if day not in settled else ()
    return tuple(found)


def _day_of(line: Read) -> Date:
    return line.asked.day


def _told_before(read: Sequence[Read], place: int) -> Sequence[Read]:
    """The statistical lines right before a flat fee: its block."""
    start = place
    while start and read[start - 1].is_told:
        start -= 1
    return read[start:place]


def _flat_fee(flat: Read, told: Sequence[Read]) -> Iterator[Reason]:
    """A flat fee and its block. Without any there is nothing else to say of it."""
    if not told:
        yield _reason(flat, "flat_fee_alone", "500417")
        return
    before = told[-1].asked.care
    if before.has_reading or before.commitment_number:
        yield _reason(flat, "record_between", "500417", other_code=before.code)
    for line in told:
        if not line.known.codes:
            yield _reason(flat, "statistics_unknown", "500418", other_code=line.asked.care.code)
    yield from _base_services(flat, told)
    yield from _shared_zones(flat, told)
    yield from _care_givers(flat, told)


def _base_services(flat: Read, told: Sequence[Read]) -> Iterator[Reason]:
    category = flat.known.codes[0].category
    rule = visit_rule(category, flat.asked.day) if flat.has_role("lump_sum") else None
    needed: list[Role] = ["base_first", *BASES[1 : rule.visits if rule else 1], "toilet"]
    done = {role for line in told for role in line.known.roles}
    for role in needed:
        if role not in done:
            yield _reason(flat, "block_incomplete", "500458", role=role)


def _zones(asked: Asked) -> tuple[object, ...]:
    care = asked.care
    return asked.day, asked.fund, asked.patient, asked.sex, care.urgency, care.place


def _shared_zones(flat: Read, told: Sequence[Read]) -> Iterator[Reason]:
    """The line that differs from its flat fee is told."""
    shared = _zones(flat.asked)
    for line in told:
        own = _zones(line.asked)
        if own == shared:
            continue
        for (refusal, zone), mine, theirs in zip(_ZONES, own, shared, strict=True):
            if mine != theirs:
                yield _reason(line, "block_differs", refusal, zone=zone)


def _care_givers(flat: Read, told: Sequence[Read]) -> Iterator[Reason]:
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


def _day(day: Sequence[Read], tariffs: TariffSet, when: Variant | None) -> Iterator[Reason]:
    """What concerns all lines of a day, under a flat fee or act by act."""
    bases = {place for line in day if line.known.places and line.has_role(*BASES) for place in line.known.places}
    told: set[str] = set()
    for line in day:
        care, known = line.asked.care, line.known
        if "multiple_visits" in known.roles and known.codes[0].before and not is_met(known.codes[0], told):
            yield _reason(line, "supplement_without_visits", "500453")
        if care.place and known.codes and tariffs.is_rest_home(care.place, line.asked.day):
            yield _reason(line, "stay_in_rest_home", "500424")
        if care.related_code:
            yield _reason(line, "related_code_unexpected", "501753", other_code=care.related_code)
        if bases and known.places and not known.places & bases:
            yield _reason(line, "other_place_than_base", "500459", place=min(known.places))
        if when and known.kinds and care.code not in known.kinds[when]:
            yield _reason(line, "other_kind_of_day", "500459", kind_of_day=when)
        told.add(care.code)


def _first_line(first: Read, tariffs: TariffSet) -> Iterator[Reason]:
    """An insurer remarks it and pays (letter E)."""
    if not first.has_role("base_first") and tariffs.of_role("base_first", first.asked.day):
        yield replace(_reason(first, "first_base_not_first", "500452"), is_notice=True)


def _reason(line: Read, code: str, refused_as: str, **facts: str) -> Reason:
    known = {"nomenclature_code": line.asked.care.code, "date": line.asked.day.isoformat(), **facts}
    return Reason(code, line.asked.line_id, tuple(known.items()), refused_as)
