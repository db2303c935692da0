"""What is asked about a member: a SAML 2.0 attribute query (reference 4.2)."""

from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime, time
from typing import Literal

from lxml import etree

from domain.local_time import BELGIUM
from infrastructure.ehealth.namespaces import MEMBER_EXTENSION, SAML2, SAML2P, XSI, name

INSURABILITY = "urn:be:cin:nippin:insurability"
_MEMBER = "urn:be:cin:nippin:memberIdentification"
_FORMATS = {
    "ssin": "urn:be:fgov:person:ssin",
    "ssin_at_fund": "urn:be:cin:nippin:member:ssin@mut",
    "registration_at_fund": "urn:be:cin:nippin:careReceiver:registrationNumber@mut",
}
_ISSUERS = {"nihii11": "urn:be:cin:nippin:nihii11", "cbe": "urn:be:fgov:kbo-bce:organization:cbe-number"}


@dataclass(frozen=True, slots=True)
class Facet:
    """Something that may be asked. `dimensions`: id and value."""

    identifier: str
    dimensions: tuple[tuple[str, str], ...] = ()


def insurability(
    request: Literal["information", "invoicing"] = "invoicing", contact: Literal["other", "hospitalized"] = "other"
) -> Facet:
    """Whether and by whom somebody is insured."""
    return Facet(INSURABILITY, (("requestType", request), ("contactType", contact)))


@dataclass(frozen=True, slots=True)
class Member:
    """`ssin`: the national number; `ssin_at_fund` and `registration_at_fund`: number@three digits of the fund."""

    kind: Literal["ssin", "ssin_at_fund", "registration_at_fund"]
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """`start` and `end` are days; the answer covers them in pieces. `reference`: that of the message."""

    reference: str
    member: Member
    start: Date
    end: Date
    facets: tuple[Facet, ...]


def query(asked: Question, issuer: Literal["nihii11", "cbe"], number: str, now: datetime) -> etree._Element:
    """Its `ID` repeats the reference and its issuer the care provider: MyCareNet holds both against the message."""
    root = etree.Element(
        name(SAML2P, "AttributeQuery"),
        ID=f"_{asked.reference}",
        Version="2.0",
        IssueInstant=_local_text(now.astimezone(BELGIUM).replace(tzinfo=None)),
        nsmap={"saml2p": SAML2P, "saml2": SAML2, "xsi": XSI, "ext": MEMBER_EXTENSION},
    )
    etree.SubElement(root, name(SAML2, "Issuer"), Format=_ISSUERS[issuer]).text = number
    extensions = etree.SubElement(root, name(SAML2P, "Extensions"))
    extensions.set(name(XSI, "type"), "ext:ExtensionsType")
    for facet in asked.facets:
        element = etree.SubElement(extensions, name(MEMBER_EXTENSION, "Facet"), id=facet.identifier)
        for identifier, value in facet.dimensions:
            etree.SubElement(element, "Dimension", id=identifier).text = value
    subject = etree.SubElement(root, name(SAML2, "Subject"))
    etree.SubElement(subject, name(SAML2, "NameID"), Format=_FORMATS[asked.member.kind]).text = asked.member.value
    confirmation = etree.SubElement(subject, name(SAML2, "SubjectConfirmation"), Method=_MEMBER)
    etree.SubElement(
        confirmation,
        name(SAML2, "SubjectConfirmationData"),
        NotBefore=_local_text(datetime.combine(asked.start, time())),
        NotOnOrAfter=_local_text(datetime.combine(asked.end, time())),
    )
    return root


def _local_text(moment: datetime) -> str:
    """Without a zone: the insurers read it as Belgian time."""
    return moment.isoformat(timespec="seconds")
