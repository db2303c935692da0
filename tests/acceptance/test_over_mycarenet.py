"""The month of the sample practice over signed SOAP, as an operator sends it: settings, commands, both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infrastructure.mycarenet_simulator import demo
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.sample import sample_files
from infrastructure.simulator.scenario import USUAL as UNIONS_AS_USUAL
from tests.acceptance.practice import AFTERWARDS, MONTH, Installation
from tests.stores import SteppedClock

LATER = AFTERWARDS + timedelta(hours=1)
PREFIX = "QUITTANCE_MYCARENET_"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "mycarenet", SteppedClock(AFTERWARDS), unions=UNIONS_AS_USUAL) as simulator:
        yield simulator


def settings(there: Running, name: str = "nurse") -> dict[str, str]:
    folder = there.simulator.folder
    licence = folder.root / "licence.txt"
    licence.write_text(demo.LICENCE_PASSWORD, encoding="utf-8")
    there.simulator.password()
    values = {
        "STS": f'["{there.address("sts-saml")}"]',
        "INVOICING": f'["{there.address("invoicing")}"]',
        "TRUST": str(folder.authority_file),
        "P12": str(there.simulator.keystores()[name]),
        "P12_PASSWORD_FILE": str(folder.password_file),
        "LICENCE_USER": demo.LICENCE_USER,
        "LICENCE_PASSWORD_FILE": str(licence),
    }
    return {f"{PREFIX}{word}": value for word, value in values.items()}


@pytest.fixture(params=["sqlite", "postgres"])
def billed(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """The month in files that wait to be sent."""
    made = Installation.make(request.param, tmp_path / "home")
    made.enter_register()
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    made.cli("import", tmp_path / "care.csv")
    made.cli("bill", MONTH)
    return made


def outcomes(told: list[dict[str, Any]]) -> set[str]:
    return {one["outcome"] for one in told}


@pytest.mark.parametrize("name", ["nurse", "group", "company"])
def test_a_month_goes_and_its_answers_come_back(billed: Installation, there: Running, name: str):
    over = settings(there, name)
    sent = billed.json("send", **over)
    assert outcomes(sent) == {"transmitted"}
    there.simulator.clock.instant = LATER  # type: ignore[attr-defined]
    read = billed.json("answers", at=LATER, **over)
    assert outcomes(read) == {"read"}
    assert sorted(one["kind"] for one in read) == sorted(["TACK", "931000", "920098", "920900"] * len(sent))
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"settled"}
    assert billed.json("answers", at=LATER, **over) == [], "all of it is confirmed"


def test_what_was_lost_on_the_way_is_never_sent_twice(billed: Installation, there: Running):
    over = settings(there)
    there.simulator.scenario = Scenario(lost_after_send=True)
    assert outcomes(billed.json("send", **over)) == {"outcome_unknown"}
    there.simulator.scenario = Scenario(doubled=True, shuffled=True, signed=True)
    assert billed.json("send", **over) == []
    there.simulator.clock.instant = LATER  # type: ignore[attr-defined]
    billed.json("answers", at=LATER, **over)
    billed.json("answers", at=LATER, **over)
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"settled"}


def test_a_union_that_does_not_treat_a_file_asks_for_a_person(billed: Installation, there: Running):
    over = settings(there)
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
    over = settings(there, "colleague")
    sent = billed.json("send", **over)
    assert {(one["outcome"], one["code"], one["said"]) for one in sent} == {("failed", "not_mandated", "SOA-01002")}
    assert "no mandate for this number" in billed.cli("send", **over).stdout
    assert {row["status"] for row in billed.json("history", MONTH)["rows"]} == {"prepared"}
    refused = billed.json("answers", code=1, **over)
    assert refused["error"] == "unions_not_reached"
    down = settings(there) | {f"{PREFIX}STS": '["http://127.0.0.1:9/sts"]'}
    assert {one["code"] for one in billed.json("send", **down)} == {"no_session"}
    assert billed.json("answers", code=1, **down)["error"] == "unions_not_reached"


def test_settings_that_are_not_complete_say_what_is_missing(billed: Installation, there: Running):
    over = settings(there)
    del over[f"{PREFIX}LICENCE_USER"]
    told = billed.json("send", code=1, **over)
    assert told["error"] == "mycarenet_incomplete"
    assert f"{PREFIX}LICENCE_USER" in told["detail"]
    wrong = settings(there)
    Path(wrong[f"{PREFIX}P12_PASSWORD_FILE"]).write_text("wrong", encoding="ascii")
    assert billed.json("send", code=1, **wrong)["error"] == "keystore_unusable"
