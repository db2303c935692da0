"""Rules that decide by themselves, by REST on both stores: tried, switched on, run behind a settlement, taken back."""

from typing import Any
from uuid import UUID

import pytest

from domain.correction_rule import BY_RULE
from domain.day_events import CorrectionDecided, CorrectionProposed
from infrastructure.simulator.scenario import Scenario
from tests.api.practice import MONTH, Practice, care_file, enter
from tests.api.service import Service, ok

CODE, CURABLE = "501999", "500524"
Ours = tuple[Service, dict[str, str]]


@pytest.fixture
def sent(both: Service) -> Ours:
    """A month handed over to unions that refuse a third of its lines; nothing is answered yet."""
    return hand_over(both, CODE)


def hand_over(both: Service, code: str) -> Ours:
    both.quittance.transport.scenario = Scenario(refusals=((code, 0.3),), remarks=())  # type: ignore[attr-defined]
    practice: Practice = enter(both)
    where = {"establishment_id": str(practice.where)}
    ok(both.post("/imports", params=where, content=care_file(250)))
    ok(both.post("/billing-runs", json={**where, "month": MONTH}))
    both.clock.forward(minutes=5)
    ok(both.post("/sendings/send", json=where))
    return both, where


def collect(service: Service, where: dict[str, str]) -> None:
    for _ in range(4):
        service.clock.forward(days=10)
        ok(service.post("/answers/collect", json=where))


def switch_on(service: Service, rule: dict[str, Any], **values: str) -> str:
    seen = ok(service.get("/correction-rules/trial", params=rule))["sha256"]
    made = ok(service.post("/correction-rules", json={**rule, "trial": seen, **values}))
    identifier: str = made["rule_id"]
    return identifier


