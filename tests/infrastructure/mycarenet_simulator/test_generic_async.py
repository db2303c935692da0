"""GenericAsync: what a post must be, what a get shows, what a confirm removes, and the mishaps that a test asks for."""

import hmac
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from zlib import compress

import pytest
from lxml import etree

from infrastructure.efact.answers import read_answer
from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.app import GENERIC_INVOICING, NOT_YET, Simulator
from infrastructure.mycarenet_simulator.errors import ConnectionLost
from infrastructure.mycarenet_simulator.scenario import Scenario
from tests.infrastructure.mycarenet_simulator import honest
from tests.infrastructure.mycarenet_simulator.answers import messages_of, tacks_of
from tests.infrastructure.mycarenet_simulator.resigning import resigned
from tests.infrastructure.mycarenet_simulator.world import (
    AS_GROUP,
    AS_NURSE,
    CONTENT,
    FILE,
    NURSE,
    TO,
    World,
    by_person,
)
from tests.infrastructure.simulator.worlds import bytes_of

FAILURE = "urn:nip:tack:result:major:failure"
MINOR = "urn:nip:tack:result:minor:simulated-"
OTHER = bytes_of(replace(FILE, sending_number=8, reference="SENDING8"))


def tack(answered) -> tuple[str, str]:
    (node,) = answered.all("//g:postResponse/g:return")
    return node.get("ResultMajor"), (node.get("ResultMinor") or "").removeprefix(MINOR)


def nothing_arrived(world) -> bool:
    return messages_of(world.group_get()) == [] and tacks_of(world.group_get()) == []


# Post


def test_the_content_of_a_tack_is_the_hmac_of_the_blob_under_its_result(world):
    held, now = world.who("group"), world.clock.now()
    text = honest.post(AS_GROUP, CONTENT, held, now)
    answered = world.call(text, held, world.group_token(), TO)
    detail = etree.fromstring(text)[1]
    major = tack(answered)[0]
    assert b64decode(answered.text("//g:return")) == hmac.new(major.encode(), honest.exc(detail), sha256).digest()
    assert {one.content for one in tacks_of(world.group_get())} == {answered.text("//g:return")}


def test_a_blob_may_come_without_deflate(world):
    assert tack(world.group_post(deflate=False)) == ("urn:nip:tack:result:major:success", "")
    assert len(messages_of(world.group_get())) == 3


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"reference": ""}, "NIP.INPUT.RequestValidation"),
        ({"reference": "123456789012345"}, "NIP.INPUT.RequestValidation"),
        ({"to": None}, "NIP.INPUT.RequestValidation"),
        ({"to": "urn:nip:destination:io:"}, "NIP.INPUT.RequestValidation"),
        ({"to": "urn:nip:destination:io:MULTICAST"}, "NIP.INPUT.RequestValidation"),
        ({"to": "urn:nip:destination:io:101"}, "NIP.INPUT.RequestValidation"),
        ({"to": "http://elsewhere"}, "NIP.META.simulated"),
        ({"ContentEncoding": "gzip"}, "SOA-03007"),
        ({"ContentEncryption": "encryptedForKnownBED"}, "SOA-03007"),
        ({"ContentEncryption": "rot13"}, "SOA-03006"),
    ],
)
def test_a_post_that_is_a_fault(world, options, code):
    answered = world.group_post(**options)
    assert (answered.status, answered.code) == (500, code)
    assert nothing_arrived(world)


@pytest.mark.parametrize(
    ("options", "minor"),
    [
        ({"signed": False}, "signature"),
        ({"MessageName": "FACT"}, "message-name"),
        ({"content": b"no eFact"}, "content"),
    ],
)
def test_a_post_that_fails(world, options, minor):
    assert tack(world.group_post(**options)) == (FAILURE, minor)
    assert nothing_arrived(world)


@pytest.mark.parametrize(
    "header", ["", honest.addressing("get", TO), honest.addressing("post", TO).replace("urn:uuid:1", "")]
)
def test_addressing_names_the_operation_and_the_message(world, header):
    held = world.who("group")
    text = honest.post(AS_GROUP, CONTENT, held, world.clock.now())
    assert world.call(text, held, world.group_token(), header=header).code == "NIP.META.simulated"


