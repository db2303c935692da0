"""Closing the books and opening them again, as an operator types it."""

from datetime import UTC, datetime

from tests.acceptance.conftest import Demo
from tests.acceptance.practice import MONTH

LATER = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)


def test_a_period_is_closed_and_opened_again(own_demo: Demo) -> None:
    run = own_demo.installation
    ids = run.json("decide", "justified", "--cause", "500458", "--month", MONTH, "--reason", "Hors délai")["day_ids"]
    assert ids
    assert run.json("close-period", "2026-13", code=1)["error"] == "month_invalid"
    assert run.json("close-period", "2026-11", code=1)["error"] == "period_not_over"
    assert "2026-11" in run.cli("close-period", "2026-11", at=LATER).stdout
    (left,) = run.json("withdraw-decision", *ids, at=LATER)["left"]
    assert (left["code"], sorted(left["day_ids"])) == ("correction_period_closed", sorted(ids))
    assert "books are closed" in run.cli("withdraw-decision", ids[0], at=LATER).stdout
    assert run.json("reopen-period", "2026-11", code=1, at=LATER)["error"] == "reason_missing"
    reopened = run.json("reopen-period", "2026-11", "--reason", "Clôture trop tôt", at=LATER)
    assert reopened == {"closed_through": "2026-10"}
    assert sorted(run.json("withdraw-decision", *ids, at=LATER)["day_ids"]) == sorted(ids)


def test_a_practice_is_shown_with_its_books_and_its_derogation(own_demo: Demo) -> None:
    run = own_demo.installation
    with run.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
    assert run.json("show", str(where))["state"]["closed_through"] == ""
    run.cli("close-period", MONTH)
    assert run.json("show", str(where))["state"]["closed_through"] == MONTH
    number = "49992216401"
    add = (
        *("establishment", "add", "--name", "Autre", "--sector", "home_nursing", "--tpp-number", number),
        *("--cbe-number", "0400000086", "--iban", "BE80001000000177", "--bic", "BBRUBEBB", "--contact-last-name", "A"),
        *("--contact-first-name", "B", "--contact-phone", "021234567", "--content-code", "000"),
    )
    wrong = ("--files-derogation-to", "2026-10-01")
    assert run.json(*add, *wrong, code=1)["error"] == "field_invalid"
    made = run.json(*add, "--files-derogation-from", "2026-10-01")["establishment_id"]
    state = run.json("show", made)["state"]
    assert (state["content_code"], state["files_derogation_from"]) == ("000", "2026-10-01")
