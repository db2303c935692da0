"""How often somebody may fail to sign in: by account, known or not, and by address.

An attempt is noted before anything is compared and forgotten when it does not fail, so that many at once cannot slip
through together.
"""

import ipaddress
import math
from datetime import datetime, timedelta
from uuid import UUID

from application.credential_store import CredentialStore
from application.ports import Clock, KeyRing

WINDOW = timedelta(minutes=15)
MOST_OF_ACCOUNT = 5
MOST_OF_ADDRESS = 30
_SITE_BITS = 64
"""Of an IPv6 address: one subscriber has them all below."""


class TooManySignIns(Exception):
    """Nothing is looked at for another `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class SignInLimits:
    """Counts failures of the last quarter of an hour. Only keyed hashes of login and address are kept."""

    def __init__(self, keys: KeyRing, credentials: CredentialStore, clock: Clock) -> None:
        self._keys, self._credentials, self._clock = keys, credentials, clock

    def account(self, user_id: UUID) -> bytes:
        """How an account is named among attempts, whether it exists or not."""
        return self._keys.blind("sign_in_account", str(user_id))

    def address(self, address: str) -> bytes:
        """How an address is named; those of one IPv6 site alike. No address is no place: nothing."""
        return self._keys.blind("sign_in_address", _site(address)) if address else b""

    def begin(self, account: bytes, address: bytes) -> UUID:
        """Note an attempt. Raises `TooManySignIns`, and then it counts no more."""
        now = self._clock.now()
        since = now - WINDOW
        attempt = self._credentials.attempt(account, address, now, since)
        of_account, of_address = self._credentials.attempts(account, address, since)
        wait = max(_wait(of_account, MOST_OF_ACCOUNT, now), _wait(of_address if address else [], MOST_OF_ADDRESS, now))
        if wait:
            self._credentials.forget_attempt(attempt)
            raise TooManySignIns(wait)
        return attempt

    def passed(self, attempt: UUID) -> None:
        """That one did not fail."""
        self._credentials.forget_attempt(attempt)

    def forget(self, account: bytes) -> None:
        """Nothing counts against the account any more."""
        self._credentials.forget_attempts(account)


def _wait(latest: list[datetime], most: int, now: datetime) -> int:
    """Seconds until one more is admitted, when with this one (the latest) there are more than `most`; else 0."""
    if len(latest) <= most:
        return 0
    return max(1, math.ceil((latest[most] + WINDOW - now).total_seconds()))


def _site(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), _SITE_BITS), strict=False))
