"""WS-Security: honest messages pass, and none of many hundred forged ones."""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha1

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from infrastructure.mycarenet_simulator import demo, pki
from infrastructure.mycarenet_simulator.app import GENERIC_INVOICING, STS_SAML
from infrastructure.mycarenet_simulator.names import ECDSA_SHA256
from infrastructure.mycarenet_simulator.signing import algorithm_of, is_signed, sign
from infrastructure.mycarenet_simulator.token_writer import Wanted, write_token
from tests.infrastructure.mycarenet_simulator import honest
from tests.infrastructure.mycarenet_simulator.attacks import ANYWHERE, ON_BODY, ON_TOKEN, variants
from tests.infrastructure.mycarenet_simulator.resigning import resigned
from tests.infrastructure.mycarenet_simulator.world import AS_GROUP, AS_NURSE, World

KEYS = ["rsa-2048", "p-256", "p-384"]


def sts_message(world: World, kind: str) -> bytes:
    held = pki.person(world.simulator.authority, demo.NURSE.ssin, "A D", world.clock.now(), kind)
    request = honest.saml_request(honest.nurse(demo.NURSE.ssin), held, held, world.clock.now())
    return honest.x509_message(request, held, world.clock.now())


def service_message(world: World, kind: str, covers: tuple[str, ...]) -> bytes:
    now = world.clock.now()
    held = pki.person(world.simulator.authority, demo.NURSE.ssin, "A D", now, kind)
    token = world.token(honest.nurse(demo.NURSE.ssin), held)
    return honest.hok_message(honest.get(AS_NURSE), held, token, now, honest.addressing("get"), covers)


def asked(world: World, message: bytes) -> tuple[int, str]:
    answered = world.send(STS_SAML, message, honest.RST)
    return answered.status, answered.code


def got(world: World, message: bytes) -> tuple[int, str]:
    answered = world.send(GENERIC_INVOICING, message, honest.ACTIONS["get"])
    return answered.status, answered.code


@pytest.mark.parametrize("kind", KEYS)
def test_no_forged_request_for_a_token_is_taken(world, kind):
    message = sts_message(world, kind)
    assert asked(world, message) == (200, "")
    count = 0
    for name, forged in variants(message, [*ANYWHERE, *ON_BODY], 12, 1):
        assert asked(world, forged)[0] == 500, (name, forged)
        count += 1
    assert count == 300


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("covers", [("ts",), ("body", "ts")])
def test_no_forged_call_of_a_service_is_taken(world, kind, covers):
    message = service_message(world, kind, covers)
    assert got(world, message) == (200, "")
    attacks = [*ANYWHERE, *ON_TOKEN, *(ON_BODY if len(covers) > 1 else [])]
    count = 0
    for name, forged in variants(message, attacks, 10, 2):
        assert got(world, forged)[0] == 500, (name, forged)
        count += 1
    assert count >= 270


@pytest.mark.parametrize("covers", [("body", "ts"), ("ts", "bst"), ("body", "bst")])
def test_body_timestamp_and_certificate_must_be_signed_for_the_token_service(world, covers):
    held = world.who("nurse")
    request = honest.saml_request(honest.nurse(demo.NURSE.ssin), held, held, world.clock.now())
    message = honest.x509_message(request, held, world.clock.now(), covers=covers)
    assert asked(world, message) == (500, "SOA-01001")


def test_a_service_asks_for_the_timestamp(world):
    held = world.who("nurse")
    message = honest.hok_message(
        honest.get(AS_NURSE), held, world.nurse_token(), world.clock.now(), honest.addressing("get"), ("body",)
    )
    assert got(world, message) == (500, "SOA-01001")


@pytest.mark.parametrize(
    ("seconds", "life", "status"),
    [(0, 30, 200), (55, 30, 200), (61, 30, 500), (-29, 60, 200), (-31, 60, 500), (0, 601, 500), (0, 0, 500), (0, -5, 500)],
)  # fmt: skip
def test_a_timestamp_counts_within_its_window(world, seconds, life, status):
    held, token = world.who("nurse"), world.nurse_token()
    message = honest.hok_message(
        honest.get(AS_NURSE), held, token, world.clock.now(), honest.addressing("get"), life=timedelta(seconds=life)
    )
    world.clock.forward(seconds=seconds)
    assert got(world, message)[0] == status


