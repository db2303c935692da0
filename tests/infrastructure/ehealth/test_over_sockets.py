"""Tokens, files and answers over real sockets, with a service that reads our messages by its own code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from application.ports import NotTransmitted, OutcomeUnknown, UnionsNotReached
from infrastructure.efact.answers import read_answer
from infrastructure.efact.writer import write
from infrastructure.ehealth.calls import Caller, NoAnswer
from infrastructure.ehealth.credential import Keystore, read_p12
from infrastructure.ehealth.faults import NoToken, ServiceFault
from infrastructure.ehealth.generic_async import GenericAsync, Session
from infrastructure.ehealth.origin import Licence, Origin, Party
from infrastructure.ehealth.qualities import attributes_of
from infrastructure.ehealth.sts import Protocol, TokenService
from infrastructure.ehealth.unions import MyCareNetUnions
from infrastructure.ehealth.verify import NotGenuine, verify_token
from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.xml import document
from tests.infrastructure.efact.builders import a_file
from tests.infrastructure.ehealth.holders import Ids
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.stores import SteppedClock

LICENCE = Licence("Quittance", demo.LICENCE_USER, demo.LICENCE_PASSWORD)
DAY = timedelta(hours=24)
NURSE = demo.NURSE
TPP = NURSE.qualities["nurse"]
OWN = Origin(LICENCE, TPP, "nurse", Party(f"{NURSE.given_name} {NURSE.surname}", TPP, "nurse", NURSE.ssin))


@dataclass
class World:
    """A simulator that listens, and our side of it."""

    there: Running
    clock: SteppedClock
    client: httpx.Client

    def __post_init__(self) -> None:
        self.caller = Caller(self.client, (self.there.simulator.authority.certificate,), self.clock.now)
        self.ids = Ids()
        self.files = self.there.simulator.keystores()

    def keystore(self, name: str) -> Keystore:
        return read_p12(self.files[name].read_bytes(), self.there.simulator.password())

    def sts(self, protocol: Protocol = "saml") -> TokenService:
        address = self.there.address("sts-saml" if protocol == "saml" else "sts-trust")
        return TokenService(self.caller, (address,), protocol, self.clock.now, self.ids)

    def generic(self) -> GenericAsync:
        return GenericAsync(self.caller, (self.there.address("invoicing"),), True, self.clock.now, self.ids)

    def session(self, name: str = "nurse", quality: str = "nurse", number: str = NURSE.ssin) -> Session:
        credential = self.keystore(name).authentication
        token = self.sts().issue(credential, credential, attributes_of(quality, number), DAY)
        return Session(token, credential)

    def unions(self, origin: Origin = OWN, session: Session | None = None) -> MyCareNetUnions:
        opened = session or self.session()
        return MyCareNetUnions(self.generic(), lambda _: (opened, origin))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = SteppedClock()
    with running(with_keys(tmp_path), clock) as there, httpx.Client() as client:
        yield World(there, clock, client)


FILE = a_file(tpp_number=TPP)
CONTENT = write(FILE).content


@pytest.mark.parametrize("protocol", ["saml", "ws-trust"])
@pytest.mark.parametrize("name", ["nurse", "colleague"])
def test_a_keystore_gets_a_token_by_either_protocol(world: World, protocol: Protocol, name: str):
    person = {"nurse": demo.NURSE, "colleague": demo.COLLEAGUE}[name]
    credential = world.keystore(name).authentication
    token = world.sts(protocol).issue(credential, credential, attributes_of("nurse", person.ssin), DAY)
    assert token.is_valid(world.clock.now())
    assert person.qualities["nurse"] in {value for values in token.attributes.values() for value in values}
    if protocol == "ws-trust":
        again = world.sts(protocol).renew(credential, token)
        assert again.assertion_id != token.assertion_id
        assert again.is_valid(world.clock.now())


@pytest.mark.parametrize("protocol", ["saml", "ws-trust"])
def test_a_token_for_another_key_is_given_when_that_key_is_proven(world: World, protocol: Protocol):
    identification, holder = world.keystore("nurse"), world.keystore("colleague")
    asked = attributes_of("nurse", NURSE.ssin)
    token = world.sts(protocol).issue(identification.authentication, holder.authentication, asked, DAY)
    session = Session(token, holder.authentication)
    assert world.generic().post(session, OWN, CONTENT, FILE.provider_reference, "100").is_success


def test_a_file_goes_and_its_answers_come_back_until_they_are_confirmed(world: World):
    unions = world.unions()
    unions.transmit(CONTENT, FILE.provider_reference, FILE.union, TPP)
    world.clock.forward(days=40)
    unions = world.unions()  # the token of that day holds no more
    waiting = unions.collect(TPP).waiting
    assert [receipt for receipt, _ in unions.collect(TPP).waiting] == [receipt for receipt, _ in waiting]
    answers = [read_answer(content) for _, content in waiting if content[:3] in (b"931", b"920")]
    assert [answer.message for answer in answers] == ["931000", "920098", "920900"]
    assert {answer.provider_reference for answer in answers} == {FILE.provider_reference}
    assert any(b"TAck" in content for _, content in waiting)
    for receipt, _ in waiting:
        unions.confirm(TPP, [receipt])
    assert unions.collect(TPP).waiting == []


def test_a_file_under_another_number_is_refused_for_want_of_a_mandate(world: World):
    stranger = Origin(LICENCE, demo.COLLEAGUE.qualities["nurse"], "nurse")
    with pytest.raises(ServiceFault) as told:
        world.generic().post(world.session(), stranger, CONTENT, "00000000000001", "100")
    assert told.value.is_not_mandated
    with pytest.raises(NotTransmitted):
        world.unions(stranger).transmit(CONTENT, FILE.provider_reference, FILE.union, TPP)


def test_sof_18_what_is_asked_for_leaves_its_proof_whatever_came(world: World):
    nothing = world.unions().collect(TPP)
    assert (nothing.waiting, b"getResponse" in nothing.proof) == ([], True)
    world.unions().transmit(CONTENT, FILE.provider_reference, FILE.union, TPP)
    world.clock.forward(days=40)
    something = world.unions().collect(TPP)
    assert something.waiting
    assert len(something.proof) > len(nothing.proof)
    stranger = Origin(LICENCE, demo.COLLEAGUE.qualities["nurse"], "nurse")
    with pytest.raises(UnionsNotReached) as told:
        world.unions(stranger).collect(TPP)
    assert (told.value.code, b"SOA-01002" in told.value.proof) == ("not_mandated", True)


def test_another_licence_and_a_revoked_certificate_are_told(world: World):
    wrong = replace(OWN, licence=Licence("Quittance", demo.LICENCE_USER, "wrong"))
    with pytest.raises(NotTransmitted, match=r"NIP\.AUTH\.license"):
        world.unions(wrong).transmit(CONTENT, FILE.provider_reference, FILE.union, TPP)
    world.there.simulator.scenario = Scenario(revoked=True)
    with pytest.raises((NoToken, ServiceFault)):
        world.session()


def test_a_connection_that_breaks_leaves_the_outcome_open_and_the_answers_settle_it(world: World):
    unions = world.unions()
    world.there.simulator.scenario = Scenario(lost_after_send=True)
    with pytest.raises(OutcomeUnknown):
        unions.transmit(CONTENT, FILE.provider_reference, FILE.union, TPP)
    world.there.simulator.scenario = Scenario(lost_before=True)
    other = replace(FILE, provider_reference="20250000000018", sending_number=18)
    with pytest.raises(OutcomeUnknown):
        unions.transmit(write(other).content, other.provider_reference, other.union, TPP)
    world.there.simulator.scenario = USUAL
    world.clock.forward(days=40)
    told = {
        read_answer(content).provider_reference
        for _, content in world.unions().collect(TPP).waiting
        if content[:1] == b"9"
    }
    assert told == {FILE.provider_reference}


def test_a_get_that_has_not_enough_time_is_asked_for_less(world: World):
    world.unions().transmit(CONTENT, FILE.provider_reference, FILE.union, TPP)
    world.clock.forward(days=40)
    world.there.simulator.scenario = Scenario(not_enough_time=4)
    unions = world.unions()
    assert 0 < len(unions.collect(TPP).waiting) <= 8


@pytest.mark.parametrize(
    ("name", "quality", "number", "origin"),
    [
        ("group", "groupofnurses", demo.GROUP[:8], Origin(LICENCE, demo.GROUP, "groupofnurses", organisation=Party("Les Tilleuls", demo.GROUP, "groupofnurses"))),
        ("company", "enterprise", demo.COMPANY, Origin(LICENCE, demo.GROUP, "groupofnurses", organisation=Party("Les Tilleuls", demo.GROUP, "groupofnurses"), sender_organisation=Party("Les Tilleuls", cbe=demo.COMPANY))),
        ("employee", "nurse", demo.EMPLOYEE.ssin, Origin(LICENCE, TPP, "nurse", Party("A. Delvaux", TPP, "nurse", NURSE.ssin), sender_person=Party("Luc Claes", ssin=demo.EMPLOYEE.ssin))),
        ("colleague", "nurse", demo.COLLEAGUE.ssin, Origin(LICENCE, TPP, "nurse", Party("A. Delvaux", TPP, "nurse", NURSE.ssin), sender_person=Party("B. Vanhoutte", ssin=demo.COLLEAGUE.ssin))),
    ],
)  # fmt: skip
def test_whoever_has_a_mandate_sends_for_another(world: World, name: str, quality: str, number: str, origin: Origin):
    session = world.session(name, quality, number)
    assert world.generic().post(session, origin, CONTENT, FILE.provider_reference, "100").is_success


def test_only_whom_we_trust_gives_tokens_and_signs_answers(world: World):
    stranger = pki.new_authority(world.clock.now()).certificate
    credential, claims = world.keystore("nurse").authentication, attributes_of("nurse", NURSE.ssin)
    doubting = Caller(world.client, (stranger,), world.clock.now)
    for protocol in ("saml", "ws-trust"):
        with pytest.raises(NoToken, match="sts_token_not_genuine: certificate_not_trusted"):
            replace(world.sts(protocol), caller=doubting).issue(credential, credential, claims, DAY)
    session = world.session()
    world.there.simulator.scenario = Scenario(signed=True)
    assert world.generic().get(session, OWN, (), 5).messages == ()
    with pytest.raises(NoAnswer, match="certificate_not_trusted"):
        replace(world.generic(), caller=doubting).get(session, OWN, (), 5)


@pytest.mark.parametrize(
    "changed",
    [
        lambda token: token.replace(b"true", b"TRUE", 1),
        lambda token: token.replace(b'NotOnOrAfter="2026', b'NotOnOrAfter="2027', 1),
        lambda token: token.replace(b"</saml:Assertion>", b"<saml:Advice/></saml:Assertion>"),
    ],
)
def test_a_token_that_was_changed_is_none(world: World, changed: Callable[[bytes], bytes]):
    assertion, anchors = world.session().token.assertion, (world.there.simulator.authority.certificate,)
    verify_token(document(assertion, len(assertion)), anchors, world.clock.now())
    other = changed(assertion)
    assert other != assertion
    with pytest.raises(NotGenuine):
        verify_token(document(other, len(other)), anchors, world.clock.now())
