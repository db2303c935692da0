"""What figures over whole practices read: indexes that hold all they need, without statistics; and what a verdict costs."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from application.ports import Row, Sql
from projections import days
from projections.establishments import every_establishment_id
from projections.figures import Span, first_passes, refused_by_month
from projections.history import RefusalFilter
from projections.refusal_causes import causes, stakes
from projections.root_codes import root_codes
from projections.table import FROM
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

ON_SQLITE = pytest.mark.parametrize("store_kind", [pytest.param("sqlite", marks=pytest.mark.of_one_database)])
"""Indexes that PostgreSQL does not have: it keeps what a verdict changes on the page of the day."""
YEAR = Span("2026-01-01", "2026-12-31")
CARE = RefusalFilter(date_from=YEAR.date_from, date_to=YEAR.date_to)
Ask = Callable[[Sql, Collection[UUID]], object]
_TABLE = re.compile(r"^(SEARCH|SCAN) (days|refusals)|Scan .*on (days|refusals)")
OF_REFUSALS: Mapping[str, Ask] = {
    "causes": causes,
    "causes of a year": lambda sql, scope: causes(sql, scope, CARE),
    "stakes": stakes,
    "refused by month": lambda sql, scope: refused_by_month(sql, scope, CARE),
}


class Explaining:
    """Answers as the database does, and keeps of the first query how it reads its tables."""

    def __init__(self, sql: Sql) -> None:
        self.dialect, self.read, self._sql = sql.dialect, list[str](), sql
        self._explain = "EXPLAIN QUERY PLAN" if sql.dialect == "sqlite" else "EXPLAIN (COSTS OFF)"

    def rows(self, text: str, params: Sequence[Any] = ()) -> list[Row]:
        if not self.read:
            plan = [str(list(row.values())[-1]) for row in self._sql.rows(f"{self._explain} {text}", params)]
            self.read = [line for line in plan if _TABLE.search(line)]
        return self._sql.rows(text, params)


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


def read_by(kept: Kept, ask: Ask) -> list[str]:
    """One line a table that the question reads."""
    with kept.store.database.transaction() as sql:
        if sql.dialect == "postgresql":
            # So few rows are read faster as they lie: what is asked here is whether the index could be taken.
            for other in ("seqscan", "bitmapscan"):
                sql.run(f"SET LOCAL enable_{other} = off")
        explaining: Any = Explaining(sql)
        ask(explaining, every_establishment_id(sql)[:1])
    return list(explaining.read)


@pytest.mark.parametrize("name", OF_REFUSALS)
def test_figures_of_refusals_come_from_an_index_alone(kept: Kept, name: str) -> None:
    (line,) = read_by(kept, OF_REFUSALS[name])
    assert "COVERING INDEX" in line or "Index Only Scan" in line


@ON_SQLITE
def test_first_verdicts_come_from_indexes_on_sqlite_alone(kept: Kept) -> None:
    now, again, *earlier = read_by(kept, lambda sql, scope: first_passes(sql, scope, YEAR))
    assert "COVERING INDEX days_1" in now
    assert "COVERING INDEX days_past_1" in again
    assert earlier
    assert all("INDEX days_past_1" in line for line in earlier)


def test_a_verdict_changes_nothing_that_postgresql_indexes() -> None:
    """So its new version stays on the page of the day, and no index is written."""
    settled = {"phase", "verdict", "accepted_cents", "refused_cents", "lost_lines", FROM}
    for index in days.TABLE.indexes:
        if index.only_on != "sqlite":
            assert not settled & set(index.columns)
            assert not any(name in index.where for name in settled)


@ON_SQLITE
def test_ids_are_looked_up_in_their_index_on_sqlite(kept: Kept) -> None:
    ids = [UUID(int=number) for number in range(50)]
    (line,) = read_by(kept, lambda sql, scope: root_codes(sql, scope, "day_id", ids))
    assert "refusals_1" in line
