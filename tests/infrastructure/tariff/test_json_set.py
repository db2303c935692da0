"""JSON sets: read as a whole, or refused with every fault, its place and its code."""

import json
from dataclasses import replace

import pytest

from infrastructure.carefile.lines import MAX_BYTES
from infrastructure.tariff.json_set import read_json_set
from infrastructure.tariff.json_writer import write_json_set
from infrastructure.tariff.report import MOST_TOLD
from infrastructure.tariff.tariff_file import read_tariff_set
from tests.infrastructure.tariff.files import EXPECTED, SMALL, small, told

CODE, PRICE = ("codes", 0), ("codes", 0, "prices", 0)
IN_CODE, IN_PRICE = "codes[0]", "codes[0].prices[0]"


def test_every_value_of_a_set_is_read():
    report = read_tariff_set(small())
    assert (report.faults, report.notices) == ((), ())
    assert replace(report.tariffs, content="") == EXPECTED


def test_the_content_is_the_hash_of_the_bytes():
    one, other = read_json_set(small()).tariffs, read_json_set(small() + b" ").tariffs
    assert len(one.content) == 64
    assert one.content != other.content
    assert replace(one, content="") == replace(other, content="")


def test_what_is_written_is_read_back_as_the_same_set():
    assert replace(read_json_set(write_json_set(EXPECTED)).tariffs, content="") == EXPECTED


@pytest.mark.parametrize("opening", [b"\xef\xbb\xbf", b"\n  "])
def test_a_byte_order_mark_or_blanks_before_the_brace_do_no_harm(opening):
    assert read_tariff_set(opening + small()).faults == ()


def test_blanks_in_texts_become_single_ones():
    report = read_json_set(small(*CODE, "texts", fr=" Toilette\n\t complète\u00a0. "))
    assert report.tariffs.codes["990011"].texts["fr"] == "Toilette complète ."


FILES = [
    (b"{", ("line 1", "", "json_invalid")),
    (b'{"format": "quittance-tariff/1",\n "edition": }', ("line 2", "", "json_invalid")),
    (b'{"a": NaN}', ("", "", "json_invalid")),
    (b'{"a": ' + b"[" * 100_000 + b"}", ("", "", "json_invalid")),
    (b'{"a": ' + b"9" * 5_000 + b"}", ("", "", "json_invalid")),
    (b'{"a": "\xff"}', ("", "", "file_not_text")),
    (b"{}", ("", "format", "format_unknown")),
    (small(format="quittance-tariff/2"), ("", "format", "format_unknown")),
    (b"{" + b" " * MAX_BYTES, ("", "", "file_too_large")),
]


@pytest.mark.parametrize(("content", "expected"), FILES, ids=[fault[2] for _, fault in FILES])
def test_a_file_that_is_no_set(content, expected):
    assert told(read_tariff_set(content)) == {expected}


def test_a_list_in_place_of_the_set_is_no_set():
    assert told(read_json_set(json.dumps([SMALL]).encode())) == {("", "format", "format_unknown")}


