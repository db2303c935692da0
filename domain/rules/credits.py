"""What insurers want of credit notes, as dated data: which union, from when, by whose word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date

from domain.rules.unions import UNIONS


@dataclass(frozen=True, slots=True)
class UnionRule:
    """Holds at these unions from a date on."""

    unions: frozenset[str]
    valid_from: Date
    source: str


REBILLED_LATER = (
    UnionRule(
        frozenset({"300"}),
        Date(1900, 1, 1),
        "help text of a program: no credit note and resubmission in one invoicing month (eFact reference 5.2)",
    ),
)
"""A credited day is billed again in the month after its credit note, or later."""
NO_NEGATIVE_TOTAL = (
    UnionRule(
        frozenset(UNIONS),
        Date(1900, 1, 1),
        "help text of a program: the total of an insurer must not be negative (seed features W28); which unions say so"
        " is not known, hence all",
    ),
)
"""The amounts of one file sum to nothing less than zero."""


def holds(rules: Sequence[UnionRule], union: str, today: Date) -> bool:
    """Whether one of them holds at the union today."""
    return any(union in rule.unions and rule.valid_from <= today for rule in rules)
