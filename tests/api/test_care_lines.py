"""Care over HTTP with and without amounts: what nobody knows yet is null, in what comes in and in what is answered."""

from typing import Any

import pytest

from tests.api.practice import MONTH, enter
from tests.api.service import Service, ok

NURSE = "49991127401"
LINE = {"date": "2026-10-07", "code": "425014", "provider": NURSE}
AMOUNTS = ("amount_cents", "patient_share_cents", "supplement_cents")


def body_of(service: Service, *lines: dict[str, Any]) -> dict[str, Any]:
    """A command that enters these lines for one patient of the sample practice."""
    practice = enter(service, 1, has_tariffs=False)
    (patient,) = practice.patients.values()
    return {
        "establishment_id": str(practice.where),
        "lines": [{"patient_id": str(patient), **LINE, **line} for line in lines],
    }


def recorded(service: Service, *lines: dict[str, Any]) -> tuple[str, list[str]]:
    """Path of their day, and of each line."""
    done = ok(service.post("/care-lines", json=body_of(service, *lines)))["lines"]
    (day,) = {line["day_id"] for line in done}
    return f"/billing-days/{day}", [f"/billing-days/{day}/lines/{line['line_id']}" for line in done]


def cares(service: Service, day: str, token: str | None = None) -> list[dict[str, Any]]:
    return [line["care"] for line in ok(service.call("GET", day, token=token))["lines"]]


