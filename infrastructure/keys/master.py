"""The master key: 32 bytes outside the database, in a file of its owner or in the environment."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
ENVIRONMENT_NAME = "QUITTANCE_MASTER_KEY"


class MasterKeyFault(Exception):
    """The service must not start: the message says what to do."""


class WrongMasterKey(MasterKeyFault):
    """The key given does not open the keys of this database."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Shown by no `repr`."""

    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """A key for one purpose (HKDF-SHA-256), so that no two purposes share one."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"quittance {purpose}".encode()).derive(self.secret)


def create_master_key(path: Path) -> MasterKey:
    """Make a new key file that only its owner reads; never overwrites one."""
    secret = os.urandom(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise MasterKeyFault(f"{path} exists: a key file is never overwritten, as it opens what is stored") from error
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(secret) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return MasterKey(secret)


def load_master_key(path: Path | None, environment: Mapping[str, str]) -> MasterKey:
    """From the environment when it holds one, else from the file."""
    if text := environment.get(ENVIRONMENT_NAME, ""):
        return _parse(text, f"environment variable {ENVIRONMENT_NAME}")
    if path is None:
        raise MasterKeyFault(f"no master key: set QUITTANCE_KEY_FILE or {ENVIRONMENT_NAME}")
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise MasterKeyFault(f"others may read {path} (mode {mode & 0o777:03o}): run `chmod 600 {path}`")
        return _parse(path.read_text(encoding="ascii", errors="replace"), str(path))
    except OSError as error:
        raise MasterKeyFault(f"cannot read the key file {path}: {error.strerror}") from error


def _parse(text: str, where: str) -> MasterKey:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise MasterKeyFault(f"{where} does not hold {KEY_BYTES} bytes in base64")
    return MasterKey(secret)
