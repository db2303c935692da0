"""The refusal catalogue is data: complete, unambiguous, in three languages, with the letters of the public list."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "domain" / "rules" / "refusal_codes"
PUBLIC_LIST = ROOT.parent / "shared" / "samples" / "efact" / "error-codes.tsv"

LANGUAGES = ("fr", "nl", "en")
KEYS = ["letter", "field", "decision", "correctable", *LANGUAGES]
TEXTS = ["meaning", "cause", "cure"]
DECISIONS = [
    "rebill",
    "rebill_elsewhere",
    "credit_note",
    "justified",
    "follow_root",
    "none",
    "prepare_again",
    "read_comment",
]
ACCENTED = "éèêëàâçîïôûùœ"

RANGES = {
    "file": [("10", "11"), ("90", "91")],
    "invoice": [("20", "21"), ("80", "81")],
    "line": [("5001", "5010")],
    "line_detail": [("5010", "51")],
    "reading": [("51", "53")],
}


def _codes(words: str) -> list[str]:
    return words.split()


# seed-features §4.2-4.3, slashes expanded, with the lump-sum block and the bank accounts of header and third party
SEED_CODES = _codes("""
    100520 100721 100723 100724 100801 100802 100803 100804 100812 100820 101420 101421 101422
    101423 102311 102312 102313 103103 103110 103114 103120 103602 103603 103604 103605 103610
    103620 200130 200140 200710 200742 200802 200820 200822 200840 201140 202020 500112 500113
    500118 500119 500120 500130 500403 500413 500417 500418 500420 500421 500423 500424 500426
    500430 500431 500434 500437 500444 500445 500446 500447 500448 500449 500450 500452 500453
    500458 500459 500464 500465 500466 500468 500469 5004G3 5004K0 5004K2 5004K3 5004K4 5004L0
    500503 500510 500516 500517 500522 500524 500525 500540 500544 500545 500546 500548 500549
    500617 500622 500624 500625 500640 500644 500645 500646 500648 500649 500717 500742 500802
    500810 500817 500820 500822 500840 500861 500917 501017 501117 501217 501317 501417 501512
    501520 501521 501522 501540 5015A0 501614 501615 501920 501940 502004 502014 502022 502248
    502255 502256 502257 502258 502405 502420 502440 502712 502741 502742 502903 502940 502953
    503042 504720 504911 5049A0 510119 510120 514225 520119 520304 520310 520604 521204 521604
    521704
""")

# efact §4, those that the seeds do not name
TABLE_CODES = _codes("""
    100703 100720 101303 101402 101424 101802 101810 101821 102310 102320 102702 109902 200703
    200801 200813 200814 200921 201020 201620 201803 201810 201812 202420 202430 202434 202703
    202710 202720 202722 202910 202911 202920 203410 203420 203710 203810 203811 203820 204112
    204120 209902 500210 500317 500344 500401 500402 500429 500441 500443 500461 500547 500615
    501753 502011 502020 502640 502641 502744 504912 504940 511503 511905 520110 520412 521904
    521919 521920 521921 521922 801910 802710 803010 809802 901911 902303 909802
""")

# seen in the sample answers, or the twin of a code above
NEIGHBOUR_CODES = _codes("""
    500116 500647 501616 501617 501901 502701 503001 509902 510110 510512 519902 529902 809902
    909902
