"""Who calls, and what that caller may do where: the one place that decides it for every door."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Clock, Context, EventLog
from domain import api_key as keys
from domain.errors import Invalid, NotFound

_PREFIX_BYTES = 6
_SECRET_BYTES = 32
MOST_DAYS = 3_650
"""A key lives ten years at most."""


class NotAuthenticated(Exception):
    """No key, an unknown, revoked or expired one: all alike to the caller."""


class NotPermitted(Exception):
    """The key lacks the scope."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts. `establishments` None: every establishment of the installation. `provider_ids`: as whom in care."""

    actor: str
    scopes: frozenset[str]
    establishments: frozenset[UUID] | None = None
    provider_ids: frozenset[UUID] = frozenset()

    def may(self, scope: str) -> bool:
        """Whether the caller has the scope; admin has all."""
        return bool(self.scopes & {scope, "admin"})

    def require(self, scope: str) -> None:
        """Raises `NotPermitted` without the scope."""
        if not self.may(scope):
            raise NotPermitted(scope)

    def may_change_care_of(self, provider_id: UUID) -> bool:
        """Whether the caller may record, correct and withdraw care of the provider: all care, or the caller's own."""
        return self.may("care") or (self.may("own_care") and provider_id in self.provider_ids)

    def within(self, establishment_id: UUID) -> UUID:
        """The establishment when the caller may see it; an other's looks absent. Raises `NotFound`."""
        if self.establishments is not None and establishment_id not in self.establishments:
            raise NotFound("establishment_unknown", "There is no such establishment.")
        return establishment_id

    def scope(self, known: Sequence[UUID]) -> tuple[UUID, ...]:
        """Those of the known establishments that the caller may see: the scope of every list."""
        return tuple(i for i in known if self.establishments is None or i in self.establishments)


OPERATOR = Caller("operator", frozenset(keys.SCOPES))
"""Whoever works at the command line of the machine: holds the master key anyway."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """`token` is shown once and never again."""

    prefix: str
    token: str


class AccessKeys:
    """Issue, revoke and check keys."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log, self._clock = log, clock

    def issue(
        self,
        context: Context,
        name: str,
        scopes: tuple[keys.Scope, ...] = keys.SCOPES,
        where: tuple[UUID, ...] = (),
        days: int = 365,
    ) -> Done[IssuedKey]:
        """Make a key that lives `days` days. Raises `Invalid`."""
        if not 1 <= days <= MOST_DAYS:
            raise Invalid("days_invalid", f"days: give 1 to {MOST_DAYS}.", field="days")
        prefix, secret = secrets.token_hex(_PREFIX_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        identifier = keys.api_key_id(prefix)
        until = self._clock.now() + timedelta(days=days)

        def decision() -> Decided[IssuedKey]:
            streams = Streams(self._log, [identifier])
            happened = keys.issue(prefix, name, _hash(secret), scopes, where, until)
            return Decided([streams.change(identifier, happened)], IssuedKey(prefix, f"qt_{prefix}_{secret}"))

        return decide(self._log, context, decision)

    def revoke(self, context: Context, prefix: str) -> Done[str]:
        """Close a key at once."""
        identifier = keys.api_key_id(prefix)

        def decision() -> Decided[str]:
            streams = Streams(self._log, [identifier])
            happened = keys.revoke(keys.fold(streams.events(identifier)))
            return Decided([streams.change(identifier, happened)], prefix)

        return decide(self._log, context, decision)

    def authenticate(self, token: str) -> Caller:
        """The caller behind a token. Raises `NotAuthenticated`."""
        head, _, rest = token.partition("_")
        prefix, _, secret = rest.partition("_")
        if head != "qt" or not prefix or not secret:
            raise NotAuthenticated
        state, given = self._key(prefix), _hash(secret)
        if state is None or not hmac.compare_digest(state.issued.secret_hash, given):
            raise NotAuthenticated
        return self._caller(state)

    def caller_of(self, prefix: str) -> Caller:
        """What a key may do by now, by its public part. Raises `NotAuthenticated` when it opens nothing any more."""
        state = self._key(prefix)
        if state is None:
            raise NotAuthenticated
        return self._caller(state)

    def _key(self, prefix: str) -> keys.ApiKey | None:
        identifier = keys.api_key_id(prefix)
        return keys.fold(self._log.load([identifier]).get(identifier, []))

    def _caller(self, state: keys.ApiKey) -> Caller:
        if not state.opens(state.issued.secret_hash, self._clock.now()):
            raise NotAuthenticated
        where = frozenset(state.issued.establishments) or None
        return Caller(f"key:{state.issued.prefix}", frozenset(state.issued.scopes), where)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
