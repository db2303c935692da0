"""A request to the eHealth token service, and nothing else: recognised, then signed as the service wants it.

The pages hand over the whole message without its signature. The digests, what is signed and the signature's place are
made here; of the message, what a card's holder would not know of is refused: other elements, other names than theirs,
other times than now (reference 1.2, 1.3 and 2).
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

from infrastructure.ehealth.distinguished import issuer_name, subject_name
from infrastructure.ehealth.namespaces import (
    BASE64_BINARY,
    DS,
    ECDSA_SHA256,
    EXCLUSIVE,
    RSA_SHA256,
    SAML,
    SAMLP,
    SHA256,
    SOAP,
    WSFED,
    WSSE,
    WST,
    WSU,
    X509_TOKEN,
    name,
)
from infrastructure.reader_agent.errors import RequestError
from infrastructure.xml import XmlError, document

_MOST_BYTES = 256 * 1024
_ID = name(WSU, "Id")
_ID_NAMES = {"id", "assertionid", "requestid", "responseid"}
_SKEW = timedelta(minutes=5)
_LONGEST_MESSAGE = timedelta(minutes=5)
_LONGEST_TOKEN = timedelta(hours=24)
_ISSUE = f"{WST}/Issue"
_SSIN_CLAIMS = ("urn:be:fgov:person:ssin", "urn:be:fgov:ehealth:1.0:certificateholder:person:ssin")

_OF_SAML = {name(SAMLP, local) for local in ("Request", "AttributeQuery")} | {
    name(SAML, local)
    for local in (
        *("Subject", "NameIdentifier", "SubjectConfirmation", "ConfirmationMethod", "SubjectConfirmationData"),
        *("Assertion", "Conditions", "AttributeStatement", "Attribute", "AttributeValue", "AttributeDesignator"),
    )
}
_OF_TRUST = {
    name(WST, local)
    for local in ("RequestSecurityToken", "TokenType", "RequestType", "Claims", "Lifetime", "KeyType", "UseKey")
} | {
    name(WSFED, "ClaimType"),
    name(WSFED, "Value"),
    name(WSU, "Created"),
    name(WSU, "Expires"),
    name(WSSE, "SecurityTokenReference"),
}


@dataclass(frozen=True, slots=True)
class StsRequest:
    """`to_sign`: the canonical bytes whose SHA-256 the card signs."""

    root: etree._Element
    signature: etree._Element

    @property
    def to_sign(self) -> bytes:
        """Canonical, in its place in the message."""
        return _canonical(_one(self.signature, name(DS, "SignedInfo")))

    def finished(self, value: bytes) -> bytes:
        """The message as it goes to the service; `value` as the card gives it."""
        _one(self.signature, name(DS, "SignatureValue")).text = b64encode(value).decode()
        return bytes(etree.tostring(self.root, xml_declaration=True, encoding="UTF-8"))


def recognise(content: bytes, certificate: x509.Certificate, now: datetime) -> StsRequest:
    """With the signature's frame in its place. `certificate`: that of the card. Raises `RequestError`."""
    try:
        root = document(content, _MOST_BYTES)
    except XmlError:
        raise RequestError("sts_request_unreadable") from None
    _require_plain(root)
    header, body = _children(root, name(SOAP, "Envelope"), name(SOAP, "Header"), name(SOAP, "Body"))
    (security,) = _children(header, name(SOAP, "Header"), name(WSSE, "Security"))
    token, timestamp = _children(
        security, name(WSSE, "Security"), name(WSSE, "BinarySecurityToken"), name(WSU, "Timestamp")
    )
    _require_token(token, certificate)
    _require_span(*_times(timestamp), now, _LONGEST_MESSAGE)
    (asked,) = _elements(body, 1)
    if asked.tag == name(SAMLP, "Request"):
        _require_saml(asked, certificate, now)
    elif asked.tag == name(WST, "RequestSecurityToken"):
        _require_trust(asked, certificate, now)
    else:
        raise _unknown()
    return StsRequest(root, _framed(security, (body, timestamp, token), certificate))


def _require_saml(asked: etree._Element, certificate: x509.Certificate, now: datetime) -> None:
    _require_words(asked, _OF_SAML)
    assertion = _one(asked, f".//{name(SAML, 'Assertion')}")
    conditions = _one(assertion, name(SAML, "Conditions"))
    subject, issuer = subject_name(certificate), issuer_name(certificate)
    named = list(asked.iter(name(SAML, "NameIdentifier")))
    if not named or any((one.text or "", one.get("NameQualifier")) != (subject, issuer) for one in named):
        raise RequestError("sts_request_of_another")
    if assertion.get("Issuer") != subject:
        raise RequestError("sts_request_of_another")
    _require_span(_instant(conditions.get("NotBefore")), _instant(conditions.get("NotOnOrAfter")), now, _LONGEST_TOKEN)
    claims = [
        (one.get("AttributeName", ""), value.text or "")
        for one in assertion.iter(name(SAML, "Attribute"))
        for value in one.iter(name(SAML, "AttributeValue"))
    ]
    _require_own_number(claims, certificate)