def test_answers_go_back_to_the_caller_only(world):
    header = honest.addressing("get").replace("addressing/anonymous", "addressing/none")
    answered = world.call(honest.get(AS_GROUP), world.who("group"), world.group_token(), header=header)
    assert answered.code == "NIP.META.simulated"


def test_the_actions_of_answers_and_faults(world):
    assert world.group_post().text("//wsa:Action") == "urn:be:cin:nip:async:generic:post:tack"
    assert world.group_get().text("//wsa:Action") == "urn:be:cin:nip:async:generic:get:msgs"
    assert world.group_confirm().text("//wsa:Action") == "urn:be:cin:nip:async:generic:confirm:return"
    failed = world.group_post(reference="")
    assert failed.text("//wsa:Action") == "urn:be:cin:nip:async:generic:post:fault"
    assert failed.text("//wsa:RelatesTo") == "urn:uuid:1"


def test_the_same_reference_is_stored_once(world):
    world.group_post()
    assert tack(world.group_post()) == ("urn:nip:tack:result:major:success", "duplicate")
    assert tack(world.group_post(content=OTHER)) == (FAILURE, "reference-in-use")
    assert len(messages_of(world.group_get())) == 3
    assert tack(world.group_post(content=OTHER, reference="2")) == ("urn:nip:tack:result:major:success", "")
    assert len(messages_of(world.group_get())) == 6
    assert len(tacks_of(world.group_get())) == 2


# XAdES


def tampered(world, change) -> tuple[str, str]:
    held = world.who("group")
    text = honest.post(AS_GROUP, CONTENT, held, world.clock.now())
    return tack(world.call(change(text, held), held, world.group_token(), TO))


def with_proof(text: str, proof: bytes) -> str:
    start, end = text.index("<g:Xades-t>"), text.index("</g:Xades-t>")
    return f"{text[:start]}<g:Xades-t>{honest.b64(proof)}{text[end:]}"


def proof_of(text: str) -> str:
    return b64decode(etree.fromstring(text)[2].text).decode()


def test_other_content_under_the_same_signature_fails(world):
    def change(text, held):
        return text.replace(honest.b64(honest.raw_deflate(CONTENT)), honest.b64(honest.raw_deflate(OTHER)))

    assert tampered(world, change) == (FAILURE, "signature")
    assert nothing_arrived(world)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('URI="#blob"', 'URI="#other"'),
        ('URI="#props"', 'URI="#blob"'),
        (honest.OPTIONAL_DEFLATE, honest.EXC),
        ("xmlenc#sha256", "xmlenc#sha512"),
        ("<xades:SigningTime>2026", "<xades:SigningTime>2025"),
        ("<ds:X509SerialNumber>", "<ds:X509SerialNumber>1"),
        ("ecdsa-sha256", "rsa-sha256"),
        ("#SignedProperties", "#Other"),
        ("</ds:Object>", "</ds:Object><ds:Object/>"),
        ("<ds:SignedInfo", "<!-- x --><ds:SignedInfo"),
        ("<ds:Signature ", "<!DOCTYPE x><ds:Signature "),
    ],
)
def test_a_changed_signature_fails(world, old, new):
    def change(text, held):
        proof = proof_of(text)
        assert old in proof
        return with_proof(text, proof.replace(old, new).encode())

    assert tampered(world, change) == (FAILURE, "signature")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('URI="#blob"', 'URI="#other"'),
        ('URI="#props"', 'URI="#other"'),
        (honest.OPTIONAL_DEFLATE, honest.EXC),
        (f'<ds:Transform Algorithm="{honest.DS}base64"/>', ""),
        (' Type="http://uri.etsi.org/01903#SignedProperties"', ""),
        (' Type="http://uri.etsi.org/01903#SignedProperties"', ' Type="urn:other"'),
        ('URI="#blob"', 'URI="#blob" Type="urn:other"'),
    ],
)
def test_a_signature_over_other_things_fails_though_signed(world, monkeypatch, old, new):
    chain = [f"{honest.DS}base64", honest.OPTIONAL_DEFLATE]
    with monkeypatch.context() as patched:
        resigned(patched, lambda info: info.replace(old, new))
        proof = honest.xades(world.who("group"), "blob", chain, CONTENT, world.clock.now())
    assert tampered(world, lambda text, _: with_proof(text, proof)) == (FAILURE, "signature")