""")

CASCADE_CODES = ["200140", "500118", "500119", "500120", "510119", "510120", "520119"]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((CATALOGUE / f"{name}.toml").read_text(encoding="utf-8"))


def _catalogue() -> dict[str, Any]:
    return {code: entry for name in RANGES for code, entry in _load(name).items()}


CODES = _catalogue()


def test_every_expected_code_is_there_once_and_in_its_file():
    per_file = {name: list(_load(name)) for name in RANGES}
    assert sum(map(len, per_file.values())) == len(CODES)
    assert sorted(CODES) == sorted({*SEED_CODES, *TABLE_CODES, *NEIGHBOUR_CODES})
    for name, codes in per_file.items():
        assert codes == sorted(codes), name
        assert all(any(low <= code < high for low, high in RANGES[name]) for code in codes), name


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_every_key_in_order_and_a_text_in_each_language(code: str):
    entry = CODES[code]
    assert len(code) == 6
    assert list(entry) == KEYS
    assert entry["letter"] in {"B", "F", "R", "E", "S", ""}
    assert entry["decision"] in DECISIONS
    assert entry["correctable"] in {"yes", "no", "unknown"}
    for language in LANGUAGES:
        assert list(entry[language]) == TEXTS
        for text in entry[language].values():
            assert 10 < len(text) <= 200, text
            assert text == text.strip()
            assert text.endswith(".")
            assert "  " not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_codes_share_a_meaning(language: str):
    by_meaning: dict[str, list[str]] = {}
    for code, entry in CODES.items():
        by_meaning.setdefault(entry[language]["meaning"].casefold(), []).append(code)
    assert {meaning: codes for meaning, codes in by_meaning.items() if len(codes) > 1} == {}


def test_the_three_languages_are_not_copies_of_one_another():
    for code, entry in CODES.items():
        for key in TEXTS:
            assert len({entry[language][key] for language in LANGUAGES}) == 3, (code, key)
    french = " ".join(text for entry in CODES.values() for text in entry["fr"].values())
    assert all(letter in french for letter in "éèêàçôû")
    assert not any(letter in ACCENTED for entry in CODES.values() for text in entry["en"].values() for letter in text)


def test_letters_are_those_of_the_public_list():
    if not PUBLIC_LIST.exists():
        pytest.skip("the public error list (../shared/samples/efact/error-codes.tsv) is not on this machine")
    with PUBLIC_LIST.open(encoding="utf-8", newline="") as rows:
        letters = {row["code"]: row["letter"] for row in csv.DictReader(rows, delimiter="\t")}
    assert {code: entry["letter"] for code, entry in CODES.items()} == {code: letters[code] for code in CODES}


def test_decisions_follow_the_letter_and_the_cascade():
    for code, entry in CODES.items():
        if entry["letter"] == "B":
            assert entry["decision"] == "prepare_again", code
        if entry["letter"] in {"E", "S"}:
            assert entry["decision"] == "none", code
    cascade = [code for code, entry in CODES.items() if entry["decision"] == "follow_root"]
    assert sorted(cascade) == CASCADE_CODES
    assert sorted(code for code, entry in CODES.items() if entry["field"] == "root_line") == CASCADE_CODES


def test_a_refused_day_is_never_advised_to_be_credited():
    assert [code for code, entry in CODES.items() if entry["decision"] == "credit_note"] == []


def test_every_field_is_defined_used_and_labelled():
    fields = _load("fields")
    assert {entry["field"] for entry in CODES.values()} == set(fields)
    _assert_labels(fields)


def test_the_decisions_are_defined_and_labelled():
    decisions = _load("decisions")
    assert list(decisions) == DECISIONS
    _assert_labels(decisions)


def test_kinds_explain_any_other_code_from_its_anatomy():
    kinds = _load("kinds")
    for record in ("10", "20", "21", "25", "30", "40", "50", "51", "52", "80", "90"):
        assert f"record_{record}" in kinds
    for kind in ("01", "02", "03", "04", "09", "1x", "2x", "4x", "other"):
        assert f"kind_{kind}" in kinds
    for letter in "BFRES":
        assert f"letter_{letter}" in kinds
    for code in CODES:
        assert f"zone_{code[:2]}_{code[2:4]}" in kinds, code
    for key, labels in kinds.items():
        assert list(labels) == list(LANGUAGES), key
        assert all(text.strip() for text in labels.values()), key


def _assert_labels(table: dict[str, Any]) -> None:
    for key, labels in table.items():
        assert list(labels) == list(LANGUAGES), key
        assert all(text.strip() for text in labels.values()), key
    for language in LANGUAGES:
        texts = [labels[language] for labels in table.values()]
        assert len(set(texts)) == len(texts), language
