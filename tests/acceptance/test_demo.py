"""The demo's figures, recomputed from the files in outbox and inbox by a reader that shares nothing with the product."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date as Date
from pathlib import Path
from typing import Any

import pytest

from api.catalogue import euros
from api.cli.demo_days import first_of_care
from tests.acceptance.conftest import Demo, tell_demo
from tests.acceptance.practice import AFTERWARDS, MONTH, UNIONS, received, typed
from tests.acceptance.slices import (
    CASCADES,
    Line,
    Request,
    Said,
    Settlement,
    message,
    read_request,
    read_settlement,
    reference,
)

REFUSING = set("BFR")


@dataclass
class Story:
    """All files of a demo as the naive reader sees them, by zone 204."""

    requests: dict[str, Request]
    settlements: dict[str, Settlement]


@pytest.fixture(scope="module")
def story(demo: Demo) -> Story:
    sent = [read_request(content) for content in received(demo.outbox)]
    settled = [read_settlement(content) for content in received(demo.inbox) if message(content) == "920900"]
    return Story({one.reference: one for one in sent}, {one.reference: one for one in settled})


# What was sent and answered


def test_sof_51_every_union_got_one_file_and_the_month_has_about_4000_lines(demo: Demo, story: Story) -> None:
    assert sorted(request.union for request in story.requests.values()) == sorted(UNIONS)
    assert {request.month for request in story.requests.values()} == {MONTH}
    assert 3_900 <= sum(len(request.lines) for request in story.requests.values()) <= 4_400
    with_care = (demo.printed.partition("\n3. ")[2]).partition("\n4. ")[0]
    assert "Added 2381" in with_care


def test_every_file_that_the_demo_sends_passes_efact_check(demo: Demo) -> None:
    files = sorted(demo.outbox.iterdir())
    assert len(files) == len(UNIONS)
    for file in files:
        assert typed("efact", "check", file).stdout == ""


def test_sof_52_every_file_is_acknowledged_processed_and_settled(demo: Demo, story: Story) -> None:
    came = sorted((reference(content), message(content)) for content in received(demo.inbox))
    assert came == sorted((ref, kind) for ref in story.requests for kind in ("931000", "920098", "920900"))


def test_files_are_named_without_a_person(demo: Demo, story: Story) -> None:
    names = " ".join(path.name for path in demo.folder.rglob("*"))
    for patient in {line.patient for request in story.requests.values() for line in request.lines.values()}:
        assert patient.lstrip("0") not in names


# Days


def test_the_story_lasts_for_weeks_and_is_over_on_the_day_it_is_told(demo: Demo) -> None:
    with demo.installation.opened() as quittance:
        recorded = quittance.log.read(0, 100_000)
    days: dict[str, set[Date]] = {}
    for one in recorded:
        days.setdefault(one.topic, set()).add(one.recorded_at.date())
    assert days["establishment.registered"] == {Date(2026, 10, 1)}
    assert days["import.accepted"] == {Date(2026, 10, day) for day in (8, 15, 22, 29)} | {Date(2026, 11, 1)}
    assert days["sending.handed_over"] == {Date(2026, 11, 3)}
    settled, read = days["sending.settled"], days["sending.read"]
    assert len(settled) == len(UNIONS)
    assert min(settled) == Date(2026, 11, 10)
    assert min(settled) < min(read) < max(settled) < AFTERWARDS.date()
    assert len([one for one in recorded if one.topic == "sending.read"]) < len(UNIONS)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2026-11-20", "2026-10-01"),
        ("2026-11-19", "2026-09-01"),
        ("2026-12-20", "2026-11-01"),
        ("2027-03-20", "2027-02-01"),
    ],
)
def test_the_month_is_the_latest_whose_story_is_over(today: str, first: str) -> None:
    assert first_of_care(Date.fromisoformat(today)) == Date.fromisoformat(first)


def test_another_day_tells_of_another_month(tmp_path: Path) -> None:
    printed = typed("demo", "--dir", tmp_path / "story", "--day", "2027-03-20", "--json").stdout
    told = json.loads(printed)
    assert told["run"]["billed_month"] == "2027-02"
    assert 1_900 <= told["imported"]["added"] <= 2_300
    assert typed("demo", "--dir", tmp_path / "x", "--day", "soon", code=1).exit_code == 1


# Figures


def test_totals_of_the_files_are_the_sums_of_their_lines(story: Story) -> None:
    for request in story.requests.values():
        assert request.asked == request.total == sum(request.funds.values())


def test_totals_of_the_settlements_are_the_sums_of_their_lines(story: Story) -> None:
    for ref, settlement in story.settlements.items():
        request = story.requests[ref]
        assert {fund: asked for fund, (asked, _, _) in settlement.funds.items()} == request.funds
        lost = sum(row.lost for row in lost_lines(request, settlement))
        assert settlement.total == (request.asked, request.asked - lost, lost)
        assert settlement.total == tuple(map(sum, zip(*settlement.funds.values(), strict=True)))


def test_ref_02_history_shows_what_the_files_say(demo: Demo, story: Story) -> None:
    rows = demo.installation.json("history", MONTH)["rows"]
    assert len(rows) == len(story.requests)
    for row in rows:
        request, settlement = story.requests[row["provider_reference"]], story.settlements[row["provider_reference"]]
        asked, accepted, refused = settlement.total
        assert (row["requested_cents"], row["accepted_cents"], row["refused_cents"]) == (asked, accepted, refused)
        assert row["outcome"] == ("in_full" if refused == 0 else "in_part" if accepted else "refused")
        assert row["status"] == "settled"
        assert row["national_union"] == request.union
        assert row["sending_number"] == request.sending_number
        assert row["line_count"] == len(request.lines)
        assert row["day_count"] == len(request.days)
        assert row["invoice_count"] == request.invoices


def test_the_period_is_the_sum_of_its_files(demo: Demo, story: Story) -> None:
    asked, accepted, refused = totals(story)
    (period,) = demo.installation.json("history")["periods"]
    assert period == {
        "month": MONTH,
        "sendings": len(story.requests),
        "requested_cents": asked,
        "accepted_cents": accepted,
        "refused_cents": refused,
        "open_cents": 0,
    }


def test_days_and_invoices_add_up_to_the_files(demo: Demo, story: Story) -> None:
    asked, accepted, refused = totals(story)
    for of, requested in (("days", "amount_cents"), ("invoices", "requested_cents")):
        rows = whole_list(demo, of, verdicts=("accepted", "mixed", "refused"))
        assert sum(row[requested] for row in rows) == asked, of
        assert sum(row["accepted_cents"] for row in rows) == accepted, of
        assert sum(row["refused_cents"] for row in rows) == refused, of


def test_ref_08_a_day_is_accepted_partly_refused_or_refused_by_its_lines(demo: Demo, story: Story) -> None:
    expected = {"accepted": 0, "mixed": 0, "refused": 0}
    for ref, request in story.requests.items():
        lost = {row.line.order: row for row in lost_lines(request, story.settlements[ref])}
        for patient, date in request.days:
            mine = [line for line in request.lines.values() if (line.patient, line.date) == (patient, date)]
            expected[verdict(mine, lost)] += 1
    assert expected == {of: len(whole_list(demo, "days", verdicts=(of,))) for of in expected}
    assert all(expected.values()), "the demo shows each of the three"


def test_ref_06_refusals_by_cause_are_those_of_the_files(demo: Demo, story: Story) -> None:
    expected = groups(story)
    shown = demo.installation.json("refusals", MONTH)
    assert {(row["code"], row["letter"]): figures(row) for row in shown} == expected
    assert len(expected) >= 5
    assert any(cascaded for *_, cascaded, _ in expected.values()), "some lines fall with another"


def test_ref_10_every_cause_is_explained_with_its_cure_in_three_languages(demo: Demo) -> None:
    for lang in ("fr", "nl", "en"):
        for row in demo.installation.json("refusals", MONTH, lang=lang):
            why = row["explanation"]
            assert why["source"] == "catalogue"
            assert all(why[name] for name in ("meaning", "cause", "cure", "field_label", "decision_label")), row


def test_what_the_demo_prints_are_these_figures(demo: Demo, story: Story) -> None:
    history, refusals = demo.printed.partition("\n8. ")[2].split("\n9. ")
    for settlement in story.settlements.values():
        line = next(row for row in history.splitlines() if euros(settlement.total[0], "en") in row)
        assert [euros(figure, "en") for figure in settlement.total] == [c for c in line.split() if c.startswith("€")]
    for (code, letter), (lines, _, patients, cents, cascaded, _) in groups(story).items():
        row = next(line for line in refusals.splitlines() if line.startswith(f"{letter}{code} "))
        assert f" {lines} {cascaded} {patients} {euros(cents, 'en')} " in " ".join(row.split())
        assert f"\n{letter}{code}: " in refusals


def test_two_seeds_refuse_other_lines_and_one_seed_always_the_same(demo: Demo, tmp_path: Path) -> None:
    again, other = tell_demo(tmp_path / "again", seed=1), tell_demo(tmp_path / "other", seed=2)
    assert refusal_table(again) == refusal_table(demo)
    assert refusal_table(other) != refusal_table(demo)


def test_the_demo_is_made_anew_but_never_over_something_else(demo: Demo, tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("years of work")
    result = typed("demo", "--dir", tmp_path, code=1, QUITTANCE_LANG="en")
    assert "folder_not_empty" in result.stderr
    assert precious.read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


# The naive side


@dataclass
class Lost:
    """A line for which less was paid than asked, or which was refused. `root`: the cause that it hangs on."""

    line: Line
    said: Said
    lost: int
    is_refused: bool
    root: tuple[str, str] = field(default=("", ""))
    follows: bool = False


def lost_lines(request: Request, settlement: Settlement) -> list[Lost]:
    """In file order, each with its root: the first refused line of the same day that says something of its own."""
    found: list[Lost] = []
    for order, line in sorted(request.lines.items()):
        said = settlement.lines.get(order, Said([], line.asked))
        if line.invoice in settlement.invoices_refused and not REFUSING & {letter for letter, _ in said.reasons}:
            said = Said(settlement.invoices_refused[line.invoice], 0)
        letters = {letter for letter, _ in said.reasons}
        is_refused = bool(letters & REFUSING) and (said.accepted == 0)
        if is_refused or said.accepted < line.asked:
            found.append(Lost(line, said, line.asked - said.accepted, is_refused))
    for row in found:
        day = [other for other in found if (other.line.patient, other.line.date) == (row.line.patient, row.line.date)]
        causes = [other for other in day if other.is_refused and not only_follows(other.said)]
        row.follows = only_follows(row.said) and bool(causes)
        row.root = primary(causes[0].said if row.follows else row.said)
    return found


def only_follows(said: Said) -> bool:
    return bool(said.reasons) and all(code in CASCADES for _, code in said.reasons)


def primary(said: Said) -> tuple[str, str]:
    """Code and letter of the reason that counts."""
    own = [reason for reason in said.reasons if reason[1] not in CASCADES] or said.reasons
    letter, code = next((reason for reason in own if reason[0] in REFUSING), own[0])
    return code, letter


def verdict(lines: Iterable[Line], lost: dict[int, Lost]) -> str:
    """Statistical lines carry no money: they keep no day from being refused."""
    lines = list(lines)
    weighty = [line for line in lines if line.norm != "9"] or lines
    if not any(line.order in lost for line in lines):
        return "accepted"
    return "refused" if all(line.order in lost and lost[line.order].is_refused for line in weighty) else "mixed"


def groups(story: Story) -> dict[tuple[str, str], tuple[int, int, int, int, int, int]]:
    """By cause: lines, days, patients, cents refused, lines that only follow, and their cents."""
    rows: dict[tuple[str, str], list[Lost]] = {}
    for ref, request in story.requests.items():
        for row in lost_lines(request, story.settlements[ref]):
            rows.setdefault(row.root, []).append(row)
    return {
        cause: (
            len(mine),
            len({(row.line.patient, row.line.date) for row in mine}),
            len({row.line.patient for row in mine}),
            sum(row.lost for row in mine),
            sum(row.follows for row in mine),
            sum(row.lost for row in mine if row.follows),
        )
        for cause, mine in rows.items()
    }


def figures(row: dict[str, Any]) -> tuple[int, ...]:
    names = ("lines", "days", "patients", "refused_cents", "cascaded_lines", "cascaded_cents")
    return tuple(row[name] for name in names)


def totals(story: Story) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(one.total for one in story.settlements.values()), strict=True)))


def whole_list(demo: Demo, of: str, verdicts: Iterable[str]) -> list[dict[str, Any]]:
    """All pages of a list of the command line."""
    rows: list[dict[str, Any]] = []
    for wanted in verdicts:
        after: str | None = ""
        while after is not None:
            page = demo.installation.json("history", MONTH, "--of", of, "--verdict", wanted, "--after", after)
            rows += page["rows"]
            after = page["next"]
    return rows


def refusal_table(demo: Demo) -> list[tuple[str, tuple[int, ...]]]:
    return [(row["code"], figures(row)) for row in demo.installation.json("refusals", MONTH)]
