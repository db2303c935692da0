"""The agent signs requests to the token service in the name of the card's holder, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from infrastructure.ehealth import saml_request, ws_trust
from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.namespaces import DS, SAML, SAMLP, SOAP, WSSE, WST, WSU, name
from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.app import STS_SAML, STS_TRUST, Simulator
from infrastructure.reader_agent.apdu import Apdus
from infrastructure.reader_agent.card import BelgianEid
from infrastructure.reader_agent.errors import RequestError
from infrastructure.reader_agent.pin import Pin
from infrastructure.reader_agent.sts_request import recognise
from tests.infrastructure.reader_agent.asked import DAY, IDS, Protocol, body, holder, unsigned
from tests.infrastructure.reader_agent.issued import NOW, SSIN, Generation, Personalised, personalised
from tests.infrastructure.reader_agent.virtual_card import VirtualCard
from tests.stores import SteppedClock

BOTH = pytest.mark.parametrize("generation", ["1.7", "1.8"])
PROTOCOLS = pytest.mark.parametrize("protocol", ["saml", "ws-trust"])


def signed(content: bytes, on_it: Personalised, now: Any = NOW) -> bytes:
    request = recognise(content, on_it.certificate, now)
    eid = BelgianEid.recognise(Apdus(VirtualCard(on_it).exchange))
    with eid.opened(Pin(bytearray(b"1234"))):
        return request.finished(eid.sign(sha256(request.to_sign).digest()))


@BOTH
@PROTOCOLS
def test_what_the_card_signed_holds_for_another_library(generation: Generation, protocol: Protocol):
    on_it = personalised(generation)
    content = unsigned(on_it.certificate, body(on_it.certificate, protocol))
    root = etree.fromstring(signed(content, on_it))
    security = root.find(f"*/{name(WSSE, 'Security')}")
    assert [etree.QName(one).localname for one in security] == ["BinarySecurityToken", "Timestamp", "Signature"]
    signature = security[2]
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    pem = on_it.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.verify(signature)
    referenced = [one.get("URI") for one in signature.iter(name(DS, "Reference"))]
    assert referenced == [
        f"#{one.get(name(WSU, 'Id'))}" for one in (root.find(name(SOAP, "Body")), security[1], security[0])
    ]
    security[1][1].text = "2027-01-01T00:00:00Z"
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    with pytest.raises(xmlsec.Error):
        context.verify(signature)


@BOTH
@PROTOCOLS
def test_the_simulated_token_service_takes_it(generation: Generation, protocol: Protocol, tmp_path: Path):
    """It checks signature, certificate, times and claims on its own."""
    clock = SteppedClock(NOW)
    simulator = Simulator(tmp_path, clock)
    nurse = demo.NURSE
    kind: pki.KeyKind = "rsa-2048" if generation == "1.7" else "p-384"
    held = pki.identity_card(simulator.authority, nurse.ssin, nurse.given_name, nurse.surname, NOW, kind)
    plain = personalised(generation)
    on_it = replace(plain, key=held.key, certificate=held.certificate).with_file(
        "3F00DF005038", held.certificate.public_bytes(Encoding.DER) + bytes(1100)
    )
    software = pki.person(simulator.authority, nurse.ssin, "Amélie Delvaux", NOW)
    keeper = Credential(software.certificate, software.key)
    asked = body(on_it.certificate, protocol, by=keeper, ssin=nurse.ssin)
    message = signed(unsigned(on_it.certificate, asked), on_it)
    path, action = (STS_SAML, saml_request.ACTION) if protocol == "saml" else (STS_TRUST, ws_trust.ISSUE_ACTION)
    status, answer = simulator.answer(path, message, action)
    assert status == 200
    content = next(iter(etree.fromstring(answer).find(name(SOAP, "Body"))))
    if protocol == "saml":
        assert saml_request.read(content).is_valid(NOW)
    else:
        assert ws_trust.challenged(content, IDS) is not None, "the other key must prove itself"
    assert isinstance(on_it.key, RSAPrivateKey) is (generation == "1.7")
    simulator.close()


def refused(content: bytes, on_it: Personalised | None = None, now: Any = NOW) -> str:
    with pytest.raises(RequestError) as error:
        recognise(content, (on_it or personalised("1.8")).certificate, now)
    return error.value.code


def changed(protocol: Protocol, change: Callable[[etree._Element], None]) -> bytes:
    """A good request, but for this."""
    certificate = personalised("1.8").certificate
    root = etree.fromstring(unsigned(certificate, body(certificate, protocol)))
    change(root)
    return bytes(etree.tostring(root))


def at(root: etree._Element, local: str) -> etree._Element:
    return next(one for one in root.iter() if isinstance(one.tag, str) and etree.QName(one).localname == local)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" + b"x" * 300_000 + b"</a>",
    ],
)
def test_what_is_no_plain_xml_is_not_read(content: bytes):
    assert refused(content) == "sts_request_unreadable"


def test_another_message_is_not_signed():
    certificate = personalised("1.8").certificate
    for element in (
        etree.Element("{urn:be:cin:nip:async:generic}post"),
        etree.Element("{http://www.w3.org/2000/09/xmldsig#}SignedInfo"),
        etree.Element(name(SAMLP, "Request")),
        etree.Element(name(WST, "RequestSecurityToken")),
        etree.Element(name(WST, "RequestSecurityTokenResponse")),
    ):
        assert refused(unsigned(certificate, element)) == "sts_request_not_recognised"
    assert refused(b"<SignedInfo/>") == "sts_request_not_recognised"


def _add(local: str, child: etree._Element) -> Callable[[etree._Element], None]:
    return lambda root: at(root, local).append(child)


def _set(local: str, attribute: str, value: str) -> Callable[[etree._Element], None]:
    return lambda root: at(root, local).set(attribute, value)


def _text(local: str, text: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        at(root, local).text = text

    return change


def _drop(local: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        one = at(root, local)
        one.getparent().remove(one)

    return change


def _same_id(root: etree._Element) -> None:
    at(root, "Timestamp").set(name(WSU, "Id"), at(root, "Body").get(name(WSU, "Id")))


def _second_body(root: etree._Element) -> None:
    root.append(etree.fromstring(etree.tostring(at(root, "Body"))))


@PROTOCOLS
@pytest.mark.parametrize(
    "change",
    [
        _add("Header", etree.Element("{http://www.w3.org/2005/08/addressing}To")),
        _add("Security", etree.Element(name(DS, "Signature"))),
        _add("Body", etree.Element("other")),
        _add("Security", etree.Comment("hidden")),
        _add("Body", etree.ProcessingInstruction("a", "b")),
        _same_id,
        _second_body,
        _drop("Timestamp"),
        _drop("BinarySecurityToken"),
        _set("BinarySecurityToken", "ValueType", "urn:other"),
        _set("BinarySecurityToken", "EncodingType", "urn:other"),
        _text("BinarySecurityToken", "no base64!"),
        lambda root: at(root, "Body").attrib.pop(name(WSU, "Id")),
        lambda root: at(root, "Timestamp").attrib.pop(name(WSU, "Id")),
    ],
)
def test_a_message_with_anything_else_in_it_is_not_signed(protocol: Protocol, change: Callable[[etree._Element], None]):
    assert refused(changed(protocol, change)) == "sts_request_not_recognised"


@pytest.mark.parametrize(
    ("protocol", "change"),
    [
        ("saml", _add("AttributeQuery", etree.Element(name(SAMLP, "AuthorizationDecisionQuery")))),
        ("saml", _add("Subject", etree.Element("other"))),
        ("saml", _drop("Assertion")),
        ("saml", _drop("Conditions")),
        ("ws-trust", _add("Claims", etree.Element("other"))),
        ("ws-trust", _text("RequestType", f"{WST}/Renew")),
        ("ws-trust", _text("RequestType", f"{WST}/Validate")),
        ("ws-trust", _drop("RequestType")),
        ("ws-trust", _drop("Lifetime")),
    ],
)
def test_a_request_of_another_shape_is_not_signed(protocol: Protocol, change: Any):
    assert refused(changed(protocol, change)) == "sts_request_not_recognised"


@pytest.mark.parametrize(
    ("protocol", "change"),
    [
        ("saml", _text("NameIdentifier", "CN=Somebody else")),
        ("saml", _set("NameIdentifier", "NameQualifier", "CN=Another authority")),
        ("saml", _set("Assertion", "Issuer", "CN=Somebody else")),
        ("saml", _text("AttributeValue", "00000000097")),
        ("ws-trust", _text("Value", "00000000097")),
    ],
)
def test_a_request_in_another_name_is_not_signed(protocol: Protocol, change: Any):
    assert refused(changed(protocol, change)) == "sts_request_of_another"


@PROTOCOLS
def test_a_request_for_another_card_is_not_signed(protocol: Protocol):
    other = personalised("1.7")
    assert refused(unsigned(other.certificate, body(other.certificate, protocol))) == "sts_request_of_another"
    mine = personalised("1.8").certificate
    assert refused(unsigned(mine, body(mine, protocol, ssin="90010100155"))) == "sts_request_of_another"


def test_the_names_of_another_card_in_a_message_of_this_one_are_refused():
    mine, other = personalised("1.8").certificate, personalised("1.8", "90070200292").certificate
    assert refused(unsigned(mine, body(other, "saml"))) == "sts_request_of_another"


@PROTOCOLS
@pytest.mark.parametrize(
    "times",
    [
        {"now": NOW - timedelta(minutes=6)},
        {"now": NOW + timedelta(minutes=6)},
        {"ttl": timedelta(minutes=6)},
        {"ttl": timedelta(seconds=-1)},
    ],
)
def test_a_message_that_is_not_of_now_is_not_signed(protocol: Protocol, times: Any):
    certificate = personalised("1.8").certificate
    assert refused(unsigned(certificate, body(certificate, protocol), **times)) == "sts_request_out_of_time"


@PROTOCOLS
def test_a_token_for_longer_than_a_day_or_for_later_is_not_asked_for(protocol: Protocol):
    certificate = personalised("1.8").certificate
    for asked in (
        body(certificate, protocol, validity=DAY + timedelta(seconds=1)),
        body(certificate, protocol, now=NOW + timedelta(hours=1)),
    ):
        assert refused(unsigned(certificate, asked)) == "sts_request_out_of_time"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-02T09:30:00"])
def test_times_that_cannot_be_read_are_refused(text: str):
    assert refused(changed("saml", _text("Created", text))) == "sts_request_out_of_time"


def test_the_holder_may_be_the_card_itself():
    on_it = personalised("1.8")
    own: Any = Credential(on_it.certificate, on_it.key)
    content = unsigned(on_it.certificate, body(on_it.certificate, "saml", by=own))
    assert b"<ds:SignedInfo>" in signed(content, on_it)
    assert SSIN.encode() in content
    assert holder().certificate != on_it.certificate
    assert etree.fromstring(content).find(f".//{name(SAML, 'Assertion')}") is not None
