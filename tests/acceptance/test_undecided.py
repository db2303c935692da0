"""Refusals without a decision, from the answer to the billing runs after it: decided, or left in so many words."""

from datetime import UTC, datetime
from datetime import date as Date
from pathlib import Path
from uuid import UUID

import pytest

from api.build import Quittance
from application.import_care import ImportOptions
from domain.day_events import RefusalLeftUndecided
from infrastructure.carefile.care_file import read_care_file
from infrastructure.sample import sample_files
from projections.history import DAYS, REFUSALS, DayFilter, RefusalFilter, conditions
from projections.paging import MOST_ROWS, Asked, walk
from projections.undecided import waits_of_causes
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR, Installation, answers_of, sent_month
from tests.stores import SteppedClock

DECEMBER, JANUARY = datetime(2026, 12, 5, 9, 0, tzinfo=UTC), datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
SINCE = Date(2026, 11, 20)


@pytest.fixture
def home(kind: str, tmp_path: Path) -> Installation:
    """October billed and answered on 20 November; care of November and December waits to be billed."""
    made, where = sent_month(kind, tmp_path / "home")
    with made.opened(SteppedClock(AFTERWARDS)) as quittance:
        for content in answers_of(quittance, tmp_path / "unions"):
            quittance.answers.receive(OPERATOR, where, content)
        header, *rows = sample_files().care.decode().splitlines()
        for month in ("2026-11", "2026-12"):
            moved = [row.replace(MONTH, month) for row in rows if f"{MONTH}-31" not in row][:60]
            care = "\n".join([header, *moved]).encode()
            quittance.imports.take(OPERATOR, where, care, read_care_file(care), ImportOptions())
    return made


def days_of(quittance: Quittance, at: int | None = None, **wanted: bool) -> set[UUID]:
    with quittance.store.database.snapshot() as sql:
        asked = conditions(quittance.lookups.establishment_ids(), DayFilter(**wanted))
        return {row["day_id"] for row in walk(DAYS, sql, asked, Asked(limit=MOST_ROWS, at=at))}


def lines_of(quittance: Quittance, **wanted: bool) -> set[UUID]:
    """Their days."""
    with quittance.store.database.snapshot() as sql:
        asked = conditions(quittance.lookups.establishment_ids(), RefusalFilter(**wanted))
        return {row["day_id"] for row in walk(REFUSALS, sql, asked, Asked(limit=MOST_ROWS))}


def test_ref_20_ref_25_a_refusal_without_a_decision_is_left_in_so_many_words_counted_and_aged(
    home: Installation,
) -> None:
    first = home.json("preview", "2026-11", at=DECEMBER)
    count = first["undecided_days"]
    assert count > 1
    assert (first["undecided_age_days"], first["undecided_left_days"], first["undecided_most_left"]) == (15, 0, 0)
    refused = home.json("bill", "2026-11", at=DECEMBER, code=1)
    assert refused["error"] == "refusals_undecided"
    assert f"({count}, " in refused["detail"]
    assert home.json("preview", "2026-11", at=DECEMBER) == first, "nothing was written"

    run = home.json("bill", "2026-11", "--leave-undecided", at=DECEMBER)
    assert run["sendings"]
    with home.opened(SteppedClock(DECEMBER)) as quittance:
        (where,) = quittance.lookups.establishment_ids()
        waiting = {one.day_id for one in quittance.lookups.undecided_refusals(where)}
        assert (days_of(quittance, is_left=True), days_of(quittance, is_left=False)) == (waiting, set())
        assert lines_of(quittance, is_left=True) == waiting
        told = [
            one for day in waiting for one in quittance.log.history(day) if isinstance(one.event, RefusalLeftUndecided)
        ]
        assert {(one.event.run_id, one.meta.actor) for one in told} == {(UUID(run["run_id"]), "operator")}
        assert len(told) == count
        assert days_of(quittance, at=min(one.position for one in told) - 1, is_left=False) == waiting

    second = home.json("bill", "2026-12", "--leave-undecided", at=JANUARY)
    assert second["undecided_days"] == count
    seen = home.json("preview", "2026-12", at=JANUARY)
    assert (seen["undecided_age_days"], seen["undecided_left_days"], seen["undecided_most_left"]) == (46, count, 2)
    longest = seen["undecided_first"][0]
    assert (longest["refused_on"], longest["left_times"]) == (SINCE.isoformat(), 2)
    said = home.cli("preview", "2026-12", at=JANUARY).stdout
    assert said.index("refused 46 days ago") < said.index("Preview of 2026-12"), "they come first"

    decided = home.json("decide", "justified", longest["day_id"], "--reason", "lu avec la mutualité", at=JANUARY)
    assert decided["day_ids"] == [longest["day_id"]]
    after = home.json("preview", "2026-12", at=JANUARY)
    assert after["undecided_days"] == count - 1, "a decision ends it"
    assert home.json("show", longest["day_id"], at=JANUARY)["state"]["left_times"] == 2
    with home.opened(SteppedClock(JANUARY)) as quittance:
        assert UUID(longest["day_id"]) not in days_of(quittance, is_left=True)
        with quittance.store.database.snapshot() as sql:
            causes = waits_of_causes(sql, [where]).values()
        assert {(one.refused_on, one.left_times, one.left_on) for one in causes} == {
            (SINCE.isoformat(), 2, JANUARY.date().isoformat())
        }
