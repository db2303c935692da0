"""A question about a member as MyCareNet wants it; answers of insurers as typed values, whatever they look like."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date as Date

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from application.ports import UnreadableMessage
from domain.insurability_query import MemberQuestion
from domain.member_answer import Coverage, Detail, MemberAnswer
from infrastructure.ehealth import member_answer
from infrastructure.ehealth.calls import Caller, NoAnswer, NotReached
from infrastructure.ehealth.faults import ServiceFault
from infrastructure.ehealth.generic_async import Session
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.ehealth.member_data import MemberData
from infrastructure.ehealth.member_query import Facet, Member, Question, insurability, query
from infrastructure.ehealth.namespaces import MEMBER_DATA, SAML2, SAML2P, SOAP, name
from tests.infrastructure.ehealth import official
from tests.infrastructure.ehealth.holders import NOW, NURSE, SSIN, Ids, nurse
from tests.infrastructure.ehealth.test_messages import ORIGIN, a_token

PALLIATIVE = Facet("urn:be:cin:nippin:palliativeStatus")
ASKED = Question(
    "00000000000021", Member("ssin", SSIN), Date(2026, 10, 1), Date(2026, 11, 1), (insurability(), PALLIATIVE)
)
MEMBER_PROTOCOL = "wsdl/mycarenet-memberdata/mycarenet-memberdata-protocol-1_0.xsd"
QUERY = "belgium/mycarenet-memberdata/XSD/Extensions-simplified.xsd"
RESPONSE = f"""<saml2p:Response xmlns:saml2p="{SAML2P}" xmlns:saml2="{SAML2}" xmlns:ext="urn:be:cin:nippin:memberdata:saml:extension"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_9" InResponseTo="_00000000000021" Version="2.0"
  IssueInstant="2026-11-02T10:30:00">
  <saml2:Issuer Format="urn:be:cin:nippin:io">urn:be:cin:io:300</saml2:Issuer>%s</saml2p:Response>"""
SUCCESS = '<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>'
REFUSED = """<saml2p:Status>
  <saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder">
    <saml2p:StatusCode Value="urn:be:cin:nippin:SAML:status:InputError"/></saml2p:StatusCode>
  <saml2p:StatusDetail><Fault xmlns:t="urn:be:cin:types:v1"><t:FaultCode>INPUT_ERROR</t:FaultCode>
    <t:FaultSource>MYCARENET</t:FaultSource><t:Details><t:Detail><t:DetailCode>UNKNOWN_NISS_ROUTING</t:DetailCode>
    <t:Location>*:Subject</t:Location></t:Detail></t:Details></Fault></saml2p:StatusDetail></saml2p:Status>"""


def assertion(kind: str, start: str, end: str, **values: str) -> str:
    attributes = "".join(
        f'<saml2:Attribute Name="{key.replace("__", ":")}"><saml2:AttributeValue>{value}</saml2:AttributeValue>'
        "</saml2:Attribute>"
        for key, value in values.items()
    )
    return (
        f'<saml2:Assertion ID="_1" IssueInstant="2026-11-02T10:30:00" Version="2.0"><saml2:Issuer>x</saml2:Issuer>'
        f"<saml2:Subject><saml2:SubjectConfirmation Method='m'><saml2:SubjectConfirmationData NotBefore='{start}'"
        f" NotOnOrAfter='{end}'/></saml2:SubjectConfirmation></saml2:Subject><saml2:Advice>"
        f"<ext:AssertionType>urn:be:cin:nippin:{kind}</ext:AssertionType></saml2:Advice>"
        f"<saml2:AttributeStatement>{attributes}</saml2:AttributeStatement></saml2:Assertion>"
    )


PERIODS = (
    assertion(
        "insurability:period",
        "2026-10-01T00:00:00",
        "2026-10-15T00:00:00",
        urn__be__cin__nippin__careReceiver__mutuality="306",
        urn__be__cin__nippin__careReceiver__registrationNumber="1234567",
        urn__be__cin__nippin__cb1="110",
        urn__be__cin__nippin__cb2="110",
    ),
    assertion(
        "insurability:period",
        "2026-10-15T00:00:00",
        "2026-11-01T00:00:00",
        urn__be__cin__nippin__cb1="111",
        urn__be__cin__nippin__cb2="111",
        urn__be__cin__nippin__new="x",
    ),
    assertion("technicalAssertion", "2026-10-01", "2026-11-01", status="zip"),
    assertion(
        "palliativeStatus", "2026-10-01", "2026-11-01", urn__be__cin__nippin__palliativeStatus__startDate="2026-09-03"
    ),
)


def answer(inside: str) -> MemberAnswer:
    return member_answer.read(etree.fromstring(RESPONSE % inside))


@official.needs_schemas
def test_the_question_is_in_the_official_schemas():
    for kind in ("ssin", "ssin_at_fund", "registration_at_fund"):
        asked = query(Question("1", Member(kind, "x@300"), ASKED.start, ASKED.end, ASKED.facets), "nihii11", NURSE, NOW)  # type: ignore[arg-type]
        assert official.errors(QUERY, asked) == []
    asked.remove(asked[-1])
    assert official.errors(QUERY, asked), "the schema does judge"


def test_the_question_says_who_asks_about_whom_and_when():
    asked = query(ASKED, "nihii11", NURSE, NOW)
    assert (asked.get("ID"), asked.get("IssueInstant")) == ("_00000000000021", "2026-11-02T10:30:00")
    assert asked.findtext(name(SAML2, "Issuer")) == NURSE
    assert asked.findtext(f".//{name(SAML2, 'NameID')}") == SSIN
    data = asked.find(f".//{name(SAML2, 'SubjectConfirmationData')}")
    assert data is not None
    assert dict(data.attrib) == {"NotBefore": "2026-10-01T00:00:00", "NotOnOrAfter": "2026-11-01T00:00:00"}
    assert [(one.get("id"), one.text) for one in asked.iter("Dimension")] == [
        ("requestType", "invoicing"),
        ("contactType", "other"),
    ]


def test_periods_of_insurance_come_with_their_holder_codes_and_nothing_is_dropped():
    found = answer(SUCCESS + "".join(PERIODS))
    assert (found.reference, found.io, found.is_complete) == ("00000000000021", "300", True)
    assert found.coverages == (
        Coverage(Date(2026, 10, 1), Date(2026, 10, 15), "306", "1234567", "110", "110"),
        Coverage(Date(2026, 10, 15), Date(2026, 11, 1), "", "", "111", "111"),
    )
    assert found.of("insurability:period")[1].value("new") == "x"
    assert found.of("palliativeStatus")[0].day("palliativeStatus:startDate") == Date(2026, 9, 3)
    assert SSIN not in repr(found)
    assert "1234567" not in repr(found)


def test_a_refusal_says_why_and_where():
    found = answer(REFUSED)
    assert (found.outcome, found.reason, found.code) == ("Responder", "InputError", "INPUT_ERROR")
    assert found.details == (Detail("UNKNOWN_NISS_ROUTING", "", "*:Subject"),)
    assert not found.is_complete
    assert found.coverages == ()


@given(st.recursive(st.sampled_from(["", "x", SUCCESS, REFUSED]), lambda inner: inner.map(lambda one: f"<a>{one}</a>")))
def test_any_structure_gives_an_answer(inside: str):
    assert isinstance(answer(inside), MemberAnswer)


# The call


def service(told: httpx.Response | Exception, seen: list[httpx.Request] | None = None) -> MemberData:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(told, Exception):
            raise told
        return told

    caller = Caller(httpx.Client(transport=httpx.MockTransport(handle)), (), lambda: NOW)
    return MemberData(caller, ("https://sim.invalid/MemberData",), True, lambda: NOW, Ids())


def soap(inside: str) -> httpx.Response:
    return httpx.Response(200, text=f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inside}</s:Body></s:Envelope>')


def returned(content: bytes, **attributes: str) -> httpx.Response:
    said = {"ContentType": "text/xml", "ContentEncoding": "none"} | attributes
    written = " ".join(f'{key}="{value}"' for key, value in said.items())
    detail = f"<p:Detail {written}>{b64encode(content).decode()}</p:Detail>"
    return soap(
        f'<m:MemberDataConsultationResponse xmlns:m="{MEMBER_DATA}" xmlns:p="urn:be:fgov:ehealth:mycarenet:commons:protocol:v3">'
        f"<p:Return>{detail}</p:Return></m:MemberDataConsultationResponse>"
    )


class Endless(httpx.SyncByteStream):
    """More than anybody takes."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield bytes(1024 * 1024)


