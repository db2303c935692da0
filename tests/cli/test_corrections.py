"""Decisions on refused days, typed by an operator."""

import json
from typing import Any
from uuid import UUID

from application.ports import Context, Meta
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import MONTH, Installation
from tests.cli.test_first_steps import WORDS


def test_a_cause_is_decided_billed_again_and_taken_back(own_demo: Demo) -> None:
    run = own_demo.installation
    cause = next(one for one in run.json("refusals", MONTH) if one["code"] == "500458")
    asked = ("rebill", "--cause", "500458", "--month", MONTH)
    foreseen = run.json("decide", *asked, "--dry-run")
    assert len(foreseen["decided"]["day_ids"]) == cause["days"]
    assert sum(one["again_days"] for one in foreseen["run"]["sendings"]) == cause["days"]
    before = run.json("preview", MONTH)
    said = run.cli("decide", *asked, "--dry-run").stdout
    assert "Nothing is written" in said
    assert run.json("preview", MONTH) == before
    decided = run.json("decide", *asked)
    assert decided == foreseen["decided"]
    (first, *others) = decided["day_ids"]
    back = run.json("withdraw-decision", first, "--reason", "trop vite")
    assert back["day_ids"] == [first]
    assert run.json("show", first)["state"]["decision"] == "none"
    assert {run.json("show", one)["state"]["decision"] for one in others} == {"rebill"}
    undecided = run.json("bill", MONTH, code=1)
    assert undecided["error"] == "refusals_undecided", "the other refusals wait for a decision"
    billed = run.json("bill", MONTH, "--leave-undecided")
    assert sum(one["again_days"] for one in billed["sendings"]) == len(others) > 0
    sent = billed["sendings"][0]["sending_id"]
    made = next(row["created_on"] for row in run.json("history", MONTH)["rows"] if row["sending_id"] == sent)
    pairs = run.json("corrections", made[:7])
    assert {pair["day_id"] for pair in pairs} == set(others)
    assert all(pair["negative_cents"] < 0 < pair["positive_cents"] for pair in pairs)
    assert {pair["answered_cents"] for pair in pairs} == {None}
    assert others[0] in run.cli("corrections", made[:7]).stdout
    (left,) = run.json("withdraw-decision", *others)["left"]
    assert (left["code"], left["day_ids"]) == ("correction_nothing_decided", others)


def test_the_table_of_states_is_shown(demo: Demo) -> None:
    table = demo.installation.json("states")
    assert table["paid"]["credit_note"] == ""
    assert table["paid"]["rebill"] == "correction_nothing_refused"
    said = demo.installation.cli("states").stdout
    assert "Day paid" in said
    assert said.count("\nDay ") == len(table)


def test_what_cannot_be_decided_says_why(own_demo: Demo) -> None:
    run = own_demo.installation
    row = run.json("history", MONTH, "--of", "days", "--verdict", "accepted")["rows"][0]
    (left,) = run.json("decide", "rebill", row["day_id"])["left"]
    assert left["code"] == "correction_nothing_refused"
    assert "accepted" in run.cli("decide", "rebill", row["day_id"]).stdout
    assert run.json("decide", "forget", row["day_id"], code=1)["error"] == "decision_unknown"
    assert run.json("decide", "justified", row["day_id"], code=1)["error"] == "reason_missing"
    assert run.json("decide", "rebill", code=1)["error"] == "nothing_selected"
    assert run.json("decide", "rebill", "--cause", "500458", "--month", "2026-13", code=1)["error"] == "month_invalid"


def limit(run: Installation, cents: int) -> None:
    """One person decides no more than that at once, as a register file says."""
    with run.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
    details: dict[str, Any] = run.json("show", str(where))["state"]
    told = {name: value for name, value in details.items() if value != "" and name != "memberships"}
    file = run.home / "limit.jsonl"
    file.write_text(json.dumps({"kind": "establishment", **told, "second_person_above_cents": cents}), "utf-8")
    assert run.json("import", str(file), "--as", "register")["rejected"] == []


def proposed(run: Installation, day_id: str) -> tuple[str, str, str]:
    state = run.json("show", day_id)["state"]
    return state["proposed"], state["proposed_by"], state["decision"]


def test_n19_the_command_line_is_one_person_and_another_confirms(own_demo: Demo) -> None:
    run = own_demo.installation
    limit(run, 0)
    asked = ("justified", "--cause", "500458", "--month", MONTH)
    foreseen = run.cli("decide", *asked, "--dry-run").stdout
    assert "more than one person decides alone" in foreseen
    said = run.cli("decide", *asked, "--reason", "Hors délai").stdout
    assert "Nothing is decided yet" in said
    assert "more than one person decides alone" in said
    own = run.json("confirm-decision", "--all")
    assert own["day_ids"] == []
    ((code, ids),) = [(left["code"], left["day_ids"]) for left in own["left"]]
    assert code == "correction_own_proposal"
    assert {proposed(run, one) for one in ids} == {("justified", "operator", "none")}
    first, *others = ids
    assert "1" in run.cli("decline-decision", first).stdout
    assert proposed(run, first) == ("none", "", "none")
    assert run.json("decline-decision", "--all")["day_ids"] == others
    assert run.json("confirm-decision", "--all", code=1)["error"] == "nothing_selected"
    with run.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
        by = Context(Meta("user:anna", reason="Hors délai", reason_subject=where))
        quittance.corrections.decide(by, where, [UUID(one) for one in others], "justified")
    assert {proposed(run, one) for one in others} == {("justified", "user:anna", "none")}
    assert sorted(run.json("confirm-decision", "--all")["day_ids"]) == sorted(others)
    assert {proposed(run, one) for one in others} == {("none", "", "justified")}


def test_a_practice_is_added_with_its_limit(own_demo: Demo) -> None:
    run, number = own_demo.installation, "49992216401"
    named = (*WORDS, "--sector", "home_nursing", "--tpp-number", number, "--second-person-above-cents")
    assert run.json(*named, "-1", code=1)["error"] == "field_invalid"
    made = run.json(*named, "12345")["establishment_id"]
    assert run.json("show", made)["state"]["second_person_above_cents"] == 12_345
    assert "123.45" in run.cli("show", made).stdout
