"""What an insurer says about a member, as typed values; nothing that it says is dropped (reference 4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date as Date

from lxml import etree

from infrastructure.ehealth.faults import Detail
from infrastructure.ehealth.namespaces import MEMBER_EXTENSION, SAML2, SAML2P, name
from infrastructure.xml import local_name

_OURS = "urn:be:cin:nippin:"
_INSURER = "urn:be:cin:io:"
_TECHNICAL = "technicalAssertion"


@dataclass(frozen=True, slots=True)
class Statement:
    """One assertion. `kind`: its type without the common beginning (`insurability:period`, `medicalHouse` …).

    `start` and `end`: the days for which it is said, `end` is the first one no more. `values`: attributes in their
    order, names without the common beginning.
    """

    kind: str
    start: Date | None
    end: Date | None
    values: tuple[tuple[str, str], ...] = field(repr=False)

    def value(self, attribute: str) -> str:
        """The first of that name, empty when it is not said."""
        return next((value for key, value in self.values if key == attribute), "")

    def day(self, attribute: str) -> Date | None:
        """A date; None when it is not said or is none."""
        return _day(self.value(attribute))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Insured at one fund with these holder codes; `end` is the first day no more."""

    start: Date | None
    end: Date | None
    fund: str
    registration: str = field(repr=False)
    ct1: str = ""
    ct2: str = ""
    payment_approval: str = ""
    communicated: Date | None = None


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """`outcome`: `Success`, `Requester` or `Responder`; `reason`: what follows it, empty when nothing does.

    `io`: the insurer, three digits; empty when MyCareNet itself answered. `details`: why, and where in the question.
    """

    reference: str
    io: str
    outcome: str
    reason: str
    code: str
    message: str
    details: tuple[Detail, ...]
    statements: tuple[Statement, ...]

    @property
    def is_complete(self) -> bool:
        """Everything that was asked is answered."""
        return self.outcome == "Success" and not self.reason

    def of(self, kind: str) -> tuple[Statement, ...]:
        """What is said of one thing."""
        return tuple(one for one in self.statements if one.kind == kind)

    @property
    def coverages(self) -> tuple[Coverage, ...]:
        """Periods of insurance in their order; none means that nothing was said of any."""
        return tuple(
            Coverage(
                one.start,
                one.end,
                one.value("careReceiver:mutuality"),
                one.value("careReceiver:registrationNumber"),
                one.value("cb1"),
                one.value("cb2"),
                one.value("paymentApproval"),
                one.day("communicationDate"),
            )
            for one in self.of("insurability:period")
        )


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
    start, end = (None, None) if data is None else (_day(data.get("NotBefore")), _day(data.get("NotOnOrAfter")))
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


def _day(text: str | None) -> Date | None:
    try:
        return Date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
