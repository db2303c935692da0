"""Who a person is and what that person may do where: asked of the log each time, so that a change holds at once."""

import unicodedata
from collections.abc import Callable
from datetime import date as Date
from uuid import UUID, uuid4

from application.access import Caller, NotAuthenticated
from application.commit import Decided, Done, Streams, decide
from application.credential_store import CredentialStore
from application.ports import Clock, Context, EventLog, KeyRing, Meta
from application.sessions import Session
from domain import user as users
from domain.errors import NotFound
from domain.event import ERASED
from domain.user import User


def own_context(user_id: UUID) -> Context:
    """A command of the person about their own account."""
    return Context(Meta(actor=actor_of(user_id), command_id=uuid4().hex))


def actor_of(user_id: UUID) -> str:
    """How a person is named in every envelope."""
    return f"user:{user_id}"


class Users:
    """Look people up; each is named by the login."""

    def __init__(self, log: EventLog, keys: KeyRing, credentials: CredentialStore, clock: Clock) -> None:
        self._log, self._keys, self._credentials, self._clock = log, keys, credentials, clock

    def user_id(self, login: str) -> UUID:
        """The id that a login has, whether there is such a user or not."""
        return self._keys.keyed_id("user", typed_login(login).casefold())

    def user(self, user_id: UUID) -> User | None:
        """State of a person; None when there is none or the person's key was erased."""
        state = users.fold(self._log.load([user_id]).get(user_id, []))
        return None if state is None or state.login == ERASED else state

    def practices(self, user_id: UUID, today: Date, right: str = "") -> tuple[UUID, ...]:
        """Establishments where the person has any role that day, or one that gives the right."""
        state = self.user(user_id)
        if state is None:
            return ()
        return tuple(one for one in state.practices_at(today) if not right or right in _rights(state, one, today))

    def caller(self, who: Session | UUID, establishment_id: UUID, today: Date) -> Caller:
        """What a person may do in an establishment: all that the roles of that day give, and only there.

        Raises `NotFound` without any role, and `NotAuthenticated` for a session that is not complete.
        """
        if isinstance(who, Session) and who.stage != "full":
            raise NotAuthenticated
        user_id = who.user_id if isinstance(who, Session) else who
        state = self.user(user_id)
        rights = _rights(state, establishment_id, today) if state else frozenset()
        if state is None or not rights:
            raise NotFound("establishment_unknown", "There is no such establishment.")
        providers = state.providers_at(establishment_id, today)
        return Caller(actor_of(user_id), rights, frozenset({establishment_id}), providers)

    def _decide(self, context: Context, user_id: UUID, decision: Callable[[User], list[object]]) -> Done[User]:
        """Let a pure function decide upon a person. The result is the state after it. Raises `NotFound`."""

        def decided() -> Decided[User]:
            streams = Streams(self._log, [user_id])
            known = streams.events(user_id)
            state = users.fold(known)
            if state is None:
                raise NotFound("user_unknown", "There is no such user.")
            happened = decision(state)
            return Decided([streams.change(user_id, happened)], users.fold([*known, *happened]) or state)

        return decide(self._log, context, decided)


def _rights(state: User, establishment_id: UUID, today: Date) -> frozenset[str]:
    """All that the roles of that day give there."""
    return frozenset[str]().union(*(users.RIGHTS_OF[role] for role in state.roles_at(establishment_id, today)))


def typed_login(login: str) -> str:
    """A login as it is kept: composed characters are one, nothing around it."""
    return unicodedata.normalize("NFC", login.strip())
