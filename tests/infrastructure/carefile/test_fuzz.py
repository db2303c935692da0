"""No bytes make the readers raise anything of their own, lose a line or tell a value."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.care import COLUMNS, care_of, columns_of
from infrastructure.carefile.care_file import read_care_file
from infrastructure.carefile.columns import NAMES
from infrastructure.carefile.errors import CareFileError
from infrastructure.carefile.register_columns import FIELDS
from infrastructure.carefile.register_file import read_register_file
from tests.effort import times
from tests.infrastructure.carefile.files import DENTIST_REGISTER, DOCUMENTED, LINE, PATIENT, csv_of, jsonl_of

CARE_CSV = csv_of(*({**LINE, "time": f"08{n:02d}", "line_ref": f'"r;{n}"'} for n in range(6)), end="\r\n")
CARE_JSONL = jsonl_of(*({**LINE, "line_ref": f"é{n}"} for n in range(6)))
OF_REGISTER = {name for fields in FIELDS.values() for name in fields} | {"kind", ""}


@st.composite
def mutated(draw, original: bytes) -> bytes:
    """A valid file with some bytes replaced, taken out, put in or repeated."""
    content = bytearray(original)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 12))
        piece = draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b"\n", b'"', b";", b"\xc3", b"\0", b"{", b"\r"]))
        )
        content[start : start + length] = piece
    return bytes(content)


def lines_of(content: bytes) -> set[int]:
    text = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return {number for number, line in enumerate(text.split(b"\n"), 1) if line.strip()}


def examine(read, content: bytes, names) -> None:
    code, rows, rejected = "", [], []
    try:
        rows, rejected = read(content)
    except CareFileError as refused:
        code = refused.code
    if code:
        assert code in DOCUMENTED
        return
    taken, refused_lines = [row.line for row in rows], {r.line for r in rejected}
    assert len(set(taken)) == len(taken)
    everything = lines_of(content)
    assert set(taken) | refused_lines <= everything
    is_csv = read is read_care_file and not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    header = {min(everything)} if is_csv else set()
    assert not set(taken) & (refused_lines - header)
    for number in everything - header - set(taken) - refused_lines:
        unified = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert is_csv
        assert not unified.split(b"\n")[number - 1].decode().replace('""', "").replace(";", "").strip()
    for one in rejected:
        assert one.code in DOCUMENTED
        field = one.field.split(".")[-1]
        assert one.field in names or field in names or re.fullmatch(r"column \d+|[a-z_]{1,40}", field)
        assert PATIENT not in one.field


@settings(max_examples=times(150), deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_any_bytes(content):
    examine(read_care_file, content, {*NAMES, ""})
    examine(read_register_file, content, OF_REGISTER)


@settings(max_examples=times(200), deadline=None)
@given(st.one_of(mutated(CARE_CSV), mutated(CARE_JSONL), mutated(DENTIST_REGISTER)))
def test_damaged_files(content):
    examine(read_care_file, content, {*NAMES, ""})
    examine(read_register_file, content, OF_REGISTER)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=times(200), deadline=None)
@given(
    st.sampled_from([*FIELDS, "nothing"]),
    st.dictionaries(st.sampled_from(sorted(OF_REGISTER | set(NAMES))), JSON, max_size=8),
)
def test_objects_with_strange_values(kind, found):
    examine(read_register_file, jsonl_of({**found, "kind": kind}), OF_REGISTER)
    examine(read_care_file, jsonl_of({**LINE, **found}), {*NAMES, *OF_REGISTER})


CENTS = st.none() | st.sampled_from([0, 1, 835]) | st.integers(-1, 10**9)


@settings(max_examples=times(200), deadline=None)
@given(
    CENTS,
    CENTS,
    CENTS,
    st.sampled_from([0, 6, 7, 9, 10]),
    st.none() | st.integers(-1, 101),
    st.sampled_from([csv_of, jsonl_of]),
)
def test_a_line_has_all_its_amounts_or_none_and_comes_back_as_it_was_given(amount, share, more, norm, visit, shape):
    given_ones = {
        "amount_cents": amount, "patient_share_cents": share, "supplement_cents": more, "service_norm": norm, "visit": visit,
    }  # fmt: skip
    line = {**LINE, **{name: "" if value is None else value for name, value in given_ones.items()}}
    rows, rejected = read_care_file(shape(line))
    assert len(rows) == (not rejected)
    assert {one.code for one in rejected} <= {"out_of_range", "amount_missing", "statistical_amount"}
    for care in (row.care for row in rows):
        told = columns_of(care)
        assert told["amount_cents"] == (amount if norm < 7 else amount or 0)
        assert (told["visit"], care.is_priced) == (visit or 0, amount is not None or norm in (7, 9))
        assert care.is_priced or (told["patient_share_cents"], told["supplement_cents"], share, more) == (None,) * 4
        again = {
            name: "" if told[name] in (None, "") else told[name]
            for name in COLUMNS
            if told[name] or name == "amount_cents"
        }
        assert (
            read_care_file(shape({**LINE, **again}))[0][0].care
            == care
            == care_of({k: v for k, v in told.items() if v is not None})
        )
