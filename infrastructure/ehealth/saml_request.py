"""Protocol A of the token service: a SAML 1.1 request (reference 1.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from lxml import etree

from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.distinguished import issuer_name, subject_name
from infrastructure.ehealth.envelope import instant_text
from infrastructure.ehealth.faults import NoToken
from infrastructure.ehealth.namespaces import SAML, SAMLP, name
from infrastructure.ehealth.qualities import Attribute
from infrastructure.ehealth.signing import signed, x509_data
from infrastructure.ehealth.token import Token, read_token

ACTION = "urn:be:fgov:ehealth:sts:protocol:v1:RequestSecureToken"
_X509_SUBJECT = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
_HOLDER_OF_KEY = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key"


def request(
    identification: x509.Certificate,
    holder: Credential,
    attributes: Sequence[Attribute],
    now: datetime,
    validity: timedelta,
    ids: UUID,
) -> etree._Element:
    """What is asked for, by whom, for the key that is to hold the token.

    When that is another key, the request is signed with it too: so it is proven.
    """
    asked = etree.Element(
        name(SAMLP, "Request"),
        RequestID=f"request-{ids}",
        MajorVersion="1",
        MinorVersion="1",
        IssueInstant=instant_text(now),
        nsmap={"samlp": SAMLP, "saml": SAML},
    )
    query = etree.SubElement(asked, name(SAMLP, "AttributeQuery"))
    subject = etree.SubElement(query, name(SAML, "Subject"))
    _name_identifier(subject, identification)
    confirmation = etree.SubElement(subject, name(SAML, "SubjectConfirmation"))
    etree.SubElement(confirmation, name(SAML, "ConfirmationMethod")).text = _HOLDER_OF_KEY
    data = etree.SubElement(confirmation, name(SAML, "SubjectConfirmationData"))
    data.append(_claims(identification, attributes, now, validity, ids))
    confirmation.append(x509_data(holder.certificate_der))
    for attribute in attributes:
        etree.SubElement(
            query,
            name(SAML, "AttributeDesignator"),
            AttributeName=attribute.name,
            AttributeNamespace=attribute.namespace,
        )
    if holder.certificate != identification:
        info = x509_data(holder.certificate_der)
        signed(asked, [(asked, "RequestID")], info, holder, enveloped=True, place=0)
    return asked


def read(response: etree._Element) -> Token:
    """The one token of a response. Raises `NoToken` with the service's own words."""
    status = response.find(f"{name(SAMLP, 'Status')}/{name(SAMLP, 'StatusCode')}")
    message = (response.findtext(f"{name(SAMLP, 'Status')}/{name(SAMLP, 'StatusMessage')}") or "").strip()
    found = response.findall(name(SAML, "Assertion"))
    if status is None or "Success" not in status.get("Value", "") or not found:
        raise NoToken("sts_refused", message)
    try:
        (assertion,) = found
        return read_token(assertion)
    except ValueError:
        raise NoToken("sts_answer_unreadable") from None


def _claims(
    who: x509.Certificate, attributes: Sequence[Attribute], now: datetime, validity: timedelta, ids: UUID
) -> etree._Element:
    assertion = etree.Element(
        name(SAML, "Assertion"),
        AssertionID=f"assertion-{ids}",
        IssueInstant=instant_text(now),
        Issuer=subject_name(who),
        MajorVersion="1",
        MinorVersion="1",
    )
    etree.SubElement(
        assertion, name(SAML, "Conditions"), NotBefore=instant_text(now), NotOnOrAfter=instant_text(now + validity)
    )
    statement = etree.SubElement(assertion, name(SAML, "AttributeStatement"))
    _name_identifier(etree.SubElement(statement, name(SAML, "Subject")), who)
    for claim in attributes:
        if claim.value:
            attribute = etree.SubElement(
                statement, name(SAML, "Attribute"), AttributeName=claim.name, AttributeNamespace=claim.namespace
            )
            etree.SubElement(attribute, name(SAML, "AttributeValue")).text = claim.value
    return assertion


def _name_identifier(subject: etree._Element, who: x509.Certificate) -> None:
    identifier = etree.SubElement(
        subject,
        name(SAML, "NameIdentifier"),
        Format=_X509_SUBJECT,
        NameQualifier=issuer_name(who),
    )
    identifier.text = subject_name(who)
