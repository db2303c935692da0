"""Rows of the public XML files of the Belgian nomenclature site (details, fees, rules), one record each.

Element names are those of the files; namespaces and elements that are not read here do not matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal
from typing import TypeVar

from lxml import etree

from infrastructure.tariff.nomensoft_cells import Cells
from infrastructure.tariff.report import Faults, Notices
from infrastructure.xml import XmlError, local_name, records

MOST_BYTES = 256 * 1024 * 1024
_ROOT = "dataroot"
_OF_THE_NOMENCLATURE = "0"
_SHOWN = 80
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Detail:
    """A code of the nomenclature in a period."""

    place: str
    code: str
    valid_from: Date
    valid_to: Date
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fee:
    """An amount in euro of a category in a period. `category` "0": the fee; `meaning`: what the site calls it."""

    place: str
    code: str
    valid_from: Date
    valid_to: Date
    category: str
    meaning: str
    euro: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in words; `sequence`: its place among the texts of the same reference."""

    code: str
    reference: str
    valid_from: Date
    valid_to: Date
    sequence: str
    texts: dict[str, str]
    source: str


@dataclass
class Rows:
    """What all files say."""

    details: list[Detail] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


def read_rows(files: Sequence[bytes], faults: Faults, notices: Notices) -> Rows:
    """Rows of all files; files and records count from 1. Raises nothing."""
    rows = Rows()
    for number, content in enumerate(files, 1):
        try:
            for place, record in _records(number, content, faults):
                _take(rows, record, place, faults, notices)
        except XmlError as error:
            faults.add(f"file {number}", "", error.code)
    return rows


def _records(number: int, content: bytes, faults: Faults) -> Iterator[tuple[str, etree._Element]]:
    found = records(content, MOST_BYTES)
    if local_name(next(found)) != _ROOT:
        faults.add(f"file {number}", "", "root_unknown")
        return
    for count, record in enumerate(found, 1):
        yield f"file {number}, record {count}", record


def _take(rows: Rows, record: etree._Element, place: str, faults: Faults, notices: Notices) -> None:
    cells = Cells(record, place, faults)
    match local_name(record):
        case "NOMEN_DETAIL":
            if cells.bare("nomen_code_cat") in ("", _OF_THE_NOMENCLATURE):
                _add(rows.details, _detail(cells))
            else:
                notices.add(place, "nomen_code_cat", "category_unmapped", cells.words("nomen_code_cat")[:_SHOWN])
        case "NOMEN_HONORAIRES":
            _add(rows.fees, _fee(cells))
        case "NOMEN_CODE_RULES":
            _add(rows.rules, _rule(cells))
        case _:
            notices.add(place, "", "record_unknown")


def _add(rows: list[T], row: T | None) -> None:
    if row is not None:
        rows.append(row)


def _detail(cells: Cells) -> Detail | None:
    cells.needed("nomen_code_cat")
    made = Detail(cells.place, cells.code(), *cells.period("dbegin", "dend"), cells.texts("nomen_desc"))
    return made if cells.is_good else None


def _fee(cells: Cells) -> Fee | None:
    meaning = (cells.words("fee_code_desc_fr") or cells.words("fee_code_desc_nl"))[:_SHOWN]
    period, category = cells.period("dbegin_fee", "dend_fee"), cells.needed("fee_code_cat")[:_SHOWN]
    made = Fee(cells.place, cells.code(), *period, category, meaning, cells.euro(), cells.words("author_doc")[:_SHOWN])
    return made if cells.is_good else None


def _rule(cells: Cells) -> Rule | None:
    made = Rule(
        cells.code(),
        cells.words("rule_ref")[:_SHOWN],
        *cells.period("dbegin_rule", "dend_rule"),
        cells.bare("rule_seq").zfill(9),
        cells.texts("rule_desc"),
        cells.words("author_doc")[:_SHOWN],
    )
    return made if cells.is_good else None
