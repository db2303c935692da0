"""Signature values and digests: RSA PKCS#1 v1.5 and ECDSA (raw r||s) over SHA-256, never SHA-1."""

from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree

from infrastructure.mycarenet_simulator.errors import NotAuthentic
from infrastructure.mycarenet_simulator.names import DS, ECDSA_SHA256, EXCLUSIVE, RSA_SHA256, SHA256, child, element

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_LEAST_RSA_BITS = 2048
_CURVES = ("secp256r1", "secp384r1", "secp521r1")


def canonical(node: etree._Element, prefixes: tuple[str, ...] = ()) -> bytes:
    """Exclusive canonical form without comments. Raises `NotAuthentic` where there is none: a relative namespace."""
    listed = list(prefixes) or None
    try:
        made: bytes = etree.tostring(
            node, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=listed
        )
    except etree.LxmlError:
        raise NotAuthentic("canonical_form") from None
    return made


def encoded(content: bytes) -> str:
    """Base64 as text."""
    return b64encode(content).decode("ascii")


def decoded(text: str | None) -> bytes:
    """Base64 with blanks anywhere. Raises ValueError."""
    return b64decode("".join((text or "").split()), validate=True)


def digest(content: bytes) -> bytes:
    """SHA-256."""
    return sha256(content).digest()


def algorithm_of(key: object) -> str:
    """The signature method that fits a private or public key. Raises ValueError for any other kind, or a weak one."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS:
        return RSA_SHA256
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return ECDSA_SHA256
    raise ValueError("key")


def sign(key: PrivateKey, content: bytes) -> bytes:
    """The value as XML signatures hold it."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    width = (key.curve.key_size + 7) // 8
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def is_signed(certificate: x509.Certificate, algorithm: str, value: bytes, content: bytes) -> bool:
    """Whether the key of the certificate made this value by this algorithm."""
    key = certificate.public_key()
    try:
        if algorithm != algorithm_of(key):
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, content, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            width = (key.curve.key_size + 7) // 8
            if len(value) != 2 * width:
                return False
            r, s = int.from_bytes(value[:width], "big"), int.from_bytes(value[width:], "big")
            key.verify(encode_dss_signature(r, s), content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def add_reference(
    signed_info: etree._Element, uri: str, transforms: tuple[str, ...], content: bytes, kind: str = ""
) -> None:
    """One `ds:Reference`; `content` is what the transforms make of the target."""
    reference = child(signed_info, "ds:Reference", attributes={"URI": uri} | ({"Type": kind} if kind else {}))
    if transforms:
        chain = child(reference, "ds:Transforms")
        for one in transforms:
            child(chain, "ds:Transform", attributes={"Algorithm": one})
    child(reference, "ds:DigestMethod", attributes={"Algorithm": SHA256})
    child(reference, "ds:DigestValue", encoded(digest(content)))


def new_signature(parent: etree._Element | None, key: PrivateKey) -> tuple[etree._Element, etree._Element]:
    """A `ds:Signature` without references yet, and its `ds:SignedInfo`."""
    made = element("ds:Signature") if parent is None else child(parent, "ds:Signature")
    info = child(made, "ds:SignedInfo")
    child(info, "ds:CanonicalizationMethod", attributes={"Algorithm": EXCLUSIVE})
    child(info, "ds:SignatureMethod", attributes={"Algorithm": algorithm_of(key)})
    return made, info


def seal(signature: etree._Element, key: PrivateKey) -> None:
    """Set the value over the references; `ds:SignatureValue` comes right behind `ds:SignedInfo`."""
    info = signature[0]
    value = etree.Element(f"{{{DS}}}SignatureValue")
    value.text = encoded(sign(key, canonical(info)))
    info.addnext(value)
