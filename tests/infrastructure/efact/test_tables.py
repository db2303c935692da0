"""Every table covers its record exactly, and says what the reference says."""

import re

import pytest

from infrastructure.efact.answer_zones import TAIL, echoed
from infrastructure.efact.file_zones import RECORD_10, RECORD_90
from infrastructure.efact.header_zones import ACKNOWLEDGEMENT_STUB, ANSWER_HEADER_300, HEADER_200, HEADER_300
from infrastructure.efact.invoice_zones import RECORD_20, RECORD_80
from infrastructure.efact.layout import Layout
from infrastructure.efact.line_zones import RECORD_50, RECORD_51, RECORD_52, bare
from infrastructure.efact.total_zones import RECORD_91, RECORD_92, RECORD_95, RECORD_96
from tests.infrastructure.efact.samples import REFERENCE, needs_reference

LENGTHS = [
    (HEADER_200, 67),
    (HEADER_300, 160),
    (ACKNOWLEDGEMENT_STUB, 160),
    (ANSWER_HEADER_300, 610),
    *((layout, 350) for layout in (RECORD_10, RECORD_20, RECORD_50, RECORD_51, RECORD_52, RECORD_80, RECORD_90)),
    *((bare(name), 350) for name in ("21", "25", "30", "40")),
    (RECORD_95, 350),
    (RECORD_96, 350),
    (RECORD_91, 800),
    (RECORD_92, 800),
    (TAIL, 450),
    (echoed(RECORD_50), 800),
]


@pytest.mark.parametrize(("layout", "length"), LENGTHS, ids=lambda value: getattr(value, "name", str(value)))
def test_zones_cover_the_record_without_gap_or_overlap(layout, length):
    places = [place for zone in layout.zones for place in range(zone.start, zone.start + zone.length)]
    assert places == list(range(layout.first, layout.first + length))
    assert len({zone.name for zone in layout.zones}) == len(layout.zones)
    assert len({zone.number for zone in layout.zones}) == len(layout.zones)


@pytest.mark.parametrize(
    "table",
    ["1 1 2 N\n2 4 1 N", "1 1 2 N\n2 2 2 N", "1 1 2 N", "1 1 2 Q\n2 3 1 N"],
    ids=["gap", "overlap", "short", "kind"],
)
def test_a_wrong_table_is_refused_when_it_is_declared(table):
    with pytest.raises(ValueError, match="zone"):
        Layout("record 00", 3, table)


SECTIONS = {
    "### 1.4": HEADER_200,
    "### 1.5": HEADER_300,
    "### 1.6": ANSWER_HEADER_300,
    "### 1.9": RECORD_95,
    "### 1.10": RECORD_96,
    "### 2.1 ": RECORD_10,
    "### 2.2": RECORD_20,
    "### 2.4": RECORD_50,
    "### 2.6": RECORD_52,
    "### 2.7": RECORD_80,
    "### 2.8": RECORD_90,
    "### 3.3": TAIL,
    "### 3.4": RECORD_91,
    "### 3.5": RECORD_92,
}
_ROW = re.compile(r"^\| ([0-9a-z,/–]+) \| ([\d/]+) \| ([\d/]+) \|", re.MULTILINE)


@needs_reference
@pytest.mark.parametrize("section", SECTIONS)
def test_every_boundary_of_the_reference_is_a_boundary_of_the_table(section):
    """A sign stands in one zone with its amount, zone 50 of record 50 is split as its own row says; else they agree."""
    text = REFERENCE.read_text(encoding="utf-8")
    part = text[text.index(section) :]
    part = part[: part.index("\n#", 5)]
    wanted = {}
    for number, start, length in _ROW.findall(part):
        for first, size in zip(start.split("/"), length.split("/"), strict=True):
            wanted[int(first)] = (number, int(size))
    layout = SECTIONS[section]
    found = {zone.start: zone.length for zone in layout.zones}
    joined = {start + 1 for start, (_, size) in wanted.items() if size == 1 and wanted.get(start + 1, ("", 0))[1] == 11}
    assert len(wanted) > 10
    for start, (number, size) in wanted.items():
        if start in joined or (layout in (RECORD_91, RECORD_92) and number in ("425", "523")):
            continue
        if (layout, number) == (RECORD_50, "50"):
            assert (found[283], found[286]) == (3, 1)
            continue
        assert found.get(start) == (12 if start + 1 in joined else size), f"{section} zone {number}"


def test_records_51_and_acknowledgement_stand_where_the_reference_has_them_in_prose():
    places = {zone.number: (zone.start, zone.length) for zone in RECORD_51.zones}
    assert {key: places[key] for key in ("4", "5", "8", "15", "17", "19", "27", "42", "55", "99")} == {
        "4": (10, 7),
        "5": (17, 8),
        "8": (36, 13),
        "15": (68, 12),
        "17": (81, 7),
        "19": (88, 12),
        "27": (128, 10),
        "42": (213, 48),
        "55": (321, 8),
        "99": (349, 2),
    }
    assert [(z.start, z.length) for z in ACKNOWLEDGEMENT_STUB.zones] == [(1, 6), (7, 2), (9, 152)]
