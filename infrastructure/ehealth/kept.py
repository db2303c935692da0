"""What proves a session, as text to be sealed: the token, the key that holds it, and whose certificate asked for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from infrastructure.ehealth.credential import Credential, PrivateKey
from infrastructure.ehealth.distinguished import Holder
from infrastructure.ehealth.generic_async import Session
from infrastructure.ehealth.token import Token, read_token
from infrastructure.xml import document


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A private key (PKCS 8) with its certificate and those above it (DER)."""

    key: bytes = field(repr=False)
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, credential: Credential) -> "KeptKey":
        """To be kept."""
        key = credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        chain = tuple(one.public_bytes(Encoding.DER) for one in credential.chain)
        return cls(key, credential.certificate_der, chain)

    def credential(self) -> Credential:
        """As it was."""
        # Proven to be a key when it came, and sealed since: a proof takes longer than a signature.
        key = load_der_private_key(self.key, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, PrivateKey):
            raise TypeError("a key of another kind was kept")
        chain = tuple(x509.load_der_x509_certificate(one) for one in self.chain)
        return Credential(x509.load_der_x509_certificate(self.certificate), key, chain)


@dataclass(frozen=True, slots=True)
class KeptSession:
    """`holder`: of the certificate that asked; `by`: what held its key; `key`: that of the token."""

    holder: Holder = field(repr=False)
    by: Literal["p12", "card"]
    key: KeptKey
    assertion: bytes = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "KeptSession":
        """As `written` wrote it."""
        return msgspec.json.decode(text, type=cls)

    def written(self) -> str:
        """To be sealed."""
        return msgspec.json.encode(self).decode()

    def session(self, lost: Callable[[], object]) -> Session:
        """To speak with. `lost`: what to do when a service does not believe the token."""
        return Session(self.token, self.key.credential(), lost)

    @property
    def token(self) -> Token:
        """As it came."""
        return read_token(document(self.assertion, len(self.assertion)))


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request that a card is to sign. `ids`: what the token service knows it by."""

    holder: Holder = field(repr=False)
    card: bytes = field(repr=False)
    key: KeptKey
    envelope: bytes = field(repr=False)
    ids: str

    @classmethod
    def read(cls, text: str) -> "KeptRequest":
        """As `written` wrote it."""
        return msgspec.json.decode(text, type=cls)

    def written(self) -> str:
        """To be sealed."""
        return msgspec.json.encode(self).decode()
