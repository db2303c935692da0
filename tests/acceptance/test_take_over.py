"""The demo's files taken over by another installation of the same practice, as if an old program had sent them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infrastructure.sample import sample_files
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import MONTH, Installation
from tests.acceptance.searching import Person, Search

SAME = (
    "provider_reference", "national_union", "month", "created_on", "sending_number", "message", "status", "outcome",
    "invoice_count", "record_count", "line_count", "day_count", "control_number", "requested_cents", "accepted_cents",
    "refused_cents", "funds", "error_percentage", "insurer_reference",
)  # fmt: skip
DECEMBER = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def newcomer(kind: str, tmp_path: Path) -> Installation:
    """Registered, and nothing more."""
    (tmp_path / "home").mkdir()
    made = Installation.make(kind, tmp_path / "home")
    made.enter_register()
    return made


def sent_and_came(demo: Demo) -> tuple[list[Path], list[Path]]:
    return sorted(demo.outbox.iterdir()), sorted(demo.inbox.iterdir())


def test_files_and_answers_of_the_old_program_end_in_the_same_totals(demo: Demo, newcomer: Installation) -> None:
    sent, came = sent_and_came(demo)
    report = newcomer.json("take-over", *reversed([*sent, *came]))
    assert {file["outcome"] for file in report["files"]} == {"taken"}
    assert {file["new_patients"] for file in report["files"]} == {0}, "everybody is in the register"
    assert sum(file["invoices"] for file in report["files"]) == sum(
        row["invoice_count"] for row in history(demo.installation)
    )
    assert {answer["outcome"] for answer in report["answers"]} == {"read"}
    same_as_the_demo(newcomer, demo)


def test_answers_may_be_taken_over_before_their_files(demo: Demo, newcomer: Installation) -> None:
    sent, came = sent_and_came(demo)
    first = newcomer.json("take-over", *came)
    assert {answer["outcome"] for answer in first["answers"]} == {"unmatched"}
    second = newcomer.json("take-over", *sent)
    assert {answer["outcome"] for answer in second["answers"]} == {"read"}
    assert len(second["answers"]) == len(came)
    same_as_the_demo(newcomer, demo)


def test_the_same_files_again_change_nothing_and_say_so(demo: Demo, newcomer: Installation) -> None:
    sent, came = sent_and_came(demo)
    newcomer.cli("take-over", *sent, *came)
    before = lists(newcomer)
    again = newcomer.json("take-over", *sent, *came)
    assert {file["outcome"] for file in again["files"]} == {"already_taken"}
    assert {answer["outcome"] for answer in again["answers"]} == {"already_read"}
    assert lists(newcomer) == before


def test_lines_become_days_that_were_sent_elsewhere(demo: Demo, newcomer: Installation) -> None:
    sent, came = sent_and_came(demo)
    newcomer.cli("take-over", *sent, *came)
    row, own = history(newcomer)[0], history(demo.installation)[0]
    assert row["made_elsewhere"]
    assert not own["made_elsewhere"]
    assert row["run_id"] is None
    assert verdicts(newcomer, row) == verdicts(demo.installation, own)
    assert (
        newcomer.json("preview", MONTH)["undecided_days"] == demo.installation.json("preview", MONTH)["undecided_days"]
    )


def test_numbers_of_the_old_program_are_not_given_again(demo: Demo, newcomer: Installation, tmp_path: Path) -> None:
    sent, _ = sent_and_came(demo)
    newcomer.cli("take-over", *sent)
    care = tmp_path / "november.csv"
    lines = sample_files().care.decode().splitlines(keepends=True)
    care.write_text(
        "".join(line.replace("2026-10-", "2026-11-") for line in lines if ";2026-10-31;" not in line), "utf-8"
    )
    newcomer.cli("import", care, at=DECEMBER)
    assert newcomer.json("bill", "2026-11", at=DECEMBER)["sendings"]
    november, october = history(newcomer, "2026-11"), history(newcomer)
    assert min(row["sending_number"] for row in november) == max(row["sending_number"] for row in october) + 1
    assert not {row["provider_reference"] for row in november} & {row["provider_reference"] for row in october}


def test_what_the_old_program_billed_is_not_billed_again_by_accident(
    demo: Demo, newcomer: Installation, tmp_path: Path
) -> None:
    """The care file of the month is brought all the same: identical lines wait for a person's word."""
    sent, _ = sent_and_came(demo)
    newcomer.cli("take-over", *sent)
    assert newcomer.json("preview", MONTH)["sendings"] == [], "nothing is prepared"
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    newcomer.cli("import", tmp_path / "care.csv")
    preview = newcomer.json("preview", MONTH)
    held = {one["code"]: one["days"] for one in preview["blocked"]}
    assert held["possible_duplicate"] >= sum(row["day_count"] for row in history(newcomer))
    assert preview["sendings"] == []


def test_numbers_that_an_old_program_used_as_references_stand_nowhere_in_clear(
    demo: Demo, newcomer: Installation, tmp_path: Path
) -> None:
    """Zone 28 is the sender's to fill: some put the patient's national number there."""
    rows = [json.loads(line) for line in sample_files().register.decode().splitlines()]
    everybody = Search([Person.of(row) for row in rows if row["kind"] == "patient"])
    files = []
    for number, path in enumerate(sorted(demo.outbox.iterdir())):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_bytes(with_numbers_as_references(path.read_bytes()))
    assert {file["outcome"] for file in newcomer.json("take-over", *files)["files"]} == {"taken"}
    with newcomer.opened() as quittance, quittance.store.database.snapshot() as sql:
        assert everybody.in_database(sql, newcomer.schema) == {}


def with_numbers_as_references(content: bytes) -> bytes:
    """Zone 28 of the records 20, 50 and 80 becomes zone 8."""
    records = [content[at : at + 350] for at in range(227, len(content), 350)]
    named = [r[:137] + r[37:48].ljust(25) + r[162:] if r[:2] in (b"20", b"50", b"80") else r for r in records]
    return content[:227] + b"".join(named)


def same_as_the_demo(newcomer: Installation, demo: Demo) -> None:
    theirs, ours = history(newcomer), history(demo.installation)
    assert picked(theirs) == picked(ours)
    assert {row["made_elsewhere"] for row in theirs} == {True}
    assert newcomer.json("history")["periods"] == demo.installation.json("history")["periods"]
    assert newcomer.json("refusals", MONTH) == demo.installation.json("refusals", MONTH)


def lists(installation: Installation) -> list[Any]:
    return [installation.json(*words) for words in (("history",), ("history", MONTH), ("refusals", MONTH))]


def history(installation: Installation, month: str = MONTH) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = installation.json("history", month)["rows"]
    return sorted(rows, key=lambda row: row["provider_reference"])


def picked(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in SAME} for row in rows]


def verdicts(installation: Installation, row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What became of every line of a sending, without ids, which each installation draws for itself."""
    tree = installation.json("show", row["sending_id"], "--lines")
    return sorted(
        (invoice["invoice_number"], day["date"], day["verdict"], line["care"]["code"], line["care"]["amount_cents"],
         line["said"]["verdict"] if line["said"] else "", line["said"]["accepted_cents"] if line["said"] else -1)
        for invoice in tree["invoices"] for day in invoice["days"] for line in day["lines"]
    )  # fmt: skip
