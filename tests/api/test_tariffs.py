"""Tariffs over HTTP: who may do what, faults told in the answer, sets of another practice absent, prices with their why."""

from dataclasses import asdict
from uuid import UUID

import pytest

from infrastructure.sample import BE_DENTAL, BE_NURSING, sample_tariff
from tests.api.practice import MONTH, Practice, enter
from tests.api.service import Service, ok
from tests.domain.builders import establishment_details

ASKED = {"code": "990022", "day": "2026-02-03", "ct1": "110", "ct2": "110", "units": "2"}


@pytest.fixture
def place(service: Service) -> str:
    """The tariffs of the sample practice."""
    return f"/establishments/{enter(service, 0, has_tariffs=False).where}/tariffs"


def test_who_bills_loads_and_who_administers_accepts(service: Service, place: str) -> None:
    content = sample_tariff(BE_NURSING)
    assert service.call("POST", place, content=content, token=service.key("read")).status_code == 403
    loaded = ok(service.call("POST", place, content=content, token=service.key("bill")))
    assert (loaded["is_new"], loaded["set"]["state"], loaded["faults"]) == (True, "waiting", [])
    one = f"{place}/{loaded['set']['id']}"
    body = {"applies_from": "2025-01-01"}
    assert service.post(f"{one}/accept", json=body, token=service.key("bill")).status_code == 403
    ok(service.post(f"{one}/accept", json=body, token=service.key("admin")))
    price = ok(service.call("GET", f"{place}/price", params=ASKED, token=service.key("read")))
    assert (price["amount_cents"], price["patient_share_cents"], price["entitlement"]) == (818, 74, "ordinary")
    assert (price["set"], price["letter"]["coefficient"]) == (loaded["set"]["id"], "0.762")
    assert ok(service.get(one))["roles"]["toilet"] == 2
    ok(service.post(f"{one}/set-aside", json={"reason": "wrong edition"}))
    assert [found["state"] for found in ok(service.get(place))["sets"]] == ["aside"]
    refused = service.call("GET", f"{place}/price", params=ASKED)
    assert (refused.status_code, refused.json()["code"]) == (404, "tariff_missing")


def test_faults_come_with_their_places_and_nothing_is_taken_in(service: Service, place: str) -> None:
    told = ok(service.call("POST", place, content=b'{"format": "quittance-tariff/1", "codes": [{"code": 1}]}'))
    assert told["set"] is None
    assert {"place": "codes[0]", "field": "code", "code": "type_wrong", "about": "", "count": 1} in told["faults"]
    assert ok(service.get(place)) == {"sets": []}


def test_what_cannot_be_says_why(service: Service, place: str) -> None:
    dental = ok(service.call("POST", place, content=sample_tariff(BE_DENTAL)))["set"]["id"]
    refused = service.post(f"{place}/{dental}/accept", json={"applies_from": "2026-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "tariff_of_another_sector")
    for path in (f"{place}/{'0' * 64}", f"{place}/{'0' * 64}/changes"):
        assert service.get(path).json()["code"] == "tariff_unknown"


def test_a_set_of_one_practice_is_none_of_another(service: Service, place: str) -> None:
    one = ok(service.call("POST", place, content=sample_tariff(BE_NURSING)))["set"]["id"]
    where = UUID(place.split("/")[2])
    other = ok(service.post("/establishments", json=asdict(establishment_details())))["id"]
    assert service.get(f"/establishments/{other}/tariffs/{one}").json()["code"] == "tariff_unknown"
    token = service.key("read", where=(UUID(other),))
    assert service.call("GET", f"/establishments/{where}/tariffs", token=token).status_code == 404


def test_what_days_would_cost(billed: tuple[Service, Practice]) -> None:
    """Supposing what holds changes nothing; sums are of all days, however many rows; whose they are is noted."""
    service, practice = billed
    place = f"/establishments/{practice.where}/tariffs"
    (held,) = ok(service.get(place))["sets"]
    reader = service.key("read")
    head, seen = service.quittance.log.head(), noted(service)
    same = ok(service.get(f"{place}/what-if", params={"month": MONTH, "tariffs": held["id"]}))
    assert (same["changed"], same["rows_left_out"]) == (0, 0)
    assert same["reasons"] == [{"code": "insurability_missing", "days": same["untold"]}], "they are in no sending"
    assert same["insurer"]["former_cents"] == same["insurer"]["new_cents"] > 1_000_000
    assert (same["insurer"]["difference_cents"], same["patient"]["difference_cents"]) == (0, 0)
    seen += len({row["patient_id"] for row in same["rows"]})
    assert noted(service) == seen
    asked = {"month": MONTH, "category": "A", "limit": "5"}
    lower = ok(service.call("GET", f"{place}/what-if", params=asked, token=reader))
    assert lower["days"] == same["days"]
    assert lower["insurer"]["difference_cents"] < 0
    assert (len(lower["rows"]), lower["rows_left_out"]) == (5, lower["changed"] + lower["untold"] - 5)
    assert noted(service) == seen + len({row["patient_id"] for row in lower["rows"]})
    one = lower["rows"][0]
    alone = ok(service.get(f"{place}/what-if", params={"day_id": one["day_id"], "category": "A"}))
    assert (alone["days"], alone["rows"]) == (1, [one])
    his = ok(service.get(f"{place}/what-if", params={**asked, "limit": "200", "patient_id": one["patient_id"]}))
    assert {row["patient_id"] for row in his["rows"]} == {one["patient_id"]}
    assert 0 < his["days"] < lower["days"]
    first, last = one["date"], one["date"]
    day = ok(service.get(f"{place}/what-if", params={"date_from": first, "date_to": last, "category": "A"}))
    assert one in day["rows"]
    assert service.quittance.log.head() == head


def noted(service: Service) -> int:
    with service.quittance.store.database.snapshot() as sql:
        return int(sql.rows("SELECT count(*) AS n FROM access_log")[0]["n"])


def test_what_cannot_be_supposed_says_why(service: Service, place: str) -> None:
    for params, status, code in (
        ({"month": MONTH}, 422, "what_if_nothing"),
        ({"category": "A"}, 422, "month_invalid"),
        ({"category": "A", "date_from": "2026-01-01"}, 422, "day_missing"),
        ({"category": "A", "date_from": "2026-01-01", "date_to": "2027-02-01"}, 422, "what_if_span"),
        ({"month": MONTH, "tariffs": "0" * 64}, 404, "tariff_unknown"),
        ({"day_id": str(UUID(int=1)), "category": "A"}, 404, "day_unknown"),
    ):
        refused = service.get(f"{place}/what-if", params=params)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert service.call("GET", f"{place}/what-if", params={"month": MONTH}, token="").status_code == 401
    elsewhere = service.key("read", where=(UUID(int=7),))
    asked = {"month": MONTH, "category": "A"}
    assert service.call("GET", f"{place}/what-if", params=asked, token=elsewhere).status_code == 404
    assert service.call("GET", f"{place}/what-if", params=asked, token=service.key("bill")).status_code == 403