@pytest.mark.parametrize(
    ("seconds", "life", "status"), [(0, 60, 200), (89, 60, 200), (91, 60, 500), (-31, 60, 500), (0, 601, 500)]
)
def test_so_does_that_of_a_request_for_a_token(world, seconds, life, status):
    held, now = world.who("nurse"), world.clock.now()
    request = honest.saml_request(honest.nurse(demo.NURSE.ssin), held, held, now)
    message = honest.x509_message(request, held, now, life=timedelta(seconds=life))
    world.clock.forward(seconds=seconds)
    assert asked(world, message)[0] == status


def test_a_token_counts_within_its_conditions(world):
    token, held = world.nurse_token(), world.who("nurse")
    for hours, status in ((23, 200), (1.1, 500)):
        world.clock.forward(hours=hours)
        assert world.call(honest.get(AS_NURSE), held, token).status == status


def test_a_token_of_another_service_is_not_ours_whatever_it_embeds(world):
    now = world.clock.now()
    stranger = pki.organisation(world.simulator.authority, "CBE=0999998437", "x", now, "IAMSIM", "rsa-2048")
    held = world.who("nurse")
    attributes = {(honest.I, honest.P): (demo.NURSE.ssin,)}
    token = write_token(Wanted(held.certificate, held.certificate, attributes, now, timedelta(hours=1)), stranger)
    answered = world.call(honest.get(AS_NURSE), held, token)
    assert (answered.code, answered.reason) == ("SOA-01001", "The caller is not authenticated: signature.")


def test_the_key_of_the_token_must_sign(world):
    answered = world.call(honest.get(AS_NURSE), world.who("colleague"), world.nurse_token())
    assert answered.reason == "The caller is not authenticated: signature."


def test_listed_prefixes_further_headers_and_blanks_are_honest(world):
    held, token, now = world.who("nurse"), world.nurse_token(), world.clock.now()
    header = honest.addressing("get").replace("<wsa:Action>", f'<wsa:Action xmlns:wsu="{honest.WSU}" wsu:Id="action">')
    message = honest.hok_message(honest.get(AS_NURSE), held, token, now, f"\n  {header}\n", ("action", "body", "ts"))
    assert got(world, message) == (200, "")


def test_inclusive_prefixes_are_understood(world, monkeypatch):
    def exc(node, prefixes=("wsu", "s")):
        return etree.tostring(node, method="c14n", exclusive=True, inclusive_ns_prefixes=list(prefixes))

    held, token, now = world.who("nurse"), world.nurse_token(), world.clock.now()
    more = f'<i:InclusiveNamespaces xmlns:i="{honest.EXC}" PrefixList="wsu s"/></ds:Transform>'
    plain = honest.signature

    def signature(key, references, key_info, extra=""):
        text = plain(key, references, key_info, extra)
        info = text[text.index("<ds:SignedInfo") : text.index("<ds:SignatureValue")]
        listed = info.replace(
            f'<ds:Transform Algorithm="{honest.EXC}"/>', f'<ds:Transform Algorithm="{honest.EXC}">{more}'
        )
        made = honest.value(key, etree.tostring(etree.fromstring(listed), method="c14n", exclusive=True))
        old = text[text.index("<ds:SignatureValue>") : text.index("</ds:SignatureValue>")]
        return text.replace(info, listed).replace(old, f"<ds:SignatureValue>{made}")

    monkeypatch.setattr(honest, "exc", exc)
    monkeypatch.setattr(honest, "signature", signature)
    message = honest.hok_message(honest.get(AS_NURSE), held, token, now, honest.addressing("get"), ("body", "ts"))
    assert got(world, message) == (200, "")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "SOA-03001"),
        (b"<!DOCTYPE a><a/>", "SOA-03001"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "SOA-03001"),
        (b"<a/>", "SOA-03002"),
        (f'<s:Envelope xmlns:s="{honest.S}"><s:Body/></s:Envelope>'.encode(), "SOA-03003"),
        (f'<s:Envelope xmlns:s="{honest.S}"><s:Body><a/><a/></s:Body></s:Envelope>'.encode(), "SOA-03003"),
        (f'<s:Envelope xmlns:s="{honest.S}"><s:Body><a/></s:Body></s:Envelope>'.encode(), "SOA-03006"),
    ],
)
def test_what_is_no_message_is_told_so(world, content, code):
    assert asked(world, content) == (500, code)


