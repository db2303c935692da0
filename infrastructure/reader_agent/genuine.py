"""Whether what a card says is what the national register wrote: signatures, and certificates up to a pinned anchor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import new as new_hash

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import NameOID

from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.files import der_length

_REGISTER = {NameOID.COMMON_NAME: "RRN", NameOID.ORGANIZATION_NAME: "RRN", NameOID.COUNTRY_NAME: "BE"}
"""Subject of the register's signing certificate. Without it, any holder of a card could sign a made-up identity."""
_HASH_BY_BYTES = {20: "sha1", 32: "sha256", 48: "sha384"}


@dataclass(frozen=True, slots=True)
class Signed:
    """Files as they came from the card, with their padding."""

    identity: bytes
    identity_signature: bytes
    address: bytes
    address_signature: bytes


def require_register(
    register: x509.Certificate, others: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], now: datetime
) -> None:
    """That it is the register's own, issued below an anchor. `others` came with it. Raises `CardError`."""
    if not anchors:
        raise CardError("trust_anchors_missing")
    subject = register.subject
    for oid, value in _REGISTER.items():
        if [one.value for one in subject.get_attributes_for_oid(oid)] != [value]:
            raise CardError("certificate_untrusted")
    require_in_time(register, now)
    if any(_issued(register, anchor) for anchor in anchors):
        return
    between = [one for one in others if _is_authority(one) and any(_issued(one, anchor) for anchor in anchors)]
    if not any(_issued(register, one) for one in between if _in_time(one, now)):
        raise CardError("certificate_untrusted")


def require_in_time(certificate: x509.Certificate, now: datetime) -> None:
    """Raises `CardError`."""
    if not _in_time(certificate, now):
        raise CardError("certificate_out_of_time")


def require_signed(files: Signed, register: x509.Certificate) -> None:
    """Identity and address are what this certificate signed. Raises `CardError`.

    The address is signed together with the signature of the identity. Whether its padding counts is not known for
    every card: both are tried.
    """
    if not _holds(register, files.identity_signature, files.identity):
        raise CardError("identity_not_genuine")
    address = files.address.rstrip(b"\0")
    for signature in (files.identity_signature, _trimmed(register, files.identity_signature)):
        if _holds(register, files.address_signature, address + signature):
            return
    raise CardError("address_not_genuine")


def holds_for(certificate: x509.Certificate, signature: bytes, digest: bytes) -> bool:
    """Whether a card's signature (as `BelgianEid.sign` gives it) of a SHA-256 digest is by this certificate's key."""
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, padding.PKCS1v15(), Prehashed(SHA256()))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(signature), digest, ec.ECDSA(Prehashed(SHA256())))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def is_own_chip(basic_key: bytes, expected_hash: bytes, signature: bytes, challenge: bytes) -> bool:
    """Whether the chip holds the key whose hash the register signed: a copy of the files on another chip does not."""
    algorithm = _HASH_BY_BYTES.get(len(expected_hash))
    if algorithm is None or new_hash(algorithm, basic_key).digest() != expected_hash:
        return False
    try:
        key = load_der_public_key(basic_key)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(_der(signature), challenge, ec.ECDSA(Prehashed(SHA384())))
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def _holds(register: x509.Certificate, signature: bytes, content: bytes) -> bool:
    key, exact = register.public_key(), _trimmed(register, signature)
    for algorithm in _hashes(register):
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(exact, content, padding.PKCS1v15(), algorithm)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(exact, content, ec.ECDSA(algorithm))
            else:
                return False
        except InvalidSignature:
            continue
        return True
    return False


def _trimmed(register: x509.Certificate, signature: bytes) -> bytes:
    """Without the padding of its file."""
    key = register.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return signature[: key.key_size // 8]
    return signature[: der_length(signature) or 0]


def _hashes(register: x509.Certificate) -> list[HashAlgorithm]:
    """The one of the certificate's own signature, then the one that the manual of the newest cards names."""
    try:
        own = register.signature_hash_algorithm
    except UnsupportedAlgorithm:
        own = None
    return [SHA384()] if own is None or own.name == "sha384" else [own, SHA384()]


def _der(plain: bytes) -> bytes:
    half = len(plain) // 2
    return encode_dss_signature(int.from_bytes(plain[:half]), int.from_bytes(plain[half:]))


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _in_time(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
