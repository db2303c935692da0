"""`quittance efact` on real files: answers of the unions of 2024, and the requests that the CIN published."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.practice import typed
from tests.infrastructure.efact.samples import ANSWERS, REQUESTS, SAMPLES, needs_samples, sample

pytestmark = needs_samples

KEYS = {
    "message", "provider_reference", "oa_reference", "error_percentage", "refusal_type", "header_errors", "records",
    "settlements", "total", "unread",
}  # fmt: skip
RECORD_KEYS = {"type", "order", "errors", "comment", "accepted_cents"}
FIGURES = {"fund", "requested_cents", "accepted_cents", "refused_cents"}
DEVIATIONS = {"zone 99": {"109902", "209902", "509902", "519902", "809902", "909902"}}


def path_of(name: str) -> Path:
    return SAMPLES / ("requests" if name in REQUESTS else "answers") / name


def show(name: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(typed("efact", "show", path_of(name), "--json").stdout)
    return shown


def naive_records(name: str) -> list[str]:
    """Records of an answer cut at the lengths of the reference."""
    text = sample(name).decode("latin-1")
    return [text[at : at + 800] for at in range(677, len(text) - 799, 800)]


@pytest.mark.parametrize("name", ANSWERS)
def test_every_real_answer_is_shown_whole(name: str) -> None:
    """Shape as issue A names it; header figures are those at their positions in the file."""
    shown, text = show(name), sample(name).decode("latin-1")
    assert set(shown) == KEYS
    assert shown["message"] == text[:6]
    assert shown["provider_reference"] == text[20:34]
    assert shown["oa_reference"] == text[36:50]
    for record in shown["records"]:
        assert set(record) >= RECORD_KEYS
        assert all(set(error) == {"letter", "code"} for error in record["errors"])
    if shown["message"] in ("931000", "920999"):
        assert shown["error_percentage"] is shown["refusal_type"] is shown["total"] is None
        assert shown["settlements"] == []
        return
    assert shown["error_percentage"] == text[207:212]
    assert shown["refusal_type"] == text[214:216]
    naive = naive_records(name)
    details = [record for record in naive if record[:2] not in ("91", "92")]
    assert [record["type"] for record in shown["records"]] == [record[:2] for record in details]
    assert [record["order"] for record in shown["records"]] == [int(record[2:8]) for record in details]
    told = Counter(
        record[at : at + 7]
        for record in details
        for at in (456, 463, 470)
        if record[at] in "BREFS" and record[at + 1 : at + 7].strip()
    )
    assert told == Counter(
        f"{error['letter']}{error['code']}" for record in shown["records"] for error in record["errors"]
    )


@pytest.mark.parametrize("name", [name for name in ANSWERS if name.startswith("920900")])
def test_ref_04_every_real_settlement_shows_its_figures(name: str) -> None:
    shown, naive = show(name), naive_records(name)
    for kind, found in (("91", shown["settlements"]), ("92", [shown["total"]])):
        records = [record for record in naive if record[:2] == kind]
        assert len(records) == len(found)
        for record, figures in zip(records, found, strict=True):
            assert set(figures) >= FIGURES
            assert figures["fund"] == record[4:7]
            assert figures["requested_cents"] == int(record[51:63])
            assert figures["accepted_cents"] == int(record[135:147])
            assert figures["refused_cents"] == int(record[149:161])
            assert figures["requested_cents"] == figures["accepted_cents"] + figures["refused_cents"]
    for record, figures in zip((r for r in naive if r[:2] == "91"), shown["settlements"], strict=True):
        assert figures["payment_reference"] == record[163:185].strip()


def test_a_refused_envelope_shows_the_zone_and_its_code() -> None:
    shown = show("920999-01.txt")
    assert shown["records"][0]["errors"] == [{"letter": None, "code": "501/20"}]
    assert shown["records"][0]["order"] is None


@pytest.mark.parametrize("name", [*ANSWERS, *REQUESTS])
@pytest.mark.parametrize("lang", ["fr", "nl", "en"])
def test_every_file_is_shown_in_words(name: str, lang: str) -> None:
    printed = typed("efact", "show", path_of(name), QUITTANCE_LANG=lang).stdout
    assert sample(name)[20:34].decode() in printed
    assert "efact." not in printed
    assert "column." not in printed


# Check


@pytest.mark.parametrize("name", REQUESTS)
def test_the_real_requests_show_exactly_their_known_deviations(name: str) -> None:
    """Check digits 10 too high in every record, counts of records 95 and 96, BCE number and profession code empty."""
    result = typed("efact", "check", path_of(name), code=1)
    faults = [line.split("\t") for line in result.stdout.splitlines()]
    assert all(len(fault) == 4 for fault in faults), "record, zone, code, text, with tabs between"
    content = sample(name)
    details = (len(content) - 227) // 350 - 2
    zones = Counter(zone for _, zone, _, _ in faults)
    assert zones.pop("99") == details
    assert zones == {"409": 1, "509": 1, "27": zones["27"], "18": 1}
    assert 1 <= zones["27"] <= 2, "of record 10, and of record 90 where it is looked at"
    orders = [int(order) for order, zone, _, _ in faults if zone == "99"]
    assert sorted(orders) == list(range(1, details + 1))


def test_an_unreadable_file_or_an_answer_exits_with_2(tmp_path: Path) -> None:
    strange = tmp_path / "strange.txt"
    strange.write_bytes(b"\x00\xff what is this")
    for command in ("check", "show"):
        assert "aucun des" in typed("efact", command, strange, code=2).stderr
    assert "931000" in typed("efact", "check", path_of("931000-01.txt"), code=2).stderr
    assert typed("efact", "check", tmp_path / "nothing.txt", code=2).stdout == ""


def test_check_speaks_of_faults_and_never_of_a_patient(tmp_path: Path) -> None:
    """The number of a patient stands in the records; a fault names place and code only."""
    for name in REQUESTS:
        number = sample(name)[227 + 350 + 37 : 227 + 350 + 48].decode()
        assert len(number) == 11
        assert number not in typed("efact", "check", path_of(name), code=1).output
        assert number not in typed("efact", "show", path_of(name), "--json").output
