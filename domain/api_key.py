"""Keys of programs that call the API: what each may do, where, until when. Only a hash of the secret is ever kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID, uuid5

from domain.errors import Invalid, NotFound
from domain.event import event

Scope = Literal["read", "medical", "register", "care", "bill", "session", "close", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_KEYS = UUID("7a3f0d0e-9d6b-5d61-8f0a-5c0cfa1be1d9")


@event("api_key.issued", version=2)
class ApiKeyIssued:
    """`establishments` empty: all of the installation. `secret_hash`: SHA-256 of the 256-bit secret, hexadecimal."""

    name: str
    secret_hash: str
    scopes: tuple[Scope, ...]
    establishments: tuple[UUID, ...]
    expires_at: datetime
    prefix: str = ""


@event("api_key.revoked")
class ApiKeyRevoked:
    """The key opens nothing from now on."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """State of a key."""

    issued: ApiKeyIssued
    is_revoked: bool = False

    def opens(self, secret_hash: str, now: datetime) -> bool:
        """Whether a caller with that secret may enter now; the comparison itself is the caller's (constant time)."""
        return self.issued.secret_hash == secret_hash and not self.is_revoked and now < self.issued.expires_at


def api_key_id(prefix: str) -> UUID:
    """A key is named by its public prefix."""
    return uuid5(_KEYS, prefix)


def fold(events: Iterable[object]) -> ApiKey | None:
    """State after all events of one stream."""
    state: ApiKey | None = None
    for happened in events:
        if isinstance(happened, ApiKeyIssued):
            state = ApiKey(happened)
        elif isinstance(happened, ApiKeyRevoked) and state:
            state = replace(state, is_revoked=True)
    return state


def issue(
    prefix: str,
    name: str,
    secret_hash: str,
    scopes: tuple[Scope, ...],
    where: tuple[UUID, ...],
    expires_at: datetime,
) -> list[object]:
    """Give out a key. Raises `Invalid` for an unknown scope."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Invalid("scope_unknown", f"scopes: give some of {', '.join(SCOPES)}.", field="scopes")
    return [ApiKeyIssued(name, secret_hash, scopes, where, expires_at, prefix)]


def revoke(state: ApiKey | None) -> list[object]:
    """Close a key."""
    if state is None:
        raise NotFound("api_key_unknown", "There is no such key.")
    return [] if state.is_revoked else [ApiKeyRevoked()]
