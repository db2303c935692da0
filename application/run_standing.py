"""Other days of the patients of a run that rules of the tariffs count: billed before, or waiting beside it.

Seen are the other sequences of a date on any record of the person, and, where a rule of a code looks further than the
day, all days within its span. What another practice billed nobody here can see.
"""

from collections.abc import Collection, Mapping
from datetime import date as Date
from uuid import UUID

from application.ports import Event, EventLog, Lookups
from application.register import billed_records
from domain import billing_day as days
from domain.billing_day import BillingDay
from domain.pricing.book import PriceBook
from domain.pricing.reach import Reach
from domain.pricing.spans import Days
from domain.run_plan import Candidate


def days_beside(
    log: EventLog,
    lookups: Lookups,
    where: UUID,
    candidates: Collection[Candidate],
    prices: PriceBook,
    upto: int | None = None,
) -> dict[UUID, BillingDay]:
    """By id, in a sending or not; without the candidates themselves."""
    known = {one.day_id for one in candidates}
    ids = set(_within_reach(log, lookups, where, candidates, prices, upto)) - known
    found = _folded(log.load(ids, upto)) | sequences_beside(log, where, [one.day for one in candidates], upto)
    return {day_id: day for day_id, day in found.items() if day_id not in known}


def others_of_the_date(
    log: EventLog, lookups: Lookups, where: UUID, of: Mapping[UUID, BillingDay], upto: int | None = None
) -> dict[UUID, dict[UUID, BillingDay]]:
    """Of each day, the other ones of its person and date by id: other sequences, on whichever record of the person."""
    records = {day.patient_id for day in of.values()}
    known = billed_records(log, sorted(records), upto) if records & set(lookups.merged_records(where)) else {}
    found = dict(of) | sequences_beside(log, where, list(of.values()), upto)
    if known:
        spans = {day.patient_id: [(day.date, day.date)] for day in of.values()}
        found |= _folded(log.load(lookups.days_around(where, spans), upto))
        known |= billed_records(log, sorted({day.patient_id for day in found.values()} - records), upto)
    together: dict[tuple[UUID, Date], dict[UUID, BillingDay]] = {}
    for day_id, day in found.items():
        who = known[day.patient_id][0] if day.patient_id in known else day.patient_id
        together.setdefault((who, day.date), {})[day_id] = day
    return {
        one: {other: day for other, day in group.items() if other != one}
        for group in together.values()
        for one in group
        if one in of
    }


def sequences_beside(
    log: EventLog, where: UUID, of: Collection[BillingDay], upto: int | None = None
) -> dict[UUID, BillingDay]:
    """Other sequences of the dates, by id: the earlier ones, and later ones of days that came back from a sending.

    Sequences of one date that are given are among those of each other.
    """
    earlier = [days.day_id(where, day.patient_id, day.date, number) for day in of for number in range(1, day.sequence)]
    found = _folded(log.load(earlier, upto)) if earlier else {}
    next_ones = [day._replace(sequence=day.sequence + 1) for day in of if day.returned_from]
    while next_ones:
        ids = {days.day_id(where, day.patient_id, day.date, day.sequence): day for day in next_ones}
        loaded = _folded(log.load(ids, upto))
        found |= loaded
        next_ones = [ids[day_id]._replace(sequence=ids[day_id].sequence + 1) for day_id in loaded]
    return found


def _folded(loaded: dict[UUID, list[Event]]) -> dict[UUID, BillingDay]:
    found = ((day_id, days.fold(events)) for day_id, events in loaded.items())
    return {day_id: day for day_id, day in found if day is not None}


def _within_reach(
    log: EventLog,
    lookups: Lookups,
    where: UUID,
    candidates: Collection[Candidate],
    prices: PriceBook,
    upto: int | None,
) -> list[UUID]:
    if prices.is_empty:
        return []
    reach, spans = Reach(prices), dict[UUID, set[Days]]()
    shared = lookups.merged_records(where)
    people = billed_records(log, list({one.day.patient_id for one in candidates}), upto) if reach.asks_who else {}
    for candidate in candidates:
        day = candidate.day
        allowed = people[day.patient_id][1].authorisations if day.patient_id in people else ()
        found = reach.days(day.date, (line.care for line in day.active), allowed)
        if day.patient_id in shared:
            found.add((day.date, day.date))
        if found:
            spans.setdefault(day.patient_id, set()).update(found)
    return lookups.days_around(where, spans) if spans else []
