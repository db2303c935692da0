"""Sessions by keystore and by card against a token service of other code; and what is refused before it is asked."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from application.mycarenet_ports import GrantedSession, Sender, SessionRefused
from domain.errors import DomainError
from domain.registration import Registration
from domain.registration_kinds import Kind
from infrastructure.efact.writer import write
from infrastructure.ehealth import acting
from infrastructure.ehealth.faults import ServiceFault
from infrastructure.ehealth.kept import KeptSession
from infrastructure.ehealth.namespaces import DS, WSSE, name
from infrastructure.ehealth.sessions import Tokens
from infrastructure.ehealth.sts import Protocol
from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.p12 import keystore
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from infrastructure.mycarenet_simulator.serving import running
from tests.infrastructure.efact.builders import a_file
from tests.infrastructure.ehealth.holders import Ids
from tests.infrastructure.ehealth.test_over_sockets import LICENCE, World
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.infrastructure.reader_agent.issued import Generation, Personalised, personalised
from tests.infrastructure.reader_agent.test_sts_request import signed
from tests.stores import SteppedClock

NURSE = demo.NURSE
OWN_NUMBER = NURSE.qualities["nurse"]
PROTOCOLS = pytest.mark.parametrize("protocol", ["saml", "ws-trust"])


def sender(kind: Kind = "group", number: str = demo.GROUP, cbe: str = "") -> Sender:
    return Sender(number, (Registration(UUID(int=1), kind, number, cbe, Date(2025, 1, 1)),))


GROUP = sender()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = SteppedClock()
    with running(with_keys(tmp_path), clock) as there, httpx.Client() as client:
        yield World(there, clock, client)


def tokens(world: World, protocol: Protocol = "saml", **changed: Any) -> Tokens:
    made = Tokens(world.sts(protocol), timedelta(hours=12), (), world.clock.now, Ids())
    return replace(made, **changed)


def by_p12(world: World, holder: str = "nurse", whom: Sender = GROUP, **more: Any) -> GrantedSession:
    return tokens(world, **more).by_p12(world.files[holder].read_bytes(), world.there.simulator.password(), whom)


def carries_a_file(world: World, granted: GrantedSession, whom: Sender = GROUP) -> bool:
    kept, lost = KeptSession.read(granted.secret), list[str]()
    session = kept.session(lambda: lost.append("lost"))
    fits = acting.fitting(whom.registrations, kept.holder, whom.tpp_number)
    origin = acting.origin(kept.holder, fits, LICENCE, session.token)
    file = a_file(tpp_number=whom.tpp_number)
    return world.generic().post(session, origin, write(file).content, file.provider_reference, "100").is_success


@PROTOCOLS
@pytest.mark.parametrize(
    ("holder", "kind", "whom"),
    [
        ("nurse", "person", GROUP),
        ("nurse", "person", sender("own", OWN_NUMBER)),
        ("group", "group", GROUP),
        ("company", "company", sender("company_for_group", cbe=demo.COMPANY)),
    ],
)
def test_a_keystore_opens_a_session_that_carries_a_file(
    world: World, protocol: Protocol, holder: str, kind: str, whom: Sender
):
    granted = by_p12(world, holder, whom, protocol=protocol)
    assert granted.holder_kind == kind
    assert granted.ends_at == world.clock.now() + timedelta(hours=24)
    assert "Assertion" not in repr(granted) + repr(KeptSession.read(granted.secret))
    assert NURSE.ssin not in repr(granted) + repr(KeptSession.read(granted.secret))
    assert carries_a_file(world, granted, whom)


@PROTOCOLS
@pytest.mark.parametrize("renewed", [False, True])
def test_staff_goes_for_the_company_also_where_a_group_could_send_in_person(
    world: World, protocol: Protocol, renewed: bool
):
    """The mandate is the company's alone, so that a file whose sender does not name it is refused."""
    simulator, staff = world.there.simulator, demo.EMPLOYEE.ssin
    mandates = tuple(one for one in simulator.registry.mandates if one.sender[1] != staff)
    simulator.registry = replace(simulator.registry, mandates=mandates)
    both = replace(
        GROUP, registrations=(*GROUP.registrations, *sender("company_for_group", cbe=demo.COMPANY).registrations)
    )
    granted = by_p12(world, "employee", both, protocol=protocol)
    if renewed:
        granted = tokens(world, protocol).renew(granted.secret, both)
    assert carries_a_file(world, granted, both)


@PROTOCOLS
def test_who_is_no_staff_of_the_company_goes_in_person(world: World, protocol: Protocol):
    both = replace(
        GROUP, registrations=(*GROUP.registrations, *sender("company_for_group", cbe="0400000086").registrations)
    )
    granted = by_p12(world, "employee", both, protocol=protocol)
    assert carries_a_file(world, granted, both)
    kept = KeptSession.read(granted.secret)
    fits = acting.fitting(both.registrations, kept.holder, both.tpp_number)
    assert acting.counting(kept.holder, fits, kept.token).kind == "group", "what is missing is told of that one"


