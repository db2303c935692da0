"""The engine: what is written in a zone is what is read from it, and what does not fit is refused with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.efact.errors import EfactError, ValueDoesNotFit
from infrastructure.efact.header_zones import ACKNOWLEDGEMENT_STUB, ANSWER_HEADER_300, HEADER_200, HEADER_300
from infrastructure.efact.line_zones import RECORD_50
from infrastructure.efact.message import Record
from infrastructure.efact.records import ANSWER, REQUEST
from infrastructure.efact.zones import Kind, Zone, read_cents, read_number, signed

LAYOUTS = [HEADER_200, HEADER_300, ACKNOWLEDGEMENT_STUB, ANSWER_HEADER_300, *REQUEST.values(), *ANSWER.values()]
_TEXT = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
_CODES = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


def values_of(zone: Zone):
    match zone.kind:
        case Kind.TEXT:
            return st.text(_TEXT, max_size=zone.length).map(lambda text: text.strip(" "))
        case Kind.CODE:
            return st.text(_CODES, min_size=zone.length, max_size=zone.length)
        case Kind.SIGNED:
            return st.integers(1 - 10 ** (zone.length - 1), 10 ** (zone.length - 1) - 1)
        case _:
            return st.integers(0, 10**zone.length - 1)


def value_in(record: Record, name: str):
    match record.layout.zone(name).kind:
        case Kind.TEXT | Kind.CODE:
            return record.text(name)
        case Kind.SIGNED:
            return record.cents(name)
        case _:
            return record.number(name)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: f"{layout.name}-{layout.length}")
def test_what_is_written_is_read(layout):
    @given(st.data())
    def property_(data):
        names = data.draw(st.sets(st.sampled_from([z.name for z in layout.zones]), min_size=1))
        values = {zone.name: data.draw(values_of(zone), label=zone.name) for zone in layout.zones if zone.name in names}
        raw = layout.write(values)
        assert len(raw) == layout.length
        record = Record(layout, raw, 0)
        assert {name: value_in(record, name) for name in values} == values

    property_()


def test_numbers_are_padded_left_texts_right_and_empty_zones_are_zero_or_blank():
    raw = RECORD_50.write({"order": 3, "code": 425110, "reference": "L1", "amount": "+00000000668"}).decode()
    assert raw[:16] == "5000000300425110"
    assert raw[87:99] == "+00000000668"
    assert raw[127:162] == "+000000000" + "L1".ljust(25)
    assert raw[216:261].count(" ") == 30


def test_patch_changes_its_zones_and_no_other_byte():
    raw = bytes(range(256)) + bytes(94)
    patched = RECORD_50.patch(raw, {"15": "41234502401", "amount": -5})
    assert patched[67:79] == b"041234502401"
    assert patched[87:99] == b"-00000000005"
    assert (patched[:67], patched[79:87], patched[99:]) == (raw[:67], raw[79:87], raw[99:])


@pytest.mark.parametrize(
    ("zone", "value"),
    [
        ("code", 10**7),
        ("code", "4251l0"),
        ("code", -1),
        ("reference", "x" * 26),
        ("amount", 10**11),
        ("amount", "668"),
        ("amount", "+6.68"),
        ("third_payer_exception", "é"),
        ("patient", "12345678901234"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_record_and_zone_but_not_shown(zone, value):
    with pytest.raises(ValueDoesNotFit) as refused:
        RECORD_50.write({zone: value})
    assert refused.value.code == "efact.does_not_fit"
    assert refused.value.zone == RECORD_50.zone(zone).number
    assert f"record 50, zone {refused.value.zone}:" in str(refused.value)
    assert str(value) not in str(refused.value)
    assert isinstance(refused.value, EfactError)


def test_an_unknown_zone_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError, match="record 50 has no zone price"):
        RECORD_50.write({"price": 1})


@pytest.mark.parametrize(
    ("value", "credit", "text"),
    [(5, False, "+0005"), (-5, True, "-0005"), (0, False, "+0000"), (0, True, "-0000"), (5, True, "+0005")],
)
def test_a_zero_takes_the_minus_sign_only_in_a_credit_note(value, credit, text):
    assert signed(value, 4, credit=credit) == text


@pytest.mark.parametrize("raw", [b"", b"   ", b"12 ", b"1A", b"+1", b"1.5", "١".encode(), b"1\0"])
def test_anything_but_digits_is_no_number(raw):
    assert read_number(raw) is None


@pytest.mark.parametrize("raw", [b"", b"+", b"000668", b"+00006.8", b" 00668", b"+ 0668", b"++668", b"+_66"])
def test_anything_but_a_sign_and_digits_is_no_amount(raw):
    assert read_cents(raw) is None


def test_signed_zero_reads_as_zero():
    assert (read_cents(b"-00"), read_cents(b"+07"), read_cents(b"-07")) == (0, 7, -7)
