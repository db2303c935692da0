"""Reading damaged files: what is whole is read, every other byte is accounted for, nothing crashes."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.efact.answers import answer_of
from infrastructure.efact.errors import EfactError
from infrastructure.efact.message import EfactFile
from infrastructure.efact.reader import read
from infrastructure.efact.records import BILLING_FILE
from infrastructure.efact.show import show
from infrastructure.efact.writer import write
from tests.effort import times
from tests.infrastructure.efact.builders import a_file, a_line, an_invoice
from tests.infrastructure.efact.samples import ANSWERS, REQUESTS, needs_samples, sample

MUTATIONS = times(2_000)
FILE = write(a_file(an_invoice(*(a_line(reference=f"LINE{n}") for n in range(6))))).content


def accounted(content: bytes) -> EfactFile | None:
    """Read `content` and hold it to the law: interpreted and unread bytes are the file, in place; None when refused."""
    try:
        file = read(content)
    except EfactError:
        return None
    assert file.size == len(content)
    assert file.read_size + sum(len(gap.raw) for gap in file.unread) == len(content)
    assert all(content[gap.offset : gap.offset + len(gap.raw)] == gap.raw and gap.reason for gap in file.unread)
    return file


def use(file: EfactFile) -> None:
    """Decode what callers decode."""
    if file.message != BILLING_FILE:
        answer_of(file)
    for record in file.details:
        assert record.order is None or record.order >= 0
        assert record.has_right_check_digits in (True, False)


def damage(content: bytes, chance: random.Random) -> bytes:
    """One to three accidents of the kinds that transport, editors and senders cause."""
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        place = chance.randrange(len(damaged) + 1)
        match chance.randrange(8):
            case 0:
                del damaged[place:]
            case 1:
                damaged[place:place] = chance.randbytes(chance.choice((1, 2, 7, 350)))
            case 2:
                del damaged[place : place + chance.choice((1, 1, 5, 67, 350, 800))]
            case 3 if place < len(damaged):
                damaged[place] ^= 1 << chance.randrange(8)
            case 4:
                damaged[place:place] = chance.choice((b"\r\n", b"\n", b"\r"))
            case 5:
                damaged[place : place + 3] = b"\0\0\0"
            case 6:
                damaged[place : place + 1] = "é".encode()
            case _:
                damaged[place : place + 8] = chance.choice((b"        ", b"ABCDEFGH", b"50000003"))
    return bytes(damaged)


@needs_samples
@pytest.mark.parametrize("name", [*REQUESTS, *ANSWERS])
def test_no_damage_to_a_real_file_crashes_the_reader_or_loses_a_byte(name):
    content, chance = sample(name), random.Random(name)
    refused = 0
    for _ in range(MUTATIONS):
        file = accounted(damage(content, chance))
        if file is None:
            refused += 1
        else:
            use(file)
    assert refused < MUTATIONS // 4


@needs_samples
@pytest.mark.parametrize("name", ["920900-03.txt", "920999-01.txt", "931000-02.txt", "TFAC1SC12.518E"])
def test_a_real_file_cut_anywhere_is_accounted_for(name):
    content = sample(name)
    assert accounted(content[:5]) is None
    for end in range(6, len(content), 3):
        file = accounted(content[:end])
        assert file is not None
        assert show(content[:end])["message"] == file.message


@given(st.binary(max_size=3000))
def test_any_bytes_are_refused_or_accounted_for(content):
    accounted(content)


@given(st.sampled_from([b"920000", b"920900", b"920099", b"920999", b"931000"]), st.binary(max_size=3000))
def test_any_bytes_after_a_message_name_are_accounted_for(name, rest):
    file = accounted(name + rest)
    assert file is not None
    use(file)


@given(st.data())
def test_any_bytes_inside_a_good_file_are_accounted_for(data):
    place = data.draw(st.integers(6, len(FILE)))
    width = data.draw(st.integers(0, 800))
    file = accounted(FILE[:place] + data.draw(st.binary(max_size=800)) + FILE[place + width :])
    assert file is not None
    use(file)


@pytest.mark.parametrize("separator", [b"\r\n", b"\n", b"\r"])
def test_line_breaks_between_records_cost_nothing_but_themselves(separator):
    parts = [FILE[:67], FILE[67:227], *(FILE[start : start + 350] for start in range(227, len(FILE), 350))]
    file = accounted(separator.join(parts))
    assert file is not None
    assert [record.raw for record in file.records] == parts[2:]
    assert {(gap.raw, gap.reason) for gap in file.unread} == {(separator, "line break")}
    assert len(file.unread) == len(parts) - 1
    assert file.records[1].offset == 67 + 160 + 350 + 3 * len(separator)


def test_a_file_wrapped_at_80_columns_reads_whole():
    wrapped = b"\r\n".join(FILE[start : start + 80] for start in range(0, len(FILE), 80))
    file = accounted(wrapped)
    assert file is not None
    assert [record.raw for record in file.records] == [
        FILE[start : start + 350] for start in range(227, len(FILE), 350)
    ]


def test_a_line_break_in_the_place_of_a_character_keeps_its_record_in_place():
    place = 227 + 2 * 350 + 140
    file = accounted(FILE[:place] + b"\n" + FILE[place + 1 :])
    assert file is not None
    assert file.unread == ()
    assert len(file.records) == 12


@pytest.mark.parametrize(
    ("width", "reason"), [(1, "349 bytes where a record of 350 should stand"), (350, None), (12, "338 bytes where")]
)
def test_bytes_lost_in_a_record_lose_that_record_only(width, reason):
    start = 227 + 4 * 350
    file = accounted(FILE[: start + 100] + FILE[start + 100 + width :])
    assert file is not None
    if reason is None:  # exactly one record's length: the two halves look like one record, and its check digits say no
        assert [r.order for r in file.details if not r.has_right_check_digits] == [5]
        return
    assert [record.order for record in file.details] == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert [gap.offset for gap in file.unread] == [start]
    assert file.unread[0].reason.startswith(reason)


def test_bytes_added_in_a_record_lose_that_record_only():
    start = 227 + 3 * 350
    file = accounted(FILE[: start + 20] + b"xx" + FILE[start + 20 :])
    assert file is not None
    assert [record.order for record in file.details] == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert [(gap.offset, len(gap.raw)) for gap in file.unread] == [(start, 352)]


def test_many_damaged_records_are_the_only_ones_lost():
    """Every fifth of 1,000 lines, full of dates that look like records, lost a byte."""
    days = (
        a_line(reference=f"LINE{n}", date=date(2025, 3, 1 + n % 28), prescription_date=date(2025, 2, 20))
        for n in range(1000)
    )
    content = bytearray(write(a_file(an_invoice(*days))).content)
    broken = range(5, 1000, 5)
    for order in reversed(broken):
        del content[227 + (order - 1) * 350 + 60]
    file = accounted(bytes(content))
    assert file is not None
    assert [record.order for record in file.details] == [n for n in range(1, 1005) if n not in broken]
    assert {len(gap.raw) for gap in file.unread} == {349}


def test_a_record_of_unknown_type_is_unread_and_the_rest_is_not():
    start = 227 + 3 * 350
    file = accounted(FILE[:start] + b"77" + FILE[start + 2 :])
    assert file is not None
    assert [(gap.offset, len(gap.raw), gap.reason) for gap in file.unread] == [(start, 350, "unknown record type")]
    assert len(file.records) == 11


@pytest.mark.parametrize("record_type", ["21", "25", "30", "40"])
def test_types_that_we_never_write_are_read_with_type_and_number(record_type):
    start = 227 + 3 * 350
    file = accounted(FILE[:start] + record_type.encode() + FILE[start + 2 :])
    assert file is not None
    assert file.unread == ()
    record = file.records[3]
    assert (record.type, record.order, record.number("code")) == (record_type, 4, 425110)
    assert record.raw[2:] == FILE[start + 2 : start + 350]


def test_blanks_and_letters_in_numeric_zones_read_as_nothing():
    start = 227 + 2 * 350
    damaged = bytearray(FILE)
    damaged[start + 2 : start + 8] = b"      "
    damaged[start + 9 : start + 16] = b"04251l0"
    file = accounted(bytes(damaged))
    assert file is not None
    record = file.records[2]
    assert (record.order, record.number("code"), record.text("code"), record.cents("amount")) == (
        None,
        None,
        "04251l0",
        668,
    )


def test_totals_without_their_trailing_blanks_are_read():
    file = accounted(FILE.rstrip())
    assert file is not None
    assert file.unread == ()
    assert (file.records[-1].type, file.records[-1].cents("amount")) == ("96", 4008)


@pytest.mark.parametrize("tail", [b"   ", b"\0" * 40, b"\x1a"])
def test_padding_after_the_last_record_is_named(tail):
    file = accounted(FILE + tail)
    assert file is not None
    assert [(gap.raw, gap.reason) for gap in file.unread] == [(tail, "padding after the last record")]


def test_a_truncated_record_is_unread():
    file = accounted(FILE[:-800])
    assert file is not None
    assert [(len(gap.raw), gap.reason) for gap in file.unread] == [(250, "truncated: 250 bytes of a record of 350")]


@pytest.mark.parametrize("place", [30, 100])
def test_shifted_headers_do_not_give_shifted_references(place):
    file = accounted(FILE[:place] + b"7" + FILE[place:])
    assert file is not None
    assert len(file.records) == 12
    assert file.second_header.raw == b""
    assert file.header.text("provider_reference") == ("" if place < 67 else "20250000000017")


def test_a_shifted_acknowledgement_does_not_give_a_shifted_reference():
    good = b"931000" + b"00" * 7 + b"20250000000017" + b"00" + b"00000000000099" + b"00" + b"0" * 15
    good += b"92000000" + b" " * 152
    whole = accounted(good)
    assert whole is not None
    assert whole.header.text("oa_reference") == "00000000000099"
    shifted = accounted(good[:30] + b"7" + good[30:])
    assert shifted is not None
    assert (shifted.message, shifted.header.text("oa_reference")) == ("931000", "")
    assert shifted.unread[0].offset == 6


def test_a_byte_order_mark_is_set_aside():
    file = accounted("\ufeff".encode() + FILE)
    assert file is not None
    assert [(gap.offset, len(gap.raw)) for gap in file.unread] == [(0, 3)]
    assert file.header.text("provider_reference") == "20250000000017"


@pytest.mark.parametrize("content", [b"", b"\r\n", b"920001", b"hello", b"\0" * 500, b"92 000"])
def test_without_a_message_name_the_file_is_refused(content):
    assert accounted(content) is None


@pytest.mark.parametrize(
    "filling", [b"5050505050", b"10", b"\n", b"5\n", b"9000000", b"20240220", FILE[577:927], bytes(range(256))]
)
def test_a_mebibyte_of_anything_is_read_in_linear_time(filling):
    """A quadratic reader would not come back from this; there is no clock here, so that a busy machine cannot fail it."""
    start = FILE[:227]
    content = start + filling * (2**20 // len(filling))
    file = accounted(content)
    assert file is not None
