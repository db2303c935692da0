"""Who may do what: every route with no key, a wrong one, too little right, and the key of another establishment."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Response

from api.rest.app import create_app
from api.rest.commands import CommandOf
from api.rest.rights import Guarded, MayRead, UnguardedRoute, check_rights
from domain.api_key import SCOPES
from tests.api.scenario import Story
from tests.api.service import OPERATOR, Service, ok
from tests.stores import SteppedClock

PUBLIC = {"/health", "/health/ready"}
OPEN_TO_ANY_KEY = {
    "list_establishments",
    "list_providers",
    "list_imports",
    "list_billing_runs",
    "list_items",
    "list_answers",
    "list_polls",
    "list_silent_sendings",
    "list_sendings",
    "list_invoices",
    "list_documents",
    "list_billing_days",
    "list_refusals",
    "list_refusal_causes",
    "list_suggestions",
    "list_correction_rules",
    "list_periods",
    "list_corrections",
    "list_unions",
    "list_refusal_codes",
    "get_refusal_code",
    "get_rules",
    "list_events",
    "list_api_keys",
    "check_liveness",
    "check_readiness",
    "get_openapi",
}
"""Answers about the caller's own establishments, or about nobody."""
FORBIDDEN_TO_LIMITED_KEYS = {"register_establishment", "register_provider", "load_register", "load_code_list"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Service.open("sqlite", tmp_path_factory.mktemp("told"), SteppedClock()) as service:
        story = Story(service)
        story.tell()
        yield story


def requests(story: Story) -> list[tuple[str, str, str, str | None]]:
    """Operation, method, path with ids of nothing, and the right it declares; from the router itself."""
    found = []
    for operation, route in story.routes.items():
        assert isinstance(route, Guarded)
        path = re.sub(
            r"\{(\w+)(:\w+)?\}", lambda part: "0123456789ab" if part[1] == "prefix" else str(uuid4()), route.path
        )
        found += [(operation, method, path, route.right.scope if route.right else None) for method in route.methods]
    return found


def test_every_route_but_health_declares_a_right(told: Story) -> None:
    assert {path for _, _, path, right in requests(told) if right is None} == PUBLIC


def test_no_route_opens_without_a_valid_key(told: Story) -> None:
    service = told.service
    expired, revoked = service.key(*SCOPES, days=1), service.key(*SCOPES)
    service.quittance.access.revoke(OPERATOR, revoked.split("_")[1])
    service.clock.forward(days=2)
    head = service.quittance.log.head()
    wrong = ["", "qt_000000000000_x", "nonsense", "qt__", revoked, expired, service.token[:-1], service.token + "x"]
    for operation, method, path, right in requests(told):
        for token in wrong if right else ():
            answer = service.call(method, path, token=token)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), (operation, token)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        basic = service.client.request(method, path, headers={"Authorization": f"Basic {service.token}"})
        assert basic.status_code == (401 if right else 200)
    assert service.quittance.log.head() == head


def test_no_route_opens_with_too_little_right(told: Story) -> None:
    service = told.service
    without = {right: service.key(*(scope for scope in SCOPES if scope not in (right, "admin"))) for right in SCOPES}
    for operation, method, path, right in requests(told):
        if right is not None:
            answer = service.call(method, path, token=without[right])
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), operation


def test_another_establishment_looks_absent(told: Story) -> None:
    service = told.service
    other = told.example("register_establishment") | {"tpp_number": "49992216401", "name": "Autre"}
    elsewhere = UUID(ok(service.post("/establishments", json=other))["id"])
    token = service.key(*SCOPES, where=(elsewhere,))
    head = service.quittance.log.head()
    for step in told.steps:
        answer = service.call(step.method, step.path, token=token, **step.options)
        asked_for = step.options.get("params", {}).get("establishment_id")
        if step.operation in FORBIDDEN_TO_LIMITED_KEYS:
            assert (answer.status_code, answer.json()["code"]) == (403, "key_limited"), step.operation
        elif step.operation in OPEN_TO_ANY_KEY and not asked_for:
            assert answer.status_code == 200, step.operation
            for identifier in (told.where, told.patient, told.day, told.sending):
                assert identifier not in answer.text, step.operation
        else:
            assert answer.status_code == 404, (step.operation, answer.text)
            nothing = service.call(step.method, _unknown(step.path), token=token, **_unknown(step.options))
            assert (nothing.status_code, nothing.content) == (404, answer.content), step.operation
    assert service.quittance.log.head() == head


