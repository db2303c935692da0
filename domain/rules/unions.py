"""National unions, sickness funds and where a bill goes (eFact reference 6).

A destination that is not three digits of a known union is not reached by eFact: it gets documents (`domain.document`).
Nor do we bill MediPrima (690) so far: its invoices need a record 25 that we do not write (eFact reference 2.3).
"""

from dataclasses import dataclass
from datetime import date as Date
from typing import Literal

from domain.identifiers import is_nihii

_UNION_OF_DIGIT = {"1": "100", "2": "200", "3": "300", "4": "400", "5": "500", "6": "600", "9": "900"}
_OWN_UNION = frozenset({"306", "690"})
_READ_ONLY = frozenset({"690"})
UNIONS = ("100", "200", "300", "306", "400", "500", "600", "690", "900")


@dataclass(frozen=True, slots=True)
class GroupedFunds:
    """Funds of one union whose bills carry one common destination, from a date on."""

    union: str
    destination: str
    except_funds: frozenset[str]
    valid_from: Date
    source: str


GROUPED = (
    GroupedFunds("300", "300", frozenset({"306"}), Date(1900, 1, 1), "eFact reference 6, mail of the union 2024-02-28"),
)


def union_of(fund: str) -> str | None:
    """Union to which we send a bill for this fund or destination, None when our files do not reach it."""
    union = known_union(fund)
    return None if union in _READ_ONLY else union


def known_union(fund: str) -> str | None:
    """Union that a fund or destination of any eFact file belongs to, None when there is none."""
    if len(fund) != 3 or not (fund.isascii() and fund.isdigit()):
        return None
    return fund if fund in _OWN_UNION else _UNION_OF_DIGIT.get(fund[0])


def may_be_fund(number: str) -> bool:
    """Whether a patient can be affiliated there. No source lists every fund: its union must be known, and the number

    be none that stands for the total of a union (x99).
    """
    union = known_union(number)
    return union is not None and number != total_number(union)


def beyond_efact(destination: str) -> Literal["medical_house", "mediprima", "unknown"]:
    """What a destination is that `union_of` does not know: a medical house has a NIHII number that begins with 8."""
    if destination in _READ_ONLY:
        return "mediprima"
    return "medical_house" if destination[:1] == "8" and is_nihii(destination) else "unknown"


def destination_of(fund: str, on: Date) -> str:
    """Zone 18 for a fund of affiliation."""
    for rule in GROUPED:
        if union_of(fund) == rule.union and fund not in rule.except_funds and rule.valid_from <= on:
            return rule.destination
    return fund


def total_number(union: str) -> str:
    """Zone 501 of record 96: first digit of the union and 99."""
    return f"{union[0]}99"
