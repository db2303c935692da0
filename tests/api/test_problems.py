"""Every code that anything raises has its words in three languages; limits, languages and headers of the door."""

import ast
from pathlib import Path

import httpx
import pytest

from api.catalogue import LANGUAGES, all_messages, text
from api.rest.limits import JSON_BYTES
from api.rest.problems import MEDIA_TYPE
from api.rest.traffic import PROTECTING
from tests.api.service import Service, ok

ROOT = Path(__file__).parents[2]
RAISED = {"NotAllowed", "Invalid", "NotFound", "UnreadableMessage", "CareFileError", "not_here"}


def codes() -> set[str]:
    found = set()
    for package in ("domain", "application", "infrastructure", "projections", "api"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    found |= texts(node.args[:1] if name in RAISED else node.args[1:2] if name == "Problem" else [])
                elif isinstance(node, ast.Assign) and [getattr(to, "id", "") for to in node.targets] in (
                    ["code"],
                    ["ABSENT"],
                ):
                    found |= texts([node.value])
    return found


def texts(nodes: list[ast.expr]) -> set[str]:
    return {
        node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
    }


def test_every_code_has_a_title_and_a_detail_in_three_languages() -> None:
    known, raised = all_messages(), codes()
    assert len(raised) > 60
    for group in ("problem", "problem_title"):
        missing = {code for code in raised if f"{group}.{code}" not in known}
        assert not missing
    problems = {key: found for key, found in known.items() if key.startswith(("problem", "field.", "mistake."))}
    for key, found in problems.items():
        assert set(found) == set(LANGUAGES), key
        assert all(found.values()), key
    titles = [found["fr"] + found["en"] for key, found in problems.items() if key.startswith("problem.")]
    assert len(set(titles)) >= len(titles) - 2


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "fr"),
        ("nl-BE,nl;q=0.9", "nl"),
        ("de, en;q=0.4, fr;q=0.2", "en"),
        ("fr;q=0.1, nl;q=x, en", "en"),
        ("*", "fr"),
        ("zz", "fr"),
    ],
)
def test_a_problem_speaks_the_language_of_the_request(service: Service, asked: str, language: str) -> None:
    answer = service.get("/sendings/00000000-0000-4000-8000-000000000000", headers={"Accept-Language": asked})
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["content-language"] == language
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (
        404,
        "sending_unknown",
        "urn:quittance:problem:sending_unknown",
    )
    assert body["title"] == text("problem_title.sending_unknown", language)  # type: ignore[arg-type]


def test_a_wrong_field_is_named_with_what_would_be_right(service: Service) -> None:
    body = {
        "nihii": "12345678901",
        "last_name": "x" * 300,
        "first_name": "A",
        "activity": [{"valid_from": "soon"}],
        "zz": 1,
    }
    answer = service.post("/providers", json=body, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert {(e["place"], e["field"], e["code"]) for e in answer.json()["errors"]} == {
        ("body", "nihii", "nihii_invalid"),
        ("body", "last_name", "string_too_long"),
        ("body", "activity.0.valid_from", "date_from_datetime_parsing"),
        ("body", "?", "extra_forbidden"),
    }
    assert all(error["hint"] for error in answer.json()["errors"])
    wrong = {"name": "N", "sector": "dentist", "tpp_number": "81234530501", "cbe_number": "1", "iban": "x", "bic": "y"}
    contact = {"contact_last_name": "", "contact_first_name": "", "contact_phone": "1"}
    domain = service.post("/establishments", json=wrong | contact, headers={"Accept-Language": "en"}).json()
    assert domain["errors"] == [
        {"place": "body", "field": "cbe_number", "code": "field_invalid", "hint": "10 digits with valid check digits"}
    ]


def test_a_body_that_is_too_large_is_refused_before_it_is_parsed(service: Service) -> None:
    too_much = b" " * (JSON_BYTES + 1)
    told = service.post("/providers", content=too_much)
    assert (told.status_code, told.json()["code"]) == (413, "body_too_large")

    def pieces():
        for _ in range(JSON_BYTES // 65536 + 2):
            yield b" " * 65536

    assert service.post("/providers", content=pieces()).status_code == 413
    allowed = service.post("/imports", params={"establishment_id": "0" * 32}, content=too_much)
    assert (allowed.status_code, allowed.json()["code"]) == (404, "establishment_unknown")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 422, "request_invalid"),
        (b"[]", "application/json", 422, "request_invalid"),
        (b"\xff\xfe", "application/json", 422, "request_invalid"),
        (b"{}", "text/plain", 422, "request_invalid"),
        (b"", "application/json", 422, "request_invalid"),
    ],
)
def test_a_body_that_is_no_json_is_told_so(service: Service, content: bytes, kind: str, status: int, code: str) -> None:
    answer = service.post("/providers", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_what_is_not_there_is_told_in_the_same_way(service: Service) -> None:
    for method, path, status, code in (
        ("GET", "/nowhere", 404, "path_unknown"),
        ("GET", "/docs", 404, "path_unknown"),
        ("GET", "/establishments/", 404, "path_unknown"),
        ("DELETE", "/rules", 405, "method_not_allowed"),
        ("POST", "/take-over?establishment_id=00000000-0000-4000-8000-000000000000", 415, "media_type_unsupported"),
    ):
        answer = service.call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path


def test_every_answer_carries_the_protecting_headers(service: Service) -> None:
    for answer in (
        service.get("/health", token=""),
        service.get("/rules"),
        service.get("/nowhere"),
        service.get("/rules", token=""),
        service.post("/providers", content=b"{"),
    ):
        assert {name: answer.headers[name] for name in PROTECTING} == PROTECTING
        assert len(answer.headers["Quittance-Correlation-Id"]) == 32
        assert "server" not in answer.headers


@pytest.mark.parametrize("header", ["Quittance-On-Behalf-Of", "Quittance-Correlation-Id"])
def test_a_header_with_a_person_s_number_is_refused(service: Service, header: str) -> None:
    for value in ("85073003328", "user:85073003328", "x" * 65, "a b", "é".encode().decode("latin-1")):
        answer = service.get("/rules", headers={header: value.encode("latin-1")})
        assert (answer.status_code, answer.json()["code"]) == (400, "header_invalid")
    kept = service.get("/rules", headers={header: "user:claire"})
    assert kept.status_code == 200


def test_a_fault_of_ours_tells_nothing_and_is_logged_without_values(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("85073003328")

    monkeypatch.setattr("api.rest.rules.known_codes", broken)
    answer: httpx.Response = service.get("/refusal-codes")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "ValueError" in caplog.text
    assert "85073003328" not in caplog.text + answer.text


def test_pages_follow_each_other_to_the_end(billed: tuple[Service, object]) -> None:
    service, _ = billed
    whole = [day["day_id"] for day in walk(service, "/billing-days?limit=200&sort=amount_cents&descending=true")]
    assert len(whole) > 400
    assert len(set(whole)) == len(whole)
    pages = [day["day_id"] for day in walk(service, "/billing-days?limit=37&sort=amount_cents&descending=true")]
    assert pages == whole
    other = ok(service.get("/billing-days?limit=5"))["next"]
    assert service.get(other.replace("limit=5", "limit=5&sort=phase")).json()["code"] == "cursor_invalid"


def walk(service: Service, address: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    following: str | None = address
    while following:
        page = ok(service.get(following))
        rows += page["billing_days"]
        following = page["next"]
    return rows
