"""The session in which messages are sent: a token for a key, asked for once and used while it holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.generic_async import Session
from infrastructure.ehealth.qualities import Attribute
from infrastructure.ehealth.sts import TokenService

_ASKED_FOR = timedelta(hours=24)
_MARGIN = timedelta(minutes=5)
"""A token that ends while a large answer is under way helps nobody."""


@dataclass
class KeystoreSession:
    """By the key of an eHealth P12, which identifies and holds the token alike: nobody has to be there.

    `length`: how long a session may last here, whatever the token service grants.
    """

    service: TokenService
    credential: Credential
    attributes: tuple[Attribute, ...]
    length: timedelta
    now: Callable[[], datetime]
    _session: Session | None = field(default=None, init=False, repr=False)
    _opened: datetime | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    @property
    def ends_at(self) -> datetime | None:
        """The lesser of its length and the token's own end; None when none is open."""
        if self._session is None or self._opened is None:
            return None
        return min(self._opened + self.length, self._session.token.not_on_or_after)

    def open(self) -> Session:
        """The one that holds, else a new one. Raises `NoToken` and what a call raises."""
        with self._lock:
            now, ends_at = self.now(), self.ends_at
            if self._session is not None and ends_at is not None and now < ends_at - _MARGIN:
                return self._session
            token = self.service.issue(self.credential, self.credential, self.attributes, _ASKED_FOR)
            self._session, self._opened = Session(token, self.credential), now
            return self._session
