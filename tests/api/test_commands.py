"""A repeated request, a request with somebody else's key, a stale version, a crash between commit and answer."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import httpx
import pytest

from tests.api.practice import enter
from tests.api.scenario import Step, Story
from tests.api.service import Service, environment, ok, settings_for
from tests.stores import SteppedClock, fresh_schema

ASKED_ANEW = {"search_patients", "prepare_card_session"}
"""They change nothing, and their answers name somebody: none is kept."""
NURSE = {"nihii": "49991127401", "last_name": "Delvaux", "first_name": "Amélie"}


def test_the_same_request_twice_is_one_and_answers_alike(both: Service) -> None:
    headers = {"Idempotency-Key": "first-nurse"}
    first = both.post("/providers", json=NURSE, headers=headers)
    head = both.quittance.log.head()
    second = both.post("/providers", json=NURSE, headers=headers)
    assert (second.status_code, second.content) == (first.status_code, first.content) == (201, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Quittance-Position"] == first.headers["Quittance-Position"] == str(head)
    assert both.quittance.log.head() == head


def test_the_same_key_with_another_content_stores_nothing(both: Service) -> None:
    headers = {"Idempotency-Key": "k"}
    ok(both.post("/providers", json=NURSE, headers=headers))
    head = both.quittance.log.head()
    for path, body in (
        ("/providers", NURSE | {"first_name": "Amelie"}),
        ("/providers?x=1", NURSE),
        ("/establishments", NURSE),
    ):
        refused = both.post(path, json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert both.quittance.log.head() == head


def test_a_key_belongs_to_its_caller(service: Service) -> None:
    headers = {"Idempotency-Key": "shared"}
    ok(service.post("/providers", json=NURSE, headers=headers))
    other = service.post(
        "/providers", json=NURSE | {"first_name": "A."}, headers=headers, token=service.key("register")
    )
    assert other.status_code == 201


@pytest.mark.parametrize("key", [None, "", "a b", "é", "x" * 256])
def test_a_request_that_changes_something_needs_a_proper_key(service: Service, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {service.token}"}
    if key is not None:
        headers["Idempotency-Key"] = key.encode()  # type: ignore[assignment]
    answer = service.client.post("/providers", json=NURSE, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"].startswith("idempotency_key_")


def test_an_error_that_decided_nothing_is_not_kept(service: Service) -> None:
    headers = {"Idempotency-Key": "later-right"}
    refused = service.post("/establishments", json={"name": "x"}, headers=headers)
    assert refused.status_code == 422
    ok(service.post("/providers", json=NURSE, headers=headers))


def test_eight_twins_at_once_are_one(both: Service) -> None:
    practice = enter(both, most_patients=1)
    (patient,) = practice.patients.values()
    line = {
        "patient_id": str(patient),
        "date": "2026-10-05",
        "code": "427136",
        "amount_cents": 5,
        "provider": NURSE["nihii"],
    }
    body = {"establishment_id": str(practice.where), "lines": [line]}
    headers = {"Idempotency-Key": "visit"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: both.post("/care-lines", json=body, headers=headers), range(8)))
    assert len({answer.content for answer in answers}) == 1, [answer.text for answer in answers]
    day = answers[0].json()["lines"][0]["day_id"]
    assert len(ok(both.get(f"/billing-days/{day}"))["lines"]) == 1


def test_of_eight_that_saw_one_version_exactly_one_wins(both: Service) -> None:
    practice = enter(both, most_patients=1, has_tariffs=False)
    (patient,) = practice.patients.values()
    for version in range(2, 8):
        seen = both.get(f"/patients/{patient}").headers["ETag"]
        assert seen == f'"{version}"'

        def correct(number: int, seen: str = seen) -> httpx.Response:
            body = {"last_name": f"Nom {seen} {number}", "first_name": "P", "sex": 1}
            return both.put(f"/patients/{patient}", json=body, headers={"If-Match": seen})

        with ThreadPoolExecutor(8) as pool:
            codes = [answer.status_code for answer in pool.map(correct, range(8))]
        assert sorted(codes) == [200] + [412] * 7


def test_a_stale_version_loses_even_when_it_would_change_nothing(service: Service) -> None:
    practice = enter(service, most_patients=1, has_tariffs=False)
    (patient,) = practice.patients.values()
    body = {"last_name": "Autre", "first_name": "P", "sex": 1}
    ok(service.put(f"/patients/{patient}", json=body))
    for tag in ('"2"', '"99"', 'W/"3"', "nonsense", '"3.7"'):
        stale = service.put(f"/patients/{patient}", json=body, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    for tag in ('"3"', "*", '"1", "3"'):
        ok(service.put(f"/patients/{patient}", json=body, headers={"If-Match": tag}))


def test_an_unchanged_resource_is_not_sent_again_nor_noted(service: Service) -> None:
    practice = enter(service, most_patients=1)
    (patient,) = practice.patients.values()
    tag = service.get(f"/patients/{patient}").headers["ETag"]
    seen = reads_of(service, patient)
    same = service.get(f"/patients/{patient}", headers={"If-None-Match": f'"1", W/{tag}'})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert reads_of(service, patient) == seen


def test_a_read_can_wait_for_a_write(both: Service) -> None:
    practice = enter(both, most_patients=1)
    written = both.post("/sendings/send", json={"establishment_id": str(practice.where)})
    position = int(written.headers["Quittance-Position"])
    headers = {"Wait-For": str(position)}
    assert ok(both.get("/establishments", headers=headers))["establishments"]
    assert both.get("/establishments", headers={"Wait-For": "x"}).status_code == 400


def test_waiting_for_what_never_comes_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.rest.reads.WAIT_S", 0.1)
    late = service.get("/establishments", headers={"Wait-For": "1000000"})
    assert (late.status_code, late.headers["Retry-After"]) == (503, "1")


def test_a_key_is_shown_once_and_its_secret_kept_nowhere(service: Service) -> None:
    headers = {"Idempotency-Key": "new-key"}
    body = {"name": "planning", "scopes": ["read"]}
    first, second = (service.post("/api-keys", json=body, headers=headers) for _ in range(2))
    token = ok(first)["token"]
    assert ok(second) == {"prefix": first.json()["prefix"], "token": None}
    assert service.get("/establishments", token=token).status_code == 200
    home = service.quittance.settings.home
    assert all(token.rpartition("_")[2].encode() not in file.read_bytes() for file in home.glob("quittance.db*"))


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_killed_between_commit_and_answer_the_retry_gets_the_stored_answer(store: str, tmp_path: Path) -> None:
    schema = fresh_schema()
    settings_for(store, tmp_path, schema)
    headers = {"Idempotency-Key": uuid4().hex}
    body = NURSE | {"first_name": "Tuée"}
    with process(store, tmp_path, schema, "kill") as (url, token):
        headers["Authorization"] = f"Bearer {token}"
        with pytest.raises(httpx.HTTPError):
            httpx.post(f"{url}/providers", json=body, headers=headers)
    with process(store, tmp_path, schema, token) as (url, _):
        again = httpx.post(f"{url}/providers", json=body, headers=headers)
        assert again.status_code == 201
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json()["is_new"] is True
        read = httpx.get(f"{url}/providers/{again.json()['id']}", headers=headers)
        assert read.json()["first_name"] == "Tuée"


class process:  # noqa: N801 - reads as a verb
    """A server of its own; with "kill" it dies with SIGKILL right after the first commit of a request."""

    def __init__(self, store: str, home: Path, schema: str, what: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("killed_server.py")), store, str(home), schema, what]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(store), text=True)

    def __enter__(self) -> tuple[str, str]:
        assert self.server.stdout
        url, token = self.server.stdout.readline().split()
        return url, token

    def __exit__(self, *_: object) -> None:
        if self.server.poll() is None:
            os.kill(self.server.pid, signal.SIGKILL)
        self.server.communicate()


def test_every_command_of_the_story_repeated_in_any_order_changes_nothing(tmp_path: Path) -> None:
    with Service.open("sqlite", tmp_path, SteppedClock()) as service:
        story = Story(service)
        story.tell()
        head = service.quittance.log.head()
        told = [step for step in story.steps if step.method != "GET" and step.operation not in ASKED_ANEW]
        commands = [step for step in told if step.status < 400]  # an error that decided nothing is not kept
        wet = [step for step in commands if not dry(step)]
        assert len(wet) > 35
        for seed in range(3):
            for step in Random(seed).sample(wet, len(wet)):
                again = service.call(step.method, step.path, headers={"Idempotency-Key": step.key}, **step.options)
                assert again.status_code == step.status, step.operation
                assert again.headers["Idempotency-Replayed"] == "true"
                if step.operation != "issue_api_key":
                    assert again.content == step.body
        for step in wet:
            other = step.options | {"params": step.options["params"] | {"x": "1"}}
            refused = service.call(step.method, step.path, headers={"Idempotency-Key": step.key}, **other)
            assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused"), step.operation
        assert service.quittance.log.head() == head


def dry(step: Step) -> bool:
    return bool(step.options.get("json", {}).get("dry_run")) if step.options.get("json") else False


def reads_of(service: Service, patient: UUID) -> int:
    with service.quittance.store.database.snapshot() as sql:
        rows = sql.rows("SELECT count(*) AS n FROM access_log WHERE patient_id = ?", (patient,))
    return int(rows[0]["n"])


def test_an_erasure_that_was_cut_is_carried_through_when_repeated(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = enter(service, most_patients=1)
    (patient,) = practice.patients.values()
    headers = {"Idempotency-Key": "forget"}
    with monkeypatch.context() as broken:
        broken.setattr(service.quittance.store.keys, "erase", lambda _: 1 / 0)
        assert service.post(f"/patients/{patient}/erase", json={}, headers=headers).status_code == 500
    assert service.quittance.store.keys.erased_subjects() == []
    ok(service.post(f"/patients/{patient}/erase", json={}, headers=headers))
    assert service.quittance.store.keys.erased_subjects() == [patient]
    assert ok(service.get(f"/patients/{patient}"))["ssin"] is None