FAULTS = [
    ((), {"country": "FR"}, ("", "country", "out_of_range")),
    ((), {"sector": "hospital"}, ("", "sector", "out_of_range")),
    ((), {"currency": "USD"}, ("", "currency", "out_of_range")),
    ((), {"edition": None}, ("", "edition", "value_missing")),
    ((), {"edition": 2026}, ("", "edition", "type_wrong")),
    ((), {"edition": "x" * 201}, ("", "edition", "text_too_long")),
    ((), {"name": "a\u0007"}, ("", "name", "characters_invalid")),
    ((), {"valid_from": "01.01.2025"}, ("", "valid_from", "date_invalid")),
    ((), {"is_fictitious": "true"}, ("", "is_fictitious", "type_wrong")),
    ((), {"colour": "red"}, ("", "colour", "name_unknown")),
    ((), {"Sehr Geheim": "x"}, ("", "", "name_unknown")),
    ((), {"rounding": []}, ("", "rounding", "type_wrong")),
    (("rounding",), {"step": 0}, ("rounding", "step", "out_of_range")),
    (("rounding",), {"mode": "up_and_down"}, ("rounding", "mode", "out_of_range")),
    ((), {"codes": {}}, ("", "codes", "type_wrong")),
    ((), {"codes": ["W"]}, ("codes[0]", "", "type_wrong")),
    (("letters", 0), {"value": 5.7}, ("letters[0]", "value", "type_wrong")),
    (("letters", 0), {"value": "5,7"}, ("letters[0]", "value", "decimal_invalid")),
    (("letters", 0), {"value": "-1"}, ("letters[0]", "value", "decimal_invalid")),
    (("letters", 0), {"value": "NaN"}, ("letters[0]", "value", "decimal_invalid")),
    (("letters", 0), {"valid_to": "2024-12-31"}, ("letters[0]", "valid_to", "period_reversed")),
    (("rest_homes", 0), {"place": "000"}, ("rest_homes[0]", "place", "digits_invalid")),
    (("rest_homes", 0), {"place": 76000123004}, ("rest_homes[0]", "place", "type_wrong")),
    (("rest_homes", 0), {"valid_to": "2024-12-31"}, ("rest_homes[0]", "valid_to", "period_reversed")),
    (("entitlements", 0), {"ct1": "1"}, ("entitlements[0]", "ct1", "digits_invalid")),
    (("entitlements", 0), {"ct1": "??0"}, ("entitlements[1]", "ct1", "entitlement_duplicate")),
    (
        (),
        {"entitlements": [*SMALL["entitlements"], {"name": "Nom À"}]},
        ("entitlements[2]", "name", "characters_invalid"),
    ),
    (CODE, {"code": "12345"}, (IN_CODE, "code", "digits_invalid")),
    (CODE, {"code": "990637"}, ("codes[1]", "code", "code_duplicate")),
    (CODE, {"texts": {}}, (IN_CODE, "texts", "value_missing")),
    (CODE, {"texts": {"fr": ""}}, (IN_CODE, "texts", "value_missing")),
    (CODE, {"texts": "Toilette"}, (IN_CODE, "texts", "type_wrong")),
    (CODE, {"texts": {"it": "Igiene"}}, (IN_CODE, "texts.it", "name_unknown")),
    (CODE, {"valid_to": "2024-01-01"}, (IN_CODE, "valid_to", "period_reversed")),
    (CODE, {"role": "magic"}, (IN_CODE, "role", "out_of_range")),
    (CODE, {"needs": ["prescription", "luck"]}, (IN_CODE, "needs", "out_of_range")),
    (CODE, {"needs": "prescription"}, (IN_CODE, "needs", "type_wrong")),
    (CODE, {"statistical": "999999"}, (IN_CODE, "statistical", "code_unknown")),
    (CODE, {"variants": {"weekend": "999999"}}, (IN_CODE, "variants", "code_unknown")),
    (CODE, {"variants": {"monday": "990637"}}, (IN_CODE, "variants.monday", "name_unknown")),
    (CODE, {"maxima": [{"units": 1, "span": "day", "codes": ["999999"]}]}, (IN_CODE, "maxima", "code_unknown")),
    (CODE, {"maxima": [{"units": True, "span": "day"}]}, ("codes[0].maxima[0]", "units", "type_wrong")),
    (CODE, {"maxima": [{"units": 0, "span": "day"}]}, ("codes[0].maxima[0]", "units", "out_of_range")),
    (CODE, {"not_with": [{"codes": ["999999"]}]}, (IN_CODE, "not_with", "code_unknown")),
    (CODE, {"not_with": [{"codes": ["990637"] * 2001}]}, ("codes[0].not_with[0]", "codes", "list_too_long")),
    (CODE, {"before": [{"codes": ["999999"], "days": 1}]}, (IN_CODE, "before", "code_unknown")),
    (CODE, {"before": [{"codes": ["990112"]}]}, ("codes[0].before[0]", "days", "value_missing")),
    (CODE, {"notes": [{"valid_from": "2025-01-01"}]}, ("codes[0].notes[0]", "texts", "value_missing")),
    (("codes", 3), {"category": None}, ("codes[3]", "category", "value_missing")),
    (PRICE, {"fee_cents": 7.0}, (IN_PRICE, "fee_cents", "type_wrong")),
    (PRICE, {"fee_cents": "700"}, (IN_PRICE, "fee_cents", "type_wrong")),
    (PRICE, {"fee_cents": -1}, (IN_PRICE, "fee_cents", "out_of_range")),
    (PRICE, {"fee_cents": None}, (IN_PRICE, "fee_cents", "price_missing")),
    (PRICE, {"letter": "W"}, (IN_PRICE, "fee_cents", "price_double")),
    (PRICE, {"coefficient": "1"}, (IN_PRICE, "fee_cents", "price_double")),
    (PRICE, {"base_cents": 701}, (IN_PRICE, "base_cents", "base_above_fee")),
    (PRICE, {"valid_to": "2026-01-01"}, (IN_CODE, "prices", "period_overlaps")),
    (PRICE, {"shares": []}, (IN_PRICE, "shares", "type_wrong")),
    (PRICE, {"shares": {"rich": {"cents": 1}}}, (IN_PRICE, "shares.rich", "entitlement_unknown")),
    (PRICE, {"shares": {"ordinary": 5}}, (IN_PRICE, "shares.ordinary", "type_wrong")),
    (PRICE, {"shares": {"ordinary": {}}}, (IN_PRICE, "shares.ordinary", "value_missing")),
    (PRICE, {"shares": {"ordinary": {"cents": 1, "hundredths": 1}}}, (IN_PRICE, "shares.ordinary", "share_double")),
    (PRICE, {"shares": {"ordinary": {"hundredths": 10_001}}}, (IN_PRICE, "shares.ordinary.hundredths", "out_of_range")),
    (PRICE, {"shares": {"ordinary": {"cents": 691}}}, (IN_PRICE, "shares", "share_above_base")),
    (("codes", 0, "prices", 1), {"letter": "N"}, ("codes[0].prices[1]", "letter", "letter_unknown")),
    (("codes", 0, "prices", 1), {"coefficient": None}, ("codes[0].prices[1]", "coefficient", "value_missing")),
    (("codes", 0, "prices", 1), {"base_cents": 717}, ("codes[0].prices[1]", "base_cents", "base_above_fee")),
    ((), {"codes": []}, ("", "codes", "codes_missing")),
]


