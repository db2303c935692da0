"""Writes and signs the SAML 1.1 token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from infrastructure.mycarenet_simulator.attributes import Name
from infrastructure.mycarenet_simulator.identity import rfc1779
from infrastructure.mycarenet_simulator.names import (
    ENVELOPED,
    EXCLUSIVE,
    HOLDER_OF_KEY,
    X509_SUBJECT,
    child,
    element,
)
from infrastructure.mycarenet_simulator.pki import Held
from infrastructure.mycarenet_simulator.signing import add_reference, canonical, encoded, new_signature, seal
from infrastructure.mycarenet_simulator.times import written
from infrastructure.mycarenet_simulator.token import ISSUER

BACKDATED = timedelta(minutes=5)
_BY_CERTIFICATE = "urn:oasis:names:tc:SAML:1.0:am:X509-PKI"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to write: about whom, for whose key, with what, from when to when."""

    subject: x509.Certificate
    key_holder: x509.Certificate
    attributes: Mapping[Name, tuple[str, ...]]
    issued: datetime
    valid: timedelta


def write_token(wanted: Wanted, signer: Held) -> etree._Element:
    """`saml:Assertion`, signed."""
    made = element(
        "saml:Assertion",
        attributes={
            "AssertionID": f"_{uuid4().hex}",
            "IssueInstant": written(wanted.issued),
            "Issuer": ISSUER,
            "MajorVersion": "1",
            "MinorVersion": "1",
        },
    )
    end = wanted.issued + wanted.valid
    times = {"NotBefore": written(wanted.issued - BACKDATED), "NotOnOrAfter": written(end)}
    child(made, "saml:Conditions", attributes=times)
    how = {"AuthenticationInstant": written(wanted.issued), "AuthenticationMethod": _BY_CERTIFICATE}
    confirmation = child(
        _subject(child(made, "saml:AuthenticationStatement", attributes=how), wanted), "saml:SubjectConfirmation"
    )
    child(confirmation, "saml:ConfirmationMethod", HOLDER_OF_KEY)
    _certificate(confirmation, wanted.key_holder)
    statement = child(made, "saml:AttributeStatement")
    _subject(statement, wanted)
    for (namespace, name), values in wanted.attributes.items():
        said = {"AttributeNamespace": namespace, "AttributeName": name}
        attribute = child(statement, "saml:Attribute", attributes=said)
        for value in values:
            child(attribute, "saml:AttributeValue", value)
    _sign(made, signer)
    return made


def _subject(statement: etree._Element, wanted: Wanted) -> etree._Element:
    subject = child(statement, "saml:Subject")
    said = {"Format": X509_SUBJECT, "NameQualifier": rfc1779(wanted.subject.issuer)}
    child(subject, "saml:NameIdentifier", rfc1779(wanted.subject.subject), said)
    return subject


def _certificate(parent: etree._Element, certificate: x509.Certificate) -> None:
    data = child(child(parent, "ds:KeyInfo"), "ds:X509Data")
    child(data, "ds:X509Certificate", encoded(certificate.public_bytes(Encoding.DER)))


def _sign(made: etree._Element, signer: Held) -> None:
    content = canonical(made)
    signature, info = new_signature(made, signer.key)
    add_reference(info, f"#{made.get('AssertionID')}", (ENVELOPED, EXCLUSIVE), content)
    _certificate(signature, signer.certificate)
    seal(signature, signer.key)
