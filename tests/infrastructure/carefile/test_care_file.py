"""Care files as they come: good ones, bad lines in good files, and bytes that are no file."""

from datetime import date

import pytest

from application.import_care import FileRow, Rejected
from domain.care import Care
from infrastructure.carefile.care_file import CareFileError, read_care_file
from infrastructure.carefile.columns import NAMES
from infrastructure.carefile.lines import MAX_LINE
from tests.infrastructure.carefile.files import (
    DENTIST,
    DENTIST_CARE,
    DOCUMENTED,
    LINE,
    NURSE,
    PATIENT,
    csv_of,
    jsonl_of,
)

ROW = FileRow(2, PATIENT, date(2026, 10, 5), Care("424631", 835, NURSE))
FULL = {
    **LINE, "affiliation_number": "", "units": 2, "patient_share_cents": 12, "supplement_cents": 3, "service_norm": 6,
    "provider_norm": 2, "care_assistant": "49990137405", "urgency": 1, "time": "0815", "derogation": 3,
    "related_code": "424653", "prescriber": "11234578004", "prescriber_norm": 1, "prescription_date": "2026-09-30",
    "tooth": "18", "limb": 2, "place": "71234567890", "lump_sum_pct": 50, "commitment_number": "ABC 1",
    "agreement_number": "90095042024066000035", "reading_method": "1", "reading_document": "A", "reading_reason": 4,
    "reading_time": "0816", "reading_serial": "123456789012345", "vignette_reason": 1,
    "proof_number": "1234567890123456789012345", "device_number": "123456789012", "line_ref": "n° 12;b", "visit": 3,
}  # fmt: skip


def test_every_column_becomes_a_field_and_the_others_keep_their_defaults():
    content = csv_of({**FULL, "line_ref": '"n° 12;b"'})
    rows, rejected = read_care_file(content)
    assert not rejected
    care = rows[0].care
    assert (care.units, care.limb, care.tooth, care.reading_serial) == (2, 2, "18", "123456789012345")
    assert (care.prescription_date, care.line_ref, care.lump_sum_pct) == (date(2026, 9, 30), "n° 12;b", 50)
    assert (care.vignette_reason, care.proof_number, care.device_number) == (
        1,
        "1234567890123456789012345",
        "123456789012",
    )
    assert (care.visit, care.is_priced) == (3, True)
    assert read_care_file(jsonl_of(FULL))[0][0].care == care
    assert set(FULL) == set(NAMES)
    assert read_care_file(csv_of(LINE)) == ([ROW], [])


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + csv_of(LINE),
        csv_of(LINE, end="\r\n"),
        csv_of(LINE, end="\r"),
        csv_of(LINE).replace(b"ssin;", b" SSIN ;").replace(b";424631;", b';"424631";'),
        csv_of(LINE) + b"\n ;;;;\n;;;;\n\n",
        csv_of(LINE).rstrip(b"\n"),
        csv_of(LINE).replace(NURSE.encode() + b"\n", NURSE.encode() + b";;;\n"),
    ],
)
def test_what_spreadsheets_do_to_a_file_does_no_harm(content):
    assert read_care_file(content) == ([ROW], [])


