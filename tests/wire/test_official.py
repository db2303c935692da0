"""The judge of whole messages: what our client and the simulator say is valid, and no message with another word is."""

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta

import httpx
import pytest
from lxml import etree

from domain.insurability_query import MemberQuestion
from infrastructure.efact.writer import write
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.contents import decoded, deflate
from infrastructure.ehealth.credential import read_p12
from infrastructure.ehealth.faults import ServiceFault
from infrastructure.ehealth.generic_async import MEMBER_DATA, GenericAsync, Session
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.ehealth.member_data import MemberData
from infrastructure.ehealth.origin import Licence, Origin
from infrastructure.ehealth.qualities import attributes_of
from infrastructure.ehealth.sts import Protocol, TokenService
from infrastructure.mycarenet_simulator import demo
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.serving import Running, running
from tests.infrastructure.efact.builders import a_file
from tests.infrastructure.ehealth.holders import Ids
from tests.stores import SteppedClock
from tests.wire import official
from tests.wire.recorder import Wire

TPP = demo.NURSE.qualities["nurse"]
FILE = a_file(tpp_number=TPP)
OWN = Origin(Licence("Quittance", demo.LICENCE_USER, demo.LICENCE_PASSWORD), TPP, "nurse")
QUESTION = MemberQuestion("00000000000021", "02010199820", "", "101", Date(2026, 3, 1), Date(2026, 3, 2), "invoicing")
needs_schemas = pytest.mark.skipif(not official.is_here(), reason="the official schemas are not beside the checkout")


@pytest.fixture(scope="module")
def said(wire: Wire, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A conversation, one message of each kind: who speaks, and the first child of the body."""
    heard: dict[str, bytes] = {}

    def keep(who: str, content: bytes) -> None:
        (body,) = etree.fromstring(content).findall("{*}Body")
        which = " about members" if "GenAsync/memberData" in who else ""
        heard.setdefault(f"{who.partition(' ')[0]} {etree.QName(body[0]).localname}{which}", content)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(wire, "passes", keep)
        with running(tmp_path_factory.mktemp("there"), SteppedClock()) as there:
            converse(there)
    return heard


def converse(there: Running) -> None:
    clock, ids = SteppedClock(), Ids()
    with httpx.Client() as http:
        caller = Caller(http, (there.simulator.authority.certificate,), clock.now)
        files = there.simulator.keystores()
        password = there.simulator.password()
        nurse, other = (read_p12(files[name].read_bytes(), password).authentication for name in ("nurse", "colleague"))
        asked = attributes_of("nurse", demo.NURSE.ssin)
        kinds: tuple[tuple[Protocol, str], ...] = (("ws-trust", "sts-trust"), ("saml", "sts-saml"))
        for protocol, service in kinds:
            sts = TokenService(caller, (there.address(service),), protocol, clock.now, ids)
            session = Session(sts.issue(nurse, other, asked, timedelta(hours=12)), other)
        mailbox = GenericAsync(caller, (there.address("invoicing"),), True, clock.now, ids)
        mailbox.post(session, OWN, write(FILE).content, FILE.provider_reference, FILE.union)
        there.simulator.scenario = Scenario(signed=True)
        waiting = mailbox.get(session, OWN, (), 5)
        mailbox.confirm(session, OWN, waiting.messages, waiting.acknowledgements)
        batch = replace(mailbox, addresses=(there.address("member-data-async"),), project=MEMBER_DATA)
        batch.post(session, OWN, MemberDataCodec(clock.now, ()).write_together([QUESTION], TPP), "0000000000")
        batch.get(session, OWN, (), 5)
        members = MemberData(caller, (there.address("member-data"),), True, clock.now, ids)
        members.ask(session, OWN, QUESTION.reference, MemberDataCodec(clock.now, ()).write(QUESTION, TPP))
        with pytest.raises(ServiceFault):
            mailbox.get(session, replace(OWN, licence=Licence("Quittance", "nobody", "")), (), 5)


KINDS = {
    "asked Request", "answered Response",
    "asked RequestSecurityToken", "asked RequestSecurityTokenResponse", "answered RequestSecurityTokenResponse",
    "asked post", "answered postResponse", "asked get", "answered getResponse", "asked confirm",
    "answered confirmResponse", "answered Fault",
    "asked post about members", "answered postResponse about members",
    "asked get about members", "answered getResponse about members",
    "asked MemberDataConsultationRequest", "answered MemberDataConsultationResponse",
}  # fmt: skip


@needs_schemas
def test_every_kind_of_message_is_valid(said: dict[str, bytes]):
    assert set(said) == KINDS
    assert {kind: official.faults(content) for kind, content in said.items()} == {kind: [] for kind in KINDS}


@needs_schemas
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_element_can_have_another_name(said: dict[str, bytes], kind: str):
    for nth, _ in enumerate(etree.fromstring(said[kind]).iter("*")):
        changed = etree.fromstring(said[kind])
        element = list(changed.iter("*"))[nth]
        element.tag += "s"
        assert official.faults(etree.tostring(changed)), f"{element.tag} in {element.getparent()}"


@needs_schemas
@pytest.mark.parametrize("inside", [b"<a/>", b"<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>"])
def test_what_a_message_carries_is_judged_too(said: dict[str, bytes], inside: bytes):
    post = etree.fromstring(said["asked post"])
    for name, packed in (("Xades-t", inside), ("Detail", deflate(inside))):
        (element,) = post.iter(f"{{*}}{name}")
        before, element.text = element.text, b64encode(packed).decode()
        assert official.faults(etree.tostring(post)), name
        element.text = before
    assert official.faults(etree.tostring(post)) == []


@needs_schemas
@pytest.mark.parametrize(
    ("kind", "root"),
    [("asked post about members", "AttributeQueryList"), ("answered getResponse about members", "ResponseList")],
)
def test_lists_about_members_are_judged_inside_too(said: dict[str, bytes], kind: str, root: str):
    message = etree.fromstring(said[kind])
    (detail,) = message.iter("{*}Detail")
    clear = decoded(b64decode(detail.text or ""), detail.get("ContentEncoding"))
    assert etree.QName(etree.fromstring(clear)).localname == root
    for nth, _ in enumerate(etree.fromstring(clear).iter("*")):
        changed = etree.fromstring(clear)
        element = list(changed.iter("*"))[nth]
        element.tag += "s"
        detail.set("ContentEncoding", "none")
        detail.text = b64encode(etree.tostring(changed)).decode()
        assert official.faults(etree.tostring(message)), element.tag