def apply(service: Service, where: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(service.post("/correction-rules/apply", json=where))["applied"]
    return found


def refused_days(service: Service, where: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Those that lost lines, in part or whole, by id."""
    found: dict[str, dict[str, Any]] = {}
    for verdict in ("refused", "mixed"):
        query = {**where, "verdict": verdict, "limit": 200}
        found |= {day["day_id"]: day for day in ok(service.get("/billing-days", params=query))["billing_days"]}
    return found


def refused_cents(service: Service, where: dict[str, str], code: str) -> dict[str, int]:
    """By day that is refused for this root alone: what was refused, line by line."""
    roots: dict[str, set[str]] = {}
    cents: dict[str, int] = {}
    address = "/refusals"
    query: dict[str, Any] = {**where, "verdict": "refused", "limit": 200}
    while address:
        page = ok(service.get(address, params=query))
        for line in page["refusals"]:
            roots.setdefault(line["day_id"], set()).add(line["root_code"])
            cents[line["day_id"]] = cents.get(line["day_id"], 0) + line["refused_cents"]
        address, query = page["next"], {}
    return {day_id: cents[day_id] for day_id, codes in roots.items() if codes == {code}}


def decisions(service: Service, day_id: str) -> list[tuple[str, str, str]]:
    """Who decided what of a day, and why it happened."""
    recorded = service.quittance.log.history(UUID(day_id))
    return [
        (one.meta.actor, one.event.decision, one.meta.cause)
        for one in recorded
        if isinstance(one.event, CorrectionDecided | CorrectionProposed)
    ]


def test_a_trial_tells_what_a_rule_would_have_done_and_names_what_was_seen(sent: Ours) -> None:
    service, where = sent
    collect(service, where)
    rule = {**where, "codes": [CODE], "decision": "rebill"}
    seen = ok(service.get("/correction-rules/trial", params=rule))
    meant = refused_cents(service, where, CODE)
    assert (seen["days"], seen["cents"]) == (len(meant), sum(meant.values()))
    assert seen["days"] > 5
    assert seen["became"] == [
        {"decision": "none", "outcome": "undecided", "days": seen["days"], "cents": seen["cents"]}
    ]
    head = service.quittance.log.head()
    assert ok(service.get("/correction-rules/trial", params=rule)) == seen
    assert service.quittance.log.head() == head, "a trial writes nothing"
    by_hand, *_ = meant
    ok(service.post("/billing-days/decisions", json={**where, "day_ids": [by_hand], "decision": "rebill"}))
    answer = service.post("/correction-rules", json={**rule, "trial": seen["sha256"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "rule_trial_changed")
    now = ok(service.get("/correction-rules/trial", params=rule))
    assert now["sha256"] != seen["sha256"]
    assert {(one["decision"], one["days"]) for one in now["became"]} == {("none", len(meant) - 1), ("rebill", 1)}
    ok(service.post("/correction-rules", json={**rule, "trial": now["sha256"]}))
    answer = service.post("/correction-rules", json={**rule, "trial": now["sha256"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "rule_is_on")


def test_ref_23_a_rule_decides_what_nobody_decided_and_all_of_a_step_is_taken_back(sent: Ours) -> None:
    service, where = sent
    collect(service, where)
    meant = refused_cents(service, where, CODE)
    decided, restored, *others = [one for one, day in refused_days(service, where).items() if one in meant]
    body = {**where, "day_ids": [decided, restored], "decision": "rebill"}
    allowed = ok(service.post("/billing-days/decisions", json={**body, "day_ids": others, "dry_run": True}))["day_ids"]
    assert ok(service.post("/billing-days/decisions", json=body))["left"] == []
    ok(service.post("/billing-days/restorations", json={**where, "day_ids": [restored]}))
    rule = switch_on(service, {**where, "codes": [CODE], "decision": "rebill"})
    (applied,) = apply(service, where)
    assert applied["rule_id"] == rule
    assert set(applied["corrected"]["day_ids"]) == set(allowed)
    assert apply(service, where) == [], "a second time it finds nothing"
    for day_id in allowed:
        assert decisions(service, day_id) == [(f"{BY_RULE}{rule}", "rebill", applied["application"])]
    assert [who for who, *_ in decisions(service, restored)] == [who for who, *_ in decisions(service, decided)]
    entry = ok(service.get(f"/timeline/{allowed[0]}"))["entries"][-1]
    assert (entry["who"], entry["cause"]) == (f"{BY_RULE}{rule}", applied["application"])

    (step,) = ok(service.get("/correction-rules", params=where))["applications"]
    assert (step["rule_id"], step["application"], step["days"]) == (rule, applied["application"], len(allowed))
    alone = {**where, "day_ids": allowed[:1], "reason": "cas à part"}
    assert ok(service.post("/billing-days/restorations", json=alone))["day_ids"] == allowed[:1]
    back = {"application": applied["application"], "reason": "trop large"}
    taken = ok(service.post(f"/correction-rules/{rule}/restorations", json=back))
    assert (set(taken["day_ids"]), taken["left"]) == (set(allowed[1:]), [])
    assert {day["decision"] for one, day in refused_days(service, where).items() if one in allowed} == {"none"}
    assert ok(service.get("/correction-rules", params=where))["applications"] == []
    assert apply(service, where) == [], "what somebody took back is no rule's again"
    answer = service.post(f"/correction-rules/{rule}/restorations", json=back)
    assert (answer.status_code, answer.json()["code"]) == (404, "rule_application_unknown")


def test_a_rule_runs_behind_each_settlement_and_a_rule_that_is_off_does_not(sent: Ours) -> None:
    service, where = sent
    rule = switch_on(service, {**where, "codes": [CODE], "decision": "rebill"})
    off = switch_on(service, {**where, "codes": [CODE], "decision": "justified"}, reason="petits montants")
    ok(service.post(f"/correction-rules/{off}/switch-off", json={"reason": "essai"}))
    collect(service, where)
    meant = refused_cents(service, where, CODE)
    told = {day_id: decisions(service, day_id) for day_id in meant}
    by_rule = {day_id: found for day_id, found in told.items() if found}
    assert len(by_rule) > 5
    assert {(who, what) for ((who, what, _),) in by_rule.values()} == {(f"{BY_RULE}{rule}", "rebill")}
    steps = ok(service.get("/correction-rules", params=where))["applications"]
    assert len(steps) > 1, "one step a settlement"
    assert sum(step["days"] for step in steps) == len(by_rule)
    assert apply(service, where) == []


def test_what_was_cut_short_behind_a_settlement_is_done_later(sent: Ours, monkeypatch: pytest.MonkeyPatch) -> None:
    service, where = sent
    rule = switch_on(service, {**where, "codes": [CODE], "decision": "rebill"})
    with monkeypatch.context() as cut:
        cut.setattr(service.quittance.answers, "_settled", lambda *_: None)
        collect(service, where)
    meant = refused_cents(service, where, CODE)
    assert [found for day_id in meant if (found := decisions(service, day_id))] == []
    service.quittance.rules.resume()
    done = {day_id: found for day_id in meant if (found := decisions(service, day_id))}
    assert len(done) > 5
    assert {who for ((who, _, _),) in done.values()} == {f"{BY_RULE}{rule}"}
    service.quittance.rules.resume()
    assert {day_id: decisions(service, day_id) for day_id in done} == done


def test_n_19_what_a_rule_gives_up_needs_a_second_person_like_what_people_give_up(sent: Ours) -> None:
    service, where = sent
    collect(service, where)
    place = f"/establishments/{where['establishment_id']}"
    known = ok(service.get(place))
    details = {name: known[name] for name in known if name not in ("establishment_id", "memberships")}
    ok(service.put(place, json={**details, "second_person_above_cents": 0}))
    rule = {**where, "codes": [CODE], "decision": "justified"}
    seen = ok(service.get("/correction-rules/trial", params=rule))["sha256"]
    answer = service.post("/correction-rules", json={**rule, "trial": seen})
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_missing")
    rule_id = switch_on(service, rule, reason="petits montants")
    (applied,) = apply(service, where)
    assert applied["corrected"]["is_proposed"]
    (day_id, *_) = applied["corrected"]["day_ids"]
    assert refused_days(service, where)[day_id]["decision"] == "none"
    assert service.quittance.log.history(UUID(day_id))[-1].meta.reason == "petits montants"
    assert apply(service, where) == [], "it proposes once"
    confirmed = {**where, "day_ids": [day_id]}
    assert ok(service.post("/billing-days/confirmations", json=confirmed))["day_ids"] == [day_id]
    assert [(who.partition(":")[0], what) for who, what, _ in decisions(service, day_id)] == [
        ("rule", "justified"),
        ("key", "justified"),
    ]
    assert service.quittance.rules.rule(UUID(where["establishment_id"]), UUID(rule_id)).spec.reason == "petits montants"


def test_a_rule_may_wait_for_the_cure(both: Service) -> None:
    service, where = hand_over(both, CURABLE)
    collect(service, where)
    meant = refused_cents(service, where, CURABLE)
    assert len(meant) > 5
    switch_on(service, {**where, "codes": [CURABLE], "decision": "rebill", "is_after_cure": True})
    assert apply(service, where) == [], "nobody asked the insurer again"
    days = refused_days(service, where)
    asked = next(days[day_id] for day_id in meant if days[day_id]["verdict"] == "refused")
    ok(service.post(f"/patients/{asked['patient_id']}/insurability/confirm", json={"day": asked["date"]}))
    (applied,) = apply(service, where)
    cured = applied["corrected"]["day_ids"]
    assert asked["day_id"] in cured
    assert {days[day_id]["patient_id"] for day_id in cured} == {asked["patient_id"]}


def test_what_no_rule_can_be_is_refused(both: Service) -> None:
    practice = enter(both, 1)
    rule = {"establishment_id": str(practice.where), "codes": [CODE], "decision": "rebill"}
    for wrong, code in (
        ({"codes": ["5 5"]}, "refusal_code_invalid"),
        ({"national_union": "777"}, "field_invalid"),
        ({"is_after_cure": True}, "rule_cure_unseen"),
        ({"codes": [CURABLE], "decision": "justified", "is_after_cure": True}, "rule_cure_unseen"),
    ):
        answer = both.get("/correction-rules/trial", params={**rule, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    reader = both.key("read")
    assert both.get("/correction-rules/trial", params=rule, token=reader).status_code == 403
    assert both.get("/correction-rules", token=reader).status_code == 200
    elsewhere = both.key("read", "bill", where=(UUID(int=9),))
    identifier = switch_on(both, rule)
    for path, body in (("switch-off", {}), ("restorations", {"application": "x"})):
        answer = both.post(f"/correction-rules/{identifier}/{path}", json=body, token=elsewhere)
        assert (answer.status_code, answer.json()["code"]) == (404, "rule_unknown")
