"""`numbers`: used, next and void, as the numberings have them."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.catalogue import LANGUAGES
from api.cli.number_lists import years_of
from domain.numbering import NumberingStarted, NumbersGiven, NumberTakenElsewhere, NumberVoided, SendingNumberGiven
from infrastructure.sample import sample_files
from tests.acceptance.practice import MONTH, Installation


@pytest.fixture
def cancelled(tmp_path: Path) -> tuple[Installation, list[dict[str, Any]]]:
    """A month billed from number 40 on, cancelled, and billed again."""
    made = Installation(tmp_path / "home", "", "cli")
    (tmp_path / "care.csv").write_bytes(sample_files().care)
    made.cli("init")
    made.enter_register()
    made.cli("import", tmp_path / "care.csv")
    made.cli("start-numbers", "sending", "2026", "40")
    run = made.json("bill", MONTH)
    made.cli("cancel-run", run["run_id"], "--reason", "wrong code")
    void = made.json("history", MONTH)["rows"]
    made.cli("bill", MONTH)
    return made, void


def test_void_numbers_are_listed_and_never_the_next(cancelled: tuple[Installation, list[dict[str, Any]]]) -> None:
    installation, void = cancelled
    sending, reference, invoice, document = installation.json("numbers")
    assert [(one["used"], one["next"]) for one in document["years"]] == [([[1, 2]], 3)], "cancelled, and billed again"
    (year,) = sending["years"]
    assert year["year"] == 2026
    assert year["void"] == sorted(row["sending_number"] for row in void) == list(range(40, 48))
    assert (year["used"], year["next"]) == ([[40, 55]], 56)
    assert [(one["years"][0]["used"], one["years"][0]["next"]) for one in (reference, invoice)] == [
        ([[1, 16]], 17),
        ([[1, invoice["years"][0]["next"] - 1]], invoice["years"][0]["next"]),
    ]
    shown = installation.json("show", sending["numbering_id"])
    assert shown["state"]["years"] == [year]
    for language in LANGUAGES:
        for words in (("numbers",), ("show", sending["numbering_id"])):
            printed = installation.cli(*words, lang=language).stdout
            assert ", ".join(str(number) for number in range(40, 44)) in printed
            assert "40-55" in printed


def test_numbers_at_a_past_instant(cancelled: tuple[Installation, list[dict[str, Any]]]) -> None:
    installation, _ = cancelled
    assert [one["years"] for one in installation.json("numbers", "--as-of", "2020-01-01T00:00:00Z")] == [[], [], [], []]
    assert installation.json("numbers", "-e", str(uuid4()), code=1)["error"] == "establishment_unknown"


def test_a_number_belongs_to_every_year_it_was_given_for_and_void_numbers_stay_in_theirs() -> None:
    one, two = uuid4(), uuid4()
    years = years_of(
        [
            NumberingStarted(2026, 5),
            SendingNumberGiven(5, (2025, 2026), one),
            SendingNumberGiven(7, (2026,), two),
            NumberTakenElsewhere(6, (2026,)),
            NumberVoided(5, one),
        ]
    )
    assert [(year.year, year.used, year.void) for year in years] == [(2025, ((5, 5),), (5,)), (2026, ((5, 7),), (5,))]
    assert [year.next for year in years] == [6, 8]


def test_running_numbers_go_on_behind_the_last_and_full_years_have_no_next() -> None:
    (running,) = years_of([NumbersGiven(2026, 1, 12), NumbersGiven(2026, 13, 3)])
    assert (running.used, running.next, running.void) == (((1, 15),), 16, ())
    full = [SendingNumberGiven(number, (2026,), uuid4()) for number in range(1, 1000)]
    assert years_of(full)[0].next is None