def test_a_signature_of_a_stranger_or_of_the_future_fails(world):
    now = world.clock.now()
    stranger = pki.organisation(pki.new_authority(now), "NIHII-GROUP=94999919", "x", now)
    chain = [f"{honest.DS}base64", honest.OPTIONAL_DEFLATE]
    for signer, at in ((stranger, now), (world.who("group"), now + timedelta(hours=1))):
        proof = honest.xades(signer, "blob", chain, CONTENT, at)
        assert tampered(world, lambda text, _, proof=proof: with_proof(text, proof)) == (FAILURE, "signature")


def test_a_blob_without_an_id_cannot_be_signed(world):
    assert tampered(world, lambda text, _: text.replace(' Id="blob"', "")) == (FAILURE, "signature")


# Who may send


def test_a_wrong_licence_is_a_fault_of_its_own(world):
    for changed in ({"user": "other"}, {"password": "other"}):
        sent = replace(AS_GROUP, **changed)
        answered = world.call(honest.get(sent), world.who("group"), world.group_token())
        assert (answered.status, answered.code) == (500, "NIP.AUTH.license")


GROUP_BY = {"quality": "groupofnurses", "nihii11": demo.GROUP}
COMPANY = "<c2:Organization><c2:Cbe>0999999823</c2:Cbe></c2:Organization>"


def code_of(world, sent: honest.Sent, who: str, ask: honest.Ask) -> str:
    held = world.who(who)
    return world.call(honest.get(sent), held, world.token(ask, held)).code


@pytest.mark.parametrize(
    ("sent", "who", "ask", "code"),
    [
        (AS_NURSE, "nurse", honest.nurse(demo.NURSE.ssin), ""),
        (honest.Sent("nurse", NURSE), "nurse", honest.nurse(demo.NURSE.ssin), ""),
        (AS_NURSE, "colleague", honest.nurse(demo.COLLEAGUE.ssin), "SOA-01002"),
        (replace(AS_NURSE, sender=by_person(demo.COLLEAGUE.ssin)), "colleague", honest.nurse(demo.COLLEAGUE.ssin), ""),
        (replace(AS_NURSE, sender=by_person(demo.NURSE.ssin)), "colleague", honest.nurse(demo.COLLEAGUE.ssin), "SOA-01002"),
        (replace(AS_NURSE, sender=by_person(demo.EMPLOYEE.ssin)), "employee", honest.person(demo.EMPLOYEE.ssin), ""),
        (replace(AS_NURSE, sender=by_person(demo.DENTIST.ssin)), "dentist", honest.person(demo.DENTIST.ssin), "SOA-01002"),
        (replace(AS_NURSE, quality="doctor"), "nurse", honest.nurse(demo.NURSE.ssin), "SOA-01002"),
        (AS_NURSE, "nurse", honest.person(demo.NURSE.ssin), "SOA-01002"),
        (AS_GROUP, "group", honest.group("94999919"), ""),
        (AS_GROUP, "company", honest.company("0999999823"), "SOA-01002"),
        (honest.Sent(**GROUP_BY, sender=COMPANY), "company", honest.company("0999999823"), ""),
        (honest.Sent(**GROUP_BY, sender=COMPANY), "group", honest.group("94999919"), "SOA-01002"),
        (honest.Sent(**GROUP_BY, sender=by_person(demo.NURSE.ssin)), "nurse", honest.nurse(demo.NURSE.ssin), ""),
        (honest.Sent(**GROUP_BY, sender=by_person(demo.NURSE.ssin) + COMPANY), "nurse", honest.nurse(demo.NURSE.ssin), "SOA-01002"),
        (honest.Sent(**GROUP_BY, sender="<c2:PhysicalPerson/>"), "nurse", honest.nurse(demo.NURSE.ssin), "SOA-03007"),
        (honest.Sent("nurse", "4999112740"), "nurse", honest.nurse(demo.NURSE.ssin), "SOA-03007"),
        (honest.Sent("", NURSE), "nurse", honest.nurse(demo.NURSE.ssin), "SOA-03007"),
    ],
)  # fmt: skip
def test_the_origin_is_held_against_the_token_and_the_mandates(world, sent, who, ask, code):
    assert code_of(world, sent, who, ask) == code


