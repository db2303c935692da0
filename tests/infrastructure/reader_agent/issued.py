"""A national register of our own: root, citizen authority, the register's key, and cards of a person who does not exist."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha384
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

Generation = Literal["1.7", "1.8"]
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SSIN = "85073003328"
PIN = "1234"
_YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Personalised:
    """What is on a card. `files` by path in hex, with the padding that real ones have."""

    generation: Generation
    serial: bytes
    key: Any
    certificate: x509.Certificate
    root: x509.Certificate
    basic_key: Any
    files: dict[str, bytes] = field(repr=False)

    def with_file(self, path: str, content: bytes) -> "Personalised":
        files = {**self.files, path: content}
        return Personalised(self.generation, self.serial, self.key, self.certificate, self.root, self.basic_key, files)


@lru_cache
def personalised(
    generation: Generation, ssin: str = SSIN, *, at: datetime = NOW, register: str = "RRN", serial: bytes = b"\x11" * 16
) -> Personalised:
    """A card of `Fictive Nurse`, issued `at`. `register`: the name in the register's certificate."""
    root_key, root = _root(at)
    citizen_key = ec.generate_private_key(ec.SECP384R1())
    citizen = _issue(root_key, root, citizen_key, [(NameOID.COMMON_NAME, "Citizen CA")], at, is_authority=True)
    register_key: Any = _rsa() if generation == "1.7" else ec.generate_private_key(ec.SECP384R1())
    names = [(NameOID.COMMON_NAME, register), (NameOID.ORGANIZATION_NAME, "RRN")]
    register_certificate = _issue(root_key, root, register_key, names, at)
    key: Any = _rsa() if generation == "1.7" else ec.generate_private_key(ec.SECP384R1())
    person = [
        (NameOID.COMMON_NAME, "Fictive Nurse (Authentication)"),
        (NameOID.SURNAME, "Nurse"),
        (NameOID.GIVEN_NAME, "Fictive"),
        (NameOID.SERIAL_NUMBER, ssin),
    ]
    certificate = _issue(citizen_key, citizen, key, person, at, valid=timedelta(days=3 * 365))
    basic_key = ec.generate_private_key(ec.SECP384R1())
    basic = basic_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    identity = identity_file(ssin, sha384(basic).digest() if generation == "1.8" else b"")
    address = tlv({1: "Rue de l'Exemple 1", 2: "1000", 3: "Bruxelles"}).ljust(117, b"\0")
    identity_signature = _register_signs(register_key, identity)
    address_signature = _register_signs(register_key, address.rstrip(b"\0") + identity_signature)
    pad = b"\0" * (1100 if generation == "1.8" else 50)
    files = {
        "3F00DF005038": certificate.public_bytes(Encoding.DER) + pad,
        "3F00DF00503A": citizen.public_bytes(Encoding.DER) + pad,
        "3F00DF00503C": register_certificate.public_bytes(Encoding.DER) + pad,
        "3F00DF014031": identity,
        "3F00DF014032": identity_signature,
        "3F00DF014033": address,
        "3F00DF014034": address_signature,
    }
    if generation == "1.8":
        files["3F00DF014040"] = basic
    return Personalised(generation, serial, key, certificate, root, basic_key, files)


def identity_file(ssin: str, basic_key_hash: bytes = b"") -> bytes:
    values: dict[int, str | bytes] = {
        0: b"\x00",
        1: "592000000007",
        2: b"\x22" * 16,
        3: "01.02.2024",
        4: "01.02.2034",
        5: "Bruxelles",
        6: ssin,
        7: "Nurse",
        8: "Fictive Éléonore",
        9: "M",
        10: "Belge",
        11: "Liège",
        12: "30 JUIL 1985",
        13: "F",
        15: "1",
    }
    if basic_key_hash:
        values[0x1A] = basic_key_hash
    return tlv(values)


def tlv(values: Any) -> bytes:
    out = b""
    for tag, value in values.items():
        raw = value.encode() if isinstance(value, str) else value
        out += bytes([tag]) + b"\xff" * (len(raw) // 255) + bytes([len(raw) % 255]) + raw
    return out


def _register_signs(key: Any, content: bytes) -> bytes:
    """With the padding of its file where the signature's own length varies."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), SHA256())
    return bytes(key.sign(content, ec.ECDSA(SHA384()))).ljust(112, b"\0")


@lru_cache
def _root(at: datetime) -> tuple[Any, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP384R1())
    return key, _issue(key, None, key, [(NameOID.COMMON_NAME, "Fictitious Belgium Root CA")], at, is_authority=True)


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _issue(
    by: Any,
    issuer: x509.Certificate | None,
    key: Any,
    names: list[tuple[Any, str]],
    at: datetime,
    *,
    is_authority: bool = False,
    valid: timedelta = _YEARS,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in [(NameOID.COUNTRY_NAME, "BE"), *names]])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(at - timedelta(days=30)).not_valid_after(at + valid)
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    return builder.sign(by, SHA256() if isinstance(key, rsa.RSAPrivateKey) else SHA384())
