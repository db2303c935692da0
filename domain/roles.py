"""Roles of people, and the rights that each gives in the establishment where it is held.

A right is what a `Caller` may do (`application.access`). Two have a narrower sister, which everybody who has the wider
one has, too: `own_care` (care of the provider that one is) beside `care` (care of everybody), and `note` (on what is
about nobody: sendings, items) beside `care_note` (on patients, days and invoices). `session` opens, renews and closes
the session with MyCareNet: it belongs to those whose card or certificate it takes, and to the office.
"""

from typing import Literal, get_args

from domain.errors import Invalid

Role = Literal["administrator", "office", "care_giver", "dentist", "assistant", "accountant", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

_CLINIC = frozenset({"read", "medical", "own_care", "note", "care_note", "session"})
_OFFICE = _CLINIC | {"register", "care", "bill"}
RIGHTS = _OFFICE | {"audit", "close", "admin"}
RIGHTS_OF: dict[Role, frozenset[str]] = {
    "administrator": RIGHTS,
    "office": _OFFICE,
    "care_giver": _CLINIC,
    "dentist": _OFFICE,
    "assistant": _OFFICE - {"bill", "session"},
    "accountant": frozenset({"read", "note", "close"}),
    "auditor": frozenset({"read", "medical", "audit"}),
}


def role_of(given: str) -> Role:
    """A role as somebody wrote it. Raises `Invalid`."""
    for role in ROLES:
        if role == given:
            return role
    raise Invalid("role_unknown", f"role: give one of {', '.join(ROLES)}.", field="role")
