"""Figures side by side are those of each establishment alone, on both stores, at any position, in one query each."""

from collections.abc import Callable
from datetime import date as Date
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.ports import Row, Sql
from projections.comparison import First, Refused, firsts, names, refused, waiting_cents
from projections.delays import answered, waiting
from projections.establishments import every_establishment_id
from projections.figures import Span, first_passes, refused_by_month
from projections.history import RefusalFilter, SendingFilter
from projections.refusal_causes import causes
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

TODAY = Date(2026, 4, 20)
SPANS = (
    Span("2025-01-01", "2027-12-31"),
    Span("2026-02-01", "2026-02-28"),
    Span("2026-01-10", "2026-12-31", "200"),
    Span("2030-01-01", "2030-12-31"),
)


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


def test_each_row_is_what_its_establishment_shows_alone(kept: Kept) -> None:
    head, told = kept.store.log.head(), 0
    for at in (None, head, *sorted(Random(4).sample(range(1, head), 8))):
        for span in SPANS:
            wanted = RefusalFilter(national_union=span.national_union, date_from=span.date_from, date_to=span.date_to)
            with kept.store.database.snapshot() as sql:
                every = every_establishment_id(sql)
                first, lost = firsts(sql, every, span, at), refused(sql, every, wanted, at)
                open_cents = waiting_cents(sql, every, span.national_union, at)
                settled = answered(sql, every, SendingFilter(national_union=span.national_union), at)
                for one in every:
                    passes = first_passes(sql, [one], span, at)
                    asked = sum(month.requested_cents for month in passes)
                    accepted = sum(month.accepted_cents for month in passes)
                    lines, whole = sum(month.lines for month in passes), sum(month.whole_lines for month in passes)
                    assert first.get(one, First(0, 0, 0, 0)) == First(lines, whole, asked, accepted)
                    assert (one in first) == bool(passes)
                    months = refused_by_month(sql, [one], wanted, at).values()
                    follow = sum(cause.cascaded_lines for cause in causes(sql, [one], wanted, at))
                    alone = Refused(sum(n for n, _ in months), follow, sum(cents for _, cents in months))
                    assert lost.get(one, Refused(0, 0, 0)) == alone
                    open_ = waiting(sql, [one], TODAY, span.national_union, at)
                    assert open_cents.get(one, 0) == sum(row.requested_cents for row in open_)
                    own = answered(sql, [one], SendingFilter(national_union=span.national_union), at)
                    assert sorted(map(repr, own)) == sorted(repr(row) for row in settled if row.establishment_id == one)
                    told += bool(asked) + bool(alone.lines) + bool(open_) + bool(own)
    assert told > 90, "the story tells enough to compare"


def test_nobody_outside_the_scope_is_there(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        one, other = every_establishment_id(sql)
        asks: list[Callable[[list[UUID]], dict[UUID, Any]]] = [
            lambda scope: names(sql, scope),
            lambda scope: firsts(sql, scope, SPANS[0]),
            lambda scope: refused(sql, scope, RefusalFilter()),
        ]
        for ask in asks:
            assert set(ask([one])) == {one}
            assert set(ask([one, other])) == {one, other}
            assert ask([]) == {}
        assert waiting_cents(sql, [], at=kept.store.log.head() // 2) == {}


def test_an_establishment_is_named_as_of_its_registration(kept: Kept) -> None:
    log = kept.store.log
    registered = [one for one in log.read(0, 1_000_000) if one.topic == "establishment.registered"]
    with kept.store.database.snapshot() as sql:
        every = every_establishment_id(sql)
        assert list(names(sql, every)) == every
        first, second = registered
        assert set(names(sql, every, second.position - 1)) == {first.stream_id}


def test_one_query_a_figure_however_many_establishments(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        every, asked = every_establishment_id(sql), list[str]()

        class Counting:
            dialect = sql.dialect

            def rows(self, text: str, params: Any = ()) -> list[Row]:
                asked.append(text)
                return sql.rows(text, params)

        counting: Sql = Counting()  # type: ignore[assignment]
        many = [*every, *(UUID(int=number) for number in range(1, 49))]
        firsts(counting, many, SPANS[0])
        refused(counting, many, RefusalFilter())
        waiting_cents(counting, many)
        names(counting, many)
        answered(counting, many, SendingFilter())
    assert len(asked) == 5
