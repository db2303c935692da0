"""`quittance documents`: from the bill of a month to the payment of what eFact does not reach, and back."""

from pathlib import Path

import pytest

from infrastructure.sample import sample_files
from tests.acceptance.practice import MONTH, Installation

NOTHING = "0c1f7a52-8d6b-4f0e-9a57-1b2c3d4e5f60"


@pytest.fixture
def billed(tmp_path: Path) -> Installation:
    """The sample month, billed and not sent."""
    made = Installation(tmp_path / "home", "", "cli")
    made.json("init")
    made.enter_register()
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    made.cli("import", tmp_path / "care.csv")
    made.json("bill", MONTH)
    return made


def test_days_beyond_efact_are_billed_noted_and_taken_back_by_command_line(billed: Installation) -> None:
    (row,) = billed.json("documents", "list", "--month", MONTH)
    document, on, cents = row["document_id"], row["issued_on"], row["amount_cents"]
    assert row["status"] == "issued"
    assert row["communication"][:10] == row["number"]
    said = billed.cli("documents", "list", lang="nl").stdout
    assert "af te geven" in said
    assert f"+++{row['communication'][:3]}/" in said
    shown = billed.json("show", document)
    assert shown["state"]["open_cents"] == cents
    day = shown["state"]["days"][0]["day_id"]
    assert billed.json("show", day)["state"]["document"] == "open"

    assert billed.json("documents", "hand-out", document, "--on", on)["status"] == "handed_out"
    words = ("documents", "paid", document, "--on", on)
    assert billed.json(*words, "--cents", 1, "--reference", "extrait 4")["status"] == "handed_out"
    assert billed.json(*words, "--cents", cents, code=1)["error"] == "document_amount"
    assert billed.json(*words, "--cents", cents - 1)["status"] == "paid"
    assert billed.json("show", day)["state"]["document"] == "paid"
    assert billed.json("decide", "credit_note", day)["left"][0]["code"] == "correction_paid_on_document"

    again = billed.json("documents", "reopen", document, "--reason", "wrong statement")
    assert (again["status"], billed.json("show", day)["state"]["document"]) == ("handed_out", "open")
    refused = billed.json("documents", "refused", document, "--on", on, "--reason", "not a member any more")
    assert (refused["status"], billed.json("show", day)["state"]["verdict"]) == ("refused", "refused")
    assert billed.json("documents", "cancel", document, "--reason", "x y z", code=1)["error"] == "document_closed"
    billed.json("documents", "reopen", document, "--reason", "wrong document")
    assert billed.json("documents", "cancel", document, "--reason", "wrong house")["status"] == "cancelled"
    assert billed.json("show", day)["state"]["sending_id"] is None
    assert billed.json("bill", MONTH)["documents"][0]["document_ids"] != [document]


def test_what_is_no_document_is_said_to_be_none(billed: Installation) -> None:
    (row,) = billed.json("documents", "list")
    for what in (NOTHING, row["patient_id"]):
        assert billed.json("documents", "cancel", what, "--reason", "x", code=1)["error"] == "document_unknown"
    assert billed.json("documents", "list", "--status", "paid") == []
