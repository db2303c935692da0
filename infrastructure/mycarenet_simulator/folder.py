"""What the simulator keeps on the disk: keys and certificates, made once, and the keystores to try it with.

pki/        private keys (mode 0600) and certificates as PEM; `ca.pem` is the root
keystores/  one PKCS #12 per demo identity, and `password.txt` for all of them
unions/     mailboxes of the simulated unions             mycarenet.db  what MyCareNet remembers
"""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from secrets import token_bytes, token_urlsafe

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from infrastructure.mycarenet_simulator import pki
from infrastructure.mycarenet_simulator.p12 import keystore
from infrastructure.mycarenet_simulator.pki import Held

_SALT_BYTES = 20


class Folder:
    """Opens what is there and makes what is not; keys made once stay."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for part in (root, root / "pki", root / "keystores", root / "unions"):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def authority_file(self) -> Path:
        """The root certificate, to be trusted by who talks to the simulator."""
        return self.root / "pki" / "ca.pem"

    @property
    def token_service_file(self) -> Path:
        """The certificate that signs tokens."""
        return self.root / "pki" / "sts.pem"

    @property
    def password_file(self) -> Path:
        """Holds the password of every keystore."""
        return self.root / "keystores" / "password.txt"

    def keystore_file(self, name: str) -> Path:
        """Where the keystore of a demo identity is."""
        return self.root / "keystores" / f"{name}.p12"

    def held(self, name: str, make: Callable[[], Held]) -> Held:
        """Key and certificate of this name."""
        certificate_file, key_file = self.root / "pki" / f"{name}.pem", self.root / "pki" / f"{name}.key"
        if not certificate_file.exists():
            made = make()
            _write(key_file, made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            above = [made.certificate, *made.chain]
            _write(certificate_file, b"".join(one.public_bytes(Encoding.PEM) for one in above))
        key = load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise TypeError(key_file.name)
        certificate, *above = x509.load_pem_x509_certificates(certificate_file.read_bytes())
        return Held(key, certificate, tuple(above))

    def password(self) -> str:
        """Drawn once."""
        if not self.password_file.exists():
            _write(self.password_file, token_urlsafe(18).encode("ascii"))
        return self.password_file.read_text(encoding="ascii").strip()

    def keystore(self, name: str, make: Callable[[], Held], now: datetime) -> Path:
        """A keystore with an authentication and a decryption key, made once."""
        file = self.keystore_file(name)
        if not file.exists():
            owner = self.held(name, make)
            decryption = pki.decryption(owner, now)
            _write(file, keystore(owner, [decryption], self.password(), token_bytes(_SALT_BYTES)))
        return file


def _write(file: Path, content: bytes) -> None:
    """For its owner only; whole or not at all."""
    part = file.with_name(f"~{file.name}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as open_file:
        open_file.write(content)
    part.replace(file)
