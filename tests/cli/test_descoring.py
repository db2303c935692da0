"""De-scoring typed by an operator: recorded, told with its days and deadline, shown with the patient, withdrawn."""

from datetime import date as Date
from pathlib import Path

import pytest

from tests.acceptance.practice import MONTH, Installation
from tests.acceptance.test_descoring import TOLD, cared_for, run_and_read
from tests.acceptance.test_prices import DAYS, accept_tariffs, registered

MESSAGE = ("--category", "A", "--from", "2026-09-01", "--to", "2026-11-30", "--told-on", TOLD.isoformat())


@pytest.fixture
def run(tmp_path: Path) -> Installation:
    (tmp_path / "home").mkdir()
    return Installation.make("sqlite", tmp_path / "home")


def test_sof_41_it_is_recorded_told_shown_and_withdrawn(run: Installation) -> None:
    with run.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        who = str(cared_for(quittance, where))
        run_and_read(quittance, where, MONTH)
    (told,) = run.json("descore", who, *MESSAGE, "--number", "VISITE1", "--reason", "message")["descorings"]
    assert (told["category"], told["until"], told["to_do"], told["untold"]) == ("A", "2027-02-16", len(DAYS), 0)
    assert [Date.fromisoformat(day["date"]) for day in told["days"]] == DAYS
    for day in told["days"]:
        assert day["new_cents"] - day["paid_cents"] == day["difference_cents"] < 0
    assert sum(day["paid_cents"] for day in told["days"]) == told["paid_cents"] == told["known_paid_cents"]
    shown = run.json("show", who)
    assert shown["descorings"] == [told]
    assert [one["category"] for one in shown["state"]["authorisations"]] == ["A"]
    said = run.cli("show", who).stdout
    assert "message of 2026-11-18: correct it oneself until 2027-02-16" in said
    assert "To decide: 5 days" in said
    decided = run.json("decide", "credit_note", *(day["day_id"] for day in told["days"]))
    assert len(decided["day_ids"]) == len(DAYS)
    (after,) = run.json("show", who)["descorings"]
    assert (after["to_do"], {day["standing"] for day in after["days"]}) == (0, {"decided"})
    assert run.json("withdraw-descoring", who, "--from", "2026-09-01")["descorings"] == []
    assert [one["category"] for one in run.json("show", who)["state"]["authorisations"]] == ["B"]
    assert run.json("withdraw-descoring", who, "--from", "2026-09-01", code=1)["error"] == "descoring_unknown"
