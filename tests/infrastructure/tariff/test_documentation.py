"""docs/tariffs.md says what the readers do: its examples are read, its tables name every field and code."""

import ast
import json
import re
import textwrap
from pathlib import Path

import pytest

from infrastructure.tariff.fields import tables
from infrastructure.tariff.tariff_file import read_tariff_set
from tests.infrastructure.tariff.files import DOCUMENTATION, DOCUMENTED, small

TEXT = DOCUMENTATION.read_text(encoding="utf-8")
CODE = Path(__file__).resolve().parents[3] / "infrastructure"
READERS = [
    *(CODE / "tariff").glob("*.py"),
    CODE / "xml.py",
    CODE / "carefile" / "lines.py",
    CODE / "carefile" / "values.py",
]


def example(opening: str) -> str:
    start = TEXT.index(f"    {opening}")
    return textwrap.dedent(TEXT[start : TEXT.index("\n\n", start)])


def test_the_csv_example_is_a_set_with_a_price_that_changes():
    report = read_tariff_set(example("kind;code;").encode())
    assert report.faults == ()
    assert [price.fee_cents for price in report.tariffs.codes["990011"].prices] == [700, 712]


def test_the_json_example_is_a_code():
    code = json.loads(example('{"code": "990011"'))
    del code["statistical"], code["variants"]
    assert read_tariff_set(small(codes=[code])).faults == ()


@pytest.mark.parametrize("kind", sorted(tables("BE", typed=True)))
def test_every_field_is_named(kind):
    for name in tables("BE", typed=True)[kind].parsers:
        assert re.search(rf"`(prices\.shares\.ordinary\.)?{name}`", TEXT), name


def test_no_code_is_explained_that_no_reader_says():
    said = set()
    for path in READERS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    assert said >= DOCUMENTED