SESSION = Session(a_token(), nurse())
CODEC = MemberDataCodec(lambda: NOW, ("palliativeStatus",))
QUESTION = MemberQuestion("00000000000021", SSIN, "", "306", Date(2026, 10, 1), Date(2026, 10, 31), "invoicing")


def ask(made: MemberData) -> bytes:
    return made.ask(SESSION, ORIGIN, QUESTION.reference, CODEC.write(QUESTION, ORIGIN.nihii))


def test_one_is_asked_and_the_answer_is_kept_whole():
    seen: list[httpx.Request] = []
    given_back = returned((RESPONSE % (SUCCESS + "".join(PERIODS))).encode())
    raw = ask(service(given_back, seen))
    assert raw == given_back.content
    assert len(CODEC.read(raw, QUESTION.reference).coverages) == 2
    (request,) = seen
    assert request.headers["SOAPAction"] == f'"{MEMBER_DATA}:MemberDataConsultation"'
    body = etree.fromstring(request.content).find(name(SOAP, "Body"))
    assert body is not None
    if official.SCHEMAS.is_dir():
        assert official.errors(MEMBER_PROTOCOL, body[0]) == []


def test_a_question_is_about_whole_days_and_about_the_number_that_is_known():
    first = etree.fromstring(CODEC.write(QUESTION, NURSE))
    assert etree.tostring(first) == etree.tostring(query(ASKED, "nihii11", NURSE, NOW))
    at_fund = MemberQuestion("1", "", "9990031", "306", QUESTION.first_day, QUESTION.last_day, "information")
    second = etree.fromstring(CODEC.write(at_fund, NURSE))
    named = second.find(f".//{name(SAML2, 'NameID')}")
    assert named is not None
    assert (named.text, named.get("Format")) == ("9990031@306", "urn:be:cin:nippin:careReceiver:registrationNumber@mut")
    assert SSIN not in repr(QUESTION)
    assert "9990031" not in repr(at_fund)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (returned(b"no xml"), "xml_invalid"),
        (returned(b"x", ContentEncryption="encryptedForKnownRecipient"), "content_sealed"),
        (returned(b"x", ContentEncoding="deflate"), "content_not_deflated"),
        (soap("<m:MemberDataConsultationResponse xmlns:m='x'/>"), "content_missing"),
        (returned((RESPONSE.replace("0000021", "0000022") % SUCCESS).encode()), "answer_to_another"),
        (returned(b"<a/>"), "answer_to_another"),
    ],
)
def test_what_cannot_be_read_comes_as_it_came_and_says_why(told: httpx.Response, why: str):
    raw = ask(service(told))
    assert raw == told.content
    with pytest.raises(UnreadableMessage) as unreadable:
        CODEC.read(raw, QUESTION.reference)
    assert unreadable.value.code == why


