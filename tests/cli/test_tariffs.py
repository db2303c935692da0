"""`quittance tariff`: files taken in or refused with every fault, sets accepted and set aside, prices with their why."""

import json
from pathlib import Path
from typing import Any

import pytest

from infrastructure.sample import sample_files
from tests.acceptance.practice import Installation
from tests.infrastructure.tariff.nomensoft_files import a_file, detail, fee

INJECTION = "990022"


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    """An installation with the sample practice and no tariffs."""
    made = Installation(tmp_path / "home", "", "cli")
    made.json("init")
    (tmp_path / "practice.jsonl").write_bytes(sample_files().register)
    made.cli("import", tmp_path / "practice.jsonl", "--as", "register")
    return made


def sample(office: Installation, folder: Path, name: str = "be-nursing", **values: Any) -> Path:
    """A fictitious set as a file, with other values in its head."""
    file = folder / f"{name}{len(list(folder.iterdir()))}.json"
    office.cli("tariff", "export-sample", "--out", file, "--sample", name)
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | values), "utf-8")
    return file


def test_a_set_is_loaded_accepted_and_priced(office: Installation, tmp_path: Path) -> None:
    file = sample(office, tmp_path)
    loaded = office.json("tariff", "load", file)
    assert (loaded["is_new"], loaded["set"]["state"], loaded["faults"], loaded["changes"]) == (
        True,
        "waiting",
        [],
        None,
    )
    assert office.json("tariff", "load", file)["is_new"] is False
    asked = ("tariff", "price", INJECTION, "--on", "2026-02-03", "--ct1", "110", "--ct2", "110", "--units", "2")
    assert office.json(*asked, code=1)["error"] == "tariff_missing"
    office.cli("tariff", "accept", loaded["set"]["id"][:8], "--from", "2025-01-01", "--reason", "circular")
    (listed,) = office.json("tariff", "list")
    assert (listed["state"], listed["applies_from"]) == ("counts", "2025-01-01")
    found = office.json(*asked)
    assert (found["amount_cents"], found["patient_share_cents"], found["currency"]) == (818, 74, "EUR")
    assert found["letter"] == {"letter": "W", "coefficient": "0.762", "value": "5.850653"}
    assert (found["entitlement"], found["valid_from"], found["set"]) == ("ordinary", "2026-01-01", listed["id"])
    said = office.cli(*asked).stdout
    for part in ("€8.18", "€0.74", "W 0.762 × 5.850653", "ordinary", "110 / 110", "2026-01-01", "Fictitious"):
        assert part in said
    assert office.json("tariff", "price", "999999", "--on", "2026-02-03", code=1)["error"] == "code_unknown"


def test_a_file_with_faults_tells_each_with_its_place(office: Installation, tmp_path: Path) -> None:
    file = sample(office, tmp_path, country="XX", edition="", letters=[])
    told = office.json("tariff", "load", file, code=1)
    assert told["set"] is None
    assert {(fault["place"], fault["field"], fault["code"]) for fault in told["faults"]} >= {
        ("", "country", "out_of_range"),
        ("", "edition", "value_missing"),
    }
    said = office.cli("tariff", "load", file, code=1).stdout
    assert "This value is needed: give it." in said
    assert "Nothing was taken in" in said
    assert office.json("tariff", "list") == []