def test_a_document_type_before_an_honest_message_is_refused(world):
    message = sts_message(world, "p-384")
    assert asked(world, b"<!DOCTYPE x>" + message) == (500, "SOA-03001")


def test_a_long_deflated_file_stops_at_the_bound(world):
    bomb = honest.raw_deflate(bytes(64 * 1024 * 1024))
    held = world.who("group")
    text = honest.post(AS_GROUP, b"x", held, world.clock.now())
    bombed = text.replace(honest.b64(honest.raw_deflate(b"x")), b64encode(bomb).decode())
    answered = world.call(bombed, held, world.group_token(), "urn:nip:destination:io:100")
    assert (answered.code, answered.reason) == ("SOA-03007", "The content is not valid: the content is too large.")


# Signed by the right key, and wrong all the same


SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SHA256, SHA1),
        (SHA256, "http://www.w3.org/2001/04/xmlenc#sha512"),
        (f'<ds:CanonicalizationMethod Algorithm="{honest.EXC}"', f'<ds:CanonicalizationMethod Algorithm="{honest.EXC}WithComments"'),
        (f'<ds:Transform Algorithm="{honest.EXC}"', '<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"'),
        ("xmldsig-more#ecdsa-sha256", "xmldsig-more#ecdsa-sha1"),
        ("xmldsig-more#ecdsa-sha256", "xmldsig-more#rsa-sha256"),
        ('URI="#ts"', 'URI="#bo"'),
        ('URI="#ts"', 'URI=""'),
    ],
)  # fmt: skip
def test_other_algorithms_and_targets_are_refused_though_signed(world, monkeypatch, old, new):
    held, token = world.who("nurse"), world.nurse_token()
    resigned(monkeypatch, lambda info: info.replace(old, new))
    message = honest.hok_message(honest.get(AS_NURSE), held, token, world.clock.now(), honest.addressing("get"))
    assert got(world, message) == (500, "SOA-01001")


def test_real_sha_1_is_refused(world, monkeypatch):
    held, token = world.who("nurse"), world.nurse_token()
    monkeypatch.setattr(honest, "digest", lambda content: honest.b64(sha1(content, usedforsecurity=False).digest()))
    resigned(monkeypatch, lambda info: info.replace(SHA256, SHA1))
    message = honest.hok_message(honest.get(AS_NURSE), held, token, world.clock.now(), honest.addressing("get"))
    assert got(world, message) == (500, "SOA-01001")


def test_one_element_is_referred_to_once(world):
    held, token, now = world.who("nurse"), world.nurse_token(), world.clock.now()
    message = honest.hok_message(honest.get(AS_NURSE), held, token, now, honest.addressing("get"), ("ts", "ts"))
    assert got(world, message) == (500, "SOA-01001")


@pytest.mark.parametrize("name", ["Body", "Header"])
def test_a_body_or_header_in_another_place_makes_no_message(world, name):
    inner = f'<x xmlns:q="{honest.S}"><q:{name}/></x>'
    content = f'<s:Envelope xmlns:s="{honest.S}"><s:Header>{inner}</s:Header><s:Body><a/></s:Body></s:Envelope>'
    assert asked(world, content.encode()) == (500, "SOA-03002")


@pytest.mark.parametrize("kind", ["p-256", "p-384"])
def test_an_elliptic_value_has_one_spelling(world, kind):
    held, algorithm = pki.person(world.simulator.authority, "84031299839", "A D", world.clock.now(), kind), ECDSA_SHA256
    right = sign(held.key, b"content")
    half = len(right) // 2
    assert is_signed(held.certificate, algorithm, right, b"content")
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    with pytest.raises(ValueError, match="key"):
        algorithm_of(weak.public_key())
    for wrong in (right[:half] + b"\0" + right[half:], b"\0" + right, right[:-1], b""):
        assert not is_signed(held.certificate, algorithm, wrong, b"content")
