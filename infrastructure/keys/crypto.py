"""AES-256-GCM as the product uses it: a nonce in front, and always bound to where the text belongs."""

import os
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.event import ERASED

NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed text does not belong where it stands, or was changed: someone edited the database."""


def seal(key: AESGCM, context: str, text: str) -> str:
    """Text to Base64 of nonce and ciphertext, bound to its context."""
    return b2a_base64(encrypt(key, text.encode(), context.encode()), newline=False).decode()


def unseal(key: AESGCM | None, context: str, sealed: str) -> str:
    """Back to text; `ERASED` without a key. Raises `SealBroken`."""
    if not sealed:
        return ""
    if key is None:
        return ERASED
    try:
        return decrypt(key, a2b_base64(sealed, strict_mode=True), context.encode()).decode()
    except (InvalidTag, Base64Error):
        raise SealBroken(f"a sealed text does not belong at {context}") from None


def encrypt(key: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM: nonce, then ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, content, bound_to)


def decrypt(key: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """The reverse. Raises `cryptography.exceptions.InvalidTag`."""
    return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


def content_name(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return sha256(content).hexdigest()
