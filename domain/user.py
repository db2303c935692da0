"""People who sign in: who they are, which roles they hold where and when. Passwords and secrets never come here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID

from domain.errors import Invalid, NotAllowed, NotFound
from domain.roles import RIGHTS, RIGHTS_OF, ROLES, Role, role_of
from domain.user_events import (
    USER_LANGUAGES,
    DeputyNamed,
    DeputyWithdrawn,
    PasswordChanged,
    RoleEnded,
    RoleGranted,
    SecondFactorEnrolled,
    SecondFactorReset,
    UserAdded,
    UserDeactivated,
    UserLanguage,
    UserReactivated,
    UserRenamed,
)

__all__ = [
    "RIGHTS",
    "RIGHTS_OF",
    "ROLES",
    "USER_LANGUAGES",
    "Absence",
    "DeputyNamed",
    "DeputyWithdrawn",
    "Grant",
    "PasswordChanged",
    "Role",
    "RoleEnded",
    "RoleGranted",
    "SecondFactorEnrolled",
    "SecondFactorReset",
    "User",
    "UserAdded",
    "UserDeactivated",
    "UserLanguage",
    "UserReactivated",
    "UserRenamed",
    "role_of",
]

_LOGIN_LENGTH = (3, 100)
_NAME_LENGTH = (1, 100)


@dataclass(frozen=True, slots=True)
class Grant:
    """One stretch of a role in an establishment, both ends included."""

    establishment_id: UUID
    role: Role
    valid_from: Date
    valid_to: Date | None = None
    provider_id: UUID | None = None

    def covers(self, day: Date) -> bool:
        """Whether the day falls in it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Absence:
    """One stretch in which the deputy watches over the person's work in an establishment, both ends included."""

    establishment_id: UUID
    deputy_id: UUID
    valid_from: Date
    valid_to: Date

    def covers(self, day: Date) -> bool:
        """Whether the day falls in it."""
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True, slots=True)
class User:
    """State of a person who signs in. `login` and `name` are `ERASED` once the key is gone."""

    login: str
    name: str
    language: UserLanguage
    grants: tuple[Grant, ...] = ()
    is_active: bool = True
    has_second_factor: bool = False
    absences: tuple[Absence, ...] = ()

    def roles_at(self, establishment_id: UUID, day: Date) -> tuple[Role, ...]:
        """Roles in force there that day, each once, in the order granted; none while deactivated."""
        held = (g.role for g in self.grants if g.establishment_id == establishment_id and g.covers(day))
        return tuple(dict.fromkeys(held)) if self.is_active else ()

    def providers_at(self, establishment_id: UUID, day: Date) -> frozenset[UUID]:
        """As whom the person gives care there that day; nobody while deactivated."""
        held = (g for g in self.grants if g.establishment_id == establishment_id and g.covers(day))
        return frozenset(g.provider_id for g in held if g.provider_id) if self.is_active else frozenset()

    def practices_at(self, day: Date) -> tuple[UUID, ...]:
        """Establishments with any role in force that day, in the order granted; none while deactivated."""
        held = (grant.establishment_id for grant in self.grants if grant.covers(day))
        return tuple(dict.fromkeys(held)) if self.is_active else ()


def evolve(state: User | None, happened: object) -> User:
    """Fold one event of the person's stream."""
    if isinstance(happened, UserAdded):
        return User(happened.login, happened.name, happened.language)
    if state is None:
        raise NotFound("user_unknown", "There is no such user.")
    match happened:
        case UserRenamed():
            return replace(state, name=happened.name, language=happened.language)
        case RoleGranted(where, role, first, last, provider):
            return replace(state, grants=(*state.grants, Grant(where, role, first, last, provider)))
        case RoleEnded():
            return replace(state, grants=tuple(_cut(state.grants, happened)))
        case DeputyNamed(where, deputy, since, until):
            return replace(state, absences=(*state.absences, Absence(where, deputy, since, until)))
        case DeputyWithdrawn(where, since):
            kept = (one for one in state.absences if (one.establishment_id, one.valid_from) != (where, since))
            return replace(state, absences=tuple(kept))
        case SecondFactorEnrolled():
            return replace(state, has_second_factor=True)
        case SecondFactorReset():
            return replace(state, has_second_factor=False)
        case UserDeactivated():
            return replace(state, is_active=False)
        case UserReactivated():
            return replace(state, is_active=True)
    return state