def test_an_ended_mandate_ends_the_right(world):
    sent, ask = honest.Sent(**GROUP_BY, sender=COMPANY), honest.company("0999999823")
    assert code_of(world, sent, "company", ask) == ""
    world.simulator.registry = replace(world.simulator.registry, mandates=())
    assert code_of(world, sent, "company", ask) == "SOA-01002"


def test_a_group_that_is_no_longer_recognised_may_not_send(world):
    gone = tuple(replace(one, recognised=False) for one in world.simulator.registry.organisations)
    world.simulator.registry = replace(world.simulator.registry, organisations=gone)
    assert code_of(world, AS_GROUP, "group", honest.group("94999919")) == "SOA-01002"


def test_nobody_sees_the_mailbox_of_another(world):
    world.group_post()
    answered = world.call(honest.get(AS_NURSE), world.who("nurse"), world.nurse_token())
    assert messages_of(answered) == []
    world.call(
        honest.confirm(AS_NURSE, hashes=[one.hash_value for one in messages_of(world.group_get())]),
        world.who("nurse"),
        world.nurse_token(),
    )
    assert len(messages_of(world.group_get())) == 3


# Get and confirm


def test_include_max_and_names_choose(world):
    world.group_post()
    assert [one.name for one in messages_of(world.group_get(names="HCPAFD"))] == ["HCPAFD"]
    assert len(messages_of(world.group_get(names=""))) == 3
    assert len(messages_of(world.group_get(most=2))) == 2
    only_tacks = world.group_get(messages="0")
    assert (messages_of(only_tacks), len(tacks_of(only_tacks))) == ([], 1)
    assert tacks_of(world.group_get(tacks="false")) == []


@pytest.mark.parametrize(
    ("included", "excluded", "names", "messages", "tacks"),
    [("100 200", "", "", 3, 1), ("200", "", "", 0, 0), ("", "100", "", 0, 0), ("", "300", "HCPFAC", 3, 1), ("", "", "OTHER", 3, 0)],
)  # fmt: skip
def test_query_parameters_choose(world, included, excluded, names, messages, tacks):
    world.group_post()
    parameters = (
        f"<g:QueryParameters><g:includeIOs>{included}</g:includeIOs><g:excludeIOs>{excluded}</g:excludeIOs>"
        f"<g:tackMessageNames>{names}</g:tackMessageNames></g:QueryParameters>"
    )
    answered = world.group_get(parameters=parameters)
    assert (len(messages_of(answered)), len(tacks_of(answered))) == (messages, tacks)


@pytest.mark.parametrize(
    ("to", "count"), [("urn:nip:destination:io:", 3), ("", 3), (TO, 3), (TO.replace("100", "300"), 0)]
)
def test_a_get_may_name_the_insurer(world, to, count):
    world.group_post()
    held = world.who("group")
    assert len(messages_of(world.call(honest.get(AS_GROUP), held, world.group_token(), to))) == count


def test_confirm_takes_hashes_references_and_contents_and_minds_nothing_else(world):
    world.group_post()
    first, second, third = messages_of(world.group_get())
    (acknowledged,) = tacks_of(world.group_get())
    world.group_confirm(hashes=["AAAA"], references=["unknown"], contents=["AQ=="], tack_references=["unknown"])
    assert messages_of(world.group_get()) == [first, second, third]
    world.group_confirm(hashes=[first.hash_value], references=[second.reference])
    assert messages_of(world.group_get()) == [third]
    world.group_confirm(tack_references=[acknowledged.reference])
    answered = world.group_get()
    assert (messages_of(answered), tacks_of(answered)) == ([third], [])
    world.group_confirm(hashes=[first.hash_value, third.hash_value])
    assert messages_of(world.group_get()) == []


