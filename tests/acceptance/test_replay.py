"""Answers in any order, more than once, on any database, end in the same states."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from api.build import Quittance
from infrastructure.simulator.scenario import Scenario
from projections.views import all_views
from tests.acceptance.conftest import Month
from tests.acceptance.practice import OPERATOR, UNIONS, Installation, answers_of, rows_of, states
from tests.acceptance.slices import message, reference

MISHAPS = {
    "100": Scenario(reject_file=True),
    "200": Scenario(envelope_refusal=True),
    "300": Scenario(envelope_refusal=True, acknowledge_refused=True),
    "306": Scenario(figures="not_adding_up"),
    "400": Scenario(figures="not_of_lines"),
    "500": Scenario(stray=True),
    "600": Scenario(duplicated=True, shuffled=True),
}
"""One for each union; 900 answers as usual."""


@pytest.fixture(params=["usual", "mishaps"])
def by_union(request: pytest.FixtureRequest) -> dict[str, Scenario]:
    return MISHAPS if request.param == "mishaps" else {}


@pytest.fixture
def replayed(
    kind: str, sent_months: Callable[[str], Month], by_union: dict[str, Scenario], tmp_path: Path
) -> "Replayed":
    """Files that answer the month, and fresh installations of it that wait for them."""
    month, where = sent_months(kind)
    with month.opened() as quittance:
        inbox = answers_of(quittance, tmp_path / "unions", by_union)
    return Replayed(kind, month, where, tmp_path, inbox)


class Replayed:
    def __init__(self, kind: str, month: Installation, where: UUID, folder: Path, inbox: list[bytes]) -> None:
        self.kind, self.month, self.where, self.folder, self.inbox = kind, month, where, folder, inbox
        self._made = 0

    def fresh(self) -> Installation:
        self._made += 1
        return self.month.copy(self.kind, self.folder / f"fresh{self._made}")

    def receive(self, quittance: Quittance, files: list[bytes]) -> list[str]:
        return [quittance.answers.receive(OPERATOR, self.where, file).result.outcome for file in files]


def test_any_order_of_all_answers_ends_in_the_same_state(replayed: Replayed) -> None:
    seen = []
    for seed in range(3):
        order = replayed.inbox.copy()
        if seed:
            Random(seed).shuffle(order)
        with replayed.fresh().opened() as quittance:
            replayed.receive(quittance, order)
            seen.append(states(quittance))
            if seed == 2:
                before, head = rows_of(quittance), quittance.log.head()
                again = Counter(replayed.receive(quittance, order[::-1]))
                assert set(again) <= {"already_read", "unmatched"}, "everything was said before"
                assert quittance.log.head() == head, "and changes nothing"
                assert rows_of(quittance) == before
    assert seen[0]["sendings"], "there is something to compare"
    for name, rows in seen[0].items():
        assert seen[1][name] == rows, name
        assert seen[2][name] == rows, name


def test_the_same_state_on_both_databases(kind: str, sent_months: Callable[[str], Month], tmp_path: Path) -> None:
    """The month of one database, answered on this one and on the other."""
    month, where = sent_months(kind)
    other = "sqlite" if kind == "postgres" else "postgres"
    with month.opened() as quittance:
        inbox = answers_of(quittance, tmp_path / "unions", MISHAPS)
    seen = []
    for on in (kind, other):
        with month.copy(on, tmp_path / on).opened() as quittance:
            Replayed(on, month, where, tmp_path, inbox).receive(quittance, inbox)
            seen.append(states(quittance))
    assert seen[0] == seen[1]


def test_a_file_received_twice_says_so(replayed: Replayed) -> None:
    with replayed.fresh().opened() as quittance:
        first = replayed.receive(quittance, replayed.inbox)
        head = quittance.log.head()
        second = replayed.receive(quittance, replayed.inbox)
        assert quittance.log.head() == head
    once = {file: outcome for file, outcome in zip(replayed.inbox, first, strict=True) if outcome != "already_read"}
    assert set(once.values()) <= {"read", "unmatched"}
    for file, outcome in zip(replayed.inbox, second, strict=True):
        assert outcome == ("unmatched" if once[file] == "unmatched" else "already_read")


def test_mishaps_end_as_they_should(kind: str, sent_months: Callable[[str], Month], tmp_path: Path) -> None:
    """What the permutations above compare: each mishap really happens, and does what the trade expects."""
    month, where = sent_months(kind)
    with month.opened() as quittance:
        inbox = answers_of(quittance, tmp_path / "unions", MISHAPS)
    with month.copy(kind, tmp_path / "fresh").opened() as quittance:
        Replayed(kind, month, where, tmp_path, inbox).receive(quittance, inbox)
        seen = states(quittance)
    by_union = {row["national_union"]: row for row in seen["sendings"]}
    assert sorted(by_union) == sorted(UNIONS)
    assert {union: row["status"] for union, row in by_union.items()} == {
        "100": "rejected",
        "200": "envelope_rejected",
        "300": "envelope_rejected",
        "306": "accepted_for_processing",
        "400": "accepted_for_processing",
        "500": "settled",
        "600": "settled",
        "900": "settled",
    }
    assert [union for union in UNIONS if by_union[union]["is_contested"]] == ["306", "400"]
    assert [union for union in UNIONS if by_union[union]["is_contradictory"]] == ["300"]
    returned = {row["national_union"] for row in seen["invoices"] if row["status"] == "withdrawn"}
    assert returned == {"100", "200", "300"}
    assert {row["phase"] for row in seen["days"] if row["is_returned"]} == {"prepared"}
    waiting = {(row["kind"], _union_of(seen, row["sending_id"])) for row in seen["items"] if not row["is_settled"]}
    assert waiting == {
        ("contradictory_answers", "300"),
        ("figures_disagree", "306"),
        ("sum_of_lines_disagrees", "400"),
        ("sending_unknown", ""),
    }


def _union_of(seen: dict[str, list[dict[str, Any]]], sending: UUID | None) -> str:
    return next((row["national_union"] for row in seen["sendings"] if row["sending_id"] == sending), "")


def test_the_log_says_which_file_caused_each_change(replayed: Replayed) -> None:
    """Every event that an answer made carries the answer's hash as its cause."""
    with replayed.fresh().opened() as quittance:
        head = quittance.log.head()
        replayed.receive(quittance, replayed.inbox)
        made = quittance.log.read(head, 100_000)
        hashes = {row["sha256"] for row in _messages(quittance)}
        assert made
        assert {entry.meta.cause for entry in made} <= hashes
        assert {message(file) for file in replayed.inbox} >= {"931000", "920900"}
        assert len({reference(file) for file in replayed.inbox}) >= len(UNIONS)


def _messages(quittance: Quittance) -> list[dict[str, str]]:
    with quittance.store.database.snapshot() as sql:
        return [dict(row) for row in sql.rows("SELECT sha256 FROM messages")]


def test_every_view_is_compared_that_answers_reach(kind: str, sent_months: Callable[[str], Month]) -> None:
    """A new view that a settlement changes must join `states`."""
    month, _ = sent_months(kind)
    with month.opened() as quittance:
        reached = {
            view.table.name
            for view in all_views(quittance.keys)
            if any(
                topic.split(".")[0] in ("sending", "invoice", "item") or "insurer" in topic for topic in view.touches
            )
        }
        assert reached == set(states(quittance))
