"""Which pages may ask this agent for anything: those into which its person typed its code. Each has its own token."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import randbelow, token_urlsafe
from threading import Lock

from infrastructure.reader_agent import private
from infrastructure.reader_agent.errors import RequestError

_CODE_LIFE = timedelta(minutes=2)
_MOST_GUESSES = 5
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Paired:
    """`origin` of the pages; `token_hash` (SHA-256, hex) of the token that they alone hold; `since` in ISO 8601."""

    origin: str
    token_hash: str
    since: str


@dataclass
class _Code:
    digits: str
    until: datetime
    guesses: int = 0


@dataclass
class Pairings:
    """Kept in `file`. Several threads may ask at once."""

    file: Path
    now: Callable[[], datetime]
    _code: _Code | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def all(self) -> list[Paired]:
        """Oldest first."""
        with self._lock:
            return self._read()

    def new_code(self) -> str:
        """Eight digits for the person to type, for two minutes and five guesses; the former is void."""
        with self._lock:
            self._code = _Code(f"{randbelow(10**_DIGITS):0{_DIGITS}}", self.now() + _CODE_LIFE)
            return self._code.digits

    def pair(self, origin: str, code: str) -> str:
        """The token, which is not kept here. Raises `RequestError`."""
        with self._lock:
            shown = self._code
            if shown is None or self.now() >= shown.until or shown.guesses >= _MOST_GUESSES:
                self._code = None
                raise RequestError("pairing_closed")
            shown.guesses += 1
            if not compare_digest(shown.digits.encode(), code.encode()):
                raise RequestError("pairing_code_wrong")
            self._code = None
            token = token_urlsafe(32)
            others = [one for one in self._read() if one.origin != origin]
            self._write([*others, Paired(origin, _hash(token), self.now().isoformat(timespec="seconds"))])
            return token

    def holds(self, origin: str, token: str) -> bool:
        """Whether these pages hold this token."""
        with self._lock:
            known = self._read()
        found = [compare_digest(one.token_hash, _hash(token)) and one.origin == origin for one in known]
        return any(found)

    def remove(self, origin: str) -> None:
        """It must be paired anew."""
        with self._lock:
            self._write([one for one in self._read() if one.origin != origin])

    def _read(self) -> list[Paired]:
        return [Paired(**one) for one in json.loads(private.read(self.file) or "[]")]

    def _write(self, known: list[Paired]) -> None:
        private.write(self.file, json.dumps([asdict(one) for one in known]))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