def test_what_is_not_confirmed_survives_a_restart(world, tmp_path):
    world.group_post()
    before = (messages_of(world.group_get()), tacks_of(world.group_get()))
    world.close()
    world.simulator = Simulator(tmp_path / "simulator", world.clock)
    assert (messages_of(world.group_get()), tacks_of(world.group_get())) == before
    assert tack(world.group_post())[1] == "duplicate"


# Scenarios


def test_late_answers_and_late_acknowledgments(world):
    world.simulator.scenario = Scenario(tack_after=timedelta(minutes=5), late=timedelta(hours=2))
    world.group_post()
    seen = []
    for minutes in (0, 4, 1, 114, 1):
        world.clock.forward(minutes=minutes)
        answered = world.group_get()
        seen.append((len(tacks_of(answered)), len(messages_of(answered))))
    assert seen == [(0, 0), (0, 0), (1, 0), (1, 0), (1, 3)]


def test_doubled_and_shuffled_the_same_way_each_time(world):
    for number in range(2):
        world.group_post(content=(CONTENT, OTHER)[number], reference=str(number))
    plain = messages_of(world.group_get())
    world.simulator.scenario = Scenario(doubled=True)
    assert messages_of(world.group_get()) == [one for one in plain for _ in range(2)]
    world.simulator.scenario = Scenario(shuffled=True)
    shuffled = messages_of(world.group_get())
    assert shuffled != plain
    assert sorted(shuffled, key=plain.index) == plain
    assert messages_of(world.group_get()) == shuffled


def test_a_connection_lost_before_and_after_the_post(world):
    world.simulator.scenario = Scenario(lost_before=True)
    with pytest.raises(ConnectionLost):
        world.group_post()
    world.simulator.scenario = Scenario(lost_after_send=True)
    assert nothing_arrived(world)
    with pytest.raises(ConnectionLost):
        world.group_post()
    assert len(messages_of(world.group_get())) == 3
    assert tack(world.group_post()) == ("urn:nip:tack:result:major:success", "duplicate")


def test_a_drawn_share_of_posts_is_lost_and_the_same_ones_each_time(tmp_path):
    def lost(folder, seed: int) -> list[int]:
        world = World(folder, seed=seed, scenario=Scenario(mishaps=0.5))
        found = []
        for number in range(12):
            content = bytes_of(replace(FILE, sending_number=number + 1, reference=f"SENDING{number}"))
            try:
                world.group_post(content=content, reference=f"{number:014d}")
            except ConnectionLost:
                found.append(number)
        world.close()
        return found

    first = lost(tmp_path / "a", 1)
    assert 1 < len(first) < 11
    assert lost(tmp_path / "b", 1) == first
    assert lost(tmp_path / "c", 2) != first


def test_a_rejected_message_brings_a_reject_until_it_is_confirmed(world):
    world.simulator.scenario = Scenario(rejected=True)
    assert tack(world.group_post()) == ("urn:nip:tack:result:major:success", "")
    assert messages_of(world.group_get()) == []
    (message,) = messages_of(world.group_get(names="REJECT"))
    root = etree.fromstring(message.content)
    assert (etree.QName(root).localname, root.get("msgName")) == ("RejectInb", "HCPFAC")
    assert root.findtext(".//{*}FaultCode") == "SIMULATED_REJECT"
    world.group_confirm(hashes=[message.hash_value])
    assert messages_of(world.group_get(names="REJECT")) == []


def test_not_enough_time_until_less_is_asked(world):
    world.group_post()
    world.simulator.scenario = Scenario(not_enough_time=16)
    answered = world.group_get(most=64)
    assert (answered.status, answered.text("//g:fault/t:Message")) == (500, "Not enough time")
    assert len(messages_of(world.group_get(most=16))) == 3


