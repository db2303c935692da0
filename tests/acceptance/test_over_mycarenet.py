"""The month of the sample practice over signed SOAP, as an operator sends it: settings, commands, both databases."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.p12 import keystore
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.simulator.scenario import USUAL as UNIONS_AS_USUAL
from tests.acceptance.practice import AFTERWARDS, MONTH, Installation
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.stores import SteppedClock

LATER = AFTERWARDS + timedelta(hours=1)
PREFIX = "QUITTANCE_MYCARENET_"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(with_keys(tmp_path / "mycarenet"), SteppedClock(AFTERWARDS), unions=UNIONS_AS_USUAL) as simulator:
        yield simulator


def settings(there: Running) -> dict[str, str]:
    folder = there.simulator.folder
    licence = folder.root / "licence.txt"
    licence.write_text(demo.LICENCE_PASSWORD, encoding="utf-8")
    values = {
        "STS": f'["{there.address("sts-saml")}"]',
        "INVOICING": f'["{there.address("invoicing")}"]',
        "TRUST": str(folder.authority_file),
        "LICENCE_USER": demo.LICENCE_USER,
        "LICENCE_PASSWORD_FILE": str(licence),
    }
    return {f"{PREFIX}{word}": value for word, value in values.items()}


def opened(practice: Installation, there: Running, name: str = "nurse", **more: Any) -> dict[str, str]:
    """The settings, and a session by the keystore of that name."""
    over = settings(there)
    there.simulator.password()
    keystore, password = there.simulator.keystores()[name], there.simulator.folder.password_file
    practice.json("session", "open", "--p12", keystore, "--password-file", password, **over, **more)
    return over


@pytest.fixture
def billed(kind: str, typed_months: Callable[[str], Installation], tmp_path: Path) -> Installation:
    """The month in files that wait to be sent."""
    return typed_months(kind).copy(kind, tmp_path / "home")


def outcomes(told: list[dict[str, Any]]) -> set[str]:
    return {one["outcome"] for one in told}


@pytest.mark.parametrize("name", ["nurse", "group", "company"])
def test_a_month_goes_and_its_answers_come_back(billed: Installation, there: Running, name: str):
    if name == "company":
        billed.cli(
            "registration", "add", "company_for_group", demo.GROUP, "--cbe", demo.COMPANY, "--from", "2025-01-01"
        )
    over = opened(billed, there, name)
    sent = billed.json("send", **over)
    assert outcomes(sent) == {"transmitted"}
    there.simulator.clock.instant = LATER  # type: ignore[attr-defined]
    read = billed.json("answers", at=LATER, **over)
    assert outcomes(read) == {"read"}
    assert sorted(one["kind"] for one in read) == sorted(["TACK", "931000", "920098", "920900"] * len(sent))
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"settled"}
    assert billed.json("answers", at=LATER, **over) == [], "all of it is confirmed"


def test_what_was_lost_on_the_way_is_never_sent_twice(billed: Installation, there: Running):
    over = opened(billed, there)
    there.simulator.scenario = Scenario(lost_after_send=True)
    assert outcomes(billed.json("send", **over)) == {"outcome_unknown"}
    there.simulator.scenario = Scenario(doubled=True, shuffled=True, signed=True)
    assert billed.json("send", **over) == []
    there.simulator.clock.instant = LATER  # type: ignore[attr-defined]
    billed.json("answers", at=LATER, **over)
    billed.json("answers", at=LATER, **over)
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"settled"}


def test_a_union_that_does_not_treat_a_file_asks_for_a_person(billed: Installation, there: Running):
    over = opened(billed, there)
    there.simulator.scenario = Scenario(rejected=True)
    (first, *_) = billed.json("send", **over)
    there.simulator.clock.instant = LATER  # type: ignore[attr-defined]
    read = billed.json("answers", at=LATER, **over)
    assert "REJECT" in {one["kind"] for one in read}
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"outcome_unknown"}
    assert {item for one in read for item in one["items"]} == {"not_treated"}
    billed.json("confirm-rejection", first["sending_id"], "--reason", "the union says that it dropped the file")
    statuses = [row["status"] for row in billed.json("history", MONTH)["rows"]]
    assert statuses.count("rejected") == 1


def test_without_a_mandate_or_a_connection_nothing_leaves_and_that_is_said(billed: Installation, there: Running):
    over = opened(billed, there, "colleague")
    sent = billed.json("send", **over)
    assert {(one["outcome"], one["code"], one["said"]) for one in sent} == {("failed", "not_mandated", "SOA-01002")}
    told = billed.cli("send", **over).stdout
    assert "no mandate for this number" in told
    assert "Group 94999919000; session opened by a person" in told
    assert "adds it as a member in the user management of MyCareNet" in told
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"prepared"}
    refused = billed.json("answers", code=1, **over)
    assert refused["error"] == "unions_not_reached"
    down = over | {f"{PREFIX}INVOICING": '["http://127.0.0.1:9/efact"]'}
    assert {one["code"] for one in billed.json("send", **down)} == {"not_reached"}
    assert billed.json("answers", code=1, **down)["error"] == "unions_not_reached"


def test_the_password_of_a_p12_is_the_line_of_its_file_with_its_blanks(
    billed: Installation, there: Running, tmp_path: Path
):
    nurse, word = demo.NURSE, " mot de passe "
    held = pki.person(there.simulator.authority, nurse.ssin, "Amélie Delvaux", AFTERWARDS, "p-384")
    (tmp_path / "own.p12").write_bytes(keystore(held, [], word, b"0" * 20))
    (tmp_path / "word.txt").write_bytes(f"{word}\r\n".encode())
    which = ("--p12", tmp_path / "own.p12", "--password-file", tmp_path / "word.txt")
    assert billed.json("session", "open", *which, **settings(there))["method"] == "p12"


def test_what_is_queued_without_any_registration_is_said_at_once(billed: Installation, there: Running):
    over = settings(there)
    (group,) = billed.json("registration", "list")["registrations"]
    billed.cli("registration", "end", group["registration_id"], "--to", f"{AFTERWARDS - timedelta(days=1):%Y-%m-%d}")
    ids = [one["sending_id"] for one in billed.json("history", MONTH)["rows"]]
    assert {(one["outcome"], one["code"]) for one in billed.json("send", *ids[1:], **over)} == {
        ("queued", "registration_none")
    }
    told = billed.cli("send", ids[0], **over).stdout
    assert "no MyCareNet registration in force for the third-party number" in " ".join(told.split())
    assert "quittance registration add" in told


def test_without_a_registration_nothing_leaves_and_it_is_said_how_to_enter_one(billed: Installation, there: Running):
    (group,) = billed.json("registration", "list")["registrations"]
    over = opened(billed, there)
    billed.cli("registration", "end", group["registration_id"], "--to", f"{AFTERWARDS - timedelta(days=1):%Y-%m-%d}")
    assert {(one["outcome"], one["code"]) for one in billed.json("send", **over)} == {
        ("failed", "registration_missing")
    }
    told = billed.cli("send", **over).stdout
    assert "no MyCareNet registration in force fits the session" in told
    assert "quittance registration add" in told
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"prepared"}
    day = f"{AFTERWARDS:%Y-%m-%d}"
    billed.cli("registration", "add", "company_for_group", demo.GROUP, "--cbe", demo.COMPANY, "--from", day)
    there.simulator.password()
    keystore, password = there.simulator.keystores()["group"], there.simulator.folder.password_file
    refused = billed.json("session", "open", "--p12", keystore, "--password-file", password, code=1, **over)
    assert refused["error"] == "registration_missing"
    billed.cli("registration", "add", "group", demo.GROUP, "--from", day)
    assert outcomes(billed.json("send", **over)) == {"transmitted"}


def test_staff_sends_by_an_own_keystore_for_the_company_that_has_the_mandate(billed: Installation, there: Running):
    (group,) = billed.json("registration", "list")["registrations"]
    billed.cli("registration", "end", group["registration_id"], "--to", "2026-01-31")
    billed.cli("registration", "add", "company_for_group", demo.GROUP, "--cbe", demo.COMPANY, "--from", "2026-02-01")
    assert outcomes(billed.json("send", **opened(billed, there, "employee"))) == {"transmitted"}


def test_staff_sends_for_the_company_also_where_members_send_in_person(billed: Installation, there: Running):
    """The mandate is the company's alone, and the registration of the group stands beside its own."""
    known, staff = there.simulator.registry, demo.EMPLOYEE.ssin
    there.simulator.registry = replace(known, mandates=tuple(one for one in known.mandates if one.sender[1] != staff))
    billed.cli("registration", "add", "company_for_group", demo.GROUP, "--cbe", demo.COMPANY, "--from", "2025-01-01")
    assert outcomes(billed.json("send", **opened(billed, there, "employee"))) == {"transmitted"}


def test_settings_that_are_not_complete_say_what_is_missing(billed: Installation, there: Running):
    over = settings(there)
    del over[f"{PREFIX}LICENCE_USER"]
    told = billed.json("send", code=1, **over)
    assert told["error"] == "mycarenet_incomplete"
    assert f"{PREFIX}LICENCE_USER" in told["detail"]
