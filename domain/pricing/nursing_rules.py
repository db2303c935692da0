"""Rules of a home nursing day that are facts of the trade: dated, each with the place where it stands.

Rule texts change by royal decree: a change is a further row here, never another value in one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date as Date
from types import MappingProxyType
from typing import Literal

from domain.pricing.tariff_set import Code

Rule = Literal["statistical", "flat_fee", "base_service", "act", "ptsi_fee", "palliative_supplement", "multiple_visits"]
SOURCES: Mapping[Rule, str] = MappingProxyType(
    {
        "statistical": "eFact reference 5.3; code 500417",
        "flat_fee": "eFact reference 5.3; MedAdmin reference A5; codes 500458, 501512, 501614, 501615",
        "base_service": "eFact reference 5.3; code 500452",
        "act": "eFact reference 5.3",
        "ptsi_fee": "MedAdmin reference A6",
        "palliative_supplement": "MedAdmin reference A5",
        "multiple_visits": "eFact reference 5.3; code 500453",
    }
)
_ALWAYS = Date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class VisitRule:
    """A flat fee that needs so many visits on the day; with fewer the one of category `below` is billed."""

    category: str
    visits: int
    below: str
    valid_from: Date
    source: str


VISIT_RULES = (
    VisitRule("C", 2, "B", _ALWAYS, "MedAdmin reference A5; code 500458"),
    VisitRule("PC", 2, "PB", _ALWAYS, "MedAdmin reference A5, by analogy with C; no source names PC"),
)


def visit_rule(category: str, day: Date) -> VisitRule | None:
    """The rule of a category that holds on the day; None when one visit is enough."""
    found = [rule for rule in VISIT_RULES if rule.category == category and rule.valid_from <= day]
    return max(found, key=lambda rule: rule.valid_from, default=None)


def is_met(code: Code, told: Collection[str]) -> bool:
    """Whether the lines that a supplement needs on the same day are there; without such a rule it is never asked."""
    return bool(code.before) and all(any(name in told for name in rule.codes) for rule in code.before if not rule.days)
