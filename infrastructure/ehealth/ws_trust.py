"""Protocol B of the token service: WS-Trust 1.3, with a challenge when another key holds the token (reference 1.3)."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from lxml import etree

from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.envelope import instant_text
from infrastructure.ehealth.faults import NoToken
from infrastructure.ehealth.namespaces import DS, SAML, SAML11_ASSERTION, WSFED, WSSE, WST, WSU, name
from infrastructure.ehealth.qualities import Attribute
from infrastructure.ehealth.token import Token, read_token

ISSUE_ACTION = "urn:be:fgov:ehealth:sts:protocol:v1:RequestSecurityToken"
CHALLENGE_ACTION = "urn:be:fgov:ehealth:sts:protocol:v1:Challenge"
_PUBLIC_KEY = "http://docs.oasis-open.org/ws-sx/wstrust/200512/PublicKey"
"""Written without the dash of the namespace, as every client does."""


def issue(
    holder: Credential, attributes: Sequence[Attribute], now: datetime, validity: timedelta, context: UUID
) -> etree._Element:
    """A new token. An attribute that is claimed is not asked for a second time."""
    asked = _request(context, "Issue")
    claims = etree.SubElement(asked, name(WST, "Claims"), Dialect=f"{WSFED}/authclaims", nsmap={"auth": WSFED})
    values = {one.name: one.value for one in attributes if one.value}
    for attribute in dict.fromkeys(one.name for one in attributes):
        claim = etree.SubElement(claims, name(WSFED, "ClaimType"), Uri=attribute)
        if attribute in values:
            etree.SubElement(claim, name(WSFED, "Value")).text = values[attribute]
    lifetime = etree.SubElement(asked, name(WST, "Lifetime"))
    etree.SubElement(lifetime, name(WSU, "Created"), nsmap={"wsu": WSU}).text = instant_text(now)
    etree.SubElement(lifetime, name(WSU, "Expires"), nsmap={"wsu": WSU}).text = instant_text(now + validity)
    etree.SubElement(asked, name(WST, "KeyType")).text = _PUBLIC_KEY
    reference = _reference(etree.SubElement(asked, name(WST, "UseKey")))
    data = etree.SubElement(reference, name(DS, "X509Data"), nsmap={"ds": DS})
    etree.SubElement(data, name(DS, "X509Certificate")).text = b64encode(holder.certificate_der).decode()
    return asked


def renew(token: Token, context: UUID) -> etree._Element:
    """The same for longer."""
    asked = _request(context, "Renew")
    reference = _reference(etree.SubElement(asked, name(WST, "RenewTarget")))
    embedded = etree.SubElement(reference, name(WSSE, "Embedded"))
    embedded.set(name(WSU, "Id"), f"token-{context}")
    embedded.append(token.element())
    return asked


def challenged(response: etree._Element, context: UUID) -> etree._Element | None:
    """What is to be sent back under the key that will hold the token, when the service asks for a proof of it."""
    challenge = response.findtext(f"{name(WST, 'SignChallenge')}/{name(WST, 'Challenge')}")
    if challenge is None:
        return None
    answer = etree.Element(name(WST, "RequestSecurityTokenResponse"), Context=str(context), nsmap={"wst": WST})
    proof = etree.SubElement(answer, name(WST, "SignChallengeResponse"))
    etree.SubElement(proof, name(WST, "Challenge")).text = challenge
    return answer


def read(response: etree._Element) -> Token:
    """Raises `NoToken`."""
    found = response.findall(f"{name(WST, 'RequestedSecurityToken')}/{name(SAML, 'Assertion')}")
    try:
        (assertion,) = found
        return read_token(assertion)
    except ValueError:
        raise NoToken("sts_answer_unreadable") from None


def _request(context: UUID, kind: str) -> etree._Element:
    asked = etree.Element(name(WST, "RequestSecurityToken"), Context=str(context), nsmap={"wst": WST})
    etree.SubElement(asked, name(WST, "TokenType")).text = SAML11_ASSERTION
    etree.SubElement(asked, name(WST, "RequestType")).text = f"{WST}/{kind}"
    return asked


def _reference(parent: etree._Element) -> etree._Element:
    return etree.SubElement(parent, name(WSSE, "SecurityTokenReference"), nsmap={"wsse": WSSE})
