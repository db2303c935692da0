"""CSV sets: the same set as in JSON, and faults by line."""

from dataclasses import replace

import pytest

from infrastructure.tariff.csv_set import read_csv_set
from infrastructure.tariff.tariff_file import read_tariff_set
from tests.infrastructure.tariff.files import EXPECTED, SMALL_CSV, told

NAMES = SMALL_CSV.splitlines()[0].split(";")
LINES = {
    "set": 2,
    "letter": 3,
    "entitlement": 4,
    "toilet": 6,
    "second price": 7,
    "flat fee": 10,
    "maximum": 11,
    "before": 13,
    "rest home": 15,
}


def with_cell(row: str, name: str, value: str) -> bytes:
    """The small file with one other value."""
    lines = SMALL_CSV.splitlines()
    cells = lines[LINES[row] - 1].split(";")
    cells += [""] * (len(NAMES) - len(cells))
    cells[NAMES.index(name)] = value
    lines[LINES[row] - 1] = ";".join(cells)
    return "\n".join(lines).encode()


def test_it_is_the_same_set_as_in_json():
    report = read_tariff_set(SMALL_CSV.encode())
    assert report.faults == ()
    assert replace(report.tariffs, content="") == EXPECTED


def test_line_ends_marks_and_empty_lines_do_not_matter():
    content = b"\xef\xbb\xbf" + SMALL_CSV.replace("\n", "\r\n").replace("code;990637", ";;;\r\ncode;990637").encode()
    assert read_csv_set(content).faults == ()


FAULTS = [
    ("set", "is_fictitious", "yes", ("line 2", "is_fictitious", "out_of_range")),
    ("set", "format", "", ("line 2", "format", "value_missing")),
    ("set", "format", "other/1", ("line 2", "format", "out_of_range")),
    ("set", "country", "XX", ("line 2", "country", "out_of_range")),
    ("set", "rounding.mode", "none", ("line 2", "rounding.mode", "out_of_range")),
    ("set", "units", "3", ("line 2", "units", "name_unknown")),
    ("letter", "value", "", ("line 3", "value", "value_missing")),
    ("rest home", "place", "", ("line 15", "place", "value_missing")),
    ("rest home", "place", "MRS 1", ("line 15", "place", "digits_invalid")),
    ("entitlement", "ct1", "1", ("line 4", "ct1", "digits_invalid")),
    ("toilet", "prices.fee_cents", "7,00", ("line 6", "prices.fee_cents", "number_invalid")),
    ("toilet", "prices.shares.increased.cents", "x", ("line 6", "prices.shares.increased.cents", "number_invalid")),
    ("toilet", "prices.letter", "W", ("line 6", "prices.fee_cents", "price_double")),
    ("toilet", "needs", "prescription,prescriber", ("line 6", "needs", "out_of_range")),
    ("toilet", "statistical", "999999", ("line 6", "statistical", "code_unknown")),
    ("second price", "role", "act", ("line 7", "role", "code_differs")),
    ("second price", "prices.valid_from", "2025-06-01", ("line 6", "prices", "period_overlaps")),
    ("flat fee", "category", "", ("line 10", "category", "value_missing")),
    ("maximum", "units", "", ("line 11", "units", "value_missing")),
    ("maximum", "code", "999999", ("line 11", "code", "code_unknown")),
    ("maximum", "code", "", ("line 11", "code", "value_missing")),
    ("before", "kind", "after", ("line 13", "kind", "kind_unknown")),
]


@pytest.mark.parametrize(("row", "name", "value", "expected"), FAULTS, ids=[f"{f[1]}-{f[2]}" for *_, f in FAULTS])
def test_one_wrong_cell_refuses_the_whole_set_and_is_told_with_its_line(row, name, value, expected):
    assert told(read_csv_set(with_cell(row, name, value))) == {expected}


FILES = [
    (b"", ("", "", "file_empty")),
    (b"PK\x03\x04\xff", ("", "", "file_not_text")),
    ("kind;code\n".encode("utf-16"), ("", "", "file_not_text")),
    (b"code;valid_from\n", ("", "", "header_missing")),
    (b"kind;code\ncode;990011\n", ("", "kind", "set_missing")),
    (SMALL_CSV.replace("letter;;", "set;;", 1).encode(), ("line 3", "kind", "set_duplicate")),
    (SMALL_CSV.replace("kind;code;", "kind;kode;").encode(), ("line 1", "kode", "name_unknown")),
    (SMALL_CSV.replace("kind;code;texts.fr;texts.nl", "kind;code;texts.fr;texts.fr").encode(), ("line 1", "column 4", "name_duplicate")),
    (SMALL_CSV.replace(".ordinary.hundredths", ".rich.hundredths").encode(), ("line 6", "prices.shares.rich", "entitlement_unknown")),
    (SMALL_CSV.encode() + b'code;"990011\n', ("line 16", "", "quotes_invalid")),
    (SMALL_CSV.encode() + b"code;\xff\n", ("line 16", "", "not_utf8")),
    (SMALL_CSV.encode() + b"code" + b";" * 60 + b"x\n", ("line 16", "", "values_surplus")),
    (SMALL_CSV.encode() + b"code;990011" + b"0" * 17_000 + b"\n", ("line 16", "", "line_too_long")),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), FILES, ids=[fault[2] for _, fault in FILES])
def test_a_file_or_line_that_cannot_be_read(content, expected):
    assert expected in told(read_tariff_set(content))