FAULTS = [
    (
        (
            "<s:Fault><faultcode>s:Server</faultcode><faultstring>SOA-01002</faultstring><detail><e:BusinessError "
            'xmlns:e="urn:be:fgov:ehealth:errors:soa:v1" Id="1"><Origin>x</Origin><Code>SOA-01002</Code>'
            '<Message xml:lang="en">Service call not authorized.</Message></e:BusinessError></detail></s:Fault>'
        ),
        ("ehealth", "SOA-01002", None, True),
    ),
    (
        (
            "<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring><detail><e:SystemError "
            'xmlns:e="urn:be:fgov:ehealth:errors:soa:v1" Id="1"><Code>SOA-02002</Code></e:SystemError></detail></s:Fault>'
        ),
        ("ehealth", "SOA-02002", True, False),
    ),
    (
        (
            "<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring><detail><e:SystemError "
            'xmlns:e="urn:be:fgov:ehealth:errors:soa:v1" Id="1"><Code>SOA-00001</Code><Retry>false</Retry></e:SystemError>'
            "</detail></s:Fault>"
        ),
        ("ehealth", "SOA-00001", False, False),
    ),
    (
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>what</faultstring></s:Fault>",
        ("soap", "s:Client", None, False),
    ),
]


@pytest.mark.parametrize(("inside", "expected"), FAULTS)
def test_a_fault_is_told_with_its_advice(inside: str, expected: tuple[str, str, bool | None, bool]):
    with pytest.raises(ServiceFault) as told:
        ask(service(soap(inside)))
    fault = told.value
    assert (fault.layer, fault.code, fault.retry, fault.is_not_mandated) == expected


def test_nothing_came_back_is_not_nothing_was_sent():
    with pytest.raises(NotReached):
        ask(service(httpx.ConnectError("down")))
    for lost in (
        httpx.ReadTimeout("late"),
        httpx.Response(502, text="<html>"),
        httpx.Response(200, text=f"<s:Envelope xmlns:s='{SOAP}'/>"),
        httpx.Response(200, text="<!DOCTYPE a><a/>"),
    ):
        with pytest.raises(NoAnswer):
            ask(service(lost))
    endless = httpx.Response(200, stream=Endless())
    with pytest.raises(NoAnswer, match="does not end"):
        ask(service(endless))
    with pytest.raises(NotReached):
        ask(MemberData(Caller(httpx.Client(), (), lambda: NOW), (), True, lambda: NOW, Ids()))
