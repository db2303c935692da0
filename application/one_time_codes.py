"""Codes of an authenticator (TOTP, RFC 6238: six digits, steps of 30 seconds). Pure computation."""

from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError

ISSUER = "Quittance"
_EITHER_SIDE = 1
"""Steps of 30 seconds that a clock may be wrong by."""
_MOST_TYPED = 20


def new_secret() -> str:
    """160 bits, base32."""
    return pyotp.random_base32()


def uri_of(secret: str, login: str) -> str:
    """What an authenticator reads from a picture: `otpauth://totp/…`."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which step of time the code belongs to, now or one to either side; None when it belongs to none of them."""
    given = "".join(code[:_MOST_TYPED].split())
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(given, for_time=now, valid_window=_EITHER_SIDE)
    except OTPVerificationError:
        return None
