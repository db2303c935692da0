"""The main job by REST alone: register, import, look, bill, send, read what comes back, see every refusal."""

from datetime import datetime, time, timedelta, timezone
from uuid import uuid4

import pytest

from domain.local_time import BELGIUM, local_date
from tests.api.practice import MONTH, Practice, bill, care_file, enter
from tests.api.service import Service, ok


def test_a_month_from_registration_to_refusals(both: Service) -> None:
    practice = enter(both)
    where = {"establishment_id": str(practice.where)}
    looked = ok(both.post("/imports", params={**where, "dry_run": True}, content=care_file()))
    assert looked["outcome"] == "imported"
    assert ok(both.get("/billing-days", params=where))["billing_days"] == []
    imported = ok(both.post("/imports", params=where, content=care_file()))
    assert imported == looked
    again = ok(both.post("/imports", params=where, content=care_file()))
    assert again["outcome"] == "already_imported"

    preview = ok(both.post("/billing-runs", json={**where, "month": MONTH, "dry_run": True}))
    assert preview["run_id"] is None
    assert preview["blocked"]
    assert all(held["text"] for held in preview["blocked"])
    assert ok(both.get("/sendings", params=where))["sendings"] == []
    run = ok(both.post("/billing-runs", json={**where, "month": MONTH}))
    assert {**run, "run_id": None, "sendings": [], "documents": []} == {**preview, "sendings": [], "documents": []}
    assert [{**one, "document_ids": []} for one in run["documents"]] == preview["documents"] != []
    made = ok(both.get("/sendings", params=where))["sendings"]
    assert {one["sending_id"] for one in made} == {one["sending_id"] for one in run["sendings"]}

    sent = ok(both.post("/sendings/send", json=where))["sendings"]
    assert {one["outcome"] for one in sent} == {"transmitted"}
    for _ in range(4):
        both.clock.forward(days=10)
        ok(both.post("/answers/collect", json=where))
    states = {one["status"] for one in ok(both.get("/sendings", params=where))["sendings"]}
    assert "settled" in states
    assert not states & {"prepared", "transmitted", "acknowledged"}

    refusals = ok(both.get("/refusals", params={**where, "limit": 200}))["refusals"]
    causes = ok(both.get("/refusals/causes", params=where))["causes"]
    assert refusals
    assert sum(cause["lines"] for cause in causes) == len(refusals)
    assert all(cause["explanation"]["meaning"] for cause in causes)
    one = refusals[0]
    day = ok(both.get(f"/billing-days/{one['day_id']}"))
    line = next(line for line in day["lines"] if line["line_id"] == one["line_id"])
    assert line["said"]["verdict"] == one["verdict"]
    assert [one["letter"], one["code"]] in [[r["letter"] or "", r["code"]] for r in line["said"]["reasons"]]


def test_the_settlement_tree_adds_up_from_line_to_union(billed: tuple[Service, Practice]) -> None:
    service, _ = billed
    for sending in ok(service.get("/sendings", params={"status": "settled"}))["sendings"]:
        address, invoices = f"/sendings/{sending['sending_id']}/tree?limit=7", []
        while address:
            page = ok(service.get(address))
            invoices += page["invoices"]
            address = page["next"]
        assert [one["invoice_id"] for one in invoices] == ok(service.get(f"/sendings/{sending['sending_id']}"))[
            "invoice_ids"
        ]
        for invoice in invoices:
            assert sum(day["accepted_cents"] for day in invoice["days"]) == invoice["accepted_cents"]
            lines = [line for day in invoice["days"] for line in day["lines"] if not line["is_withdrawn"]]
            assert sum(line["care"]["amount_cents"] or 0 for line in lines) == invoice["requested_cents"]
        assert sum(invoice["accepted_cents"] for invoice in invoices) == sending["accepted_cents"]
        assert sum(fund["accepted_cents"] for fund in sending["funds"]) == sending["accepted_cents"]


def test_history_and_unions_agree_with_the_sendings(billed: tuple[Service, Practice]) -> None:
    service, practice = billed
    sendings = ok(service.get("/sendings", params={"establishment_id": str(practice.where)}))["sendings"]
    (period,) = ok(service.get("/history/periods"))["periods"]
    assert period["month"] == MONTH
    assert period["sendings"] == len(sendings)
    assert period["accepted_cents"] == sum(one["accepted_cents"] for one in sendings)
    unions = ok(service.get("/history/unions"))["unions"]
    assert sum(one["accepted_cents"] for one in unions) == period["accepted_cents"]


