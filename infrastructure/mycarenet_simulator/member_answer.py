"""What an insurer says about a member, written as the recorded answers look."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time
from uuid import uuid4

from lxml import etree

from domain.local_time import BELGIUM
from infrastructure.mycarenet_simulator.member_query import (
    IDENTIFIES,
    INSURABILITY,
    OURS,
    PALLIATIVE,
    SSIN,
    Query,
    QueryRefused,
)
from infrastructure.mycarenet_simulator.members import Member
from infrastructure.mycarenet_simulator.names import PREFIXES, SAML2, child, qname

MYCARENET = f"{OURS}aa"
_IO = "urn:be:cin:io:"
_LEVEL_1, _LEVEL_2 = f"{SAML2}:status:", f"{OURS}SAML:status:"
_MOST_PERIODS = 5
_SEXES = {1: "male", 2: "female"}
_USED = ("saml2", "ext", "xs", "xsi")


@dataclass(frozen=True, slots=True)
class _Said:
    """One assertion: what it is about, for which days, and its attributes (type and value) by name."""

    kind: str
    start: Date
    end: Date
    values: Mapping[str, tuple[str, str]]


def told(query: Query, member: Member, issued: datetime) -> etree._Element:
    """`saml2p:Response` of the insurer of the member; nothing is said of a facet without data."""
    covers = member.cover(query.start, query.end)
    fund = (covers or member.covers)[-1].fund
    made = _response(query.id, f"{_IO}{fund[0]}00", issued)
    status = child(made, "saml2p:Status")
    success = child(status, "saml2p:StatusCode", attributes={"Value": f"{_LEVEL_1}Success"})
    if len(covers) > _MOST_PERIODS:
        child(success, "saml2p:StatusCode", attributes={"Value": f"{_LEVEL_2}PartialAnswer"})
        _fault(status, "WARNING", f"IO-BE-{fund[0]}00", "ONLY_FIVE_PERIODS_RETURNED", "")
    for facet in query.facets:
        for said in _said(facet, query, member):
            _assertion(made, query, facet, said, issued)
    return made


def refused(query_id: str, error: QueryRefused, issued: datetime, io: str = "") -> etree._Element:
    """The same, saying no: MyCareNet itself, or the insurer `io`."""
    made = _response(query_id, f"{_IO}{io}" if io else MYCARENET, issued)
    status = child(made, "saml2p:Status")
    first = child(status, "saml2p:StatusCode", attributes={"Value": f"{_LEVEL_1}{error.who}"})
    child(first, "saml2p:StatusCode", attributes={"Value": f"{_LEVEL_2}{error.why}"})
    _fault(status, error.fault, f"IO-BE-{io}" if io else "MYCARENET", error.code, error.location)
    return made


def insurer_in(response: etree._Element) -> str:
    """Who says it, three digits; empty for MyCareNet itself."""
    issuer = response[0].text or ""
    return issuer.removeprefix(_IO) if issuer.startswith(_IO) else ""


def _response(query_id: str, issuer: str, issued: datetime) -> etree._Element:
    made = etree.Element(qname("saml2p:Response"), nsmap={prefix: PREFIXES[prefix] for prefix in ("saml2p", *_USED)})
    said = {"ID": f"_{uuid4()}", "InResponseTo": query_id, "Version": "2.0", "IssueInstant": _local(issued)}
    for name, value in said.items():
        made.set(name, value)
    child(made, "saml2:Issuer", issuer, {"Format": f"{OURS}io"})
    return made


def _fault(status: etree._Element, fault: str, source: str, code: str, location: str) -> None:
    made = child(child(status, "saml2p:StatusDetail"), "t:Fault", attributes={"xsi:type": "t:FaultType"})
    child(made, "t:FaultCode", fault)
    child(made, "t:FaultSource", source)
    child(made, "t:Message", code, {"xml:lang": "en"})
    detail = child(child(made, "t:Details"), "t:Detail")
    child(detail, "t:DetailCode", code)
    child(detail, "t:DetailSource", source)
    if location:
        child(detail, "t:Location", location)


def _said(facet: str, query: Query, member: Member) -> Iterator[_Said]:
    if facet == PALLIATIVE and member.palliative_since and member.palliative_since < query.end:
        begun = {"palliativeStatus:startDate": ("date", member.palliative_since.isoformat())}
        yield _Said("palliativeStatus", query.start, query.end, begun)
    if facet != INSURABILITY:
        return
    yield _Said("insurability:patientData", query.start, query.end, _identity(member))
    for cover in member.cover(query.start, query.end)[:_MOST_PERIODS]:
        values = {
            "careReceiver:registrationNumber": ("string", member.registration),
            "careReceiver:mutuality": ("string", cover.fund),
            "cb1": ("string", cover.ct1),
            "cb2": ("string", cover.ct2),
            "communicationDate": ("date", cover.start.isoformat()),
        }
        if query.is_for_invoicing:
            values["paymentApproval"] = ("string", f"{cover.fund}{cover.start:%y%m%d}{member.registration[-3:]}")
        yield _Said("insurability:period", cover.start, cover.end or query.end, values)
    yield _Said("insurability:payment", query.start, query.end, {"payment:byIO": ("boolean", "true")})
    if member.deceased_on and member.deceased_on < query.end:
        closed = {"generalSituation:event": ("string", "closedBefore")}
        yield _Said("insurability:generalSituation", query.start, query.end, closed)
    if member.medical_house and member.medical_house[1] < query.end:
        number, since = member.medical_house
        house = {
            "medicalHouse:nihii11": ("string", number),
            "medicalHouse:type": ("string", "Nurse"),
            "medicalHouse:start": ("date", since.isoformat()),
        }
        yield _Said("medicalHouse", query.start, query.end, house)


def _identity(member: Member) -> Mapping[str, tuple[str, str]]:
    said = {
        SSIN: ("string", member.ssin),
        "careReceiver:name": ("string", member.last_name),
        "careReceiver:firstName": ("string", member.first_name),
        "careReceiver:gender": ("string", _SEXES[member.sex]),
        "careReceiver:birthDate": ("date", member.birth_date.isoformat()),
    }
    if member.deceased_on:
        said["careReceiver:deceasedDate"] = ("date", member.deceased_on.isoformat())
    return said


def _assertion(parent: etree._Element, query: Query, facet: str, said: _Said, issued: datetime) -> None:
    attributes = {"ID": f"_{uuid4()}", "IssueInstant": _local(issued), "Version": "2.0"}
    made = child(parent, "saml2:Assertion", attributes=attributes)
    child(made, "saml2:Issuer", parent[0].text, {"Format": f"{OURS}io"})
    subject = child(made, "saml2:Subject")
    named = query.number if query.kind == SSIN else f"{query.number}@{query.fund}"
    child(subject, "saml2:NameID", named, {"Format": query.kind})
    confirmation = child(subject, "saml2:SubjectConfirmation", attributes={"Method": IDENTIFIES})
    days = {"NotBefore": _midnight(said.start), "NotOnOrAfter": _midnight(said.end)}
    child(confirmation, "saml2:SubjectConfirmationData", attributes=days)
    advice = child(made, "saml2:Advice", attributes={"xsi:type": "ext:AdviceType"})
    child(advice, "ext:AssertionType", f"{OURS}{said.kind}")
    advice.extend(deepcopy(one) for one in query.extensions if one.get("id") == facet)
    statement = child(made, "saml2:AttributeStatement")
    for name, (sort, value) in said.values.items():
        full = name if name == SSIN else f"{OURS}{name}"
        attribute = child(statement, "saml2:Attribute", attributes={"Name": full})
        child(attribute, "saml2:AttributeValue", value, {"xsi:type": f"xs:{sort}"})


def _midnight(day: Date) -> str:
    return _local_text(datetime.combine(day, time()))


def _local(at: datetime) -> str:
    return _local_text(at.astimezone(BELGIUM).replace(tzinfo=None))


def _local_text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
