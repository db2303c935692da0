"""Roles of people, and the rights that each gives in the establishment where it is held.

A right is what a `Caller` may do (`application.access`).
"""

from typing import Literal, get_args

from domain.errors import Invalid

Role = Literal["administrator", "office", "care_giver", "dentist", "assistant", "accountant", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

RIGHTS = frozenset({"read", "medical", "register", "care", "bill", "note", "audit", "admin"})
RIGHTS_OF: dict[Role, frozenset[str]] = {
    "administrator": RIGHTS,
    "office": frozenset({"read", "medical", "register", "care", "bill", "note"}),
    "care_giver": frozenset({"read", "medical", "care", "note"}),
    "dentist": frozenset({"read", "medical", "register", "care", "bill", "note"}),
    "assistant": frozenset({"read", "medical", "register", "care", "note"}),
    "accountant": frozenset({"read", "note"}),
    "auditor": frozenset({"read", "medical", "audit"}),
}


def role_of(given: str) -> Role:
    """A role as somebody wrote it. Raises `Invalid`."""
    for role in ROLES:
        if role == given:
            return role
    raise Invalid("role_unknown", f"role: give one of {', '.join(ROLES)}.", field="role")
