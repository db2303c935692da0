"""Whatever the bytes are, reading them stays within the memory that `docs/care-file.md` promises."""

import tracemalloc
from typing import Any

import pytest

from application.import_care import Rejected
from infrastructure.carefile import lines
from infrastructure.carefile.care_file import read_care_file
from infrastructure.carefile.errors import CareFileError
from infrastructure.carefile.lines import MAX_BYTES, MAX_LINES
from infrastructure.carefile.register_file import read_register_file
from infrastructure.carefile.rejections import MOST_TOLD
from tests.infrastructure.carefile.files import DOCUMENTED, LINE, NURSE, PATIENT, csv_of, jsonl_of

PROMISED = 256 * 1024 * 1024
HEADER = b"ssin;date;code;amount_cents;provider;" + b"x;" * 40 + b"\n"


def peak_of(content: bytes) -> tuple[int, Any]:
    """Most bytes that reading took beside those of the file, and what was read."""
    tracemalloc.start()
    try:
        read = read_care_file(content)
        return tracemalloc.get_traced_memory()[1], read
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("read", [read_care_file, read_register_file])
def test_a_file_of_too_many_bytes_or_lines_is_refused(read: Any, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(CareFileError) as refused:
        read(b"{" * (MAX_BYTES + 1))
    assert refused.value.code == "file_too_large"
    monkeypatch.setattr(lines, "MAX_LINES", 3)
    read(b"{}\n\n{}\r\n \n{}\n")
    with pytest.raises(CareFileError) as refused:
        read(b"{}\n{}\n{}\n{}\n")
    assert refused.value.code == "file_too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"{}\n" * 20_000,
        b'{"a": 1, "b": 2, "c": 3}\n' * 10_000,
        HEADER + b"x;" * 45 + b"\n",
        HEADER + (b"x;" * 40 + b"\n") * 5_000,
        b"ssin;ssin;date;date\n" + b"1;;;\n" * 10_000,
        b"\n" * 400_000 + b"{}\n",
        b"\r" * 400_000 + b"{}\n",
        b"ssin;line_ref\n" + b"".join(b"1;" + b"\xe2\x80\x83" * 4_000 + b"%d\n" % n for n in range(100)),
    ],
    ids=["objects", "keys", "header", "cells", "doubled", "blank", "returns", "spaces"],
)
def test_nothing_but_faults_takes_hardly_more_memory_than_the_file(content: bytes):
    peak, (rows, rejected) = peak_of(content)
    assert rows == []
    assert len(rejected) <= MOST_TOLD + 1
    assert peak < 2 * len(content) + 1_000_000


def test_after_a_thousand_reasons_the_other_lines_are_counted():
    bad = [{**LINE, "date": "x", "code": "x"} for _ in range(1_200)]
    rows, rejected = read_care_file(csv_of(*bad, LINE))
    assert [row.line for row in rows] == [1_202]
    assert len(rejected) == MOST_TOLD + 1
    assert rejected[:3] == [
        Rejected(2, "date", "date_invalid"),
        Rejected(2, "code", "digits_invalid"),
        Rejected(3, "date", "date_invalid"),
    ]
    assert rejected[-1] == Rejected(1_201, "", "more_rejected", 700)
    assert "more_rejected" in DOCUMENTED
    _, rejected = read_care_file(jsonl_of(*bad))
    assert rejected[-1] == Rejected(1_200, "", "more_rejected", 700)
    _, rejected = read_register_file(b'{"kind": "x"}\n' * 1_003)
    assert rejected[-1] == Rejected(1_003, "", "more_rejected", 3)


def test_columns_that_are_missing_are_told_before_those_that_are_foreign():
    _, rejected = read_care_file(b"ssin;" + b"foreign;" * 1_500 + b"\n1\n1\n")
    assert [r.field for r in rejected[:3]] == ["date", "code", "provider"]
    assert rejected[3] == Rejected(1, "foreign", "column_unknown")
    assert rejected[-1] == Rejected(3, "", "more_rejected", 2)


@pytest.mark.parametrize("as_json", [True, False])
def test_as_many_rows_as_fit_in_a_file_fit_in_memory(as_json: bool):
    """Lines with little in common that could be kept once."""
    count = 2_000
    made = [
        {
            **LINE, "code": f"{number:06d}", "provider": f"{number:011d}", "amount_cents": number + 1_000,
            "place": f"{number:08d}", "tooth": "18", "time": f"{number // 60 % 24:02d}{number % 60:02d}",
        }
        for number in range(count)
    ]  # fmt: skip
    content = jsonl_of(*made) if as_json else csv_of(*made)
    most = min(MAX_LINES, MAX_BYTES * count // len(content))
    peak, (rows, rejected) = peak_of(content)
    assert (len(rows), rejected) == (count, [])
    assert rows[0].number == PATIENT
    assert rows[0].care.provider != NURSE
    assert peak / count * most + MAX_BYTES < PROMISED
