"""Insurability over signed SOAP, as an operator asks for it: settings, session, commands, both databases."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.build import build
from api.mycarenet import MyCareNetSettings
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.sample import sample_files
from tests.acceptance.practice import AFTERWARDS, MONTH, OPERATOR, Installation
from tests.acceptance.test_over_mycarenet import PREFIX, opened, settings
from tests.stores import SteppedClock

MEMBER_DATA = f"{PREFIX}MEMBER_DATA"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "mycarenet", SteppedClock(AFTERWARDS)) as simulator:
        yield simulator


@pytest.fixture(params=["sqlite", "postgres"])
def entered(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """The register and some care of the month."""
    made = Installation.make(request.param, tmp_path / "home")
    made.enter_register()
    lines = sample_files().care.splitlines(keepends=True)
    (tmp_path / "care.csv").write_bytes(b"".join(lines[:25]))
    made.cli("import", tmp_path / "care.csv")
    return made


def test_sof_24_everybody_of_a_month_is_asked_once_a_day_and_one_is_read(entered: Installation, there: Running):
    address = {MEMBER_DATA: f'["{there.address("member-data")}"]', f"{PREFIX}MEMBER_DATA_PER_SECOND": "100"}
    over = settings(there) | address
    first = entered.json("insurability", "ask", "--all", "--month", MONTH, **over)
    assert {(one["error"], one["asked"]["status"]) for one in first} == {("", "queued")}
    assert entered.json("insurability", "ask", "--all", "--month", MONTH, **over) == [], "they wait already"
    assert len(entered.json("insurability", "withdraw", first[0]["patient_id"], **over)) == 1
    assert len(entered.json("insurability", "withdraw", "--all", **over)) == len(first) - 1
    assert entered.cli("insurability", "withdraw", "--all", lang="fr", **over).stdout.startswith("0 questions")
    assert entered.json("insurability", "withdraw", code=1)["error"] == "insurability_whom"
    told = entered.cli("insurability", "ask", "--all", "--month", MONTH, lang="fr", **over).stdout.splitlines()
    assert len(told) == 1, "no line for each of them, but how many and the cure"
    assert told[0].startswith(f"{len(first)} en file : sans session MyCareNet, elles attendent.")
    assert len(entered.json("insurability", "withdraw", "--all", **over)) == len(first)
    opened(entered, there)
    there.simulator.scenario = Scenario(insurer_down=True)
    down = entered.json("insurability", "ask", "--all", "--month", MONTH, **over)
    assert {(one["asked"]["status"], one["asked"]["advice"]) for one in down} == {("refused", "later")}
    there.simulator.scenario = USUAL
    told = entered.json("insurability", "ask", "--all", "--month", MONTH, **over)
    assert len(told) == len(first) > 5
    statuses = [one["asked"]["status"] for one in told]
    assert statuses.count("answered") > len(told) // 2
    again = entered.json("insurability", "ask", "--all", "--month", MONTH, **over)
    assert len(again) == statuses.count("refused")
    who = next(one["patient_id"] for one in told if one["asked"]["status"] == "answered")
    newest, before, *_ = entered.json("insurability", "show", who)
    assert newest["answer"]["periods"][0]["sickness_fund"]
    assert newest["pieces"]
    assert before["asked"]["codes"][0]["code"] == "SEND_TO_IM_EXCEPTION"
    said = entered.cli("insurability", "ask", who, "--from", "2026-10-05", "--for", "information", lang="nl", **over)
    assert "Gezegd door de verzekeraar" in said.stdout


def test_sof_24_everybody_of_a_month_leaves_in_one_message_and_the_worker_brings_the_answers(
    entered: Installation, there: Running, monkeypatch: pytest.MonkeyPatch
):
    over = opened(entered, there) | {f"{MEMBER_DATA}_ASYNC": f'["{there.address("member-data-async")}"]'}
    there.simulator.scenario = Scenario(lost_after_send=True)
    (lost,) = entered.json("insurability", "ask", "--all", "--together", "--month", MONTH, **over)
    assert (lost["status"], lost["codes"]) == ("unknown", ["no_answer"])
    there.simulator.scenario = Scenario(doubled=True, shuffled=True, signed=True)
    (told,) = entered.json("insurability", "ask", "--all", "--together", "--month", MONTH, **over)
    assert (told["status"], told["asked"], told["left_out"]) == ("waiting", lost["asked"], [])
    assert len(told["asked"]) > 5
    assert entered.json("insurability", "ask", "--all", "--together", "--month", MONTH, **over) == []
    who = told["asked"][0]
    assert [one["asked"]["status"] for one in entered.json("insurability", "show", who)] == ["waiting", "unknown"]
    assert "posée, réponse attendue" in entered.cli("insurability", "show", who, lang="fr").stdout
    for name, value in over.items():
        monkeypatch.setenv(name, value)
    with closing(build(entered.settings, SteppedClock(AFTERWARDS), way=MyCareNetSettings())) as quittance:
        assert quittance.post.work("a worker")
        assert not quittance.post.work("a worker")
    shown = {one: entered.json("insurability", "show", one) for one in told["asked"]}
    assert {query["asked"]["status"] for queries in shown.values() for query in queries} == {"answered", "refused"}
    assert sum(query["asked"]["status"] == "answered" for query, _ in shown.values()) > len(shown) // 2
    polls = [(one["mailbox"], one["outcome"], one["is_scheduled"]) for one in entered.json("polls")]
    assert sorted(polls) == [("invoicing", "nothing", True), ("member_data", "messages", True)]
    assert "insurability" in entered.cli("polls").stdout
    assert entered.json("insurability", "fetch", **over) == {"outcome": "nothing", "reports": []}


@pytest.mark.parametrize("together", [False, True])
def test_sof_13_what_was_asked_without_a_session_is_asked_by_the_worker_when_one_opens(
    entered: Installation, there: Running, monkeypatch: pytest.MonkeyPatch, together: bool
):
    own = {MEMBER_DATA: "member-data", f"{MEMBER_DATA}_ASYNC": "member-data-async"}
    over = settings(there) | {name: f'["{there.address(path)}"]' for name, path in own.items()}
    over[f"{PREFIX}MEMBER_DATA_PER_SECOND"] = "100"
    words = ("insurability", "ask", "--all", "--month", MONTH)
    if together:
        (queued,) = entered.json(*words, "--together", **over)
        assert (queued["status"], queued["reference"]) == ("queued", "")
        people = queued["asked"]
        assert "en file : sans session" not in entered.cli(*words, "--together", lang="fr", **over).stdout
    else:
        people = [one["patient_id"] for one in entered.json(*words, **over)]
    assert len(people) > 5
    for name, value in over.items():
        monkeypatch.setenv(name, value)
    with closing(build(entered.settings, SteppedClock(AFTERWARDS), way=MyCareNetSettings())) as quittance:
        assert not quittance.post.work("a worker")
        opened(entered, there)
        while quittance.post.work("a worker"):
            pass
        assert quittance.insurability_answers is not None
        quittance.insurability_answers.collect(OPERATOR, quittance.lookups.establishment_ids()[0])
    shown = [entered.json("insurability", "show", one)[0]["asked"] for one in people]
    assert {one["status"] for one in shown} <= {"answered", "refused"}
    assert sum(one["status"] == "answered" for one in shown) > len(people) // 2
    assert {bool(one["batch"]) for one in shown} == {together}


def test_without_an_address_nothing_leaves_together(entered: Installation, there: Running):
    over = opened(entered, there)
    for words in (("ask", "--all", "--together", "--month", MONTH), ("fetch",)):
        assert entered.json("insurability", *words, code=1, **over)["error"] == "member_data_async_missing"
    assert entered.json("insurability", "ask", "--together", code=1)["error"] == "insurability_whom"


def test_without_an_address_nobody_is_asked(entered: Installation, there: Running):
    over = opened(entered, there)
    everybody = entered.json("insurability", "ask", "--all", "--month", MONTH, code=1, **over)
    assert {one["error"] for one in everybody} == {"member_data_missing"}
    assert entered.json("insurability", "ask", code=1)["error"] == "insurability_whom"