@PROTOCOLS
def test_the_key_of_a_keystore_renews_its_session(world: World, protocol: Protocol):
    first = by_p12(world, protocol=protocol)
    world.clock.forward(hours=11)
    second = tokens(world, protocol).renew(first.secret, GROUP)
    assert second.assertion_id != first.assertion_id
    assert second.ends_at == world.clock.now() + timedelta(hours=24)
    world.clock.forward(hours=20)
    assert carries_a_file(world, second)


def refusal(ask: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(DomainError) as told:
        ask()
    return told.value.code, told.value.facts.get("field")


def test_a_keystore_that_cannot_be_used_is_not_taken_to_the_service(world: World):
    content, password = world.files["nurse"].read_bytes(), world.there.simulator.password()
    desk = tokens(world)
    assert refusal(lambda: desk.by_p12(content, "wrong", GROUP)) == ("p12_unreadable", "p12")
    assert refusal(lambda: desk.by_p12(b"no p12", password, GROUP)) == ("p12_unreadable", "p12")
    nobody = pki.new_authority(world.clock.now())
    whole = keystore(nobody, [], password, b"0" * 20)
    assert refusal(lambda: desk.by_p12(whole, password, GROUP)) == ("p12_of_nobody", "p12")
    late = replace(desk, now=lambda: world.clock.now() + timedelta(days=4_000))
    assert refusal(lambda: late.by_p12(content, password, GROUP)) == ("certificate_out_of_time", "p12")


def test_a_holder_who_fits_no_registration_in_force_gets_no_session(world: World):
    none = Sender(demo.GROUP, ())
    assert refusal(lambda: by_p12(world, "nurse", none)) == ("registration_missing", None)
    assert refusal(lambda: by_p12(world, "company", GROUP)) == ("registration_missing", None)
    own = sender("own", OWN_NUMBER)
    assert refusal(lambda: by_p12(world, "colleague", own)) == ("registration_missing", None), (
        "the platform told who it is"
    )
    assert refusal(lambda: tokens(world).renew(by_p12(world).secret, none)) == ("registration_missing", None)
    world.there.simulator.scenario = Scenario(booleans_false=True)
    assert refusal(lambda: by_p12(world, "nurse", own)) == ("registration_missing", None), "it vouches for nobody now"


@PROTOCOLS
def test_what_the_service_says_comes_as_codes_and_never_in_its_words(world: World, protocol: Protocol):
    def said(**more: Any) -> tuple[str, str]:
        with pytest.raises(SessionRefused) as told:
            by_p12(world, protocol=protocol, **more)
        assert NURSE.ssin not in str(told.value)
        return told.value.code, told.value.said

    world.there.simulator.scenario = Scenario(revoked=True)
    assert said() == ("sts_not_authenticated", "SOA-01001")
    world.there.simulator.scenario = USUAL
    service = world.sts(protocol)
    assert said(service=replace(service, addresses=("http://127.0.0.1:9/sts",))) == ("sts_not_reached", "")
    assert said(service=replace(service, addresses=(f"{world.there.url}/nowhere",))) == ("sts_no_answer", "")
    stranger = pki.new_authority(world.clock.now()).certificate
    doubting = replace(service, caller=type(world.caller)(world.client, (stranger,), world.clock.now))
    assert said(service=doubting) == ("sts_token_not_genuine", "")
    world.there.simulator.registry = replace(demo.REGISTRY, persons=())
    world.there.simulator.scenario = Scenario(token_expired=True)
    assert by_p12(world, "group", protocol=protocol).ends_at <= world.clock.now()


def test_a_token_that_a_service_does_not_believe_is_told_to_whoever_holds_it(world: World):
    granted, lost = by_p12(world), list[str]()
    kept = KeptSession.read(granted.secret)
    session = kept.session(lambda: lost.append("lost"))
    origin = acting.origin(
        kept.holder, acting.fitting(GROUP.registrations, kept.holder, demo.GROUP), LICENCE, session.token
    )
    assert world.generic().get(session, origin, (), 5).messages == ()
    assert lost == []
    world.clock.forward(hours=25)
    with pytest.raises(ServiceFault):
        world.generic().get(session, origin, (), 5)
    assert lost == ["lost"]


def card(world: World, generation: Generation = "1.8", ssin: str = NURSE.ssin) -> Personalised:
    """Of the nurse, by the authority that the simulator trusts."""
    kind: pki.KeyKind = "rsa-2048" if generation == "1.7" else "p-384"
    authority = world.there.simulator.authority
    held = pki.identity_card(authority, ssin, NURSE.given_name, NURSE.surname, world.clock.now(), kind)
    der = held.certificate.public_bytes(Encoding.DER)
    plain = replace(personalised(generation), key=held.key, certificate=held.certificate)
    return plain.with_file("3F00DF005038", der + bytes(1100))


def der_of(on_it: Personalised) -> bytes:
    return on_it.certificate.public_bytes(Encoding.DER)


@PROTOCOLS
@pytest.mark.parametrize("generation", ["1.7", "1.8"])
def test_a_card_opens_a_session_for_a_key_of_its_own_as_the_agent_signs_it(
    world: World, protocol: Protocol, generation: Generation
):
    desk, on_it = tokens(world, protocol), card(world, generation)
    envelope, prepared = desk.prepare_card(der_of(on_it), GROUP)
    granted = desk.by_card(prepared, signed(envelope, on_it, world.clock.now()), GROUP)
    assert granted.holder_kind == "person"
    kept = KeptSession.read(granted.secret)
    holder = kept.key.credential().certificate
    assert NURSE.ssin not in holder.subject.rfc4514_string()
    assert holder.issuer == holder.subject
    assert carries_a_file(world, granted)
    world.there.simulator.scenario = Scenario(certified_keys_only=True)
    assert not carries_a_file(world, granted), "what a service says that takes certified keys alone: nobody knows"


def test_only_the_card_makes_its_session_last_unless_the_service_takes_its_key(world: World):
    for protocol in ("saml", "ws-trust"):
        desk, on_it = tokens(world, protocol), card(world)
        envelope, prepared = desk.prepare_card(der_of(on_it), GROUP)
        granted = desk.by_card(prepared, signed(envelope, on_it, world.clock.now()), GROUP)
        assert refusal(lambda desk=desk, granted=granted: desk.renew(granted.secret, GROUP)) == ("card_needed", None)
    world.there.simulator.scenario = Scenario(renews_by_held_key=True)
    world.clock.forward(hours=11)
    renewed = desk.renew(granted.secret, GROUP)
    assert renewed.ends_at == world.clock.now() + timedelta(hours=24)
    world.clock.forward(hours=14)
    assert carries_a_file(world, renewed)


def test_a_certificate_that_is_no_card_s_is_refused(world: World):
    desk, on_it = tokens(world), card(world)
    assert refusal(lambda: desk.prepare_card(b"no certificate", GROUP)) == (
        "card_certificate_unreadable",
        "certificate",
    )
    software = world.keystore("nurse").authentication.certificate_der
    assert refusal(lambda: desk.prepare_card(software, GROUP)) == ("card_certificate_of_nobody", "certificate")
    late = replace(desk, now=lambda: world.clock.now() + timedelta(days=4_000))
    assert refusal(lambda: late.prepare_card(der_of(on_it), GROUP)) == ("certificate_out_of_time", "certificate")
    stranger = pki.new_authority(world.clock.now()).certificate
    strict = replace(desk, card_authorities=(stranger,))
    assert refusal(lambda: strict.prepare_card(der_of(on_it), GROUP)) == ("card_not_trusted", "certificate")
    trusting = replace(desk, card_authorities=(stranger, world.there.simulator.authority.certificate))
    assert trusting.prepare_card(der_of(on_it), GROUP)[0]


def _without_signature(content: bytes) -> bytes:
    root = etree.fromstring(content)
    signature = root.find(f"*/{name(WSSE, 'Security')}/{name(DS, 'Signature')}")
    signature.getparent().remove(signature)
    return bytes(etree.tostring(root))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda content: b"no xml", "card_request_changed"),
        (lambda content: content.replace(b"</s:Envelope>", b" </s:Envelope>"), "card_request_changed"),
        (lambda content: content.replace(b"AttributeName=", b"AttributeNamE=", 1), "card_signature_wrong"),
        (_without_signature, "card_signature_wrong"),
    ],
)
def test_what_the_agent_brings_back_is_what_was_prepared_and_signed(world: World, changed: Any, code: str):
    desk, on_it = tokens(world), card(world)
    envelope, prepared = desk.prepare_card(der_of(on_it), GROUP)
    content = signed(envelope, on_it, world.clock.now())
    assert changed(content) != content
    assert refusal(lambda: desk.by_card(prepared, changed(content), GROUP)) == (code, "envelope")


def test_another_request_another_card_and_another_minute_are_refused(world: World):
    desk, on_it = tokens(world), card(world)
    envelope, prepared = desk.prepare_card(der_of(on_it), GROUP)
    other, _ = desk.prepare_card(der_of(on_it), GROUP)
    now = world.clock.now()
    assert refusal(lambda: desk.by_card(prepared, signed(other, on_it, now), GROUP))[0] == "card_request_changed"
    twin = card(world)
    theirs, _ = desk.prepare_card(der_of(twin), GROUP)
    assert refusal(lambda: desk.by_card(prepared, signed(theirs, twin, now), GROUP))[0] == "card_signature_wrong"
    content = signed(envelope, on_it, now)
    world.clock.forward(seconds=61)
    assert refusal(lambda: desk.by_card(prepared, content, GROUP))[0] == "card_request_old"
