"""Registrations with MyCareNet by REST: one, many, mandates and conditions, who may, and what nobody gets to read."""

from uuid import uuid4

from tests.api.practice import enter
from tests.api.service import Service, ok

NURSE, OTHER, COMPANY = "49991127401", "49992216401", "0999999823"
STAFF = {"kind": "company_staff", "nihii": NURSE, "cbe": COMPANY, "valid_from": "2026-01-01"}


def test_a_registration_lives_through_its_mandates_and_conditions(both: Service) -> None:
    where = enter(both, 1, has_tariffs=False).where
    home = f"/establishments/{where}/registrations"
    assert ok(both.get(home))["registrations"] == []
    made = both.post(home, json=STAFF, headers={"Accept-Language": "en"})
    assert made.status_code == 201
    (warned,) = made.json()["warnings"]
    assert (warned["code"], "another number" in warned["text"]) == ("not_for_files", True)
    assert ok(both.post(home, json=STAFF))["is_new"] is False
    one = f"{home}/{made.json()['registration_id']}"
    ok(both.post(f"{one}/mandates", json={"valid_from": "2026-01-01", "given_to": "Bureau", "evidence": "lettre"}))
    ok(both.put(f"{one}/conditions/manager_in_cbe", json={"arranged_on": "2026-01-02", "evidence": "vu"}))
    (shown,) = ok(both.get(home, headers={"Accept-Language": "nl"}))["registrations"]
    assert (shown["is_in_force"], shown["lacks_mandate"]) == (True, False)
    assert "onderneming" in shown["about"]
    assert [(c["condition"], c["arranged_on"], c["evidence"]) for c in shown["conditions"]] == [
        ("manager_in_cbe", "2026-01-02", "vu"),
        ("staff_rights", None, ""),
    ]
    (mandate,) = shown["mandates"]
    assert (mandate["given_to"], mandate["valid_to"]) == ("Bureau", None)
    ok(both.post(f"{one}/mandates/{mandate['mandate_id']}/revoke", json={"valid_to": "2026-01-31"}))
    ok(both.post(f"{one}/conditions/manager_in_cbe/reopen", json={}))
    ok(both.post(f"{one}/end", json={"valid_to": "2099-12-31", "reason": "Fin"}))
    listed = ok(both.get(home))
    (shown,) = listed["registrations"]
    assert (shown["lacks_mandate"], shown["valid_to"], shown["conditions"][0]["arranged_on"]) == (
        True,
        "2099-12-31",
        None,
    )
    told = ok(both.get(f"/timeline/{listed['stream_id']}"))
    assert [entry["what"] for entry in told["entries"]] == [
        "registration.created",
        "registration.mandate_recorded",
        "registration.condition_arranged",
        "registration.mandate_revoked",
        "registration.condition_reopened",
        "registration.ended",
    ]
    assert told["entries"][-1]["why"] == "Fin"


def test_sof_05_many_at_once_tell_what_became_of_each(both: Service) -> None:
    where = enter(both, 1, has_tariffs=False).where
    home = f"/establishments/{where}/registrations"
    wanted = [STAFF, STAFF | {"nihii": "49991128401"}, STAFF | {"nihii": OTHER}, STAFF | {"valid_from": "2026-02-01"}]
    key = {"Idempotency-Key": uuid4().hex, "Accept-Language": "en"}
    first = both.post(f"{home}/batch", json={"registrations": wanted}, headers=key)
    told = ok(first)["registrations"]
    assert [(one["place"], one["outcome"], one["code"]) for one in told] == [
        (1, "created", ""),
        (2, "refused", "field_invalid"),
        (3, "created", ""),
        (4, "refused", "registration_overlaps"),
    ]
    assert all(one["text"] for one in told if one["outcome"] == "refused")
    again = both.post(f"{home}/batch", json={"registrations": wanted}, headers=key)
    assert again.json() == first.json()
    assert {one["nihii"] for one in ok(both.get(home))["registrations"]} == {NURSE, OTHER}


def test_who_registers_sees_and_what_stays_inside(both: Service) -> None:
    where = enter(both, 1, has_tariffs=False).where
    home = f"/establishments/{where}/registrations"
    reading = both.key("read", where=(where,))
    assert both.post(home, json=STAFF, token=reading).status_code == 403
    registering = both.key("register", "read", where=(where,))
    made = ok(both.post(home, json=STAFF, token=registering))["registration_id"]
    assert len(ok(both.get(home, token=reading))["registrations"]) == 1
    foreign = both.key("register", "read", where=(uuid4(),))
    for method, path in (("GET", home), ("POST", home), ("POST", f"{home}/{made}/end")):
        body = {"json": STAFF} if path == home and method == "POST" else {"json": {"valid_to": "2026-01-31"}}
        answer = both.call(method, path, token=foreign, **(body if method == "POST" else {}))
        assert (answer.status_code, answer.json()["code"]) == (404, "establishment_unknown")
    mandate = {"valid_from": "2026-01-01", "given_to": "Marie Peeters", "evidence": "appel de Marie"}
    ok(both.post(f"{home}/{made}/mandates", json=mandate))
    feed = both.get("/events", params={"after": 0, "limit": 500}).text
    assert "registration.mandate_recorded" in feed
    assert "Marie" not in feed
    personal = both.post(f"{home}/{made}/mandates", json=mandate | {"evidence": "NISS 85.07.30-033.28"})
    assert (personal.status_code, personal.json()["code"]) == (422, "note_personal")
    assert "0330" not in personal.text
    with both.quittance.store.database.snapshot() as sql:
        stored = [bytes(row["state"]) for row in sql.rows("SELECT state FROM events")]
    assert not any(b"Marie" in state for state in stored)


def test_a_late_change_of_what_somebody_else_changed_is_refused(both: Service) -> None:
    where = enter(both, 1, has_tariffs=False).where
    home = f"/establishments/{where}/registrations"
    made = ok(both.post(home, json=STAFF))["registration_id"]
    seen = both.get(home).headers["ETag"]
    ok(both.post(f"{home}/{made}/end", json={"valid_to": "2026-06-30"}, headers={"If-Match": seen}))
    late = both.post(f"{home}/{made}/end", json={"valid_to": "2026-07-31"}, headers={"If-Match": seen})
    assert late.status_code == 412
