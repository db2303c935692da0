"""The SAML 1.1 token: read with our own key at hand, whoever sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree

from infrastructure.mycarenet_simulator.envelope import MOST_BYTES
from infrastructure.mycarenet_simulator.errors import NotAuthentic
from infrastructure.mycarenet_simulator.names import ENVELOPED, EXCLUSIVE, HOLDER_OF_KEY, path, qname, text_at
from infrastructure.mycarenet_simulator.signature import certificate_in, read_signature
from infrastructure.mycarenet_simulator.signing import canonical
from infrastructure.mycarenet_simulator.times import instant
from infrastructure.xml import document

ISSUER = "urn:be:fgov:ehealth:sts:1_0"


@dataclass(frozen=True, slots=True)
class Token:
    """What a service may believe of its caller. `attributes`: values by (namespace, name)."""

    id: str
    not_before: datetime
    not_on_or_after: datetime
    key_holder: x509.Certificate
    attributes: Mapping[tuple[str, str], tuple[str, ...]]

    def is_valid_at(self, now: datetime, skew: timedelta = timedelta()) -> bool:
        """Within its conditions."""
        return self.not_before - skew <= now < self.not_on_or_after


def verify_enveloped(node: etree._Element, id_name: str, position: int, certificate: x509.Certificate) -> None:
    """A signature that `node` holds as child `position` over all of itself. Raises `NotAuthentic`."""
    try:
        signature = node[position]
    except IndexError:
        raise NotAuthentic("unsigned") from None
    read = read_signature(signature)
    reference = read.references[0]
    transforms = [algorithm for algorithm, _ in reference.transforms]
    if len(read.references) != 1 or not node.get(id_name) or reference.target != node.get(id_name):
        raise NotAuthentic("reference_target")
    if transforms != [ENVELOPED, EXCLUSIVE]:
        raise NotAuthentic("algorithm")
    bare = document(canonical(node, reference.transforms[1][1]), MOST_BYTES)
    _take_out(bare[position])
    if not reference.holds(canonical(bare, reference.transforms[1][1])):
        raise NotAuthentic("digest")
    read.verify(certificate)


def _take_out(node: etree._Element) -> None:
    """The element without what stands behind it, as the enveloped-signature transform has it."""
    parent, before = node.getparent(), node.getprevious()
    if before is None:
        parent.text = (parent.text or "") + (node.tail or "")
    else:
        before.tail = (before.tail or "") + (node.tail or "")
    parent.remove(node)


def read_token(node: etree._Element, issuer: x509.Certificate) -> Token:
    """Verified against the token service's certificate that we hold; its time is not looked at."""
    if node.tag != qname("saml:Assertion") or node.get("Issuer") != ISSUER:
        raise NotAuthentic("token")
    verify_enveloped(node, "AssertionID", -1, issuer)
    conditions = path(node, "saml:Conditions")
    statement = path(node, "saml:AuthenticationStatement", "saml:Subject", "saml:SubjectConfirmation")
    if conditions is None or statement is None or text_at(statement, "saml:ConfirmationMethod") != HOLDER_OF_KEY:
        raise NotAuthentic("token")
    try:
        not_before, end = instant(conditions.get("NotBefore")), instant(conditions.get("NotOnOrAfter"))
    except ValueError:
        raise NotAuthentic("token") from None
    attributes = {
        (attribute.get("AttributeNamespace", ""), attribute.get("AttributeName", "")): tuple(
            (value.text or "").strip() for value in attribute
        )
        for attribute in node.iterfind(f"{qname('saml:AttributeStatement')}/{qname('saml:Attribute')}")
    }
    return Token(
        node.get("AssertionID", ""), not_before, end, certificate_in(path(statement, "ds:KeyInfo")), attributes
    )
