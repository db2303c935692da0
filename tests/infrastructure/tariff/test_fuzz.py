"""No bytes make a reader of tariffs raise anything: there is a set, or there are faults with documented codes."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.tariff.json_set import read_json_set
from infrastructure.tariff.json_writer import write_json_set
from infrastructure.tariff.nomensoft import read_nomensoft
from infrastructure.tariff.tariff_file import read_tariff_set
from tests.effort import times
from tests.infrastructure.tariff.files import DOCUMENTED, SMALL, SMALL_CSV, small
from tests.infrastructure.tariff.nomensoft_files import SETTINGS, a_file, detail, fee, rule

SITE = a_file(detail(), detail("990022", end="2020-01-01"), fee(), fee(amount="0.59", cat="8"), fee("990022"), rule())
PIECES = [b"\n", b'"', b";", b"\xc3", b"\0", b"{", b"[", b"<", b">", b"&", b"]]>", b"2999-12-31", b"-1", b"<dataroot>"]
ANY_BYTES = st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw, original: bytes) -> bytes:
    """A valid file with some bytes replaced, taken out, put in or repeated."""
    content = bytearray(original)
    for _ in range(draw(st.integers(1, 6))):
        start, length = draw(st.integers(0, len(content))), draw(st.integers(0, 12))
        content[start : start + length] = draw(st.binary(max_size=8) | st.sampled_from(PIECES))
    return bytes(content)


@st.composite
def with_a_strange_value(draw) -> bytes:
    """The small set where one value, wherever it stands, is another."""
    changed = json.loads(json.dumps(SMALL))
    inner = changed
    while True:
        steps = sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))
        if not steps:
            return json.dumps(changed).encode()
        step = draw(st.sampled_from(steps))
        if isinstance(inner[step], (dict, list)) and draw(st.booleans()):
            inner = inner[step]
            continue
        inner[step] = draw(JSON | st.sampled_from(["", "x" * 9_000, "\ud800", "990011", 0, -1, 10**30, "2025-02-30"]))
        return json.dumps(changed).encode()


def examine(report) -> None:
    assert (report.tariffs is None) == bool(report.faults)
    for one in (*report.faults, *report.notices):
        assert one.code in DOCUMENTED
        assert one.count >= 1
    if report.tariffs is not None:
        read_back = read_json_set(write_json_set(report.tariffs))
        assert read_back.faults == ()
        assert read_back.tariffs.codes == report.tariffs.codes


@settings(max_examples=times(150), deadline=None)
@given(ANY_BYTES)
def test_any_bytes(content):
    examine(read_tariff_set(content))
    examine(read_tariff_set(b"{" + content))
    examine(read_tariff_set(SMALL_CSV.encode() + content))
    examine(read_nomensoft([content, SITE], SETTINGS))
    examine(read_nomensoft([b"<dataroot>" + content + b"</dataroot>"], SETTINGS))


@settings(max_examples=times(250), deadline=None)
@given(mutated(small()) | mutated(SMALL_CSV.encode()) | mutated(SITE))
def test_damaged_files(content):
    examine(read_tariff_set(content))
    examine(read_nomensoft([content], SETTINGS))


@settings(max_examples=times(250), deadline=None)
@given(with_a_strange_value())
def test_strange_values(content):
    examine(read_tariff_set(content))


@settings(max_examples=times(150), deadline=None)
@given(st.sampled_from(SMALL_CSV.splitlines()[0].split(";")), st.integers(1, 12), st.text(max_size=12))
def test_strange_cells(name, row, text):
    lines = SMALL_CSV.splitlines()
    names = lines[0].split(";")
    cells = lines[row].split(";")
    cells += [""] * (len(names) - len(cells))
    cells[names.index(name)] = text
    lines[row] = ";".join(cells)
    examine(read_tariff_set("\n".join(lines).encode("utf-8", "surrogatepass")))


@settings(max_examples=times(150), deadline=None)
@given(
    st.sampled_from(["nomen_code", "dbegin_fee", "dend_fee", "fee_code_cat", "fee", "author_doc"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&>"), max_size=20)
    | st.sampled_from(["99999999", "0", "1E5", "2999-12-31", "0001-01-01", "-0.01", "９"]),
)
def test_strange_elements(name, text):
    examine(read_nomensoft([a_file(detail(), fee(**{name: text}), fee(amount="0.59", cat="8"))], SETTINGS))
