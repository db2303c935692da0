"""Kinds of registration with MyCareNet, as data: by what number each sends, what is arranged outside the program first.

Sources: the kinds and their preconditions are those of SOF-03 to SOF-08. MyCareNet alone knows what is really arranged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Kind = Literal["own", "company_staff", "colleague", "group", "company_for_group"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Condition = Literal["own_key", "manager_in_cbe", "staff_rights", "membership"]
GROUP_PREFIX = "94"


@dataclass(frozen=True, slots=True)
class KindRule:
    """`is_of_company`: a company number belongs to it. `needs_mandate`: of the care provider, for whoever sends.

    `is_of_group`: the care provider is a group. `conditions`: what else is arranged outside, by whom it may concern.
    """

    is_of_company: bool = False
    is_of_group: bool = False
    needs_mandate: bool = False
    conditions: tuple[Condition, ...] = ()


RULES: Mapping[Kind, KindRule] = MappingProxyType(
    {
        "own": KindRule(conditions=("own_key",)),
        "company_staff": KindRule(
            is_of_company=True, needs_mandate=True, conditions=("manager_in_cbe", "staff_rights")
        ),
        "colleague": KindRule(needs_mandate=True, conditions=("own_key",)),
        "group": KindRule(is_of_group=True, conditions=("membership",)),
        "company_for_group": KindRule(
            is_of_company=True, is_of_group=True, needs_mandate=True, conditions=("manager_in_cbe", "staff_rights")
        ),
    }
)


def warnings_of(kind: Kind, nihii: str) -> tuple[str, ...]:
    """What looks wrong and is not refused: numbers of groups begin with 94 as far as anybody told."""
    begins = nihii.startswith(GROUP_PREFIX)
    if RULES[kind].is_of_group:
        return () if begins else ("group_number_not_94",)
    return ("number_of_a_group",) if begins else ()
