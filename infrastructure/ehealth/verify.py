"""Whether a signed answer is what its sender signed (reference 2; traps of signature wrapping).

Only what the signature of the security header references counts; ids are unique in the whole message, whatever their
attribute is called; the body that is read is the one body right under the envelope, and the signature covers it. Whose
it is, is told by the certificate in the header, which a pinned authority must have issued.
"""

from base64 import b64decode
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from xmlsec import constants

from infrastructure.ehealth.namespaces import (
    DS,
    ECDSA_SHA256,
    ENVELOPED,
    EXCLUSIVE,
    RSA_SHA256,
    SHA256,
    SOAP,
    WSSE,
    WSU,
    X509_TOKEN,
    name,
)

_ID_NAMES = {"id", "assertionid", "requestid", "responseid"}
_SIGNED_INFO = name(DS, "SignedInfo")
_METHODS = {RSA_SHA256, ECDSA_SHA256}


class NotGenuine(Exception):
    """`code` says what is wrong, never with what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def verify(envelope: etree._Element, anchors: Sequence[x509.Certificate], now: datetime, skew: timedelta) -> bool:
    """True when a signature covers the body; False when the message carries no security header at all.

    `skew`: by how much its times may be off. Raises `NotGenuine`.
    """
    header = _only(envelope, name(SOAP, "Header"), "header_missing", may_miss=True)
    security = None if header is None else _only(header, name(WSSE, "Security"), "security_twice", may_miss=True)
    if security is None:
        return False
    body = _must(_only(envelope, name(SOAP, "Body"), "body_not_one"), "body_not_one")
    signature = _must(_only(security, name(DS, "Signature"), "signature_not_one"), "signature_not_one")
    timestamp = _must(_only(security, name(WSU, "Timestamp"), "timestamp_not_one"), "timestamp_not_one")
    ids = _unique_ids(envelope)
    _require_known_methods(signature, {EXCLUSIVE})
    references = signature.findall(f"{_SIGNED_INFO}/{name(DS, 'Reference')}")
    covered = [_referenced(reference, ids) for reference in references]
    if body not in covered or timestamp not in covered:
        raise NotGenuine("part_not_covered")
    _require_plain(envelope)
    _require_in_time(timestamp, now, skew)
    certificate = _certificate(security, signature, ids)
    _require_issued(certificate, anchors, now)
    _require_valid(signature, covered, certificate)
    return True


def verify_token(assertion: etree._Element, anchors: Sequence[x509.Certificate], now: datetime) -> None:
    """A SAML assertion as its issuer signed it: one signature, over the whole of it. Raises `NotGenuine`."""
    signature = _must(_only(assertion, name(DS, "Signature"), "signature_not_one"), "signature_not_one")
    ids = _unique_ids(assertion)
    _require_known_methods(signature, {EXCLUSIVE, ENVELOPED})
    covered = [_referenced(one, ids) for one in signature.findall(f"{_SIGNED_INFO}/{name(DS, 'Reference')}")]
    if covered != [assertion]:
        raise NotGenuine("part_not_covered")
    _require_plain(assertion)
    told = signature.findtext(f"{name(DS, 'KeyInfo')}/{name(DS, 'X509Data')}/{name(DS, 'X509Certificate')}")
    certificate = _read_certificate(told)
    _require_issued(certificate, anchors, now)
    _require_valid(signature, covered, certificate)


def _only(parent: etree._Element, tag: str, code: str, *, may_miss: bool = False) -> etree._Element | None:
    found = parent.findall(tag)
    if len(found) > 1 or (not found and not may_miss):
        raise NotGenuine(code)
    return found[0] if found else None


def _must(element: etree._Element | None, code: str) -> etree._Element:
    if element is None:
        raise NotGenuine(code)
    return element


def _require_plain(root: etree._Element) -> None:
    """Canonical form leaves comments out, and a text ends at the first: what is read would not be what was signed."""
    if any(not isinstance(one.tag, str) for one in root.iter()):
        raise NotGenuine("comment_inside")


def _unique_ids(envelope: etree._Element) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for element in envelope.iter("*"):
        own = [value for key, value in element.attrib.items() if _local(key) in _ID_NAMES]
        for value in own:
            if str(value) in found:
                raise NotGenuine("id_twice")
            found[str(value)] = element
    return found


def _local(key: object) -> str:
    return str(etree.QName(str(key)).localname).lower()


def _require_known_methods(signature: etree._Element, transforms: AbstractSet[str]) -> None:
    """One way to canonicalise, one to digest, two to sign: anything else might say less than it seems to."""
    wanted = {
        "CanonicalizationMethod": {EXCLUSIVE},
        "SignatureMethod": _METHODS,
        "DigestMethod": {SHA256},
        "Transform": transforms,
    }
    info = _must(_only(signature, _SIGNED_INFO, "signed_info_not_one"), "signed_info_not_one")
    for local, known in wanted.items():
        used = [one.get("Algorithm") for one in info.iter(name(DS, local))]
        if not used or not set(used) <= known:
            raise NotGenuine("method_unknown")


def _referenced(reference: etree._Element, ids: dict[str, etree._Element]) -> etree._Element:
    uri = reference.get("URI", "")
    if not uri.startswith("#") or uri[1:] not in ids:
        raise NotGenuine("reference_unknown")
    return ids[uri[1:]]


def _require_in_time(timestamp: etree._Element, now: datetime, skew: timedelta) -> None:
    try:
        created, expires = (
            datetime.fromisoformat(timestamp.findtext(name(WSU, word)) or "") for word in ("Created", "Expires")
        )
        is_timely = created - skew <= now < expires + skew
    except (ValueError, TypeError):
        raise NotGenuine("timestamp_unreadable") from None
    if not is_timely:
        raise NotGenuine("timestamp_out_of_time")


def _certificate(
    security: etree._Element, signature: etree._Element, ids: dict[str, etree._Element]
) -> x509.Certificate:
    """That of the one token in the header which the signature names."""
    reference = signature.find(
        f"{name(DS, 'KeyInfo')}/{name(WSSE, 'SecurityTokenReference')}/{name(WSSE, 'Reference')}"
    )
    token = None if reference is None else ids.get(reference.get("URI", "")[1:])
    if token is None or token.getparent() is not security or token.get("ValueType") != X509_TOKEN:
        raise NotGenuine("certificate_missing")
    return _read_certificate(token.text)


def _read_certificate(text: str | None) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(b64decode(text or ""))
    except ValueError:
        raise NotGenuine("certificate_unreadable") from None


def _require_issued(certificate: x509.Certificate, anchors: Sequence[x509.Certificate], now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NotGenuine("certificate_out_of_time")
    for anchor in anchors:
        if certificate == anchor:
            return
        try:
            certificate.verify_directly_issued_by(anchor)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return
    raise NotGenuine("certificate_not_trusted")


def _require_valid(signature: etree._Element, covered: Sequence[etree._Element], certificate: x509.Certificate) -> None:
    for element in covered:
        xmlsec.tree.add_ids(
            element, [str(etree.QName(key).localname) for key in element.attrib if _local(key) in _ID_NAMES]
        )
    context = xmlsec.SignatureContext()
    pem = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    context.key = xmlsec.Key.from_memory(pem, constants.KeyDataFormatPem)
    try:
        context.verify(signature)
    except xmlsec.Error:
        raise NotGenuine("signature_wrong") from None
