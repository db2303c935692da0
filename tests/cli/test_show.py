"""`show` and `timeline`: the state of anything at any instant, and who looked at whose data."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.catalogue import LANGUAGES, has
from api.cli.states import kind_of, payload, state_of
from application.ports import Context, Meta
from domain import sending
from domain.code_list import CODE_LIST
from domain.event import REGISTER
from domain.user import User
from infrastructure.sample import sample_files
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import MONTH, Installation


@pytest.fixture(scope="module")
def kinds(demo: Demo) -> dict[str, str]:
    """An id of every kind of thing that the demo left behind."""
    with demo.installation.opened() as quittance:
        return {kind_of(one.topic): str(one.stream_id) for one in quittance.log.read(0, 100_000)}


def looked(installation: Installation) -> list[tuple[str, str]]:
    """Action and patient of every record of access."""
    with installation.opened() as quittance, quittance.store.database.snapshot() as sql:
        return [(row["action"], str(row["patient_id"])) for row in sql.rows("SELECT * FROM access_log ORDER BY id")]


def states_of(demo: Demo) -> Iterator[tuple[str, dict[str, Any]]]:
    with demo.installation.opened() as quittance:
        streams: dict[Any, list[Any]] = {}
        for one in quittance.log.read(0, 100_000):
            streams.setdefault((kind_of(one.topic), one.stream_id), []).append(one.event)
        for (kind, stream), events in streams.items():
            yield kind, state_of(kind, stream, events)


def test_the_demo_has_all_kinds_but_nine(kinds: dict[str, str]) -> None:
    known = {kind_of(topic) for topic in REGISTER if not topic.startswith("test.")}
    over_mycarenet = {"insurability_batch", "insurability_query", "mycarenet_session"}
    others = {"api_key", "casework", "code_list", "correction_rule", "item", "user"}
    assert known - set(kinds) == others | over_mycarenet


def test_every_kind_shows_its_state_and_then_what_happened(demo: Demo, kinds: dict[str, str]) -> None:
    for kind, identifier in kinds.items():
        shown = demo.installation.json("show", identifier)
        assert (shown["kind"], shown["id"]) == (kind, identifier)
        assert shown["version"] == len(shown["timeline"]) > 0
        assert shown["state"]
        assert [entry["type"].partition(".")[0] for entry in shown["timeline"]] == [kind] * shown["version"]
        assert shown["timeline"] == demo.installation.json("timeline", identifier)
        for language in LANGUAGES:
            words = demo.installation.cli("show", identifier, lang=language).stdout
            assert "state." not in words, (kind, language)


def test_an_item_and_the_official_list_are_shown_too(own_demo: Demo, tmp_path: Path) -> None:
    stray = bytearray(next(own_demo.inbox.glob("*931000*")).read_bytes())
    stray[20:34] = b"99999999999999"
    (tmp_path / "stray.txt").write_bytes(stray)
    (tmp_path / "list.csv").write_text("code;letter;fr;nl\n502255;R;texte;tekst\n", "utf-8")
    own_demo.installation.cli("answers", tmp_path / "stray.txt")
    own_demo.installation.cli("import", tmp_path / "list.csv", "--as", "codes")
    with own_demo.installation.opened() as quittance, quittance.store.database.snapshot() as sql:
        item = str(sql.rows("SELECT item_id FROM items")[0]["item_id"])
    state = own_demo.installation.json("show", item)["state"]
    assert (state["kind"], state["is_settled"]) == ("sending_unknown", False)
    assert own_demo.installation.json("show", str(CODE_LIST))["state"]["codes"] == 1
    for language in LANGUAGES:
        for identifier in (item, str(CODE_LIST)):
            assert "state." not in own_demo.installation.cli("show", identifier, lang=language).stdout


def test_every_field_of_a_state_has_a_name_in_the_catalogue(demo: Demo) -> None:
    names = {name for _, state in states_of(demo) for name in state} - {"funds", "years"}
    names |= {field.name for field in fields(REGISTER["item.raised"].type)} | {"is_settled"}
    names |= {field.name for field in fields(REGISTER["api_key.issued"].type)} - {"secret_hash"} | {"is_revoked"}
    names |= {field.name for field in fields(REGISTER["code_list.loaded"].type)}
    names |= {field.name for field in fields(User)}
    names |= {field.name for field in fields(REGISTER["message.unreadable"].type)}
    for outcome in ("asked", "answered", "failed"):
        for kind in ("query", "batch"):
            names |= {field.name for field in fields(REGISTER[f"insurability_{kind}.{outcome}"].type)}
    assert sorted(name for name in names if not has(f"state.{name}")) == []


def test_a_sending_shows_outcome_numbers_figures_and_what_each_fund_will_pay(demo: Demo) -> None:
    for row in demo.installation.json("history", MONTH)["rows"]:
        state = demo.installation.json("show", row["sending_id"])["state"]
        for name in ("status", "outcome", "national_union", "sending_number", "provider_reference", "requested_cents",
                     "accepted_cents", "refused_cents", "error_percentage", "transmitted_on"):  # fmt: skip
            assert state[name] == row[name], name
        assert sum(fund["accepted_cents"] for fund in state["funds"]) == row["accepted_cents"]
        assert len(state["answers"]) == 3
        words = demo.installation.cli("show", row["sending_id"]).stdout
        assert all(fund["payment_reference"].rstrip() in words for fund in state["funds"])


def test_a_state_is_that_of_the_instant_asked_for(demo: Demo) -> None:
    row = next(row for row in demo.installation.json("history", MONTH)["rows"] if row["is_read"])
    entries = demo.installation.json("timeline", row["sending_id"])
    statuses = []
    for entry in entries:
        shown = demo.installation.json("show", row["sending_id"], "--as-of", entry["recorded_at"])
        assert shown["version"] == entry["version"]
        statuses.append(shown["state"]["status"])
    assert statuses == [
        "prepared", "outcome_unknown", "transmitted", "acknowledged", "accepted_for_processing", "settled", "settled",
    ]  # fmt: skip
    assert [entry["type"] for entry in entries[-2:]] == ["sending.settled", "sending.read"]
    early = demo.installation.json("show", row["sending_id"], "--as-of", entries[1]["recorded_at"])
    assert {invoice["status"] for invoice in early["invoices"]} == {"issued"}
    assert all(not day["lines"] for invoice in early["invoices"] for day in invoice["days"])
    nothing = datetime.fromisoformat(entries[0]["recorded_at"]).replace(year=2020).isoformat()
    assert demo.installation.json("show", row["sending_id"], "--as-of", nothing, code=1)["error"] == "stream_unknown"


def test_a_day_shows_the_insurer_s_word_beside_its_lines(demo: Demo) -> None:
    rows = demo.installation.json("history", MONTH, "--of", "days", "--verdict", "refused")["rows"]
    shown = demo.installation.json("show", rows[0]["day_id"])
    assert shown["state"]["verdict"] == "refused"
    assert shown["state"]["refused_cents"] == rows[0]["refused_cents"]
    assert {line["said"]["verdict"] for line in shown["lines"] if line["said"]} == {"refused"}
    assert "lines" not in shown["state"]


def test_a_line_without_an_amount_has_none_in_words_and_null_for_a_program(tmp_path: Path) -> None:
    empty = Installation(tmp_path / "home", "", "cli")
    empty.json("init")
    (tmp_path / "practice.jsonl").write_bytes(sample_files().register)
    empty.cli("import", tmp_path / "practice.jsonl", "--as", "register")
    header, row = sample_files().care.decode().splitlines()[:2]
    cells = dict(zip(header.split(";"), row.split(";"), strict=True))
    number, care = cells["ssin"], tmp_path / "care.csv"
    care.write_text(f"ssin;date;code;provider;visit\n{number};2026-10-01;990101;{cells['provider']};2\n", "utf-8")
    assert empty.json("import", care)["added"] == 1
    with empty.opened() as quittance, quittance.store.database.snapshot() as sql:
        (day_id,) = [str(row["day_id"]) for row in sql.rows("SELECT day_id FROM days")]
    (line,) = empty.json("show", day_id)["lines"]
    amounts = ("amount_cents", "patient_share_cents", "supplement_cents")
    assert [line["care"][name] for name in (*amounts, "visit")] == [None, None, None, 2]
    said = empty.cli("show", day_id).stdout
    assert next(told for told in said.splitlines() if "990101" in told).split()[1] == "–"


def test_a_patient_is_opened_only_with_a_record_of_the_access(own_demo: Demo) -> None:
    installation = own_demo.installation
    (found,) = installation.json("find-patient", typed_in="Tack")
    before = looked(installation)
    state = installation.json("show", found["patient_id"])["state"]
    assert (state["last_name"], len(state["ssin"])) == ("Tack", 11)
    assert state["periods"][0]["sickness_fund"]
    entries = installation.json("timeline", found["patient_id"])
    assert entries[0]["data"]["details"]["last_name"] == "Tack"
    assert looked(installation) == [*before, ("show", found["patient_id"]), ("timeline", found["patient_id"])]
    installation.json("erase-patient", found["patient_id"])
    erased = installation.cli("show", found["patient_id"], "--json").stdout
    assert "Tack" not in erased
    assert json.loads(erased)["state"]["is_erased"] is True


def test_reading_a_tree_or_a_page_is_noted_once_for_every_patient_in_it(own_demo: Demo) -> None:
    installation = own_demo.installation
    row = installation.json("history", MONTH)["rows"][0]
    before = looked(installation)
    invoices = installation.json("history", MONTH, "--of", "invoices", "--union", row["national_union"])["rows"]
    whose = {invoice["patient_id"] for invoice in invoices}
    assert noted(installation, before) == ("history", whose)

    before = looked(installation)
    installation.json("show", row["sending_id"])
    assert noted(installation, before) == ("show", whose)

    before = looked(installation)
    days = installation.json("history", MONTH, "--of", "days", "--limit", "20")["rows"]
    assert noted(installation, before) == ("history", {day["patient_id"] for day in days})

    before = looked(installation)
    lines = installation.json("refusals", MONTH, "--cause", installation.json("refusals", MONTH)[0]["code"])
    assert noted(installation, before) == ("refusals", {line["patient_id"] for line in lines})

    before = looked(installation)
    installation.json("history", MONTH)
    installation.json("refusals", MONTH)
    assert looked(installation) == before, "no patient in them"


def noted(installation: Installation, before: list[tuple[str, str]]) -> tuple[str, set[str]]:
    """The one action and the patients of the new records, each of them once."""
    new = looked(installation)[len(before) :]
    assert len(new) == len(set(new))
    (action,) = {action for action, _ in new}
    return action, {patient for _, patient in new}


def test_a_timeline_carries_what_each_event_says(demo: Demo) -> None:
    row = demo.installation.json("history", MONTH)["rows"][0]
    entries = demo.installation.json("timeline", row["sending_id"])
    prepared, settled = entries[0]["data"], next(e["data"] for e in entries if e["type"] == "sending.settled")
    assert set(prepared) == {field.name for field in fields(sending.SendingPrepared)}
    assert (prepared["requested_cents"], settled["accepted_cents"]) == (row["requested_cents"], row["accepted_cents"])
    assert settled["funds"][0]["payment_reference"]


def test_no_secret_is_shown(own_demo: Demo) -> None:
    with own_demo.installation.opened() as quittance:
        issued = quittance.access.issue(Context(Meta("operator")), "desk").result
        (one,) = [one for one in quittance.log.read(0, 100_000) if one.topic == "api_key.issued"]
    for words in (("show", str(one.stream_id)), ("timeline", str(one.stream_id))):
        for more in ((), ("--json",)):
            printed = own_demo.installation.cli(*words, *more).stdout
            assert issued.token.rpartition("_")[2] not in printed
            assert one.event.secret_hash not in printed
    state = own_demo.installation.json("show", str(one.stream_id))["state"]
    assert (state["name"], state["prefix"], state["is_revoked"]) == ("desk", issued.prefix, False)
    assert "secret_hash" not in payload(one.event)
