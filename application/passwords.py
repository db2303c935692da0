"""Passwords: hashed with Argon2id at the library's own parameters, compared at the same cost whether anybody is there.

Pure computation; nothing here knows where a hash is kept.
"""

import base64
import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Invalid

SHORTEST, LONGEST = 12, 200
_MOST_TYPED = 1_000
"""Characters looked at: more than any password has, however it is composed."""
_MOST_AT_ONCE = 4
"""Hashes made at the same time: each takes 64 MiB."""
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


class Passwords:
    """Make, hash and compare. `hasher`: another one where it must be quick (tests)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = BoundedSemaphore(_MOST_AT_ONCE)
        self.nobody = _hash_of_nothing(self._hasher)

    def hash(self, password: str) -> str:
        """With a salt of its own and the parameters in it."""
        with self._room:
            return self._hasher.hash(_typed(password))

    def fits(self, password_hash: str, password: str) -> bool:
        """Whether this is the password; `nobody` is as slow and never fits."""
        with self._room:
            try:
                return self._hasher.verify(password_hash, _typed(password))
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(password_hash)


def one_time_password() -> str:
    """Four groups of four characters that nobody confuses, about 79 bits."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def check_new(password: str, login: str, former: str) -> None:
    """Refuse a password that is too short, too long, the login or the former one. Raises `Invalid`."""
    typed = _typed(password)
    wrong = [
        ("password_short", len(typed) < SHORTEST, f"Give at least {SHORTEST} characters."),
        ("password_long", len(password) > LONGEST or len(typed) > LONGEST, f"Give at most {LONGEST} characters."),
        ("password_is_login", typed.strip().casefold() == login.casefold(), "Choose another password than the login."),
        ("password_unchanged", typed == _typed(former), "Choose another password than the former one."),
    ]
    for code, is_wrong, cure in wrong:
        if is_wrong:
            raise Invalid(code, cure, field="new")


def _typed(password: str) -> str:
    """The same text from every keyboard: composed characters are one (NFKC)."""
    return unicodedata.normalize("NFKC", password[:_MOST_TYPED])


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash that no password has, at the cost of a real one."""
    salt, rest = (_base64(secrets.token_bytes(n)) for n in (hasher.salt_len, hasher.hash_len))
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${rest}"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
