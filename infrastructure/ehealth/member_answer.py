"""Reads what an insurer says about a member; nothing that it says is dropped (reference 4.2)."""

from collections.abc import Iterator

from lxml import etree

from domain.member_answer import Detail, MemberAnswer, Statement, day_of
from infrastructure.ehealth.namespaces import MEMBER_EXTENSION, SAML2, SAML2P, name
from infrastructure.xml import local_name

_OURS = "urn:be:cin:nippin:"
_INSURER = "urn:be:cin:io:"
_TECHNICAL = "technicalAssertion"


def read(response: etree._Element) -> MemberAnswer:
    """A `saml2p:Response`. What is not said is empty; a structure that is not known gives statements all the same."""
    status = response.find(name(SAML2P, "Status"))
    codes = [] if status is None else [_last(one.get("Value")) for one in status.iter(name(SAML2P, "StatusCode"))]
    fault = None if status is None else next((one for one in status.iter("*") if local_name(one) == "Fault"), None)
    return MemberAnswer(
        response.get("InResponseTo", "").removeprefix("_"),
        _insurer(response.findtext(name(SAML2, "Issuer")) or ""),
        codes[0] if codes else "",
        codes[1] if len(codes) > 1 else "",
        _child(fault, "FaultCode"),
        _child(fault, "Message"),
        tuple(_details(fault)),
        tuple(_statement(one) for one in response.findall(name(SAML2, "Assertion")) if _kind(one) != _TECHNICAL),
    )


def _insurer(issuer: str) -> str:
    """Three digits; another issuer is MyCareNet, which answers when no insurer was asked."""
    return issuer.strip().removeprefix(_INSURER) if issuer.strip().startswith(_INSURER) else ""


def _statement(assertion: etree._Element) -> Statement:
    data = assertion.find(f".//{name(SAML2, 'SubjectConfirmationData')}")
    values = [
        (attribute.get("Name", "").removeprefix(_OURS), (value.text or "").strip())
        for attribute in assertion.iter(name(SAML2, "Attribute"))
        for value in attribute.iter(name(SAML2, "AttributeValue"))
    ]
    start, end = (None, None) if data is None else (day_of(data.get("NotBefore")), day_of(data.get("NotOnOrAfter")))
    return Statement(_kind(assertion), start, end, tuple(values))


def _kind(assertion: etree._Element) -> str:
    told = assertion.findtext(f".//{name(MEMBER_EXTENSION, 'AssertionType')}") or ""
    return told.strip().removeprefix(_OURS)


def _details(fault: etree._Element | None) -> Iterator[Detail]:
    for one in () if fault is None else fault.iter("*"):
        if local_name(one) == "Detail":
            words = ("DetailCode", "DetailSource", "Location", "Message")
            yield Detail(*(_child(one, word) for word in words))


def _child(parent: etree._Element | None, local: str) -> str:
    found = () if parent is None else (one for one in parent if local_name(one) == local)
    return next(((one.text or "").strip() for one in found), "")


def _last(urn: str | None) -> str:
    return (urn or "").rpartition(":")[2]
