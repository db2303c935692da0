"""Sessions of people: what is known of one, how long it lives, and which step of signing in it has come to."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from application.credential_store import Credentials, SignedIn
from domain.user import UserLanguage

Stage = Literal["password", "enrol", "code", "full"]
LIFETIME = timedelta(hours=12)
IDLE = timedelta(minutes=60)
TOUCH_EVERY = timedelta(minutes=1)
REMEMBERED = timedelta(hours=24)
"""How long an ended session still tells whose a form was that came too late. It opens nothing."""
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in. `stage`: must set a new password, must enrol a second factor, must give a code, or may work.

    `csrf` comes from the token; `expires_at` is when the session ends unless it is used before, `ends_at` when it ends
    however much it is used.
    """

    user_id: UUID
    login: str
    name: str
    language: UserLanguage
    stage: Stage
    csrf: str
    opened_at: datetime
    expires_at: datetime

    @property
    def ends_at(self) -> datetime:
        """The last instant that use can bring."""
        return self.opened_at + LIFETIME


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of a person's sessions, as the person sees them all. `method`: how it was opened."""

    method: str
    is_complete: bool
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime

    @property
    def ends_at(self) -> datetime:
        """The last instant that use can bring."""
        return self.opened_at + LIFETIME


def new_token() -> str:
    """256 bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """All that is kept of a token: SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def csrf_of(token: str) -> str:
    """What forms of the session carry: HMAC-SHA-256 under the token, hexadecimal."""
    return hmac.new(token.encode(), b"csrf", "sha256").hexdigest()


def expiry(kept: SignedIn) -> datetime:
    """When it ends if nothing more happens."""
    return min(kept.opened_at + LIFETIME, kept.seen_at + IDLE)


def stage_of(credentials: Credentials, *, is_verified: bool) -> Stage:
    """What comes next, in this order: an own password, a second factor, its code."""
    if credentials.must_change:
        return "password"
    if not credentials.is_enrolled:
        return "enrol"
    return "full" if is_verified else "code"