def test_a_limited_key_sees_and_does_what_is_its_own(told: Story) -> None:
    service = told.service
    token = service.key(*SCOPES, where=(UUID(told.where),))
    assert [one["establishment_id"] for one in ok(service.get("/establishments", token=token))["establishments"]] == [
        told.where
    ]
    assert ok(service.get(f"/sendings/{told.sending}", token=token))["sending_id"] == told.sending
    assert ok(service.get("/events", token=token))["events"]
    body = told.example("issue_api_key")
    assert service.post("/api-keys", json=body, token=token).status_code == 201
    unlimited = service.post("/api-keys", json=body | {"establishment_ids": []}, token=token)
    assert (unlimited.status_code, unlimited.json()["code"]) == (403, "key_limited")
    numbers = told.example("start_numbers") | {"kind": "invoice"}
    assert service.post(f"/establishments/{told.where}/numbers", json=numbers, token=token).status_code == 403


def test_a_key_without_medical_sees_what_was_asked_and_not_of_whom(told: Story) -> None:
    service, token = told.service, told.service.key("read")
    own = service.key("read", "medical")
    for path in (f"/timeline/{told.day}", f"/timeline/{told.patient}", f"/sendings/{told.sending}/file"):
        assert (service.get(path, token=token).status_code, service.get(path, token=own).status_code) == (403, 200), (
            path
        )
    assert service.get(f"/timeline/{told.sending}", token=token).status_code == 200
    tree = f"/sendings/{told.sending}/tree"
    for path in (f"/billing-days/{told.day}", tree):
        seen, whole = service.get(path, token=token), service.get(path, token=own)
        assert (seen.status_code, whole.status_code) == (200, 200), path
        for value in ("RECO-2026-0117", '"time":"0830"'):
            assert (value in seen.text, value in whole.text) == (False, True), (path, value)
    (line, *_) = ok(service.get(f"/billing-days/{told.day}", token=token))["lines"]
    assert line["care"]["amount_cents"] > 0


def test_a_revoked_key_is_refused_at_the_next_request(told: Story) -> None:
    service = told.service
    token = service.key("read")
    ok(service.get("/rules", token=token))
    ok(service.post(f"/api-keys/{token.split('_')[1]}/revoke", json={}))
    assert service.get("/rules", token=token).status_code == 401


def test_a_repeated_request_of_a_key_that_lost_its_right_is_refused(told: Story) -> None:
    service = told.service
    token, headers = service.key("register"), {"Idempotency-Key": "once"}
    body = told.example("register_provider")
    assert service.post("/providers", json=body, headers=headers, token=token).status_code == 201
    ok(service.post(f"/api-keys/{token.split('_')[1]}/revoke", json={}))
    assert service.post("/providers", json=body, headers=headers, token=token).status_code == 401


def test_the_service_does_not_start_with_an_unguarded_route(told: Story) -> None:
    guarded, plain = APIRouter(route_class=Guarded), APIRouter()

    @guarded.get("/open")
    def opened() -> Response:
        return Response()

    @plain.get("/plain")
    def unguarded(caller: MayRead) -> Response:
        return Response()

    for router in (guarded, plain):
        app = create_app(told.service.quittance)
        app.router.routes.extend(router.routes)
        with pytest.raises(UnguardedRoute):
            check_rights(app.routes)


def test_a_route_that_changes_something_asks_for_a_key(told: Story) -> None:
    reading = {"search_patients", "prepare_card_session"}  # the second prepares anew: it lives for a minute
    for operation, route in told.routes.items():
        is_command = any(isinstance(d.call, CommandOf) for d in route.dependant.dependencies)
        assert is_command == ("GET" not in route.methods and operation not in reading), operation


def _unknown(given: Any) -> Any:
    """The same with ids of nothing."""
    match given:
        case dict():
            return {name: _unknown(value) for name, value in given.items()}
        case list():
            return [_unknown(value) for value in given]
        case str():
            return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda _: str(uuid4()), given)
    return given
