"""What a union says nothing about: by status, by union, by date; and how often it was asked since."""

from datetime import date as Date
from datetime import timedelta
from uuid import UUID

import pytest

from domain.mailbox import MailboxPolled
from domain.rules.limits import SILENCES, Silence, silences
from domain.sending import SendingHandedOver
from projections import polls
from projections.establishments import every_establishment_id
from projections.silence import silent, silent_sendings
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

LATE = Date(2030, 1, 1)
EVER = Date(1900, 1, 1)


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    """Told until the unions were asked about a file that just left."""
    asked = (
        at for at, one in enumerate(book, 1) for change in one.changes for happened in change.events if _came(happened)
    )
    made = open_views()
    made.tell(book[: next(asked)])
    made.runner.catch_up()
    return made


def _came(happened: object) -> bool:
    return isinstance(happened, MailboxPolled) and happened.outcome == "messages"


def test_a_line_of_a_union_counts_for_that_union_and_a_later_one_from_its_day() -> None:
    rules = (
        Silence(EVER, "transmitted", 7, "all"),
        Silence(EVER, "transmitted", 3, "one", "100"),
        Silence(Date(2026, 1, 1), "transmitted", 5, "later"),
    )
    assert {one.days for one in silences(Date(2025, 12, 31), rules)} == {7, 3}
    assert {one.days for one in silences(Date(2026, 1, 1), rules)} == {5, 3}
    assert silences(LATE) == SILENCES


def test_n17_silent_sendings_are_those_that_wait_longer_than_their_line_lets_them(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        scope = every_establishment_id(sql)
        found = silent_sendings(sql, scope, LATE)
        rows = sql.rows(
            "SELECT sending_id, transmitted_on FROM sendings"
            " WHERE status IN ('transmitted', 'acknowledged', 'accepted_for_processing')"
        )
        assert {one.sending_id for one in found} == {row["sending_id"] for row in rows}
        first = min(Date.fromisoformat(row["transmitted_on"]) for row in rows)
        assert silent_sendings(sql, scope, first + timedelta(days=6)) == []
        assert silent_sendings(sql, [], LATE) == []
        for union, others in ((found[0].national_union, 0), ("999", len(found))):
            patient = tuple(Silence(EVER, one.status, 100_000, "", union) for one in SILENCES)
            narrow = silent(LATE, (*SILENCES, *patient))
            assert len(sql.rows(f"SELECT 1 FROM sendings WHERE {narrow.text}", narrow.params)) == others


def test_requests_are_counted_since_the_file_left(kept: Kept) -> None:
    with kept.store.database.snapshot() as sql:
        scope = every_establishment_id(sql)
        (one,) = silent_sendings(sql, scope, LATE)
        where = one.establishment_id
        asked = sql.rows(
            "SELECT outcome, count(*) AS n FROM polls WHERE establishment_id = ? GROUP BY outcome", (where,)
        )
        times = {row["outcome"]: row["n"] for row in asked}
        assert (one.asked, one.failed) == (times["nothing"] + times["messages"] + times["failed"], times["failed"])
        history = kept.store.log.history(one.sending_id)
        left = polls.left_at(history)
        assert left is not None
        assert [r.recorded_at for r in history if isinstance(r.event, SendingHandedOver)][-1] == left
        since = polls.since(sql, [where], left, 1_000)
        assert [row["polled_at"] for row in since] == sorted((row["polled_at"] for row in since), reverse=True)
        last = polls.last(sql, where)
        assert last is not None
        assert (last.at.isoformat(), last.is_queued) == (since[0]["polled_at"], False)
        assert polls.last(sql, UUID(int=0)) is None
