"""A certificate authority of its own: the token service, persons, organisations and cards, as their real ones look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infrastructure.mycarenet_simulator.signing import PrivateKey

KeyKind = Literal["rsa-2048", "p-256", "p-384"]
_VALIDITY = timedelta(days=3 * 365)
_AUTHORITY_VALIDITY = timedelta(days=20 * 365)
_BACKDATED = timedelta(days=1)
_OF_CLIENTS = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION)
_PLATFORM = ("eHealth-platform Belgium", "Federal Government", "BE")


@dataclass(frozen=True, slots=True)
class Held:
    """A private key with its certificate, and the certificates above it."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()


def new_key(kind: KeyKind = "p-384") -> PrivateKey:
    """A fresh private key."""
    if kind == "rsa-2048":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1() if kind == "p-256" else ec.SECP384R1())


def new_authority(now: datetime) -> Held:
    """The root that signs all others."""
    key = new_key("p-384")
    name = _name([(NameOID.COMMON_NAME, "Quittance simulated eHealth issuing CA"), (NameOID.COUNTRY_NAME, "BE")])
    builder = _unsigned(name, name, key, now, _AUTHORITY_VALIDITY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return Held(key, builder.sign(key, SHA256()))


def person(
    authority: Held, ssin: str, name: str, now: datetime, kind: KeyKind = "p-384", valid: timedelta = _VALIDITY
) -> Held:
    """An eHealth certificate of a person: CN and OU say `SSIN=<11 digits>`."""
    return _issue(authority, _ehealth_name(f"SSIN={ssin}", f"SSIN={ssin}", name), now, kind, valid)


def organisation(
    authority: Held, identifier: str, name: str, now: datetime, application: str = "", kind: KeyKind = "p-384"
) -> Held:
    """That of an organisation; `identifier` as `CBE=<10 digits>`, `NIHII-GROUP=<8 digits>` and their like."""
    common = f"{identifier}, {application}" if application else identifier
    return _issue(authority, _ehealth_name(common, identifier, name, application), now, kind, _VALIDITY)


def timestamper(authority: Held, now: datetime) -> Held:
    """That of a timestamp authority."""
    subject = _ehealth_name("Simulated Timestamp Authority", "CBE=0999996457", "Simulated Timestamp Authority")
    return _issue(authority, subject, now, "rsa-2048", _VALIDITY, [ExtendedKeyUsageOID.TIME_STAMPING])


def identity_card(authority: Held, ssin: str, given: str, surname: str, now: datetime, kind: KeyKind = "p-384") -> Held:
    """The authentication certificate of a card: the number stands in SERIALNUMBER."""
    name = _name(
        [
            (NameOID.COUNTRY_NAME, "BE"),
            (NameOID.COMMON_NAME, f"{given} {surname} (Authentication)"),
            (NameOID.SURNAME, surname),
            (NameOID.GIVEN_NAME, given),
            (NameOID.SERIAL_NUMBER, ssin),
        ]
    )
    return _issue(authority, name, now, kind, _VALIDITY)


def decryption(owner: Held, now: datetime) -> Held:
    """A decryption key whose certificate the owner's authentication key has signed."""
    key = new_key("rsa-2048")
    subject = owner.certificate.subject
    builder = _unsigned(subject, subject, key, now, _VALIDITY)
    builder = builder.add_extension(_usage("key_encipherment", "data_encipherment"), critical=True)
    return Held(key, builder.sign(owner.key, SHA256()), (owner.certificate, *owner.chain))


def is_trusted(certificate: x509.Certificate, authority: x509.Certificate, now: datetime) -> bool:
    """Issued by the authority, valid now, and meant for signing."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except Exception:  # noqa: BLE001 - bad signature, other issuer, no usage, an extension that cannot be read
        return False
    return usage.digital_signature


def _ehealth_name(common: str, identifier: str, name: str, application: str = "") -> x509.Name:
    platform, government, country = _PLATFORM
    units = [identifier, name, platform, *([application] if application else [])]
    parts = [(NameOID.COUNTRY_NAME, country), (NameOID.ORGANIZATION_NAME, government)]
    parts += [(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in reversed(units)]
    return _name([*parts, (NameOID.COMMON_NAME, common)])


def _issue(
    authority: Held,
    subject: x509.Name,
    now: datetime,
    kind: KeyKind,
    valid: timedelta,
    purposes: Sequence[x509.ObjectIdentifier] = _OF_CLIENTS,
) -> Held:
    key = new_key(kind)
    builder = _unsigned(subject, authority.certificate.subject, key, now, valid)
    usage = _usage("digital_signature", "content_commitment", "key_encipherment")
    is_for_time = ExtendedKeyUsageOID.TIME_STAMPING in purposes
    if is_for_time:  # RFC 3161: nothing else, and critical
        usage = _usage("digital_signature", "content_commitment")
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=is_for_time)
    return Held(key, builder.sign(authority.key, SHA256()), (authority.certificate,))


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, now: datetime, valid: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - _BACKDATED).not_valid_after(now + valid)


def _name(parts: Sequence[tuple[x509.ObjectIdentifier, str]]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _usage(*wanted: str) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in wanted for name in names})
