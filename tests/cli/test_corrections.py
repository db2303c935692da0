"""Decisions on refused days, typed by an operator."""

from tests.acceptance.conftest import Demo
from tests.acceptance.practice import MONTH


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
    billed = run.json("bill", MONTH)
    assert sum(one["again_days"] for one in billed["sendings"]) == len(others) > 0
    (left,) = run.json("withdraw-decision", *others)["left"]
    assert (left["code"], left["day_ids"]) == ("correction_nothing_decided", others)


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
