"""What happens to the account of a person. No password, hash or secret ever stands here."""

from datetime import date as Date
from typing import Literal, get_args
from uuid import UUID

from domain.event import Sealed, event
from domain.roles import Role

UserLanguage = Literal["fr", "nl", "en"]
USER_LANGUAGES: tuple[UserLanguage, ...] = get_args(UserLanguage)


@event("user.added", subject="self")
class UserAdded:
    """A person may sign in under this login; the stream is named by it."""

    login: Sealed
    name: Sealed
    language: UserLanguage


@event("user.renamed", subject="self")
class UserRenamed:
    """Name and language from now on; the login stays."""

    name: Sealed
    language: UserLanguage


@event("user.role_granted")
class RoleGranted:
    """The role holds in the establishment from `valid_from` to `valid_to` (both included; None: open).

    `provider_id`: as whom the person gives care there, when they do.
    """

    establishment_id: UUID
    role: Role
    valid_from: Date
    valid_to: Date | None = None
    provider_id: UUID | None = None


@event("user.role_ended")
class RoleEnded:
    """After `valid_to` the person no longer has the role there: later stretches are cut or withdrawn."""

    establishment_id: UUID
    role: Role
    valid_to: Date


@event("user.deputy_named")
class DeputyNamed:
    """The person is absent from `valid_from` to `valid_to` (both included): the deputy watches over their work there.

    No right passes over, and no work changes hands.
    """

    establishment_id: UUID
    deputy_id: UUID
    valid_from: Date
    valid_to: Date


@event("user.deputy_withdrawn")
class DeputyWithdrawn:
    """The absence there that begins on `valid_from` does not count any more."""

    establishment_id: UUID
    valid_from: Date


@event("user.password_changed")
class PasswordChanged:
    """By the person, or (`by_reset`) by an administrator who gave out a one-time password."""

    by_reset: bool


@event("user.second_factor_enrolled")
class SecondFactorEnrolled:
    """The person proved to hold an authenticator."""


@event("user.second_factor_reset")
class SecondFactorReset:
    """The authenticator counts no more; another one is enrolled at the next sign-in."""


@event("user.deactivated")
class UserDeactivated:
    """The person signs in nowhere until reactivated; the roles wait."""


@event("user.reactivated")
class UserReactivated:
    """The person may sign in again, with the roles left."""
