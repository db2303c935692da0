"""A certificate with its private key, and the eHealth P12 that holds several (reference 7.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import pkcs12
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey
_AUTHENTICATION = "authentication"


class KeystoreError(Exception):
    """A P12 that cannot be used. `code`: `p12_unreadable` (no P12, or another password), `p12_without_key`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Credential:
    """`chain`: certificates of the issuers that came with it, in no order."""

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def certificate_der(self) -> bytes:
        """As it stands in a signature."""
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True)
class Keystore:
    """`authentication` signs; `decryption` opens what was sealed for its holder, none in a P12 of one key."""

    authentication: Credential
    decryption: tuple[Credential, ...] = ()


def read_p12(content: bytes, password: str) -> Keystore:
    """All keys of a P12, each with its certificate. Raises `KeystoreError`.

    The usual loader gives one key only. The key of the alias `authentication` signs, else the one whose certificate
    may: an eHealth P12 also holds keys for decryption, whose certificates their holder issued.
    """
    try:
        whole = load_pkcs12(content, password.encode())
        found = list(_keys(content, password.encode()))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeystoreError("p12_unreadable") from None
    certificates = [one.certificate for one in (whole.cert, *whole.additional_certs) if one is not None]
    by_key = {_public(one.public_key()): one for one in certificates}
    pairs = [
        (alias, key, by_key[_public(key.public_key())]) for alias, key in found if _public(key.public_key()) in by_key
    ]
    signing = next((pair for pair in pairs if pair[0] == _AUTHENTICATION), None)
    signing = signing or next((pair for pair in pairs if _may_sign(pair[2])), None)
    if signing is None:
        raise KeystoreError("p12_without_key")
    own = {_public(key.public_key()) for _, key, _ in pairs}
    chain = tuple(one for one in certificates if _public(one.public_key()) not in own)
    others = tuple(Credential(certificate, key) for _, key, certificate in pairs if key is not signing[1])
    return Keystore(Credential(signing[2], signing[1], chain), others)


def _keys(content: bytes, password: bytes) -> Iterator[tuple[str, PrivateKey]]:
    """Alias and key of each bag; the other contents of a P12 hold certificates."""
    for part in pkcs12.Pfx.load(content).authenticated_safe:
        if part["content_type"].native != "data":
            continue
        for bag in pkcs12.SafeContents.load(part["content"].native):
            kind = bag["bag_id"].native
            if kind not in ("pkcs8_shrouded_key_bag", "key_bag"):
                continue
            key = load_der_private_key(bag["bag_value"].untag().dump(), None if kind == "key_bag" else password)
            if isinstance(key, PrivateKey):
                yield _alias(bag), key


def _alias(bag: pkcs12.SafeBag) -> str:
    for attribute in bag["bag_attributes"] or ():
        if attribute["type"].native == "friendly_name":
            return str(attribute["values"].native[0]).lower()
    return ""


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]
