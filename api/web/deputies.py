"""Absences as pages show them, and who can be chosen as a colleague."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from api.web.timeline import name_of
from api.web.visit import Visit
from domain.roles import RIGHTS_OF
from domain.user import Absence, User
from projections.users import opened, users_of

Colleagues = tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An absence in words: names of the deputy and of the practice. `is_over`: nothing of it can change any more."""

    absence: Absence
    deputy: str
    practice: str
    is_over: bool


def absences_of(visit: Visit, state: User, names: Mapping[UUID, str]) -> tuple[Shown, ...]:
    """Those in the practices named, the latest first."""
    held = [one for one in state.absences if one.establishment_id in names]
    held.sort(key=lambda one: one.valid_from, reverse=True)
    return tuple(
        Shown(one, name_of(visit, f"user:{one.deputy_id}"), names[one.establishment_id], one.valid_to < visit.today)
        for one in held
    )


def colleagues_in(visit: Visit, practices: Iterable[UUID], right: str = "read") -> Colleagues:
    """Whose roles of today give the right in one of the practices, by name. `read`: every role does."""
    with visit.sql() as sql:
        listed = [one for where in practices for one in opened(visit.quittance.keys, users_of(sql, where))]
    here = {
        one.user_id: one.name
        for one in listed
        if one.is_active and any(grant.covers(visit.today) and right in RIGHTS_OF[grant.role] for grant in one.grants)
    }
    return tuple(sorted(here.items(), key=lambda one: (one[1].casefold(), one[0])))
