"""Accounts of people: who may sign in, with which roles; and what each person prefers. The whole for every door."""

import json
from dataclasses import astuple, dataclass
from datetime import date as Date
from typing import Any
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.deputies import Deputies
from application.passwords import one_time_password
from application.ports import Context
from application.sessions import OpenSession, Session, Stage
from application.sign_in_limits import TooManySignIns
from application.signing_in import SigningIn
from application.user_rights import typed_login
from application.user_sessions import SignInRefused
from domain import establishment as establishments
from domain import provider as providers
from domain import user as users
from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import ERASED
from domain.local_time import local_date
from domain.user import Grant, User

__all__ = ["Accounts", "NewUser", "OpenSession", "Session", "SignInRefused", "Stage", "TooManySignIns"]

MOST_PREFERENCES = 200
LARGEST_PREFERENCE = 8 * 1024
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class NewUser:
    """`one_time_password` is shown once; the person sets another at the first sign-in."""

    user_id: UUID
    one_time_password: str


class Accounts(Deputies, SigningIn):
    """People, their roles, their deputies, their sign-in, their preferences.

    A context with an answer keeper must never keep a one-time password: encode the result without it.
    """

    def add(
        self, context: Context, login: str, name: str, language: str = "fr", first: Grant | None = None
    ) -> Done[NewUser]:
        """Enter a person without any role. Raises `NotAllowed` (login_taken) and `Invalid`.

        `first`: the role to be granted next. One that will be refused is refused here, before there is an account.
        """
        login = typed_login(login)
        user_id, made = self.user_id(login), one_time_password()

        def decision() -> Decided[NewUser]:
            streams = Streams(self._log, [user_id])
            happened = users.add(users.fold(streams.events(user_id)), login, name, language)
            if first is not None:
                self.check_place(first.establishment_id, first.provider_id)
                users.grant(users.evolve(None, happened[0]), *astuple(first))
            return Decided([streams.change(user_id, happened)], NewUser(user_id, made))

        done = decide(self._log, context, decision)
        self._credentials.give_password(user_id, self._passwords.hash(made))
        return done

    def rename(self, context: Context, user_id: UUID, name: str, language: str) -> Done[UUID]:
        """Correct name and language. Raises `NotFound` and `Invalid`."""
        return _of(user_id, self._decide(context, user_id, lambda state: users.rename(state, name, language)))

    def grant(
        self,
        context: Context,
        user_id: UUID,
        establishment_id: UUID,
        role: str,
        valid_from: Date,
        valid_to: Date | None = None,
        provider_id: UUID | None = None,
    ) -> Done[UUID]:
        """Give a role, first and last day included. Raises `NotFound`, `NotAllowed` (role_overlaps) and `Invalid`."""
        self.check_place(establishment_id, provider_id)
        given = (establishment_id, role, valid_from, valid_to, provider_id)
        return _of(user_id, self._decide(context, user_id, lambda state: users.grant(state, *given)))

    def check_place(self, establishment_id: UUID, provider_id: UUID | None = None) -> None:
        """Whether a role can be given there, and as that provider. Raises `NotFound`."""
        known = self._log.load([establishment_id, *([provider_id] if provider_id else [])])
        if establishments.fold(known.get(establishment_id, [])) is None:
            raise NotFound("establishment_unknown", "There is no such establishment.")
        if provider_id and providers.fold(known.get(provider_id, [])) is None:
            raise NotFound("provider_unknown", "There is no such provider; register it first.")

    def end_role(
        self, context: Context, user_id: UUID, establishment_id: UUID, role: str, valid_to: Date
    ) -> Done[UUID]:
        """Let a role end with that day; who has none left today is signed out. Raises `NotFound` and `Invalid`."""
        ended = (establishment_id, role, valid_to)
        done = self._decide(context, user_id, lambda state: users.end_role(state, *ended))
        if not done.result.practices_at(local_date(self._clock.now())):
            self.sign_out_everywhere(user_id)
        return _of(user_id, done)

    def deactivate(self, context: Context, user_id: UUID) -> Done[UUID]:
        """Keep a person out at once. Raises `NotFound`."""
        done = self._decide(context, user_id, users.deactivate)
        self.sign_out_everywhere(user_id)
        return _of(user_id, done)

    def reactivate(self, context: Context, user_id: UUID) -> Done[UUID]:
        """Let a person in again. Raises `NotFound`."""
        return _of(user_id, self._decide(context, user_id, users.reactivate))

    def reset(self, context: Context, user_id: UUID) -> Done[str]:
        """A new one-time password; second factor and failures are forgotten, all sessions end. Raises `NotFound`."""
        made = one_time_password()
        done = self._decide(
            context,
            user_id,
            lambda state: [*users.change_password(state, by_reset=True), *users.reset_second_factor(state)],
        )
        self._credentials.give_password(user_id, self._passwords.hash(made))
        self._limits.forget(self._limits.account(user_id))
        return Done(made, done.position)

    def preference(self, user_id: UUID, name: str) -> Any | None:  # noqa: ANN401 - any JSON
        """What the person set, None when nothing."""
        sealed = self._credentials.preference(user_id, name)
        opened = self._keys.unseal(user_id, _place(name), sealed) if sealed else ERASED
        return None if opened == ERASED else json.loads(opened)

    def set_preference(self, user_id: UUID, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
        """Remember a JSON value of at most 8 KiB under one of at most 200 names; None forgets it. Raises `Invalid`."""
        if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
            raise Invalid("preference_name_invalid", f"Give a name of 1 to {_LONGEST_NAME} characters.", field="name")
        if value is None:
            self._credentials.drop_preference(user_id, name)
            return
        written = _json(value)
        if len(written.encode()) > LARGEST_PREFERENCE:
            raise Invalid("preference_too_large", f"Give at most {LARGEST_PREFERENCE} bytes.", field="value")
        sealed = self._keys.seal(user_id, _place(name), written)
        if not self._credentials.set_preference(user_id, name, sealed, MOST_PREFERENCES):
            raise NotAllowed("preferences_too_many", f"At most {MOST_PREFERENCES} preferences are kept for a user.")


def _of(user_id: UUID, done: Done[User]) -> Done[UUID]:
    """What callers get to know: whom it was about; the state would go into kept answers with the name."""
    return Done(user_id, done.position)


def _place(name: str) -> str:
    return f"preferences.{name}"


def _json(value: Any) -> str:  # noqa: ANN401
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise Invalid("preference_no_json", "The value cannot be written as JSON.", field="value") from error
