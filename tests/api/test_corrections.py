"""From a refusal to its money by REST alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from infrastructure.efact.requests import read_request
from tests.api.practice import MONTH, Practice, bill, enter, november
from tests.api.service import Service, ok


@pytest.fixture
def billed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Practice]]:
    """The sample month of a practice of its own: its days are decided upon."""
    with Service.open("sqlite", tmp_path_factory.mktemp("decided"), november()) as service:
        practice = enter(service)
        bill(service, practice)
        yield service, practice


def refused_days(service: Service, where: str) -> list[dict[str, Any]]:
    found = ok(service.get("/billing-days", params={"establishment_id": where, "verdict": "refused", "limit": 200}))
    days: list[dict[str, Any]] = found["billing_days"]
    return days


def test_refused_days_are_decided_billed_again_and_paid(billed: tuple[Service, Practice]) -> None:
    service, practice = billed
    where = str(practice.where)
    refused = refused_days(service, where)
    ids = [day["day_id"] for day in refused]
    body = {"establishment_id": where, "day_ids": ids, "decision": "rebill"}
    foreseen = ok(service.post("/billing-days/decisions", json={**body, "dry_run": True}))
    assert sorted(foreseen["day_ids"]) == sorted(ids)
    assert (foreseen["left"], foreseen["cents"]) == ([], sum(day["refused_cents"] for day in refused))
    going = sum(one["again_days"] for one in foreseen["run"]["sendings"])
    assert going == sum(one["days"] for one in foreseen["run"]["sendings"]) > 0
    assert {day["decision"] for day in refused_days(service, where)} == {"none"}
    assert ok(service.post("/billing-days/decisions", json=body))["day_ids"] == foreseen["day_ids"]
    assert {day["decision"] for day in refused_days(service, where)} == {"rebill"}
    back = {"establishment_id": where, "day_ids": ids[:1], "reason": "trop vite"}
    assert ok(service.post("/billing-days/restorations", json=back))["day_ids"] == ids[:1]
    ok(service.post("/billing-days/decisions", json={**body, "day_ids": ids[:1]}))

    month = {"establishment_id": where, "month": MONTH}
    preview = ok(service.post("/billing-runs", json={**month, "dry_run": True}))
    others = {one["day_id"] for one in preview["undecided_first"]}
    assert not others & set(ids)
    assert preview["undecided_days"] == len(others) > 0, "refused in part"
    undecided = service.post("/billing-runs", json=month)
    assert (undecided.status_code, undecided.json()["code"]) == (422, "refusals_undecided")
    assert f"({len(others)}, " in undecided.json()["detail"]
    never_left = {**month, "is_left": False, "limit": 100}
    assert {day["day_id"] for day in ok(service.get("/billing-days", params=never_left))["billing_days"]} == others
    run = ok(service.post("/billing-runs", json={**month, "leave_undecided": True}))
    left = ok(service.get("/billing-days", params={**never_left, "is_left": True}))["billing_days"]
    assert {(day["day_id"], day["left_times"]) for day in left} == {(one, 1) for one in others}
    assert sum(one["again_days"] for one in run["sendings"]) == going
    types = set()
    for one in run["sendings"]:
        content = service.get(f"/sendings/{one['sending_id']}/file").content
        types |= {invoice.invoicing_type for invoice in read_request(content)[0].invoices}
    assert 1 in types
    gone = [day for day in ids if ok(service.get(f"/billing-days/{day}"))["phase"] == "in_sending"]
    assert len(gone) == going
    (left,) = ok(service.post("/billing-days/restorations", json={**back, "day_ids": gone[:1]}))["left"]
    assert (left["code"], left["day_ids"]) == ("correction_nothing_decided", gone[:1])
    assert left["text"]
    ok(service.post("/sendings/send", json={"establishment_id": where}))
    for _ in range(4):
        service.clock.forward(days=10)
        ok(service.post("/answers/collect", json={"establishment_id": where}))
    after = [ok(service.get(f"/billing-days/{day}")) for day in gone]
    assert {day["phase"] for day in after} == {"settled"}
    assert sum(day["accepted_cents"] for day in after) > 0
    for sending in ok(service.get("/sendings", params={"status": "settled", "establishment_id": where}))["sendings"]:
        tree = ok(service.get(f"/sendings/{sending['sending_id']}/tree", params={"limit": 100}))["invoices"]
        for invoice in tree:
            assert sum(day["accepted_cents"] for day in invoice["days"]) == invoice["accepted_cents"]
            assert sum(day["refused_cents"] for day in invoice["days"]) == invoice["refused_cents"]
    events = ok(service.get(f"/timeline/{gone[0]}"))["entries"]
    assert {"billing_day.correction_decided"} <= {entry["what"] for entry in events}


def test_money_is_not_given_up_without_a_reason(billed: tuple[Service, Practice]) -> None:
    service, practice = billed
    where = str(practice.where)
    (day, *_) = refused_days(service, where)
    body = {"establishment_id": where, "day_ids": [day["day_id"]], "decision": "justified"}
    answer = service.post("/billing-days/decisions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_missing")
    ok(service.post("/billing-days/decisions", json={**body, "reason": "Soins hors délai"}))
    assert ok(service.get(f"/billing-days/{day['day_id']}"))["decision"] == "justified"


def test_n19_what_one_key_may_not_give_up_alone_is_confirmed_by_another(billed: tuple[Service, Practice]) -> None:
    service, practice = billed
    where = str(practice.where)
    kept = ok(service.get(f"/establishments/{where}"))
    assert kept["second_person_above_cents"] is None
    details = {name: kept[name] for name in kept if name not in ("establishment_id", "memberships")}
    ok(service.put(f"/establishments/{where}", json={**details, "second_person_above_cents": 0}))
    ids = [day["day_id"] for day in refused_days(service, where)]
    body = {"establishment_id": where, "day_ids": ids, "decision": "justified", "reason": "Soins hors délai"}
    foreseen = ok(service.post("/billing-days/decisions", json={**body, "dry_run": True}))
    made = ok(service.post("/billing-days/decisions", json=body))
    assert made == foreseen
    assert (made["is_proposed"], made["day_ids"], made["left"]) == (True, ids, [])
    waiting = ok(service.get("/billing-days", params={"establishment_id": where, "is_proposed": True, "limit": 200}))
    shown = {(day["proposed"], day["decision"]) for day in waiting["billing_days"]}
    assert (shown, {day["day_id"] for day in waiting["billing_days"]}) == ({("justified", "none")}, set(ids))
    answers = {"establishment_id": where, "day_ids": ids}
    (own,) = ok(service.post("/billing-days/confirmations", json=answers))["left"]
    assert (own["code"], own["day_ids"]) == ("correction_own_proposal", ids)
    one, *others = ids
    turned_down = ok(service.post("/billing-days/declinations", json={**answers, "day_ids": [one]}))
    assert (turned_down["day_ids"], turned_down["is_proposed"]) == ([one], False)
    second = service.key("bill", "read", where=(practice.where,))
    done = ok(service.post("/billing-days/confirmations", json=answers, token=second))
    assert (done["day_ids"], [left["day_ids"] for left in done["left"]]) == (others, [[one]])
    days = {day: ok(service.get(f"/billing-days/{day}")) for day in ids}
    assert [(days[day]["decision"], days[day]["proposed"], days[day]["proposed_by"]) for day in ids] == [
        ("none", "none", ""),
        *[("justified", "none", "")] * len(others),
    ]
    events = ok(service.get(f"/timeline/{others[0]}"))["entries"]
    assert [entry["what"] for entry in events if "correction" in entry["what"]] == [
        "billing_day.correction_proposed",
        "billing_day.correction_decided",
    ]


def test_a_day_of_another_practice_is_not_there(billed: tuple[Service, Practice]) -> None:
    service, practice = billed
    body = {"establishment_id": str(practice.where), "day_ids": [str(practice.where)], "decision": "rebill"}
    assert service.post("/billing-days/decisions", json=body).status_code == 404
    assert service.post("/billing-days/decisions", json={**body, "decision": "forget"}).status_code == 422
