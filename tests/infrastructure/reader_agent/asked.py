"""Requests to the token service as the pages would hand them over: whole, but for the signature."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from infrastructure.ehealth import saml_request, ws_trust
from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.envelope import Envelope
from infrastructure.ehealth.qualities import attributes_of
from infrastructure.mycarenet_simulator import pki
from tests.infrastructure.reader_agent.issued import NOW, SSIN

Protocol = Literal["saml", "ws-trust"]
DAY = timedelta(hours=24)
IDS = UUID(int=7)


@lru_cache
def holder(kind: pki.KeyKind = "p-384") -> Credential:
    """The software key that shall hold the token."""
    held = pki.person(pki.new_authority(NOW), SSIN, "Fictive Nurse", NOW, kind)
    return Credential(held.certificate, held.key, held.chain)


def body(
    certificate: x509.Certificate,
    protocol: Protocol,
    *,
    by: Credential | None = None,
    ssin: str = SSIN,
    now: datetime = NOW,
    validity: timedelta = DAY,
) -> etree._Element:
    attributes = attributes_of("nurse", ssin)
    keeper = by or holder()
    if protocol == "saml":
        return saml_request.request(certificate, keeper, attributes, now, validity, IDS)
    return ws_trust.issue(keeper, attributes, now, validity, IDS)


def unsigned(
    certificate: x509.Certificate,
    content: etree._Element,
    *,
    now: datetime = NOW,
    ttl: timedelta = timedelta(seconds=60),
) -> bytes:
    return Envelope(content, now, ttl, IDS).for_card(certificate.public_bytes(Encoding.DER))