def test_slow_answers_take_their_time(world, monkeypatch):
    slept = []
    monkeypatch.setattr("infrastructure.mycarenet_simulator.app.sleep", slept.append)
    world.simulator.scenario = Scenario(slow=2.5)
    world.group_get()
    assert slept == [2.5, 2.5]


@pytest.mark.parametrize(("switch", "said"), [("revoked", "revoked"), ("outdated", "out of date")])
def test_a_revoked_or_outdated_certificate_is_refused_although_the_token_is_good(world, switch, said):
    token = world.group_token()
    world.simulator.scenario = Scenario(**{switch: True})
    answered = world.call(honest.get(AS_GROUP), world.who("group"), token)
    assert (answered.code, answered.reason) == (
        "SOA-01001",
        f"The caller is not authenticated: the certificate is {said}.",
    )


def test_signed_answers_verify_and_unsigned_ones_carry_no_security(world):
    assert world.group_get().all("//wsse:Security") == []
    world.simulator.scenario = Scenario(signed=True)
    answered = world.group_get()
    (security,) = answered.all("/s:Envelope/s:Header/wsse:Security")
    (info,) = security.findall(f"{{{honest.DS}}}Signature/{{{honest.DS}}}SignedInfo")
    covered = set()
    for reference in info.findall(f"{{{honest.DS}}}Reference"):
        (target,) = answered.all(f"//*[@wsu:Id='{reference.get('URI')[1:]}']")
        covered.add(etree.QName(target).localname)
        assert reference.findtext(f"{{{honest.DS}}}DigestValue") == honest.digest(honest.exc(target))
    assert covered == {"Body", "Timestamp", "BinarySecurityToken"}
    assert security.findtext(f"{{{honest.WSSE}}}BinarySecurityToken") == honest.der(world.simulator.mycarenet)


def test_the_same_seed_gives_the_same_answers(tmp_path):
    def told(folder) -> list:
        world = World(folder)
        world.group_post()
        found = [(one.name, one.reference, one.content) for one in messages_of(world.group_get())]
        world.close()
        return found

    assert told(tmp_path / "a") == told(tmp_path / "b")


def test_the_unions_answer_by_their_own_scenario(world):
    world.simulator.unions.scenario = replace(world.simulator.unions.scenario, reject_file=True)
    world.group_post()
    found = messages_of(world.group_get())
    assert [read_answer(one.content).message for one in found] == ["931000", "920099"]
    assert [one.name for one in found] == ["HCPFAC", "HCPVWR"]


@pytest.mark.parametrize("path", sorted(NOT_YET))
def test_other_projects_answer_by_a_fault_until_they_exist(world, path):
    held = world.who("group")
    message = honest.hok_message(honest.get(AS_GROUP), held, world.group_token(), world.clock.now())
    answered = world.send(path, message, honest.ACTIONS["get"])
    assert (answered.status, answered.code) == (500, "NIP.SIMULATED.project")


def test_no_answer_repeats_the_password_of_the_licence(world):
    secret = "a-very-secret-licence"
    sent = replace(AS_GROUP, password=secret)
    for content in (honest.get(sent), honest.confirm(sent)):
        assert secret.encode() not in world.call(content, world.who("group"), world.group_token()).content
    assert GENERIC_INVOICING.endswith("hcpfac")


@pytest.mark.parametrize("spoil", [lambda d: d + b"junk", lambda d: d[:-1], lambda _: compress(CONTENT), lambda _: b""])
def test_only_one_whole_stream_of_raw_deflate_is_content(world, spoil):
    held, right = world.who("group"), honest.raw_deflate(CONTENT)
    text = honest.post(AS_GROUP, CONTENT, held, world.clock.now())
    spoiled = text.replace(honest.b64(right), honest.b64(spoil(right)))
    answered = world.call(spoiled, held, world.group_token(), TO)
    assert (answered.code, answered.reason) == (
        "SOA-03007",
        "The content is not valid: the content is not raw DEFLATE.",
    )


def test_an_acknowledgment_is_the_same_however_often_it_is_asked_for(world):
    world.group_post()
    first, second = (etree.tostring(world.group_get().all("//g:TAck")[0], with_tail=False) for _ in range(2))
    assert first == second
