"""The turn of the year: sending numbers that a union accepts, references that begin anew, none ever given twice."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infrastructure.sample import sample_files
from tests.acceptance.practice import Installation
from tests.acceptance.slices import cut, read_request

NEW_YEARS_EVE = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
"""Half past eleven in the evening in Brussels."""
AN_HOUR_LATER = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
SECOND_OF_JANUARY = datetime(2027, 1, 2, 8, 0, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 3, 8, 0, tzinfo=UTC)


def care_of(folder: Path, month: str, *, first_patients: int = 0, others_than: int = 0) -> Path:
    """The sample month moved to another one, for some of the patients."""
    header, *lines = sample_files().care.decode().splitlines()
    who = list(dict.fromkeys(line.partition(";2026")[0] for line in lines))
    chosen = set(who[:first_patients] if first_patients else who[others_than:])
    mine = [line.replace("2026-10-", f"{month}-") for line in lines if line.partition(";2026")[0] in chosen]
    path = folder / f"{month}-{first_patients}-{others_than}.csv"
    path.write_text("\n".join([header, *mine]) + "\n", "utf-8")
    return path


def test_sending_numbers_at_the_turn_of_the_year(kind: str, tmp_path: Path) -> None:
    """December is billed on New Year's Eve and again in January; January in February. The unions take every file.

    Union 500 counts numbers by the year billed, the others by the year of creation: each number must be free in both.
    """
    (tmp_path / "home").mkdir()
    office = Installation.make(kind, tmp_path / "home")
    office.enter_register(at=NEW_YEARS_EVE)
    office.cli("start-numbers", "sending", "2026", "900", at=NEW_YEARS_EVE)

    office.cli("import", care_of(tmp_path, "2026-12", first_patients=20), at=NEW_YEARS_EVE)
    waiting = office.json("preview", "2026-12", at=NEW_YEARS_EVE)
    assert waiting["sendings"] == []
    assert {later["billable_from"] for later in waiting["not_yet"]} == {"2027-01-01"}
    eve = bill(office, "2026-12", "--include-current", at=NEW_YEARS_EVE)

    office.cli("import", care_of(tmp_path, "2026-12", others_than=20), at=SECOND_OF_JANUARY)
    january = bill(office, "2026-12", at=SECOND_OF_JANUARY)

    office.cli("import", care_of(tmp_path, "2027-01"), at=FEBRUARY)
    february = bill(office, "2027-01", at=FEBRUARY)

    assert [row["sending_number"] for row in eve] == list(range(900, 900 + len(eve)))
    assert {row["created_on"] for row in eve} == {"2026-12-31"}
    assert {row["created_on"] for row in january} == {"2027-01-02"}
    assert {row["month"] for row in (*eve, *january)} == {"2026-12"}
    for year in ("2026", "2027"):
        used = Counter(
            row["sending_number"]
            for row in (*eve, *january, *february)
            if year in (row["created_on"][:4], row["month"][:4])
        )
        assert max(used.values()) == 1, "no number twice in a year, by whichever year the union counts"
    references = [row["provider_reference"] for row in (*eve, *january, *february)]
    assert len(set(references)) == len(references)
    assert eve[0]["provider_reference"] == "20260000000001"
    assert january[0]["provider_reference"] == "20270000000001", "references begin anew with the year of creation"
    assert {row["status"] for row in (*eve, *january, *february)} == {"settled"}, "no union found a number used"


def bill(office: Installation, month: str, *options: str, at: datetime) -> list[dict[str, Any]]:
    """Bill, send and read the answers; the sendings of this run in the order of their numbers.

    What was refused before is left without a decision.
    """
    run = office.json("bill", month, "--leave-undecided", *options, at=at)
    assert run["sendings"]
    assert {one["outcome"] for one in office.json("send", at=at)} == {"transmitted"}
    assert {one["outcome"] for one in office.json("answers", at=at)} == {"read"}
    mine = {total["sending_id"] for total in run["sendings"]}
    rows = office.json("history", month, at=at)["rows"]
    return sorted((row for row in rows if row["sending_id"] in mine), key=lambda row: row["sending_number"])


def test_the_date_in_the_file_is_that_of_brussels(kind: str, tmp_path: Path) -> None:
    """Half past eleven in the evening in London is the new year in Brussels: zones 302, 300 and the year of zone 204."""
    (tmp_path / "home").mkdir()
    office = Installation.make(kind, tmp_path / "home")
    office.enter_register(at=AN_HOUR_LATER)
    office.cli("import", care_of(tmp_path, "2026-12"), at=AN_HOUR_LATER)
    rows = bill(office, "2026-12", at=AN_HOUR_LATER)
    with office.opened() as quittance:
        for row in rows:
            content = quittance.messages.get(row["message"])
            assert cut(content.decode("ascii")[67:], 14, 8) == "20270101"
            request = read_request(content)
            assert (request.month, request.reference[:4]) == ("2026-12", "2027")
            assert request.sending_number == row["sending_number"]