def _require_trust(asked: etree._Element, certificate: x509.Certificate, now: datetime) -> None:
    _require_words(asked, _OF_TRUST)
    if (_one(asked, name(WST, "RequestType")).text or "").strip() != _ISSUE:
        raise _unknown()
    _require_span(*_times(_one(asked, name(WST, "Lifetime"))), now, _LONGEST_TOKEN)
    claims = [
        (one.get("Uri", "").rpartition("}")[2], value.text or "")
        for one in asked.iter(name(WSFED, "ClaimType"))
        for value in one.iter(name(WSFED, "Value"))
    ]
    _require_own_number(claims, certificate)


def _require_own_number(claims: list[tuple[str, str]], certificate: x509.Certificate) -> None:
    own = [str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    if any(value.strip() not in own for claim, value in claims if claim in _SSIN_CLAIMS):
        raise RequestError("sts_request_of_another")


def _require_token(token: etree._Element, certificate: x509.Certificate) -> None:
    if (token.get("ValueType"), token.get("EncodingType")) != (X509_TOKEN, BASE64_BINARY):
        raise _unknown()
    try:
        named = b64decode((token.text or "").strip(), validate=True)
    except ValueError:
        raise _unknown() from None
    if named != certificate.public_bytes(Encoding.DER):
        raise RequestError("sts_request_of_another")


def _framed(
    security: etree._Element, parts: tuple[etree._Element, ...], certificate: x509.Certificate
) -> etree._Element:
    """The signature without its value: each part by its id, canonical without comments, SHA-256."""
    is_rsa = isinstance(certificate.public_key(), RSAPublicKey)
    signature = etree.SubElement(security, name(DS, "Signature"), nsmap={"ds": DS})
    info = etree.SubElement(signature, name(DS, "SignedInfo"))
    etree.SubElement(info, name(DS, "CanonicalizationMethod"), Algorithm=EXCLUSIVE)
    etree.SubElement(info, name(DS, "SignatureMethod"), Algorithm=RSA_SHA256 if is_rsa else ECDSA_SHA256)
    for part in parts:
        identifier = part.get(_ID)
        if not identifier:
            raise _unknown()
        reference = etree.SubElement(info, name(DS, "Reference"), URI=f"#{identifier}")
        transforms = etree.SubElement(reference, name(DS, "Transforms"))
        etree.SubElement(transforms, name(DS, "Transform"), Algorithm=EXCLUSIVE)
        etree.SubElement(reference, name(DS, "DigestMethod"), Algorithm=SHA256)
        digest = etree.SubElement(reference, name(DS, "DigestValue"))
        digest.text = b64encode(sha256(_canonical(part)).digest()).decode()
    etree.SubElement(signature, name(DS, "SignatureValue"))
    key = etree.SubElement(signature, name(DS, "KeyInfo"))
    pointer = etree.SubElement(key, name(WSSE, "SecurityTokenReference"), nsmap={"wsse": WSSE})
    etree.SubElement(pointer, name(WSSE, "Reference"), URI=f"#{parts[-1].get(_ID)}", ValueType=X509_TOKEN)
    return signature


def _require_plain(root: etree._Element) -> None:
    """Elements and text only, and no id twice: what is signed by its id is what stands there."""
    seen: set[str] = set()
    for node in root.iter():
        if not isinstance(node.tag, str):
            raise _unknown()
        own = [str(value) for key, value in node.attrib.items() if _local(key) in _ID_NAMES]
        if seen.intersection(own) or len(set(own)) != len(own):
            raise _unknown()
        seen.update(own)


def _require_words(asked: etree._Element, known: set[str]) -> None:
    """Nothing but what such a request is made of; of the signature of the other key, whatever XML signatures have."""
    for element in asked.iter():
        if element.tag not in known and etree.QName(element).namespace not in (DS, EXCLUSIVE):
            raise _unknown()


def _children(parent: etree._Element, tag: str, *wanted: str) -> list[etree._Element]:
    if parent.tag != tag:
        raise _unknown()
    found = _elements(parent, len(wanted))
    if [one.tag for one in found] != list(wanted):
        raise _unknown()
    return found


def _elements(parent: etree._Element, count: int) -> list[etree._Element]:
    found = list(parent)
    if len(found) != count:
        raise _unknown()
    return found


def _one(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path)
    if len(found) != 1:
        raise _unknown()
    return found[0]


def _times(parent: etree._Element) -> tuple[datetime, datetime]:
    return _instant(parent.findtext(name(WSU, "Created"))), _instant(parent.findtext(name(WSU, "Expires")))


def _instant(text: str | None) -> datetime:
    try:
        instant = datetime.fromisoformat((text or "").strip())
    except ValueError:
        raise RequestError("sts_request_out_of_time") from None
    if instant.tzinfo is None:
        raise RequestError("sts_request_out_of_time")
    return instant


def _require_span(start: datetime, end: datetime, now: datetime, longest: timedelta) -> None:
    if abs(start - now) > _SKEW or not timedelta(0) < end - start <= longest or end + _SKEW <= now:
        raise RequestError("sts_request_out_of_time")


def _canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))


def _local(key: object) -> str:
    return str(etree.QName(str(key)).localname).lower()


def _unknown() -> RequestError:
    return RequestError("sts_request_not_recognised")