def test_a_patient_is_named_by_either_number():
    other = {**LINE, "ssin": "", "affiliation_number": "9990031"}
    rows, rejected = read_care_file(csv_of({**LINE, "affiliation_number": "5"}, other))
    assert [row.number for row in rows] == [PATIENT, "9990031"]
    assert not rejected


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"ssin": "85073003329"}, "ssin", "ssin_invalid"),
        ({"ssin": "85.07.30-033.28"}, "ssin", "ssin_invalid"),
        ({"ssin": ""}, "ssin", "patient_number_missing"),
        ({"date": "05/10/2026"}, "date", "date_invalid"),
        ({"date": "20261005"}, "date", "date_invalid"),
        ({"date": "2026-W40-1"}, "date", "date_invalid"),
        ({"date": "2026-02-30"}, "date", "date_invalid"),
        ({"date": "2126-02-03"}, "date", "out_of_range"),
        ({"date": ""}, "date", "value_missing"),
        ({"code": "42463"}, "code", "digits_invalid"),
        ({"code": "٤٢٤٦٣١"}, "code", "digits_invalid"),
        ({"code": ""}, "code", "value_missing"),
        ({"amount_cents": "", "patient_share_cents": 58}, "patient_share_cents", "amount_missing"),
        ({"amount_cents": "", "patient_share_cents": 0}, "patient_share_cents", "amount_missing"),
        ({"amount_cents": "", "supplement_cents": 1}, "supplement_cents", "amount_missing"),
        ({"amount_cents": -1, "supplement_cents": 1}, "amount_cents", "out_of_range"),
        ({"amount_cents": "", "supplement_cents": 1, "service_norm": 10}, "service_norm", "out_of_range"),
        ({"visit": 0}, "visit", "out_of_range"),
        ({"visit": 100}, "visit", "out_of_range"),
        ({"provider": "4123450240"}, "provider", "nihii_invalid"),
        ({"units": 0}, "units", "out_of_range"),
        ({"amount_cents": -1}, "amount_cents", "out_of_range"),
        ({"amount_cents": 10**11}, "amount_cents", "out_of_range"),
        ({"time": "2460"}, "time", "time_invalid"),
        ({"time": "8:15"}, "time", "time_invalid"),
        ({"tooth": "8"}, "tooth", "digits_invalid"),
        ({"commitment_number": "é"}, "commitment_number", "characters_invalid"),
        ({"line_ref": "a\tb"}, "line_ref", "characters_invalid"),
        ({"line_ref": "x" * 65}, "line_ref", "text_too_long"),
        ({"service_norm": 9}, "amount_cents", "statistical_amount"),
        ({"service_norm": 7, "amount_cents": 0, "patient_share_cents": 1}, "patient_share_cents", "statistical_amount"),
    ],
)
def test_a_wrong_value_is_told_by_line_field_and_code_in_both_shapes(change, field, code):
    good, bad = LINE, {**LINE, **change}
    rows, rejected = read_care_file(csv_of(good, bad, good))
    assert rejected == [Rejected(3, field, code)]
    assert [row.line for row in rows] == [2, 4]
    rows, rejected = read_care_file(jsonl_of(good, bad, good))
    assert rejected == [Rejected(2, field, code)]
    assert len(rows) == 2
    assert code in DOCUMENTED


@pytest.mark.parametrize("shape", [csv_of, jsonl_of])
def test_a_line_without_an_amount_is_not_priced_and_0_is_an_amount(shape):
    free = {**LINE, "amount_cents": "", "visit": 2}
    without = {name: value for name, value in LINE.items() if name != "amount_cents"}
    rows, rejected = read_care_file(shape(free, {**LINE, "amount_cents": 0}, without))
    assert not rejected
    assert [(row.care.is_priced, row.care.amount_cents, row.care.visit) for row in rows] == [
        (False, 0, 2),
        (True, 0, 0),
        (False, 0, 0),
    ]


def test_a_file_without_the_column_of_amounts_is_whole():
    rows, rejected = read_care_file(csv_of({name: value for name, value in LINE.items() if name != "amount_cents"}))
    assert (rows, rejected) == ([FileRow(2, PATIENT, date(2026, 10, 5), Care("424631", 0, NURSE, is_priced=False))], [])


def test_statistical_lines_need_no_amount_and_ask_for_nothing():
    rows, rejected = read_care_file(csv_of({**LINE, "amount_cents": "", "service_norm": 9}))
    assert not rejected
    assert (rows[0].care.amount_cents, rows[0].care.is_priced, rows[0].care.is_statistical) == (0, True, True)


def test_a_cell_that_is_no_number():
    for text in ("6,68", "6.68", "+5", "1e3", "²", "- 1", "abc", "9" * 5000):
        _, rejected = read_care_file(csv_of({**LINE, "amount_cents": text}))
        assert rejected[0].field == "amount_cents"
        assert rejected[0].code in ("number_invalid", "out_of_range")


