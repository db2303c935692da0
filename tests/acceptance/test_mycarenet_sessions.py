"""Sessions over signed SOAP as people and programs open them: shared by processes, by REST, killed, at once."""

import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from api.build import Quittance
from application.ports import Context, Meta, NotTransmitted
from domain import mycarenet_session as sessions
from domain.registration import Wanted
from infrastructure.ehealth.credential import read_p12
from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.simulator.scenario import USUAL as UNIONS_AS_USUAL
from tests.acceptance.practice import AFTERWARDS, Installation
from tests.acceptance.test_over_mycarenet import opened, settings
from tests.api.service import OPERATOR, Service, ok
from tests.domain.builders import establishment_details
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.infrastructure.reader_agent.issued import personalised
from tests.infrastructure.reader_agent.test_sts_request import signed
from tests.stores import SteppedClock

BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(with_keys(tmp_path / "mycarenet"), SteppedClock(AFTERWARDS), unions=UNIONS_AS_USUAL) as simulator:
        yield simulator


@pytest.fixture(params=["sqlite", "postgres"])
def practice(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    made = Installation.make(request.param, tmp_path / "home")
    made.enter_register()
    return made


def where_of(quittance: Quittance) -> Any:
    return quittance.lookups.establishment_ids()[0]


def rows(quittance: Quittance) -> list[Any]:
    with quittance.store.database.reading() as sql:
        return sql.tuples("SELECT session_id FROM mycarenet_sessions")


def set_for(there: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings(there).items():
        monkeypatch.setenv(name, value)


def test_what_one_process_opens_all_use_until_one_closes_it(
    practice: Installation, there: Running, monkeypatch: pytest.MonkeyPatch
):
    set_for(there, monkeypatch)
    with practice.opened() as one, practice.opened() as other:
        where = where_of(one)
        assert not other.transport.is_open(demo.GROUP)
        opened(practice, there)
        for process in (one, other):
            assert process.transport.is_open(demo.GROUP)
            assert process.transport.collect(demo.GROUP).waiting == []
        other.sessions_over_mycarenet.close(OPERATOR, where)
        assert not one.transport.is_open(demo.GROUP)
        with pytest.raises(NotTransmitted) as told:
            one.transport.transmit(b"920000", "00000000000001", "100", demo.GROUP)
        assert (told.value.code, told.value.said) == ("no_session", "mycarenet_session_none")


def test_commands_say_until_when_it_holds_and_how_it_was_opened(
    practice: Installation, there: Running, monkeypatch: pytest.MonkeyPatch
):
    assert "unions are simulated here" in practice.cli("session", "show").stdout
    assert practice.json("session", "close", code=1)["error"] == "mycarenet_not_set"
    set_for(there, monkeypatch)
    assert "No MyCareNet session is open" in practice.cli("session", "show").stdout
    assert practice.json("session", "renew", code=1)["error"] == "mycarenet_session_none"
    opened(practice, there)
    told = practice.cli("session", "show").stdout
    assert "until 2026-11-21 01:00 (eHealth certificate, in the name of: a person)" in told
    certificate = read_p12(there.simulator.keystores()["nurse"].read_bytes(), there.simulator.password()).authentication
    fingerprint = certificate.certificate.fingerprint(SHA256()).hex()
    assert f"SHA-256 fingerprint {fingerprint}" in told
    ends_at = datetime.fromisoformat(practice.json("session", "show")["certificate_ends_at"])
    assert ends_at == certificate.certificate.not_valid_after_utc
    later = AFTERWARDS + timedelta(hours=6)
    there.simulator.clock.instant = later  # type: ignore[attr-defined]
    renewed = practice.cli("session", "renew", at=later).stdout
    assert "renewed until 2026-11-21 07:00" in renewed
    assert fingerprint in renewed
    wrong = practice.home / "wrong.txt"
    wrong.write_text("wrong", encoding="ascii")
    words = ("session", "open", "--p12", there.simulator.keystores()["nurse"], "--password-file", wrong)
    assert practice.json(*words, code=1, at=later)["error"] == "p12_unreadable"
    assert practice.json("session", "show", at=later)["ends_at"] == "2026-11-21T06:00:00Z"
    assert practice.json("session", "show", at=later + timedelta(hours=12)) is None
    assert practice.json("session", "close", code=1, at=later)["error"] == "mycarenet_session_none"


def test_of_processes_that_open_at_once_one_session_is_left_whole(
    practice: Installation, there: Running, monkeypatch: pytest.MonkeyPatch
):
    set_for(there, monkeypatch)
    content, password = there.simulator.keystores()["nurse"].read_bytes(), there.simulator.password()
    with ExitStack() as stack:
        processes = [stack.enter_context(practice.opened()) for _ in range(3)]
        where, together = where_of(processes[0]), Barrier(len(processes))

        def open_one(number: int) -> Any:
            together.wait()
            asker = Context(Meta(f"user:{number}"))
            return processes[number].sessions_over_mycarenet.open_with_p12(asker, where, content, password).result

        with ThreadPoolExecutor(len(processes)) as pool:
            made = list(pool.map(open_one, range(len(processes))))
        stream = processes[0].log.load([sessions.stream_of(where)])[sessions.stream_of(where)]
        last = sessions.fold(stream).session_id
        assert len({one.session_id for one in made}) == len(stream) == len(processes)
        assert rows(processes[0]) == [(last,)]
        for process in processes:
            assert process.sessions_over_mycarenet.current(where).session_id == last
            assert process.transport.collect(demo.GROUP).waiting == []


KILLED = """
import os, sys
from datetime import datetime
from infrastructure.clock import SystemClock
from infrastructure.store.log import Log
instant = datetime.fromisoformat(sys.argv.pop(1))
def killed(log, changes, *_):
    print(type(changes[0].events[0]).__name__, flush=True)
    os._exit(9)
SystemClock.now = lambda self: instant
Log.append = killed
from api.cli.main import run
run()
"""


def test_a_process_killed_between_the_token_and_the_commit_leaves_no_session_and_no_secret(
    practice: Installation, there: Running
):
    keystore, simulator = there.simulator.keystores()["nurse"], there.simulator
    simulator.password()
    words = ["session", "open", "--p12", keystore, "--password-file", simulator.folder.password_file]
    given = {
        "QUITTANCE_HOME": str(practice.home),
        "QUITTANCE_DATABASE": practice.database,
        "QUITTANCE_SCHEMA_NAME": practice.schema,
        **settings(there),
    }
    with practice.opened() as quittance:
        before = quittance.log.head()
    with pytest.MonkeyPatch.context() as patched:
        for name, value in given.items():
            patched.setenv(name, value)
        command = [sys.executable, "-c", KILLED, AFTERWARDS.isoformat(), *map(str, words)]
        killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (killed.returncode, killed.stdout.strip()) == (9, "MyCareNetSessionOpened"), killed.stderr
    with practice.opened() as quittance:
        assert (quittance.log.head(), rows(quittance)) == (before, [])
        assert quittance.sessions_over_mycarenet.current(where_of(quittance)) is None
    opened(practice, there)


def test_a_token_that_is_no_longer_believed_closes_the_session(
    practice: Installation, there: Running, monkeypatch: pytest.MonkeyPatch
):
    set_for(there, monkeypatch)
    opened(practice, there)
    there.simulator.scenario = Scenario(revoked=True)
    told = practice.json("answers", code=1)
    assert told["error"] == "unions_not_reached"
    assert practice.json("session", "show") is None
    with practice.opened() as quittance:
        where = where_of(quittance)
        (last,) = quittance.log.history(sessions.stream_of(where))[-1:]
        assert (last.event.why, last.meta.actor) == ("not_believed", "MyCareNet")
        assert rows(quittance) == []


@BOTH
def test_a_program_opens_by_keystore_and_by_card(
    kind: str, tmp_path: Path, there: Running, monkeypatch: pytest.MonkeyPatch
):
    set_for(there, monkeypatch)
    nurse, now = demo.NURSE, there.simulator.clock.now()
    held = pki.identity_card(there.simulator.authority, nurse.ssin, nurse.given_name, nurse.surname, now)
    der = held.certificate.public_bytes(Encoding.DER)
    on_it = replace(personalised("1.8"), key=held.key, certificate=held.certificate).with_file(
        "3F00DF005038", der + bytes(1100)
    )
    with Service.open(kind, tmp_path / "service", SteppedClock(AFTERWARDS)) as service:
        product = service.quittance
        where = product.register.establishment(OPERATOR, establishment_details(tpp_number=demo.GROUP)).result.id
        path = f"/establishments/{where}/mycarenet-session"
        p12 = b64encode(there.simulator.keystores()["nurse"].read_bytes()).decode()
        given = {"p12": p12, "password": there.simulator.password()}
        assert service.post(path, json=given).json()["code"] == "registration_missing"
        product.registrations.create(OPERATOR, where, Wanted("group", demo.GROUP, "", now.date().replace(day=1)))
        made = ok(service.post(path, json=given, headers={"Idempotency-Key": "once"}))
        again = service.post(path, json=given, headers={"Idempotency-Key": "once"})
        assert (again.json(), again.headers["Idempotency-Replayed"]) == (made, "true")
        wrong = service.post(path, json=given | {"password": "wrong"}, headers={"Accept-Language": "en"}).json()
        assert (wrong["code"], wrong["errors"][0]["field"]) == ("p12_unreadable", "p12")
        service.clock.forward(minutes=10)
        there.simulator.clock.forward(minutes=10)  # type: ignore[attr-defined]
        asked = ok(service.post(f"{path}/card", json={"certificate": b64encode(der).decode()}))
        envelope = signed(b64decode(asked["envelope"]), on_it, service.clock.now())
        brought = {"envelope": b64encode(envelope).decode()}
        by_card = ok(service.post(f"{path}/card/{asked['request_id']}", json=brought))
        assert (by_card["method"], by_card["holder_kind"]) == ("card", "person")
        assert service.post(f"{path}/card/{asked['request_id']}", json=brought).json()["code"] == "card_request_unknown"
        assert ok(service.get(path))["session"] == by_card
        refused = service.post(f"{path}/renew", json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "card_needed")
        looking = service.key("read")
        assert ok(service.get(path, token=looking))["session"] == by_card
        assert service.post(f"{path}/close", json={}, token=looking).status_code == 403
        ok(service.post(f"{path}/close", json={"reason": "Fin de journée"}))
        assert ok(service.get(path))["session"] is None
        types = [one["type"] for one in ok(service.get("/events", params={"limit": 200}))["events"]]
        assert [one for one in types if one.startswith("session.")] == [
            "session.opened",
            "session.opened",
            "session.closed",
        ]
        told = ok(service.get("/events", params={"limit": 200}))["events"]
        assert nurse.ssin not in str(told)
        assert nurse.surname not in str(told)
        then = {"as_of": made["opened_at"]}
        assert ok(service.get(path, params=then))["session"]["session_id"] == made["session_id"]
