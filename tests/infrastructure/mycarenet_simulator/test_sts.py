"""The token service: who gets which token by which protocol, and what is refused."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.app import STS_SAML, STS_SAML_LEGACY, STS_TRUST
from infrastructure.mycarenet_simulator.registry import Organisation
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.times import instant
from tests.infrastructure.mycarenet_simulator import honest, trust
from tests.infrastructure.mycarenet_simulator.world import AS_NURSE

C, P, H = honest.C, honest.P, honest.H
E = "urn:be:fgov:ehealth:1.0"


def attributes(answered) -> dict[tuple[str, str], list[str]]:
    return {
        (one.get("AttributeNamespace"), one.get("AttributeName")): [value.text for value in one]
        for one in answered.all("//saml:Assertion/saml:AttributeStatement/saml:Attribute")
    }


def test_a_nurse_gets_her_numbers_and_booleans(world):
    answered = world.ask(honest.nurse(demo.NURSE.ssin), world.who("nurse"))
    assert answered.text("//samlp:StatusCode/@Value") == "samlp:Success"
    assert attributes(answered) == {
        (honest.I, f"{H}:person:ssin"): ["84031299839"],
        (honest.I, P): ["84031299839"],
        (C, f"{P}:nurse:boolean"): ["true"],
        (C, f"{P}:ehealth:1.0:nurse:nihii11"): ["49991127401"],
        (C, f"{P}:ehealth:1.0:givenname"): ["Amélie"],
        (C, f"{P}:ehealth:1.0:fpsph:nurse:boolean"): ["true"],
    }


def test_the_token_has_the_recorded_shape(world):
    answered, now = world.ask(honest.nurse(demo.NURSE.ssin), world.who("nurse")), world.clock.now()
    (token,) = answered.all("//saml:Assertion")
    names = [part.tag.partition("}")[2] for part in token]
    assert names == ["Conditions", "AuthenticationStatement", "AttributeStatement", "Signature"]
    assert token.get("Issuer") == "urn:be:fgov:ehealth:sts:1_0"
    assert instant(token[0].get("NotBefore")) == now - timedelta(minutes=5)
    assert instant(token[0].get("NotOnOrAfter")) == now + timedelta(hours=24)
    assert answered.text("//saml:AuthenticationStatement/saml:Subject/saml:NameIdentifier").startswith(
        'CN="SSIN=84031299839", OU="SSIN=84031299839", OU=Amélie Delvaux, OU=eHealth-platform Belgium'
    )
    (held,) = answered.all("//saml:SubjectConfirmation/ds:KeyInfo/ds:X509Data/ds:X509Certificate/text()")
    assert held == honest.der(world.who("nurse"))


@pytest.mark.parametrize(("hours", "granted"), [(12, 12), (24, 24), (48, 24)])
def test_a_day_is_the_longest_validity(world, hours, granted):
    answered = world.ask(honest.nurse(demo.NURSE.ssin), world.who("nurse"), hours=hours)
    end = instant(answered.text("//saml:Assertion/saml:Conditions/@NotOnOrAfter"))
    assert end == world.clock.now() + timedelta(hours=granted)


@pytest.mark.parametrize("path", [STS_SAML, STS_SAML_LEGACY])
@pytest.mark.parametrize("action", [honest.RST, "AttributeQuery", f'"{honest.RST}"'])
def test_both_paths_and_both_actions_answer(world, path, action):
    held, now = world.who("nurse"), world.clock.now()
    request = honest.saml_request(honest.nurse(demo.NURSE.ssin), held, held, now)
    answered = world.send(path, honest.x509_message(request, held, now), action)
    assert answered.text("//samlp:StatusCode/@Value") == "samlp:Success"
    assert answered.text("//samlp:Response/@InResponseTo") == "request-1"


def test_an_unknown_action_is_a_fault(world):
    held, now = world.who("nurse"), world.clock.now()
    request = honest.saml_request(honest.nurse(demo.NURSE.ssin), held, held, now)
    assert world.send(STS_SAML, honest.x509_message(request, held, now), "urn:other").code == "SOA-03005"
    assert world.send(STS_TRUST, honest.x509_message(request, held, now), trust.REQUEST).code == "SOA-03006"


def test_whom_the_registry_does_not_know_gets_a_token_that_says_so(world):
    held = pki.person(world.simulator.authority, "75010199934", "Un Known", world.clock.now())
    answered = world.ask(honest.nurse("75010199934"), held)
    said = attributes(answered)
    assert said[(C, f"{P}:nurse:boolean")] == ["false"]
    assert (C, f"{P}:ehealth:1.0:nurse:nihii11") not in said


@pytest.mark.parametrize(
    ("who", "ask", "expected"),
    [
        (
            "group",
            honest.group("94999919"),
            {
                (honest.I, f"{E}:groupofnurses:nihii-number"): ["94999919"],
                (honest.I, f"{H}:groupofnurses:nihii-number"): ["94999919"],
                (C, f"{H}:groupofnurses:nihii-number"): ["94999919"],
                (C, f"{E}:groupofnurses:nihii-number:recognisedgroupofnurses:nihii11"): ["94999919000"],
                (C, f"{H}:groupofnurses:nihii-number:recognisedgroupofnurses:boolean"): ["true"],
            },
        ),
        (
            "company",
            honest.company("0999999823"),
            {
                (honest.I, f"{H}:enterprise:cbe-number"): ["0999999823"],
                (C, f"{H}:recognisedorganization:boolean"): ["true"],
            },
        ),
    ],
)
def test_organisations_get_theirs(world, who, ask, expected):
    assert attributes(world.ask(ask, world.who(who))) == expected


def test_a_member_may_ask_for_the_group_and_nobody_else(world):
    assert attributes(world.ask(honest.group("94999919"), world.who("nurse")))
    for who, ask in (
        ("colleague", honest.group("94999919")),
        ("nurse", honest.nurse(demo.COLLEAGUE.ssin)),
        ("group", honest.nurse(demo.NURSE.ssin)),
        ("group", honest.company("0999999823")),
    ):
        answered = world.ask(ask, world.who(who))
        assert (answered.status, answered.text("//samlp:StatusCode/@Value")) == (200, "samlp:Requester")
        assert answered.all("//saml:Assertion") == []


def test_a_card_asks_for_a_token_that_another_key_holds(world):
    card = pki.identity_card(world.simulator.authority, demo.NURSE.ssin, "Amélie", "Delvaux", world.clock.now())
    session = world.who("nurse")
    answered = world.ask(honest.nurse(demo.NURSE.ssin), card, session)
    token = answered.all("//saml:Assertion")[0]
    assert world.call(honest.get(AS_NURSE), session, token).status == 200
    assert world.call(honest.get(AS_NURSE), card, token).code == "SOA-01001"


def test_without_proof_of_the_other_key_there_is_no_token(world):
    ask, nurse, other = honest.nurse(demo.NURSE.ssin), world.who("nurse"), world.who("employee")
    unsigned = world.ask(ask, nurse, other, sign=False)
    assert "unsigned" in unsigned.text("//samlp:StatusMessage")
    request = honest.saml_request(ask, nurse, other, world.clock.now())
    for old, new in (("samlp:AttributeQuery>", 'samlp:AttributeQuery Resource="urn:x">'), ("givenname", "surname")):
        changed = request.replace(old, new, 1)
        assert changed != request
        message = honest.x509_message(changed, nurse, world.clock.now())
        answered = world.send(STS_SAML, message, honest.RST)
        assert answered.all("//saml:Assertion") == []
        assert "digest" in answered.text("//samlp:StatusMessage")


def test_the_inner_signature_is_over_the_request_itself(world):
    ask, nurse, other = honest.nurse(demo.NURSE.ssin), world.who("nurse"), world.who("employee")
    request = honest.saml_request(ask, nurse, other, world.clock.now())
    signed = request.replace('RequestID="request-1"', 'RequestID="request-2"')
    bare = honest.exc(honest.etree.fromstring(re.sub("<ds:Signature .*</ds:Signature>", "", signed)))
    info = f"<ds:X509Data><ds:X509Certificate>{honest.der(other)}</ds:X509Certificate></ds:X509Data>"
    transforms = [f"{honest.DS}enveloped-signature", honest.EXC]
    for target, status in (("request-1", "samlp:Requester"), ("request-2", "samlp:Success")):
        made = honest.signature(other.key, [(f"#{target}", transforms, bare, "")], info)
        content = re.sub("<ds:Signature .*</ds:Signature>", lambda _, made=made: made, signed)
        message = honest.x509_message(content, nurse, world.clock.now())
        assert world.send(STS_SAML, message, honest.RST).text("//samlp:StatusCode/@Value") == status


def test_the_inner_signature_names_the_holder_of_the_key(world):
    nurse, other = world.who("nurse"), world.who("employee")
    request = honest.saml_request(honest.nurse(demo.NURSE.ssin), nurse, other, world.clock.now())
    assert request.count(honest.der(other)) == 2
    message = honest.x509_message(request.replace(honest.der(other), honest.der(nurse), 1), nurse, world.clock.now())
    assert "key_reference" in world.send(STS_SAML, message, honest.RST).text("//samlp:StatusMessage")


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        (Scenario(revoked=True), "SOA-01001"),
        (Scenario(outdated=True), "SOA-01001"),
        (Scenario(token_expired=True), "SOA-01001"),
    ],
)
def test_the_switches_revoked_and_expired(world, scenario, code):
    token, held = world.nurse_token(), world.who("nurse")
    world.simulator.scenario = scenario
    answered = world.ask(honest.nurse(demo.NURSE.ssin), held)
    if scenario.certificate_fault:
        assert answered.code == code
        assert world.call(honest.get(AS_NURSE), held, token).code == code
    else:
        expired = answered.all("//saml:Assertion")[0]
        assert world.call(honest.get(AS_NURSE), held, expired).code == code
        assert world.call(honest.get(AS_NURSE), held, token).status == 200


def test_the_switch_of_false_booleans(world):
    world.simulator.scenario = Scenario(booleans_false=True)
    said = attributes(world.ask(honest.nurse(demo.NURSE.ssin), world.who("nurse")))
    assert said[(C, f"{P}:nurse:boolean")] == ["false"]
    assert (C, f"{P}:ehealth:1.0:nurse:nihii11") not in said
    assert world.call(honest.get(AS_NURSE), world.who("nurse"), world.nurse_token()).code == "SOA-01002"


def test_certificates_of_others_or_of_other_times_are_not_trusted(world):
    now, ask = world.clock.now(), honest.nurse(demo.NURSE.ssin)
    foreign = pki.person(pki.new_authority(now), demo.NURSE.ssin, "A D", now)
    short = pki.person(world.simulator.authority, demo.NURSE.ssin, "A D", now, valid=timedelta(hours=1))
    encipherment = pki.decryption(world.who("nurse"), now)
    for held in (foreign, encipherment):
        assert world.ask(ask, held).reason == "The caller is not authenticated: the certificate is not trusted."
    assert world.ask(ask, short).status == 200
    world.clock.forward(hours=2)
    assert world.ask(ask, short).code == "SOA-01001"


# Protocol B


@pytest.mark.parametrize("full_names", [False, True])
def test_protocol_b_gives_the_same_attributes(world, full_names):
    ask, held = honest.nurse(demo.NURSE.ssin), world.who("nurse")
    answered = trust.issue(world, ask, held, full_names=full_names)
    assert answered.text("//wst:RequestSecurityTokenResponse/@Context") == "context-1"
    assert attributes(answered) == attributes(world.ask(ask, held))
    assert world.call(honest.get(AS_NURSE), held, answered.all("//saml:Assertion")[0]).status == 200


def test_another_key_meets_a_challenge_once(world):
    ask, held, other = honest.nurse(demo.NURSE.ssin), world.who("nurse"), world.who("employee")
    challenge = trust.issue(world, ask, held, other)
    assert challenge.all("//saml:Assertion") == []
    answered = trust.meet(world, challenge, other)
    assert world.call(honest.get(AS_NURSE), other, answered.all("//saml:Assertion")[0]).status == 200
    assert trust.meet(world, challenge, other).code == "SOA-03007"


@pytest.mark.parametrize(
    ("who", "word", "context", "minutes"),
    [
        ("nurse", None, "context-1", 0),
        ("employee", "wrong", "context-1", 0),
        ("employee", None, "context-9", 0),
        ("employee", None, "context-1", 6),
    ],
)
def test_a_challenge_that_is_not_met_gives_no_token(world, who, word, context, minutes):
    challenge = trust.issue(world, honest.nurse(demo.NURSE.ssin), world.who("nurse"), world.who("employee"))
    world.clock.forward(minutes=minutes)
    answered = trust.meet(world, challenge, world.who(who), word, context)
    assert (answered.status, answered.code) == (500, "SOA-03007")


def test_a_valid_token_is_renewed_by_its_own_key(world):
    token, held = world.nurse_token(), world.who("nurse")
    world.clock.forward(hours=20)
    renewed = trust.renew(world, token, held).all("//saml:Assertion")[0]
    assert instant(renewed[0].get("NotOnOrAfter")) == world.clock.now() + timedelta(hours=24)
    assert renewed.get("AssertionID") != token.get("AssertionID")
    assert trust.renew(world, token, world.who("colleague")).code == "SOA-03007"
    world.clock.forward(hours=5)
    assert trust.renew(world, token, held).code == "SOA-03007"
    assert world.call(honest.get(AS_NURSE), held, renewed).status == 200


def test_a_changed_token_is_not_renewed(world):
    token = world.nurse_token()
    token.find(".//{*}AttributeValue").text = demo.COLLEAGUE.ssin
    assert trust.renew(world, token, world.who("nurse")).code == "SOA-03007"


# Qualities


def row(quality: str, number: str, *names: str) -> tuple:
    return quality, number, names


ROWS = [
    row("medicalhouse", "80000123", f"{E}:medicalhouse:nihii-number:recognisedmedicalhouse:nihii11", f"{E}:medicalhouse:nihii-number:recognisedmedicalhouse:boolean", f"{H}:recognisedorganization:boolean"),
    row("officedoctors", "80000224", f"{H}:officedoctors:nihii-number", f"{H}:officedoctors:nihii-number:recognisedofficedoctors:nihii11", f"{H}:officedoctors:nihii-number:recognisedofficedoctors:boolean"),
    row("guardpost", "80000325", f"{E}:guardpost:nihii-number:recognisedguardpost:nihii11", f"{E}:guardpost:nihii-number:recognisedguardpost:boolean"),
]  # fmt: skip


@pytest.mark.parametrize(("quality", "number", "names"), ROWS)
@pytest.mark.parametrize("recognised", [True, False])
def test_organisations_of_every_quality(world, quality, number, names, recognised):
    known = Organisation(quality, number, f"{number}000", recognised)
    world.simulator.registry = replace(world.simulator.registry, organisations=(known,))
    held = pki.organisation(world.simulator.authority, f"NIHII={number}", "x", world.clock.now())
    claims = tuple((honest.I, f"{start}:{quality}:nihii-number", number) for start in (E, H))
    said = attributes(world.ask(honest.Ask(claims, tuple((C, name) for name in names)), held))
    for name in names:
        expected = {"boolean": ["true" if recognised else "false"], "nihii11": [f"{number}000"]}.get(
            name.rpartition(":")[2], [number]
        )
        assert said.get((C, name)) == (expected if recognised or not name.endswith("nihii11") else None), name


@pytest.mark.parametrize("quality", ["dentist", "doctor", "physiotherapist", "midwife", "logopedist"])
def test_persons_of_every_quality(world, quality):
    someone = replace(demo.NURSE, qualities={quality: "12345678901"})
    world.simulator.registry = replace(world.simulator.registry, persons=(someone,))
    names = {
        f"{P}:{quality}:boolean": ["true"],
        f"{P}:ehealth:1.0:fpsph:{quality}:boolean": ["true"],
        f"{P}:ehealth:1.0:professional:{quality}:boolean": ["true"],
        f"{P}:ehealth:1.0:nihii:{quality}:nihii11": ["12345678901"],
        f"{P}:ehealth:1.0:surname": ["Delvaux"],
        f"{H}:person:ssin:usersession:boolean": ["true"],
        f"{P}:ehealth:1.0:nihii:nurse:nihii11": None,
        f"{P}:nurse:boolean": ["false"],
        f"{P}:ehealth:1.0:of:nobody": None,
    }
    claims = honest.person(demo.NURSE.ssin).claims
    said = attributes(world.ask(honest.Ask(claims, tuple((C, name) for name in names)), world.who("nurse")))
    assert {name: said.get((C, name)) for name in names} == names
