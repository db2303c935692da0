"""A card as identification: its certificate, the key made for its session, and what came back signed by it.

Not checked of the certificate: whether it was revoked; and who issued it only where authorities are set. The token
service checks both.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from lxml import etree

from domain.errors import Invalid
from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.distinguished import Holder, holder_of
from infrastructure.ehealth.namespaces import DS, SOAP, WSSE, name
from infrastructure.ehealth.verify import NotGenuine, verify
from infrastructure.xml import XmlError, document

_MOST_BYTES = 256 * 1024
_KEY_LIFE = timedelta(days=2)
_BACKDATED = timedelta(minutes=5)


def card_of(der: bytes, authorities: Sequence[x509.Certificate], now: datetime) -> tuple[x509.Certificate, Holder]:
    """The certificate of authentication of an eID, and its holder. Raises `Invalid`."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        holder = holder_of(certificate)
        is_usable = isinstance(certificate.public_key(), RSAPublicKey | ec.EllipticCurvePublicKey)
    except ValueError:
        raise _wrong("card_certificate_unreadable", "This is no certificate.") from None
    if holder is None or not holder.is_card or not is_usable:
        raise _wrong("card_certificate_of_nobody", "This is not the certificate of an identity card.")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise _wrong("certificate_out_of_time", "The card's certificate does not hold today.")
    if authorities and not any(_issued(certificate, one) for one in authorities):
        raise _wrong("card_not_trusted", "None of the authorities that are set issued the card's certificate.")
    return certificate, holder


def session_key(now: datetime, new_id: Callable[[], UUID]) -> Credential:
    """A key of its own for the token, for the card signs one message and goes. Its certificate names nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"session {new_id()}")])
    usage = x509.KeyUsage(True, *(False,) * 8)  # to sign
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).add_extension(usage, critical=True)
    builder = builder.not_valid_before(now - _BACKDATED).not_valid_after(now + _KEY_LIFE)
    return Credential(builder.sign(key, SHA256()), key)


def require_signed(signed: bytes, envelope: bytes, card: x509.Certificate, now: datetime) -> None:
    """What came back is what was prepared, signed by that card, and may still be believed. Raises `Invalid`."""
    try:
        root = document(signed, _MOST_BYTES)
        verify(root, (card,), now, timedelta())
    except XmlError:
        raise _wrong("card_request_changed", "This is not the request that was prepared.", "envelope") from None
    except NotGenuine as error:
        code = "card_request_old" if error.code == "timestamp_out_of_time" else "card_signature_wrong"
        raise _wrong(code, "The request is not signed as it must be.", "envelope") from None
    (signature,) = root.findall(f"{name(SOAP, 'Header')}/{name(WSSE, 'Security')}/{name(DS, 'Signature')}")
    signature.getparent().remove(signature)
    if _canonical(root) != _canonical(document(envelope, _MOST_BYTES)):
        raise _wrong("card_request_changed", "This is not the request that was prepared.", "envelope")


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=True))


def _wrong(code: str, plain: str, field: str = "certificate") -> Invalid:
    return Invalid(code, plain, field=field)