@pytest.mark.parametrize("value", ["835", 8.35, True, [], {}, 10**30])
def test_json_numbers_are_numbers(value):
    _, rejected = read_care_file(jsonl_of({**LINE, "amount_cents": value}))
    assert rejected[0].field == "amount_cents"
    assert rejected[0].code in ("type_wrong", "out_of_range")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"\xff\xfe\xfd;x", "not_utf8"),
        (b"a\0b", "nul_character"),
        (b"x" * (MAX_LINE + 1), "line_too_long"),
        (b'"open;x;x;x;x', "quotes_invalid"),
        (b'"a"b;x;x;x;x', "quotes_invalid"),
        (b"x;x", "values_missing"),
        (b"x;x;x;x;x;x", "values_surplus"),
    ],
)
def test_a_damaged_line_takes_no_other_with_it(line, code):
    content = csv_of(LINE) + line + b"\n" + csv_of(LINE).split(b"\n")[1] + b"\n"
    rows, rejected = read_care_file(content)
    assert [row.line for row in rows] == [2, 4]
    assert rejected == [Rejected(3, "", code)]
    assert code in DOCUMENTED


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        (b'{"ssin": ', "", "json_invalid"),
        (b"[1]", "", "json_invalid"),
        (b'{"code": NaN}', "", "json_invalid"),
        (b"[" * 16_000, "", "json_invalid"),
        (b'{"amount_cents": ' + b"9" * 6000 + b"}", "", "json_invalid"),
        (b'{"code": "1", "code": "2"}', "code", "column_duplicate"),
    ],
)
def test_a_json_line_that_is_no_object(line, field, code):
    rows, rejected = read_care_file(jsonl_of(LINE) + line + b"\n" + jsonl_of(LINE))
    assert [row.line for row in rows] == [1, 3]
    assert rejected == [Rejected(2, field, code)]


def test_headers_with_too_much_or_too_little():
    rows, rejected = read_care_file(csv_of({**LINE, "patient_share": 5, PATIENT: "x", "Dupont Zoë": ""}))
    assert len(rows) == 1
    assert rejected == [
        Rejected(1, "patient_share", "column_unknown"),
        Rejected(1, "column 7", "column_unknown"),
        Rejected(1, "column 8", "column_unknown"),
    ]
    names = list(LINE)
    rows, rejected = read_care_file(csv_of(LINE, header=[*names, "code"]))
    assert not rows
    assert rejected == [Rejected(1, "code", "column_duplicate"), Rejected(2, "code", "column_duplicate")]
    rows, rejected = read_care_file(csv_of({"code": "424631"}))
    assert not rows
    assert rejected == [
        *(Rejected(1, name, "column_missing") for name in ("date", "provider", "ssin")),
        Rejected(2, "date", "value_missing"),
    ]


def test_of_several_values_missing_on_a_line_the_first_is_told():
    order = ["date", "code", "provider", "ssin"]
    for count, name in enumerate(order):
        code = "patient_number_missing" if name == "ssin" else "value_missing"
        given = {**LINE, **dict.fromkeys(order[count:], "")}
        assert read_care_file(jsonl_of(given)) == ([], [Rejected(1, name, code)])
    _, rejected = read_care_file(csv_of({**LINE, "date": "x", "code": "", "provider": ""}))
    assert rejected == [Rejected(2, "date", "date_invalid"), Rejected(2, "code", "value_missing")]


def test_an_unknown_json_key_rejects_its_line_only():
    rows, rejected = read_care_file(jsonl_of({**LINE, "patient_share": 5}, {**LINE, PATIENT: 1}, LINE))
    assert [row.line for row in rows] == [3]
    assert rejected == [Rejected(1, "patient_share", "column_unknown"), Rejected(2, "column 6", "column_unknown")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf\r\n \n", "file_empty"),
        ("ssin;date\n".encode("utf-16"), "file_not_text"),
        (b"PK\x03\x04\xff\xff", "file_not_text"),
        (f"{PATIENT};2026-10-05;424631\n".encode(), "header_missing"),
        (b'"ssin;date\n', "header_missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(content, code):
    with pytest.raises(CareFileError) as refused:
        read_care_file(content)
    assert refused.value.code == code
    assert code in DOCUMENTED
    assert PATIENT not in str(refused.value)


def test_a_dentist_names_teeth():
    rows, rejected = read_care_file(DENTIST_CARE)
    assert not rejected
    assert [(row.care.code, row.care.tooth) for row in rows] == [("301011", ""), ("303166", "38"), ("373903", "16")]
    assert {row.care.provider for row in rows} == {DENTIST}
