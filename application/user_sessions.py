"""Open, find and end the sessions of people. Only hashes of tokens and addresses are kept."""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from application.access import NotAuthenticated
from application.credential_store import Credentials, CredentialStore, SignedIn
from application.passwords import Passwords
from application.ports import Clock, EventLog, KeyRing
from application.sessions import (
    IDLE,
    LIFETIME,
    REMEMBERED,
    TOUCH_EVERY,
    OpenSession,
    Session,
    Stage,
    csrf_of,
    expiry,
    new_token,
    stage_of,
    token_hash,
)
from application.sign_in_limits import SignInLimits
from application.user_rights import Users
from domain.errors import NotAllowed


class SignInRefused(Exception):
    """Unknown, deactivated or erased, wrong password, wrong or used code: all alike to whoever tries."""


class At(NamedTuple):
    """A living session: its token, as stored, the person's credentials, and as it is shown."""

    token: str
    kept: SignedIn
    credentials: Credentials
    shown: Session


class UserSessions(Users):
    """Sessions live `LIFETIME` at most and end after `IDLE` without use."""

    LIFETIME, IDLE = LIFETIME, IDLE

    def __init__(
        self,
        log: EventLog,
        keys: KeyRing,
        credentials: CredentialStore,
        clock: Clock,
        passwords: Passwords | None = None,
    ) -> None:
        super().__init__(log, keys, credentials, clock)
        self._passwords = passwords or Passwords()
        self._limits = SignInLimits(keys, credentials, clock)

    def open_session(self, user_id: UUID, method: str, address: str = "") -> str:
        """The token of a new session of somebody proved by `method`; every way in ends here. Raises `SignInRefused`."""
        state, now = self.user(user_id), self._clock.now()
        if state is None or not state.is_active:
            raise SignInRefused
        self._credentials.end_old_sessions(now - LIFETIME - REMEMBERED, now - IDLE - REMEMBERED)
        token = new_token()
        made = SignedIn(token_hash(token), user_id, method, self._limits.address(address), False, now, now)
        self._credentials.open_session(made)
        return token

    def session(self, token: str, *, is_use: bool = True) -> Session | None:
        """Who is signed in with the token, if anybody; if this `is_use`, that is noted, at most once a minute."""
        found = self._find(token, is_use=is_use)
        return found.shown if found else None

    def former(self, token: str) -> UUID | None:
        """Whose complete session this was, when it ended by itself in the last day; nobody for any other token."""
        kept, now = self._credentials.session(token_hash(token)), self._clock.now()
        if kept is None or not kept.is_verified or not (kept.is_over or now >= expiry(kept)):
            return None
        if now >= expiry(kept) + REMEMBERED:
            return None
        state = self.user(kept.user_id)
        return kept.user_id if state is not None and state.is_active else None

    def place(self, address: str) -> bytes:
        """How an address is named where something is counted by address: a keyed hash."""
        return self._limits.address(address)

    def sessions_of(self, user_id: UUID) -> tuple[OpenSession, ...]:
        """The living sessions of a person, the latest first."""
        credentials, now = self._credentials.credentials(user_id), self._clock.now()
        if credentials is None:
            return ()
        return tuple(
            OpenSession(
                kept.method,
                stage_of(credentials, is_verified=kept.is_verified) == "full",
                kept.opened_at,
                kept.seen_at,
                expiry(kept),
            )
            for kept in self._credentials.sessions_of(user_id)
            if now < expiry(kept) and not kept.is_over
        )

    def sign_out(self, token: str) -> None:
        """End one session."""
        self._credentials.end_session(token_hash(token))

    def sign_out_everywhere(self, user_id: UUID, but: str | None = None) -> None:
        """End all sessions of a person, but that of a token."""
        self._credentials.end_sessions(user_id, token_hash(but) if but else b"")

    def _at(self, token: str, *stages: Stage) -> At:
        found = self._find(token)
        if found is None:
            raise NotAuthenticated
        if found.shown.stage not in stages:
            raise NotAllowed("sign_in_stage", "This step of signing in is not the one that comes now.")
        return found

    def _find(self, token: str, *, is_use: bool = True) -> At | None:
        now, name = self._clock.now(), token_hash(token)
        kept = self._credentials.session(name)
        if kept is None or kept.is_over:
            return None
        if now >= expiry(kept):
            self._credentials.let_session_end(name)
            return None
        state, credentials = self.user(kept.user_id), self._credentials.credentials(kept.user_id)
        if state is None or not state.is_active or credentials is None:
            return None
        if is_use and now - kept.seen_at >= TOUCH_EVERY:
            self._credentials.touch(name, now)
            kept = replace(kept, seen_at=now)
        stage = stage_of(credentials, is_verified=kept.is_verified)
        who = (kept.user_id, state.login, state.name, state.language)
        return At(token, kept, credentials, Session(*who, stage, csrf_of(token), kept.opened_at, expiry(kept)))