def test_files_and_answers_come_back_as_they_were(billed: tuple[Service, Practice]) -> None:
    service, _ = billed
    sending = ok(service.get("/sendings"))["sendings"][0]
    content = service.get(f"/sendings/{sending['sending_id']}/file").content
    assert content.startswith(b"920000")
    answers = ok(service.get("/answers", params={"limit": 200}))["answers"]
    assert {"931000", "920900"} <= {one["kind"] for one in answers}
    raw = service.get(f"/answers/{answers[0]['message_id']}/file").content
    assert len(raw) == answers[0]["size"]
    where = {"establishment_id": answers[0]["establishment_id"]}
    assert ok(service.post("/answers", params=where, content=raw))["outcome"] == "already_read"


def test_the_timeline_says_what_who_when_and_why(service: Service) -> None:
    practice = enter(service, most_patients=1)
    (patient,) = practice.patients.values()
    headers = {"Quittance-On-Behalf-Of": "user:claire", "Quittance-Correlation-Id": "visit-17"}
    body = {"last_name": "Autre", "first_name": "Nom", "sex": 2, "reason": "Nom d'épouse abandonné"}
    ok(service.put(f"/patients/{patient}", json=body, headers=headers))
    timeline = ok(service.get(f"/timeline/{patient}"))
    last = timeline["entries"][-1]
    assert timeline["kind"] == "patient"
    assert timeline["state"]["details"]["last_name"] == "Autre"
    assert (last["what"], last["for_whom"], last["correlation_id"]) == (
        "patient.details_corrected",
        "user:claire",
        "visit-17",
    )
    assert last["who"].startswith("key:")
    assert last["why"] == "Nom d'épouse abandonné"
    assert last["command_id"]


def test_as_of_shows_every_list_and_state_as_it_was(service: Service) -> None:
    practice = enter(service, most_patients=12)
    before = service.clock.now()
    service.clock.forward(hours=1)
    bill(service, practice, care_file())
    then = {"as_of": before.isoformat()}
    for path, name in (
        ("/sendings", "sendings"),
        ("/invoices", "invoices"),
        ("/refusals", "refusals"),
        ("/billing-days", "billing_days"),
        ("/answers", "answers"),
        ("/items", "items"),
    ):
        assert ok(service.get(path, params=then))[name] == []
        if name != "items":
            assert ok(service.get(path))[name]
    sending = ok(service.get("/sendings"))["sendings"][0]["sending_id"]
    assert service.get(f"/sendings/{sending}", params=then).status_code == 404
    sent = ok(service.get(f"/timeline/{sending}"))["entries"]
    instant = datetime.fromisoformat(sent[1]["at"]) - timedelta(seconds=1)
    assert ok(service.get(f"/sendings/{sending}", params={"as_of": instant.isoformat()}))["status"] == "prepared"
    assert ok(service.get(f"/sendings/{sending}"))["status"] != "prepared"
    assert service.get("/sendings", params={"as_of": "2026-11-03T09:00:00"}).status_code == 422


def test_as_of_a_day_to_come_nobody_knows(service: Service) -> None:
    """As on the pages: until the end of today in Belgium, wherever who asks may be."""
    enter(service, most_patients=1)
    today = local_date(service.clock.now())
    midnight = datetime.combine(today + timedelta(days=1), time(), BELGIUM)
    far = timezone(timedelta(hours=14))
    for path in ("/sendings", f"/timeline/{uuid4()}"):
        late = service.get(path, params={"as_of": midnight.astimezone(far).isoformat()})
        assert (late.status_code, late.json()["code"]) == (422, "as_of_to_come"), path
    for known in (midnight - timedelta(seconds=1), (midnight - timedelta(seconds=1)).astimezone(far)):
        assert service.get("/sendings", params={"as_of": known.isoformat()}).status_code == 200
    for never in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"):
        assert service.get("/sendings", params={"as_of": never}).status_code == 422


@pytest.mark.parametrize("by", ["ssin", "last_name"])
def test_a_patient_is_found_without_a_number_or_name_in_any_address(service: Service, by: str) -> None:
    practice = enter(service, most_patients=3)
    number, patient = next(iter(practice.patients.items()))
    who = ok(service.get(f"/patients/{patient}"))
    body = {"establishment_id": str(practice.where), by: who[by]}
    found = service.client.post("/patients/search", json=body, headers={"Authorization": f"Bearer {service.token}"})
    assert found.status_code == 303
    address = found.headers["location"]
    assert number not in address
    assert who["last_name"].lower() not in address.lower()
    shown = ok(service.get(address))
    assert str(patient) in (
        [one["patient_id"] for one in shown["patients"]] if by == "last_name" else [shown["patient_id"]]
    )
    if by == "last_name":
        other = service.key("medical")
        assert service.get(address, token=other).status_code == 404
        service.clock.forward(minutes=16)
        gone = service.get(address)
        assert (gone.status_code, gone.json()["code"]) == (404, "search_gone")
