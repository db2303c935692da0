"""Who watches over the work of somebody absent. Each keeps acting under their own name, with their own roles."""

from collections.abc import Sequence
from datetime import date as Date
from datetime import timedelta
from uuid import UUID

from domain.errors import Invalid, NotAllowed, NotFound
from domain.user import Absence, DeputyNamed, DeputyWithdrawn, User

LONGEST_ABSENCE_DAYS = 400


def shared_practices(state: User, deputy: User, first: Date, last: Date) -> tuple[UUID, ...]:
    """Where the person has a role on some of these days, and the deputy on each of them. Raises `Invalid`."""
    _check_days(first, last)
    held = dict.fromkeys(grant.establishment_id for grant in state.grants)
    return tuple(one for one in held if _works(state, one, first, last) and _stays(deputy, one, first, last))


def name_deputy(state: User, deputy: User, absence: Absence, today: Date) -> list[object]:
    """Let the deputy watch; the same again changes nothing. Raises `Invalid`, and `NotAllowed` for who cannot.

    A deputy who is away too would see work that nobody looks at: another one is to be named.
    """
    where, first, last = absence.establishment_id, absence.valid_from, absence.valid_to
    if deputy.login == state.login:
        raise Invalid("deputy_is_self", "Nobody is their own deputy: choose somebody else.", field="deputy_id")
    _check_days(first, last)
    if absence in state.absences:
        return []
    if last < today:
        raise NotAllowed("absence_over", "These days are over.", field="valid_to")
    if not _works(state, where, first, last):
        raise NotAllowed("absent_without_role", "The person has no role there on these days.", field="establishment_id")
    if not _stays(deputy, where, first, last):
        raise NotAllowed(
            "deputy_without_role", "The deputy lacks a role there on some of these days.", field="deputy_id"
        )
    if _meets(state.absences, absence):
        raise NotAllowed("absence_overlaps", "There is a deputy already for part of that time.", field="valid_from")
    if _meets(deputy.absences, absence):
        raise NotAllowed("deputy_absent", "The deputy is absent too in part of that time.", field="deputy_id")
    return [DeputyNamed(where, absence.deputy_id, first, last)]


def withdraw_deputy(state: User, establishment_id: UUID, valid_from: Date, today: Date) -> list[object]:
    """Take back what is not over yet. Raises `NotFound`, and `NotAllowed` (absence_over)."""
    for known in state.absences:
        if (known.establishment_id, known.valid_from) == (establishment_id, valid_from):
            if known.valid_to < today:
                raise NotAllowed("absence_over", "These days are over.")
            return [DeputyWithdrawn(establishment_id, valid_from)]
    raise NotFound("absence_unknown", "No absence begins there on that day: it was withdrawn already, or never named.")


def _check_days(first: Date, last: Date) -> None:
    if last < first:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    if (last - first).days >= LONGEST_ABSENCE_DAYS:
        raise Invalid("absence_too_long", f"valid_to: give at most {LONGEST_ABSENCE_DAYS} days.", field="valid_to")


def _works(state: User, where: UUID, first: Date, last: Date) -> bool:
    """Also with a closed account: somebody has to look after what is left."""
    return any(
        grant.establishment_id == where and (grant.covers(first) or first <= grant.valid_from <= last)
        for grant in state.grants
    )


def _stays(deputy: User, where: UUID, first: Date, last: Date) -> bool:
    return all(deputy.roles_at(where, first + timedelta(days)) for days in range((last - first).days + 1))


def _meets(absences: Sequence[Absence], wanted: Absence) -> bool:
    return any(
        known.establishment_id == wanted.establishment_id
        and (known.covers(wanted.valid_from) or wanted.covers(known.valid_from))
        for known in absences
    )