def test_a_newer_set_says_what_it_changes_and_can_be_set_aside(office: Installation, tmp_path: Path) -> None:
    old = office.json("tariff", "load", sample(office, tmp_path))["set"]["id"]
    office.cli("tariff", "accept", old, "--from", "2025-01-01")
    file = sample(office, tmp_path, edition="2026-07", valid_from="2026-07-01")
    data = json.loads(file.read_text("utf-8"))
    for code in data["codes"]:
        if code["code"] == INJECTION:
            code["prices"][-1]["coefficient"] = "0.800"
    file.write_text(json.dumps(data), "utf-8")
    loaded = office.json("tariff", "load", file)
    (change,) = loaded["changes"]["prices"]
    assert (change["code"], change["valid_from"]) == (INJECTION, "2026-07-01")
    assert (change["old"]["fee_cents"], change["new"]["fee_cents"]) == (446, 468)
    assert change["new"]["shares"] == {"increased": 0, "ordinary": 37}
    said = office.cli("tariff", "load", file).stdout
    assert "€4.46 (increased reimbursement €0.00, ordinary €0.37) → €4.68" in said
    new = loaded["set"]["id"]
    asked = ("tariff", "price", INJECTION, "--on", "2026-08-03", "--ct1", "110", "--ct2", "110")
    office.cli("tariff", "accept", new, "--from", "2026-07-01")
    assert office.json(*asked)["amount_cents"] == 431
    assert office.json(*asked[:5], code=1)["error"] == "holder_codes_missing"
    assert "--ct1 110 --ct2 110" in office.cli(*asked[:5], code=1).stderr
    assert "0,800 × " in office.cli(*asked, lang="fr").stdout
    assert "0.800 × " in office.cli(*asked, lang="en").stdout
    office.cli("tariff", "set-aside", new, "--reason", "wrong edition")
    assert office.json(*asked)["amount_cents"] == 409
    assert [one["state"] for one in office.json("tariff", "list")] == ["counts", "aside"]
    assert "set aside" in office.cli("tariff", "list").stdout


def test_what_cannot_be_is_said_in_one_line(office: Installation, tmp_path: Path) -> None:
    dental = office.json("tariff", "load", sample(office, tmp_path, "be-dental"))["set"]["id"]
    assert (
        office.json("tariff", "accept", dental, "--from", "2026-01-01", code=1)["error"] == "tariff_of_another_sector"
    )
    assert office.json("tariff", "accept", "ffffffff", "--from", "2026-01-01", code=1)["error"] == "tariff_unknown"
    file = tmp_path / "kept.json"
    file.write_text("mine", "utf-8")
    assert office.json("tariff", "export-sample", "--out", file, code=1)["error"] == "place_unusable"
    assert file.read_text("utf-8") == "mine"


def test_the_public_nomenclature_becomes_a_file_that_can_be_loaded(office: Installation, tmp_path: Path) -> None:
    xml, out = tmp_path / "nomen.xml", tmp_path / "set.json"
    xml.write_bytes(a_file(detail(), fee(), fee(cat="3", amount="1.20")))
    words = ("tariff", "from-nomensoft", xml, "--out", out, "--edition", "2026-01", "--valid-from", "2026-01-01")
    made = office.json(*words, "--entitlement", "ordinary=??0/???")
    assert made["file"] == str(out)
    assert {notice["code"] for notice in made["notices"]} == {"category_unmapped"}
    loaded = office.json("tariff", "load", out)
    assert (loaded["faults"], loaded["set"]["edition"], loaded["set"]["codes"]) == ([], "2026-01", 1)
    wrong = (*words[:3], "--out", tmp_path / "other.json", *words[5:], "--category", "1=share:nobody")
    assert {fault["code"] for fault in office.json(*wrong, code=1)["faults"]} == {"category_unknown"}
    assert not (tmp_path / "other.json").exists()


def test_what_days_would_cost_by_another_category(office: Installation, tmp_path: Path) -> None:
    name = office.json("tariff", "load", sample(office, tmp_path))["set"]["id"]
    office.cli("tariff", "accept", name, "--from", "2025-01-01")
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    office.cli("import", tmp_path / "care.csv")
    asked = ("tariff", "what-if", "--month", "2026-10")
    told = office.json(*asked, "--category", "A")
    assert told["days"] > 1_000
    assert told["insurer"]["difference_cents"] < 0
    assert (told["rows_left_out"], len(told["rows"])) == (0, told["changed"] + told["untold"])
    same = office.json(*asked, "--set", name[:8])
    assert (same["changed"], same["insurer"]["difference_cents"]) == (0, 0)
    one = told["rows"][0]
    said = office.cli("tariff", "what-if", "--day", one["day_id"], "--category", "A").stdout
    for part in ("Days looked at: 1", "Insurer: €", one["day_id"], one["former"][-1]["code"]):
        assert part in said
    assert "And " in office.cli(*asked, "--category", "A", "--limit", "3").stdout
    from_to = ("--from", one["date"], "--to", one["date"], "--patient", one["patient_id"])
    assert office.json("tariff", "what-if", *from_to, "--category", "A")["rows"] == [one]
    assert office.json(*asked, code=1)["error"] == "what_if_nothing"
    assert office.json(*asked, "--set", "ffffffff", code=1)["error"] == "tariff_unknown"