def fold(events: Iterable[object]) -> User | None:
    """State after all events of one stream."""
    state: User | None = None
    for happened in events:
        state = evolve(state, happened)
    return state


def _cut(grants: Iterable[Grant], ended: RoleEnded) -> Iterable[Grant]:
    for grant in grants:
        if (grant.establishment_id, grant.role) != (ended.establishment_id, ended.role):
            yield grant
        elif grant.valid_from <= ended.valid_to:
            reaches = grant.valid_to is None or grant.valid_to > ended.valid_to
            yield replace(grant, valid_to=ended.valid_to) if reaches else grant


def add(state: User | None, login: str, name: str, language: str) -> list[object]:
    """Enter a person. Raises `NotAllowed` for a login in use and `Invalid`."""
    least, most = _LOGIN_LENGTH
    if not least <= len(login) <= most or not login.isprintable() or " " in login:
        raise Invalid("login_invalid", f"login: give {least} to {most} characters without blanks.", field="login")
    known = _language(language)
    _check_name(name)
    if state is not None:
        raise NotAllowed("login_taken", "This login is in use, or was once: choose another one.")
    return [UserAdded(login, name.strip(), known)]


def rename(state: User, name: str, language: str) -> list[object]:
    """Correct name and language; the same again change nothing. Raises `Invalid`."""
    _check_name(name)
    happened = UserRenamed(name.strip(), _language(language))
    return [] if (state.name, state.language) == (happened.name, happened.language) else [happened]


def grant(
    state: User,
    establishment_id: UUID,
    role: str,
    valid_from: Date,
    valid_to: Date | None = None,
    provider_id: UUID | None = None,
) -> list[object]:
    """Give a role; the same again changes nothing. Raises `Invalid`, and `NotAllowed` when days overlap."""
    wanted = Grant(establishment_id, role_of(role), valid_from, valid_to, provider_id)
    if valid_to is not None and valid_to < valid_from:
        raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
    for known in state.grants:
        if (known.establishment_id, known.role) != (establishment_id, role):
            continue
        if known == wanted:
            return []
        if known.covers(valid_from) or wanted.covers(known.valid_from):
            raise NotAllowed("role_overlaps", "The user already has this role there in part of that time.")
    return [RoleGranted(establishment_id, wanted.role, valid_from, valid_to, provider_id)]


def end_role(state: User, establishment_id: UUID, role: str, valid_to: Date) -> list[object]:
    """Let a role end with that day; one that ended before changes nothing. Raises `Invalid` and `NotFound`."""
    ended = RoleEnded(establishment_id, role_of(role), valid_to)
    if not any((known.establishment_id, known.role) == (establishment_id, role) for known in state.grants):
        raise NotFound("role_unknown_here", "The user does not have this role there.")
    return [] if tuple(_cut(state.grants, ended)) == state.grants else [ended]


def change_password(_state: User, *, by_reset: bool) -> list[object]:
    """Note that it changed, each time."""
    return [PasswordChanged(by_reset)]


def enrol_second_factor(state: User) -> list[object]:
    """Note that an authenticator counts from now on."""
    return [] if state.has_second_factor else [SecondFactorEnrolled()]


def reset_second_factor(state: User) -> list[object]:
    """Let the authenticator count no more."""
    return [SecondFactorReset()] if state.has_second_factor else []


def deactivate(state: User) -> list[object]:
    """Keep the person out."""
    return [UserDeactivated()] if state.is_active else []


def reactivate(state: User) -> list[object]:
    """Let the person in again."""
    return [] if state.is_active else [UserReactivated()]


def _language(given: str) -> UserLanguage:
    for language in USER_LANGUAGES:
        if language == given:
            return language
    raise Invalid("language_unknown", f"language: give one of {', '.join(USER_LANGUAGES)}.", field="language")


def _check_name(name: str) -> None:
    least, most = _NAME_LENGTH
    if not least <= len(name.strip()) <= most or not name.isprintable():
        raise Invalid("name_invalid", f"name: give {least} to {most} characters.", field="name")