def test_an_amount_that_is_not_given_is_null_until_somebody_gives_it(both: Service) -> None:
    day, (bare, _, _) = recorded(
        both,
        {"visit": 2},
        {"amount_cents": 0, "time": "0800"},
        {"service_norm": 9, "amount_cents": None, "patient_share_cents": 0, "code": "426215"},
    )
    first, free, told = cares(both, day)
    assert [first[name] for name in (*AMOUNTS, "is_priced", "visit")] == [None, None, None, False, 2]
    assert [free[name] for name in (*AMOUNTS, "is_priced", "visit")] == [0, 0, 0, True, 0]
    assert [told[name] for name in (*AMOUNTS, "is_priced")] == [0, 0, 0, True]
    limited = cares(both, day, both.key("read"))[0]
    assert (limited["amount_cents"], limited["is_priced"], limited["time"]) == (None, False, "")
    where = ok(both.get(day))["establishment_id"]
    preview = ok(both.post("/billing-runs", json={"establishment_id": where, "month": MONTH, "dry_run": True}))
    assert [held["code"] for held in preview["blocked"]] == ["tariff_missing"]
    priced = {name: value for name, value in LINE.items() if name != "date"} | {"amount_cents": 721, "visit": 2}
    ok(both.put(bare, json=priced))
    assert [cares(both, day)[0][name] for name in (*AMOUNTS, "is_priced", "visit")] == [721, 0, 0, True, 2]
    ok(both.put(bare, json=priced | {"amount_cents": None}))
    assert cares(both, day)[0] == first


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ({"patient_share_cents": 58}, "patient_share_cents", "amount_missing"),
        ({"amount_cents": None, "supplement_cents": 0}, "supplement_cents", "amount_missing"),
        ({"amount_cents": -1, "supplement_cents": 5}, "amount_cents", "greater_than_equal"),
        ({"visit": 100}, "visit", "less_than_equal"),
    ],
)
def test_what_cannot_stand_without_an_amount_is_told_by_line_and_field(
    service: Service, line: dict[str, Any], field: str, code: str
) -> None:
    answer = service.post("/care-lines", json=body_of(service, {}, line), headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (f"lines.1.{field}", code)
    assert ("give amount_cents" in error["hint"]) == (code == "amount_missing")


def test_a_timeline_and_a_run_say_null_where_nobody_gave_an_amount(both: Service) -> None:
    day, _ = recorded(both, {"visit": 1}, {"amount_cents": 700, "time": "0900"})
    free = {"date": "2026-10-08", "amount_cents": 300}
    where, who = (ok(both.get(day))[name] for name in ("establishment_id", "patient_id"))
    ok(both.post("/care-lines", json={"establishment_id": where, "lines": [{"patient_id": who, **LINE, **free}]}))
    found = ok(both.get(f"/timeline/{day.split('/')[-1]}"))
    first, second = [line["care"] for line in found["entries"][0]["data"]["lines"]]
    assert [first[name] for name in (*AMOUNTS, "is_priced")] == [None, None, None, False]
    assert [second[name] for name in (*AMOUNTS, "is_priced")] == [700, 0, 0, True]
    assert [line["care"] for line in found["state"]["lines"]] == [first, second]
    run = {"establishment_id": where, "month": MONTH}
    (held,) = ok(both.post("/billing-runs", json={**run, "dry_run": True}))["blocked"]
    assert (held["code"], held["days"], held["amount_cents"], held["unpriced"]) == ("tariff_missing", 1, None, 1)
    done = ok(both.post("/billing-runs", json=run))
    (kept,) = ok(both.get(f"/billing-runs/{done['run_id']}"))["blocked"]
    assert kept == {"code": "tariff_missing", "days": 1, "amount_cents": None, "unpriced": 1}
    (listed,) = ok(both.get("/billing-runs"))["billing_runs"]
    assert listed["blocked"] == [["tariff_missing", 1, None, 1]]


def test_the_preview_says_why_a_day_is_not_what_one_might_expect(service: Service) -> None:
    practice = enter(service, 1)
    (patient,) = practice.patients.values()
    (katz,) = ok(service.get(f"/patients/{patient}/authorisations"))["authorisations"]
    assert katz["kind"] == "katz"
    lines = [{"patient_id": str(patient), **LINE, "code": "990033", "visit": 1}]
    ok(service.post("/care-lines", json={"establishment_id": str(practice.where), "lines": lines}))
    run = {"establishment_id": str(practice.where), "month": MONTH, "dry_run": True}
    preview = ok(service.post("/billing-runs", json=run))
    (hint,) = preview["hints"]
    assert (hint["code"], hint["days"], hint["unpriced"]) == ("flat_fee_without_toilet", 1, 0)
    assert "toilette" in hint["text"]
    assert preview["sendings"][0]["days"] == 1


def test_a_care_file_brings_lines_without_amounts(service: Service) -> None:
    practice = enter(service, 1, has_tariffs=False)
    (number,) = practice.patients
    query = {"establishment_id": str(practice.where)}
    content = f"ssin;date;code;provider;visit\n{number};2026-10-07;425014;{NURSE};1\n".encode()
    assert ok(service.post("/imports", params=query, content=content))["added"] == 1
    again = f"ssin;date;code;provider;visit;amount_cents\n{number};2026-10-07;425014;{NURSE};1;721\n".encode()
    report = ok(service.post("/imports", params=query, content=again))
    assert (report["outcome"], report["added"]) == ("needs_consent", 0)
    (difference,) = report["differences"]
    assert difference["fields"] == list(AMOUNTS)
    assert cares(service, f"/billing-days/{difference['day_id']}")[0]["amount_cents"] is None


def test_the_description_says_that_amounts_may_be_null(service: Service) -> None:
    shapes = service.get("/openapi.json").json()["components"]["schemas"]
    for shape in ("EntryIn", "CareCorrectionIn", "CareOut"):
        for name in AMOUNTS:
            assert {one.get("type") for one in shapes[shape]["properties"][name]["anyOf"]} == {"integer", "null"}
    assert "amount_cents" not in shapes["EntryIn"]["required"]
    assert "the tariffs give it" in shapes["EntryIn"]["properties"]["amount_cents"]["description"]
    assert "visit" in shapes["EntryIn"]["properties"]


@pytest.mark.parametrize("field", ["prescriber", "care_assistant", "provider"])
def test_a_number_with_wrong_check_digits_is_refused_where_care_is_entered(service: Service, field: str) -> None:
    answer = service.post("/care-lines", json=body_of(service, {field: "10005381004", "amount_cents": 721}))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"].rpartition(".")[2], error["code"]) == (field, "nihii_invalid")


def test_a_line_of_a_file_is_kept_with_such_a_prescriber_and_blocked_until_it_is_mended(service: Service) -> None:
    practice = enter(service, 1)
    (number,) = practice.patients
    where = {"establishment_id": str(practice.where)}
    head = "ssin;date;code;provider;amount_cents;prescriber;prescription_date"
    line = f"{number};{MONTH}-07;425014;{NURSE};721;10005381004;{MONTH}-01"
    report = ok(service.post("/imports", params=where, content=f"{head}\n{line}\n".encode()))
    assert (report["added"], report["rejected"]) == (1, [])
    preview = ok(service.post("/billing-runs", json={**where, "month": MONTH, "dry_run": True}))
    assert "prescriber_invalid" in [held["code"] for held in preview["blocked"]]
