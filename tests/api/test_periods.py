"""Books closed by month, by REST: what was given up until then stands, and says so."""

from collections.abc import Iterator

import pytest

from domain.rules.limits import add_months, month_of, month_start
from tests.api.practice import Practice, bill, enter, november
from tests.api.service import Service, ok
from tests.api.test_corrections import refused_days


@pytest.fixture
def billed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Practice]]:
    """The sample month, answered in November."""
    with Service.open("sqlite", tmp_path_factory.mktemp("closed"), november()) as service:
        practice = enter(service)
        bill(service, practice)
        yield service, practice


def test_ref_17_a_justified_refusal_stands_once_its_month_is_closed(billed: tuple[Service, Practice]) -> None:
    service, practice = billed
    where = str(practice.where)
    books = f"/establishments/{where}/books"
    (day, *_) = refused_days(service, where)
    decision = {"establishment_id": where, "day_ids": [day["day_id"]], "decision": "justified", "reason": "Hors délai"}
    ok(service.post("/billing-days/decisions", json=decision))
    assert ok(service.get(books)) == {"closed_through": None, "by": None, "at": None}
    month = f"{service.clock.now():%Y-%m}"
    early = service.post(f"{books}/close", json={"month": month})
    assert (early.status_code, early.json()["code"]) == (409, "period_not_over")
    known = service.get(f"/billing-days/{day['day_id']}")
    assert known.json()["state"] == "justified"

    service.clock.forward(days=40)
    closing = service.key("close", "read", where=(practice.where,))
    assert ok(service.post(f"{books}/close", json={"month": month}, token=closing)) == {"closed_through": month}
    told = ok(service.get(books))
    assert (told["closed_through"], told["by"].startswith("key:"), bool(told["at"])) == (month, True, True)
    shown = service.get(f"/billing-days/{day['day_id']}", headers={"If-None-Match": known.headers["ETag"]})
    assert (shown.status_code, shown.json()["state"]) == (200, "justified_in_closed_books")
    back = {"establishment_id": where, "day_ids": [day["day_id"]], "reason": "trop vite"}
    (left,) = ok(service.post("/billing-days/restorations", json=back))["left"]
    assert (left["code"], left["day_ids"]) == ("correction_period_closed", [day["day_id"]])
    again = {**decision, "decision": "rebill", "dry_run": True}
    (left,) = ok(service.post("/billing-days/decisions", json=again))["left"]
    assert left["code"] == "correction_period_closed"
    assert left["text"]

    reopening = {"month": month, "reason": "Clôture trop tôt"}
    assert service.post(f"{books}/reopen", json=reopening, token=closing).status_code == 403
    bare = service.post(f"{books}/reopen", json={**reopening, "reason": " "})
    assert (bare.status_code, bare.json()["code"]) == (422, "reason_missing")
    assert ok(service.post(f"{books}/reopen", json=reopening)) == {
        "closed_through": month_of(add_months(month_start(month), -1))
    }
    assert ok(service.post("/billing-days/restorations", json=back))["day_ids"] == [day["day_id"]]
    entries = ok(service.get(f"/timeline/{where}"))["entries"]
    assert [entry["what"] for entry in entries[-2:]] == ["establishment.period_closed", "establishment.period_reopened"]


def test_books_are_closed_by_whoever_may_and_of_ones_own_establishment(billed: tuple[Service, Practice]) -> None:
    service, practice = billed
    books = f"/establishments/{practice.where}/books"
    billing = service.key("read", "bill", "register", "care", "medical")
    assert service.post(f"{books}/close", json={"month": "2026-01"}, token=billing).status_code == 403
    assert ok(service.get(books, token=service.key("read")))["closed_through"] is None
    wrong = service.post(f"{books}/close", json={"month": "2026-13"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "month")
