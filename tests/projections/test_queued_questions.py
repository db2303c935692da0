"""The queue of questions to insurers: its rows are those that the streams say still wait, whatever happens to them."""

from datetime import date as Date
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid5

import pytest

from application.ports import Change
from domain import insurability_query as queries
from domain.insurability_query import (
    InsurabilityAnswered,
    InsurabilityAsked,
    InsurabilityQueryFailed,
    InsurabilityQueued,
    queries_id,
)
from projections import queued_questions
from projections.lookups import ViewLookups
from tests.effort import times
from tests.projections.conftest import OpenViews
from tests.projections.stories import Commit

WHERE, ELSEWHERE = UUID(int=1), UUID(int=2)
MESSAGES = count()
DAYS = [Date(2026, 1, 1), Date(2026, 2, 1)]


def patient(place: int) -> UUID:
    return uuid5(WHERE, str(place))


def step(state: queries.Queries, who: UUID, deed: str, day: Date) -> list[Any]:
    """What the use cases would record of it, given what is there."""
    span = (day, day, "invoicing")
    awaited = state.awaited(*span)
    if deed == "put back":
        open_ones = [one.asked.reference for one in state.every if not one.is_over]
        return queries.put_back(state, open_ones[0], together=day == DAYS[0]) if open_ones else []
    reference = awaited.asked.reference if awaited else f"{len(state.every):014d}"
    match deed:
        case "queue" | "queue together":
            return queries.queue(state, InsurabilityQueued(WHERE, who, reference, *span, deed != "queue"))
        case "ask":
            return [InsurabilityAsked(WHERE, who, reference, *span, "q")]
        case "ask together":
            return [InsurabilityAsked(WHERE, who, f"9{next(MESSAGES):013d}", *span, "q", "9000000000")]
    open_ones = [one.asked.reference for one in state.every if not one.is_over]
    if not open_ones:
        return []
    if deed == "answer":
        return queries.answer(state, InsurabilityAnswered(open_ones[-1], "a", "complete"))
    return queries.fail(state, InsurabilityQueryFailed(open_ones[0], "withdrawn"))


def streams_of(streams: dict[UUID, list[Any]]) -> list[tuple[UUID, tuple[queries.Query, ...]]]:
    return [(events[0].patient_id, queries.fold(events).every) for events in streams.values() if events]


def is_together(query: queries.Query) -> bool:
    return query.is_queued and isinstance(query.asked, InsurabilityQueued) and query.asked.together


DEEDS = ["queue", "queue together", "ask", "ask together", "put back", "answer", "fail"]


@pytest.mark.parametrize("seed", range(times(2)))
def test_a_row_stands_as_long_as_its_question_waits(open_views: OpenViews, seed: int) -> None:
    kept, random = open_views(), Random(seed)
    streams: dict[UUID, list[Any]] = {}
    lookups = ViewLookups(kept.store.database, kept.runner.catch_up)
    most = 0
    for _ in range(120):
        who, deed, day = patient(random.randrange(4)), random.choice(DEEDS), random.choice(DAYS)
        stream = queries_id(who)
        before = streams.setdefault(stream, [])
        happened = step(queries.fold(before), who, deed, day)
        if not happened:
            continue
        kept.tell([Commit([Change(stream, len(before), happened)])])
        before += happened
        kept.runner.catch_up()
        awaited = {
            (one.asked.patient_id, one.asked.first_day.isoformat())
            for events in streams.values()
            for one in queries.fold(events).every
            if one.awaits
        }
        with kept.store.database.snapshot() as sql:
            found = sql.rows("SELECT patient_id, first_day FROM queued_questions")
            assert queued_questions.count(sql, WHERE) == len(found)
            assert queued_questions.count(sql, ELSEWHERE) == 0
        assert {(row["patient_id"], row["first_day"]) for row in found} == awaited
        assert len(found) == len(awaited)
        by_way = {way: lookups.queued_question_ids(WHERE, together=way, most=100) for way in (False, True)}
        assert {who for ids in by_way.values() for who in ids} == {who for who, _ in awaited}
        assert {who for who, events in streams_of(streams) if any(map(is_together, events))} == set(by_way[True])
        assert lookups.queued_question_ids(WHERE, together=True, most=1) == by_way[True][:1]
        assert lookups.queued_question_ids(ELSEWHERE, together=False, most=100) == []
        most = max(most, len(awaited))
    assert most > 2
    rows = kept.rows()["queued_questions"]
    kept.runner.rebuild(["queued_questions"])
    assert kept.rows()["queued_questions"] == rows
