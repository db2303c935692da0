"""SOAP 1.1 envelopes with WS-Addressing and WS-Security, signed and written once (reference 2, 3.6).

The bytes are those that were signed: nothing touches them before they leave.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from lxml import etree

from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.namespaces import (
    BASE64_BINARY,
    DS,
    SAML11_ASSERTION,
    SAML_ASSERTION_ID,
    SOAP,
    WSA,
    WSA_ANONYMOUS,
    WSSE,
    WSSE11,
    WSU,
    X509_TOKEN,
    name,
)
from infrastructure.ehealth.signing import signed
from infrastructure.ehealth.token import Token

_ID = name(WSU, "Id")


@dataclass(frozen=True, slots=True)
class Addressing:
    """`to` may be empty: no destination is written then."""

    action: str
    message_id: UUID
    to: str = ""


class Envelope:
    """One message under way. `ttl` bounds how long it may be believed."""

    def __init__(self, body: etree._Element, now: datetime, ttl: timedelta, ids: UUID) -> None:
        self._ids = ids.hex
        self._root = etree.Element(name(SOAP, "Envelope"), nsmap={"s": SOAP, "wsu": WSU})
        self._header = etree.SubElement(self._root, name(SOAP, "Header"))
        self._body = etree.SubElement(self._root, name(SOAP, "Body"))
        self._body.set(_ID, f"body-{self._ids}")
        self._body.append(body)
        self._security = etree.Element(name(WSSE, "Security"), nsmap={"wsse": WSSE})
        self._security.set(name(SOAP, "mustUnderstand"), "1")
        self._timestamp = etree.SubElement(self._security, name(WSU, "Timestamp"))
        self._timestamp.set(_ID, f"timestamp-{self._ids}")
        for word, instant in (("Created", now), ("Expires", now + ttl)):
            etree.SubElement(self._timestamp, name(WSU, word)).text = instant_text(instant)

    def addressed(self, addressing: Addressing) -> "Envelope":
        """With the headers of WS-Addressing."""
        for local, text in (
            ("Action", addressing.action),
            ("To", addressing.to),
            ("MessageID", addressing.message_id.urn),
        ):
            if text:
                etree.SubElement(self._header, name(WSA, local), nsmap={"wsa": WSA}).text = text
        for local in ("ReplyTo", "FaultTo"):
            party = etree.SubElement(self._header, name(WSA, local), nsmap={"wsa": WSA})
            etree.SubElement(party, name(WSA, "Address")).text = WSA_ANONYMOUS
        return self

    def by_certificate(self, credential: Credential) -> bytes:
        """Signed by whoever identifies: body, timestamp and the certificate itself."""
        token = self._identified(credential.certificate_der)
        info, reference = _key_info()
        etree.SubElement(reference, name(WSSE, "Reference"), URI=f"#token-{self._ids}", ValueType=X509_TOKEN)
        parts = [(self._body, _ID), (self._timestamp, _ID), (token, _ID)]
        signed(self._security, parts, info, credential)
        return self._written()

    def for_card(self, certificate_der: bytes) -> bytes:
        """Without its signature, which the agent beside the card's reader adds likewise."""
        self._identified(certificate_der)
        return self._written()

    def by_token(self, token: Token, holder: Credential) -> bytes:
        """Signed by the holder of the key that a token names: body and timestamp."""
        self._header.append(self._security)
        self._security.append(token.element())
        info, reference = _key_info()
        reference.set(name(WSSE11, "TokenType"), SAML11_ASSERTION)
        etree.SubElement(reference, name(WSSE, "KeyIdentifier"), ValueType=SAML_ASSERTION_ID).text = token.assertion_id
        signed(self._security, [(self._body, _ID), (self._timestamp, _ID)], info, holder)
        return self._written()

    def _identified(self, certificate_der: bytes) -> etree._Element:
        self._header.append(self._security)
        token = etree.Element(name(WSSE, "BinarySecurityToken"), ValueType=X509_TOKEN, EncodingType=BASE64_BINARY)
        token.set(_ID, f"token-{self._ids}")
        token.text = b64encode(certificate_der).decode()
        self._security.insert(0, token)
        return token

    def _written(self) -> bytes:
        return bytes(etree.tostring(self._root, xml_declaration=True, encoding="UTF-8"))


def instant_text(instant: datetime) -> str:
    """UTC in milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _key_info() -> tuple[etree._Element, etree._Element]:
    info = etree.Element(name(DS, "KeyInfo"), nsmap={"ds": DS})
    return info, etree.SubElement(info, name(WSSE, "SecurityTokenReference"), nsmap={"wsse": WSSE, "wsse11": WSSE11})
