"""The feed over HTTP and as server-sent events: no gap, no double, whoever was away, on both databases."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from projections.feed import PUBLISHED
from tests.api.practice import enter
from tests.api.service import Service, ok, running
from tests.projections.stories import Story as Months
from tests.stores import META


def tell(service: Service, months: int = 1) -> None:
    for commit in Months(seed=3, oddities=False).months(months, patients=4):
        service.quittance.log.append(commit.changes, META)


def whole_feed(service: Service, limit: int = 1_000, **query: Any) -> list[dict[str, Any]]:
    found, after = [], 0
    while True:
        page = ok(service.get("/events", params={"after": after, "limit": limit, **query}))
        found += page["events"]
        after = page["next_after"]
        if page["is_at_head"]:
            return found


@contextmanager
def stream(
    service: Service, last: int | str | None = None, token: str = "", **query: Any
) -> Iterator[Iterator[tuple[str, str]]]:
    headers = {"Authorization": f"Bearer {token or service.token}"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    with (
        httpx.Client(base_url=service.url, timeout=20) as client,
        client.stream("GET", "/events/stream", params=query, headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield parsed(answer.iter_lines())


def parsed(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Pairs of id and data; what carries no data is passed over."""
    identifier, data = "", ""
    for line in lines:
        if line.startswith("id: "):
            identifier = line[4:]
        elif line.startswith("data: "):
            data = line[6:]
        elif not line and data:
            yield identifier, data
            data = ""


def take(events: Iterator[tuple[str, str]], count: int) -> list[str]:
    return [next(events)[0] for _ in range(count)]


def test_any_page_and_any_cursor_give_the_same_feed(service: Service) -> None:
    tell(service)
    whole = whole_feed(service)
    assert len(whole) > 50
    assert whole_feed(service, limit=7) == whole
    for event in whole[::11]:
        rest = ok(service.get("/events", params={"after": event["id"], "limit": 1_000}))["events"]
        assert rest == whole[whole.index(event) + 1 :]


def test_types_narrow_and_unknown_ones_are_refused(service: Service) -> None:
    tell(service)
    wanted = {"sending.prepared", "invoice.issued"}
    found = whole_feed(service, types=",".join(wanted))
    assert {event["type"] for event in found} == wanted
    assert found == [event for event in whole_feed(service) if event["type"] in wanted]
    refused = service.get("/events", params={"types": "billing_day.care_recorded"})
    assert (refused.status_code, refused.json()["code"]) == (422, "event_type_unknown")


def test_a_stream_begins_where_the_last_one_ended(both: Service) -> None:
    tell(both)
    whole = [event["id"] for event in whole_feed(both)]
    seen: list[str] = []
    for count in (1, 5, 20, len(whole) - 26):
        with stream(both, seen[-1] if seen else None) as events:
            seen += take(events, count)
    assert seen == whole


def test_a_stream_follows_eight_writers_without_gap_or_double(both: Service) -> None:
    practice = enter(both, most_patients=8)
    begin = both.quittance.log.head()
    patients = list(practice.patients.values())
    seen: list[str] = []
    ready = threading.Event()

    def follow() -> None:
        while len(seen) < 8 * 12:
            with stream(both, seen[-1] if seen else begin) as events:
                ready.set()
                seen.extend(take(events, min(13, 8 * 12 - len(seen))))  # and comes back

    def write(index: int) -> None:
        for number in range(12):
            line = {
                "patient_id": str(patients[index]),
                "date": f"2026-09-{number + 1:02d}",
                "code": "427136",
                "amount_cents": 7,
                "provider": "49991127401",
            }
            ok(both.post("/care-lines", json={"establishment_id": str(practice.where), "lines": [line]}))

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    assert ready.wait(5)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    reader.join(15)
    expected = [event["id"] for event in whole_feed(both) if int(event["id"]) > begin]
    assert seen == expected
    assert len(seen) == 96


def test_a_revoked_key_hears_nothing_more(service: Service) -> None:
    practice = enter(service, most_patients=1)
    (patient,) = practice.patients.values()
    token = service.key("read")

    def rename(name: str) -> None:
        ok(service.put(f"/patients/{patient}", json={"last_name": name, "first_name": "P", "sex": 1}))

    with stream(service, service.quittance.log.head(), token) as events:
        rename("Premier")
        next(events)
        ok(service.post(f"/api-keys/{token.split('_')[1]}/revoke", json={}))
        rename("Second")
        assert list(events) == []
    assert service.get("/events/stream", token=token).status_code == 401


def test_a_heartbeat_carries_the_cursor_past_what_was_not_wanted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.rest.events.HEARTBEAT_S", 0.05)
    enter(service, most_patients=1)
    head = service.quittance.log.head()
    headers = {"Authorization": f"Bearer {service.token}"}
    with (
        httpx.Client(base_url=service.url, timeout=5) as client,
        client.stream("GET", "/events/stream", params={"types": "sending.settled"}, headers=headers) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == f"id: {head}"
        assert [next(lines) for _ in range(2)] == ["", ": still here"]


def test_readiness_and_liveness_need_no_key(service: Service) -> None:
    assert ok(service.get("/health", token="")) == {"status": "alive"}
    assert ok(service.get("/health/ready", token="")) == {"status": "ready"}


def test_a_server_that_is_told_to_stop_does_not_wait_for_open_streams(service: Service) -> None:
    headers = {"Authorization": f"Bearer {service.token}"}
    with httpx.Client(timeout=20) as client:
        with running(service.quittance) as url:
            answer = client.send(client.build_request("GET", f"{url}/events/stream", headers=headers), stream=True)
            lines = answer.iter_lines()
            next(lines)
            begun = monotonic()
        assert monotonic() - begun < 3
        answer.close()


def test_the_documented_list_of_events_is_the_real_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    documented = {
        tuple(line.split("|")[1:3])
        for line in text.splitlines()
        if line.startswith("| `") and "." in line.split("|")[1]
    }
    assert documented == {(f" `{one.type}` ", f" {one.version} ") for one in PUBLISHED.values()}
