"""Other days of the patients of a run that rules of the tariffs count: billed before, or waiting beside it.

Seen are the other sequences of a date on the same record, and, where a rule of a code looks further than the day, all
days within its span on any record of the person. What another practice billed nobody here can see.
"""

from collections.abc import Collection
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
    earlier = [
        days.day_id(where, one.day.patient_id, one.day.date, number)
        for one in candidates
        for number in range(1, one.day.sequence)
    ]
    ids = {*earlier, *_within_reach(log, lookups, where, candidates, prices, upto)}
    loaded = log.load(ids - {one.day_id for one in candidates}, upto) | _later(log, where, candidates, upto)
    found = ((day_id, days.fold(events)) for day_id, events in loaded.items())
    return {day_id: day for day_id, day in found if day is not None}


def _later(log: EventLog, where: UUID, candidates: Collection[Candidate], upto: int | None) -> dict[UUID, list[Event]]:
    """Later sequences of a date: there are some only where a day came back from a sending."""
    found: dict[UUID, list[Event]] = {}
    known = {one.day_id for one in candidates}
    next_ones = [one.day._replace(sequence=one.day.sequence + 1) for one in candidates if one.day.returned_from]
    while next_ones:
        ids = {days.day_id(where, day.patient_id, day.date, day.sequence): day for day in next_ones}
        loaded = log.load(ids, upto)
        found |= {day_id: events for day_id, events in loaded.items() if day_id not in known}
        next_ones = [ids[day_id]._replace(sequence=ids[day_id].sequence + 1) for day_id in loaded]
    return found


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
    people = billed_records(log, list({one.day.patient_id for one in candidates}), upto) if reach.asks_who else {}
    for candidate in candidates:
        day = candidate.day
        allowed = people[day.patient_id][1].authorisations if day.patient_id in people else ()
        found = reach.days(day.date, (line.care for line in day.active), allowed)
        if found:
            spans.setdefault(day.patient_id, set()).update(found)
    return lookups.days_around(where, spans) if spans else []
