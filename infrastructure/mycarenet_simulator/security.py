"""WS-Security of a request: the X.509 profile of the token service and the SAML holder-of-key profile of the others.

`NotAuthentic` says in one word what did not hold. Trust in an X.509 certificate is a second question: `pki.is_trusted`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree

from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import NotAuthentic
from infrastructure.mycarenet_simulator.names import (
    BASE64_BINARY,
    SAML_11_TOKEN,
    SAML_ASSERTION_ID,
    X509_V3,
    qname,
)
from infrastructure.mycarenet_simulator.signature import (
    Signature,
    certificate_of,
    read_signature,
    verify_places,
)
from infrastructure.mycarenet_simulator.times import instant
from infrastructure.mycarenet_simulator.token import Token, read_token

_ID = qname("wsu:Id")
_X509_PARTS = sorted([qname("wsse:BinarySecurityToken"), qname("wsu:Timestamp"), qname("ds:Signature")])
_SAML_PARTS = sorted([qname("saml:Assertion"), qname("wsu:Timestamp"), qname("ds:Signature")])


@dataclass(frozen=True, slots=True)
class Window:
    """How far clocks may differ, and how long a message may say that it lives."""

    now: datetime
    skew: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The one security header, taken apart; `covered` are the elements that its signature holds."""

    timestamp: etree._Element
    signature: Signature
    covered: list[etree._Element]

    def reference(self) -> etree._Element:
        """The child of the SecurityTokenReference that names the key."""
        info = self.signature.key_info
        if len(info) != 1 or info[0].tag != qname("wsse:SecurityTokenReference") or len(info[0]) != 1:
            raise NotAuthentic("key_reference")
        return info[0][0]


def verify_x509(message: Envelope, window: Window) -> x509.Certificate:
    """The certificate whose key signed body, timestamp and the certificate itself."""
    holder = _security_header(message, _X509_PARTS)
    binary = holder.find(qname("wsse:BinarySecurityToken"))
    parts = _taken_apart(message, holder, binary, _ID)
    if (binary.get("ValueType"), binary.get("EncodingType")) != (X509_V3, BASE64_BINARY):
        raise NotAuthentic("certificate")
    reference = parts.reference()
    if reference.tag != qname("wsse:Reference") or reference.get("URI") != f"#{binary.get(_ID)}":
        raise NotAuthentic("key_reference")
    if reference.get("ValueType", X509_V3) != X509_V3:
        raise NotAuthentic("key_reference")
    certificate = certificate_of(binary.text)
    parts.signature.verify(certificate)
    _require_covered(parts, message.body, parts.timestamp, binary)
    _require_in_time(parts.timestamp, window)
    return certificate


def verify_holder_of_key(
    message: Envelope, window: Window, issuer: x509.Certificate, *, body_signed: bool = False
) -> Token:
    """The caller's token; its own key signed the timestamp, and the body where `body_signed` asks for it."""
    holder = _security_header(message, _SAML_PARTS)
    assertion = holder.find(qname("saml:Assertion"))
    token = read_token(assertion, issuer)
    parts = _taken_apart(message, holder, assertion, "AssertionID")
    reference = parts.reference()
    kind = reference.getparent().get(qname("wsse11:TokenType"), SAML_11_TOKEN)
    named = (reference.tag, reference.get("ValueType"), (reference.text or "").strip(), kind)
    if named != (qname("wsse:KeyIdentifier"), SAML_ASSERTION_ID, token.id, SAML_11_TOKEN):
        raise NotAuthentic("key_reference")
    parts.signature.verify(token.key_holder)
    _require_covered(parts, parts.timestamp, *([message.body] if body_signed else []))
    _require_in_time(parts.timestamp, window)
    if not token.is_valid_at(window.now, window.skew):
        raise NotAuthentic("token_time")
    return token


def _security_header(message: Envelope, expected: list[str]) -> etree._Element:
    """The only one there is, with exactly these children."""
    name = qname("wsse:Security")
    everywhere = list(message.root.iter(name))
    if len(everywhere) != 1 or message.header is None or everywhere[0].getparent() is not message.header:
        raise NotAuthentic("security_header")
    if sorted(part.tag for part in everywhere[0]) != expected:
        raise NotAuthentic("security_header")
    return everywhere[0]


def _taken_apart(message: Envelope, holder: etree._Element, token: etree._Element, token_id: str) -> _Parts:
    """`token_id`: name of the attribute by which the token is referred to."""
    timestamp, node = holder.find(qname("wsu:Timestamp")), holder.find(qname("ds:Signature"))
    signature = read_signature(node)
    addressing = [part for part in holder.itersiblings(preceding=True) if part.tag.startswith(qname("wsa:"))]
    addressing += [part for part in holder.itersiblings() if part.tag.startswith(qname("wsa:"))]
    places = {part.get(_ID): part for part in (message.body, timestamp, *addressing)} | {token.get(token_id): token}
    places.pop(None, None)
    return _Parts(timestamp, signature, verify_places(signature, places, node))


def _require_covered(parts: _Parts, *wanted: etree._Element) -> None:
    if any(all(part is not one for one in parts.covered) for part in wanted):
        raise NotAuthentic("not_covered")


def _require_in_time(timestamp: etree._Element, window: Window) -> None:
    if [part.tag for part in timestamp] != [qname("wsu:Created"), qname("wsu:Expires")]:
        raise NotAuthentic("timestamp")
    try:
        created, expires = instant(timestamp[0].text), instant(timestamp[1].text)
    except ValueError:
        raise NotAuthentic("timestamp") from None
    if not timedelta() < expires - created <= window.longest:
        raise NotAuthentic("timestamp")
    if created > window.now + window.skew or expires <= window.now - window.skew:
        raise NotAuthentic("timestamp")
