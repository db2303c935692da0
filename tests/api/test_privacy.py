"""Numbers and names stand in answers about a person and nowhere else; who read such an answer is on record."""

import json
import logging
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.rest.log_lines import JsonLines
from tests.api.practice import Practice, personal_values
from tests.api.scenario import Story
from tests.api.service import Service, ok
from tests.stores import SteppedClock

NUMBER = "85073003328"
ABOUT_NOBODY = {"list_events", "get_openapi"}
"""Ids only, and what happened; and the examples of the description."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Service.open("sqlite", tmp_path_factory.mktemp("private"), SteppedClock()) as service:
        story = Story(service)
        story.tell()
        yield story


def test_every_answer_about_a_person_is_on_record(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with Service.open("sqlite", tmp_path, SteppedClock()) as service:
        story = Story(service)
        run, noted = story.run, set()

        def watched(operation: str, **options: Any) -> httpx.Response:
            before = reads(service)
            answer = run(operation, **options)
            patient = getattr(story, "patient", None)
            is_read = "GET" in story.routes[operation].methods
            if is_read and patient and operation not in ABOUT_NOBODY and says_something_of(answer, patient):
                assert reads(service) > before, operation
                noted.add(operation)
            return answer

        monkeypatch.setattr(story, "run", watched)
        story.tell()
        assert noted >= {
            "get_patient",
            "get_search_result",
            "get_billing_day",
            "list_billing_days",
            "list_invoices",
            "get_invoice",
            "get_sending_tree",
            "get_sending_file",
            "get_timeline",
        }


def test_a_file_is_noted_for_everybody_in_it(billed: tuple[Service, Practice]) -> None:
    service, _ = billed
    answers = ok(service.get("/answers", params={"limit": 200, "kind": "920900"}))["answers"]
    invoices = ok(service.get("/invoices", params={"limit": 200, "sending_id": answers[0]["sending_id"]}))["invoices"]
    before = reads(service)
    service.get(f"/answers/{answers[0]['message_id']}/file")
    assert reads(service) == before + len({one["patient_id"] for one in invoices})


def test_the_record_says_who_for_whom_what_and_whose(told: Story) -> None:
    service = told.service
    service.get(
        f"/patients/{told.patient}", headers={"Quittance-On-Behalf-Of": "user:an", "Quittance-Correlation-Id": "c-1"}
    )
    with service.quittance.store.database.snapshot() as sql:
        row = sql.rows("SELECT * FROM access_log ORDER BY id DESC LIMIT 1")[0]
    assert (row["actor"], row["action"]) == (f"key:{service.token.split('_')[1]}", "patient.read")
    assert str(row["patient_id"]) == told.patient
    assert (row["on_behalf_of"], row["cause"]) == ("user:an", "api correlation=c-1")


def test_nothing_personal_stands_in_logs_addresses_or_kept_answers(
    billed: tuple[Service, Practice], caplog: pytest.LogCaptureFixture
) -> None:
    service, _ = billed
    caplog.set_level(logging.DEBUG)
    with service.quittance.store.database.snapshot() as sql:
        kept = b"".join(row["body"] for row in sql.rows("SELECT body FROM answers")).decode()
    addresses = "".join(str(answer.request.url) for answer in service.sent)
    for path in (
        "/refusals",
        "/billing-days",
        f"/patients/{NUMBER}",
        f"/patients/{NUMBER}/x?ssin={NUMBER}",
        "/nothing?q=Dubois",
    ):
        service.get(path)
    service.post("/patients/search", json={"establishment_id": NUMBER, "ssin": NUMBER, "last_name": "Lætitia"})
    ours = "".join(one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore")))
    told = kept + addresses + ours
    assert "/patients/{patient_id}" in ours
    assert not [value for value in [*personal_values(), NUMBER, "Dubois", "Lætitia"] if value in told]


def asked_here(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Without the line of a request before, which may follow its answer only now."""
    return [line for line in our_lines(caplog) if line["correlation_id"] == "seen"]


def test_one_line_of_json_for_each_request(told: Story, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "quittance.requests")
    named = {"Quittance-Correlation-Id": "seen"}
    told.service.get(f"/patients/{told.patient}", headers=named)
    told.service.get("/nowhere%0aforged", token="", headers=named)
    deadline = monotonic() + 5
    while len(lines := asked_here(caplog)) < 2 and monotonic() < deadline:
        sleep(0.01)  # the line follows the answer
    assert [(line["route"], line["status"]) for line in lines] == [("/patients/{patient_id}", 200), ("unknown", 404)]
    assert lines[0]["correlation_id"] == "seen"
    assert lines[0]["actor"].startswith("key:")
    assert told.patient not in json.dumps(lines)