@pytest.mark.parametrize(("path", "values", "expected"), FAULTS, ids=[f"{f[1]}-{f[2]}" for _, _, f in FAULTS])
def test_one_wrong_value_refuses_the_whole_set_and_is_told_with_its_place(path, values, expected):
    assert told(read_json_set(small(*path, **values))) == {expected}


def test_a_fee_beside_the_step_of_the_rounding_is_a_fault():
    changed = json.loads(small(*PRICE, fee_cents=702))
    changed["rounding"] = {"step": 5}
    assert told(read_json_set(json.dumps(changed).encode())) == {(IN_PRICE, "fee_cents", "fee_not_rounded")}


def test_periods_of_a_letter_do_not_overlap():
    twice = [*SMALL["letters"], {"letter": "W", "value": "6", "valid_from": "2026-01-01"}]
    assert told(read_json_set(small(letters=twice))) == {("", "letters", "period_overlaps")}
    ended = [{**SMALL["letters"][0], "valid_to": "2025-12-31"}, twice[1]]
    assert read_json_set(small(letters=ended)).faults == ()


def test_a_name_that_stands_twice_is_a_fault():
    content = small().replace(b'"edition": "1"', b'"edition": "1", "edition": "2"')
    assert told(read_json_set(content)) == {("", "edition", "name_duplicate")}


def test_all_faults_are_told_at_once_each_with_its_code_of_the_nomenclature():
    changed = json.loads(small(edition=""))
    changed["codes"][0]["prices"][0]["fee_cents"] = "x"
    changed["codes"][1]["role"] = "x"
    report = read_json_set(json.dumps(changed).encode())
    assert [(fault.place, fault.field, fault.about) for fault in report.faults] == [
        ("", "edition", ""),
        (IN_PRICE, "fee_cents", "990011"),
        ("codes[1]", "role", "990637"),
    ]


def test_codes_with_faults_are_known_to_those_that_name_them():
    assert told(read_json_set(small("codes", 1, role="x"))) == {("codes[1]", "role", "out_of_range")}


def test_beyond_a_thousand_faults_only_their_number_is_told():
    many = [{"code": f"{number:06d}", "valid_from": "2025-01-01"} for number in range(MOST_TOLD + 7)]
    faults = read_json_set(small(codes=many)).faults
    assert len(faults) == MOST_TOLD + 1
    assert (faults[-1].code, faults[-1].count) == ("more_faults", 7)


def test_more_letters_than_prices_could_be_held_against_are_refused():
    letters = [{"letter": "W", "value": "1", "valid_from": f"{1900 + n // 12}-{n % 12 + 1:02d}-01"} for n in range(501)]
    assert ("letters[500]", "", "list_too_long") in told(read_json_set(small(letters=letters)))
