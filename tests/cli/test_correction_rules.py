"""Past decisions, too few to be told, and rules that decide by themselves, typed by an operator."""

from tests.acceptance.conftest import Demo

CAUSE = "502255"


def test_a_rule_is_tried_switched_on_applied_and_taken_back(own_demo: Demo) -> None:
    run = own_demo.installation
    seen = run.json("rule", "try", CAUSE)
    assert seen["days"] > 0
    said = run.cli("rule", "try", CAUSE).stdout
    assert "Nothing is written" in said
    assert f"--seen {seen['sha256']}" in said
    assert run.json("rule", "on", CAUSE, "--seen", "0" * 64, code=1)["error"] == "rule_trial_changed"
    rule = run.json("rule", "on", CAUSE, "--seen", seen["sha256"])["rule_id"]
    told = run.json("show", rule)
    assert (told["kind"], told["state"]["is_on"], told["state"]["codes"]) == ("correction_rule", True, [CAUSE])
    assert "state." not in run.cli("show", rule).stdout
    (applied,) = run.json("apply-rules")
    assert applied["rule_id"] == rule
    decided = applied["corrected"]["day_ids"]
    assert {run.json("show", one)["state"]["decision"] for one in decided[:3]} == {"rebill"}
    assert run.json("suggestions") == [], "of no union so many are decided that it could be told"
    assert "nothing to tell" in run.cli("suggestions", "--cause", CAUSE).stdout
    listed = run.json("rule", "list")
    assert [one["is_on"] for one in listed["rules"]] == [True]
    (step,) = listed["applications"]
    assert (step["days"], step["waiting"]) == (len(decided), len(decided))
    assert step["application"] in run.cli("rule", "list").stdout
    back = run.json("rule", "take-back", rule, step["application"], "--reason", "trop large")
    assert set(back["day_ids"]) == set(decided)
    assert "No rule found a day" in run.cli("apply-rules").stdout
    assert run.json("rule", "off", rule)["rule_id"] == rule
    assert [one["is_on"] for one in run.json("rule", "list")["rules"]] == [False]


def test_what_no_rule_can_be_says_why(own_demo: Demo) -> None:
    run = own_demo.installation
    assert run.json("rule", "try", CAUSE, "--decision", "credit_note", code=1)["error"] == "rule_decision"
    assert run.json("rule", "try", CAUSE, "--after-cure", code=1)["error"] == "rule_cure_unseen"
    seen = run.json("rule", "try", CAUSE, "--decision", "justified")["sha256"]
    asked = ("rule", "on", CAUSE, "--decision", "justified", "--seen", seen)
    assert run.json(*asked, code=1)["error"] == "reason_missing"
    rule = run.json(*asked, "--reason", "petits montants")["rule_id"]
    assert run.json(*asked, "--reason", "petits montants", code=1)["error"] == "rule_is_on"
    assert run.json("rule", "take-back", rule, "rules:none", code=1)["error"] == "rule_application_unknown"