def test_a_line_of_the_log_is_one_line_whatever_is_in_it() -> None:
    for name, message in (
        ("uvicorn.error", 'forged\n{"level": "info"}'),
        ("quittance.requests", '{"route": "/rules"}'),
    ):
        record = logging.LogRecord(name, logging.INFO, "", 0, message, None, None)
        line = JsonLines().format(record)
        assert "\n" not in line
        assert json.loads(line)["log"] == name


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Zs", "Cc")), min_size=6, max_size=40)
VALUES = st.one_of(
    st.sampled_from([NUMBER, "85.07.30-033.28"]),
    WORDS,
    st.integers(10**9, 10**12),
    st.lists(WORDS, min_size=1, max_size=2),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 999), value=VALUES, field=st.one_of(st.integers(0, 99), WORDS))
def test_no_error_repeats_what_was_given(told: Story, place: int, value: Any, field: int | str) -> None:
    operations = [step.operation for step in told.steps if step.options.get("json")]
    operation = operations[place % len(operations)]
    body = dict(told.example(operation))
    name = sorted(body)[field % len(body)] if isinstance(field, int) else field
    body[name] = value
    path = next(step.path for step in told.steps if step.operation == operation)
    method = next(iter(told.routes[operation].methods))
    answer = told.service.call(method, path, json=body)
    assert answer.status_code != 500, (operation, name)
    if answer.status_code >= 400:
        given_texts = value if isinstance(value, list) else [str(value)]
        for text in [*given_texts, *([] if name in told.example(operation) else [name])]:
            assert text not in answer.text
            assert json.dumps(text)[1:-1] not in answer.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.one_of(st.sampled_from([NUMBER, "\x00", "9" * 30]), WORDS), data=st.data())
def test_no_address_breaks_the_service_or_comes_back(told: Story, value: str, data: st.DataObject) -> None:
    step = data.draw(st.sampled_from([step for step in told.steps if step.method == "GET"]))
    name = data.draw(
        st.sampled_from(
            ["as_of", "cursor", "month", "code", "invoice_number", "establishment_id", "types", "letter", "limit"]
        )
    )
    for answer in (
        told.service.get(step.path, params={name: value}),
        told.service.get(step.path.rpartition("/")[0] + "/" + quote(value, safe="")),
        told.service.get(
            step.path,
            headers={"Quittance-On-Behalf-Of": value.encode(), "Wait-For": "0"} if value.isprintable() else {},
        ),
    ):
        assert answer.status_code < 500, answer.request.url
        if answer.status_code >= 400:
            assert value not in answer.text


def test_filters_refuse_numbers_of_persons(told: Story) -> None:
    for path, name in (
        ("/refusals", "code"),
        ("/invoices", "invoice_number"),
        ("/sendings", "status"),
        ("/items", "kind"),
        ("/refusals", "provider"),
    ):
        for number in (NUMBER, "85.07.30-033.28"):
            assert told.service.get(path, params={name: number}).status_code == 422
    assert told.service.get("/refusals", params={"provider": "41234502401"}).status_code == 200


def our_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(record.getMessage()) for record in caplog.records if record.name == "quittance.requests"]


def says_something_of(answer: httpx.Response, patient: str) -> bool:
    return patient in answer.text or NUMBER.encode() in answer.content or "Dubois" in answer.text


def reads(service: Service) -> int:
    with service.quittance.store.database.snapshot() as sql:
        return int(sql.rows("SELECT count(*) AS n FROM access_log")[0]["n"])


def test_nobody_can_switch_on_the_access_log_of_the_server(told: Story, caplog: pytest.LogCaptureFixture) -> None:
    """It would repeat paths and queries; the connection begins after the handler is there."""
    caplog.set_level(logging.INFO)
    logger = logging.getLogger("uvicorn.access")
    logger.addHandler(caplog.handler)
    try:
        with httpx.Client(base_url=told.service.url) as client:
            assert client.get("/nothing?q=Dubois").status_code in (401, 404)
    finally:
        logger.removeHandler(caplog.handler)
    assert not [one for one in caplog.records if one.name.startswith("uvicorn") and "Dubois" in one.getMessage()]
