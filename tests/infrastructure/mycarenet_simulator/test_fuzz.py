"""Whatever somebody signs and sends, the simulator answers; and many at once get what one would."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from lxml import etree

from infrastructure.mycarenet_simulator import demo
from infrastructure.mycarenet_simulator.app import GENERIC_INVOICING, STS_SAML, STS_TRUST
from tests.infrastructure.mycarenet_simulator import honest, trust
from tests.infrastructure.mycarenet_simulator.answers import messages_of, tacks_of
from tests.infrastructure.mycarenet_simulator.mutants import mutants
from tests.infrastructure.mycarenet_simulator.world import AS_GROUP, CONTENT, TO


@pytest.mark.parametrize("operation", ["post", "get", "confirm"])
def test_signed_nonsense_to_a_service_is_answered(world, operation):
    held, token, now = world.who("group"), world.group_token(), world.clock.now()
    text = {
        "post": honest.post(AS_GROUP, b"short", held, now),
        "get": honest.get(AS_GROUP),
        "confirm": honest.confirm(AS_GROUP, ["AQ=="], ["a"], ["AQ=="], ["b"]),
    }[operation]
    for mutant in mutants(etree.fromstring(text), 250, 11):
        content = etree.tostring(mutant).decode()
        message = honest.hok_message(content, held, token, now, honest.addressing(operation, TO))
        answered = world.send(GENERIC_INVOICING, message, honest.ACTIONS[operation])
        assert answered.status in (200, 500)
        assert (answered.status == 500) == bool(answered.code)


@pytest.mark.parametrize("protocol", ["saml", "trust"])
def test_signed_nonsense_to_the_token_service_is_answered(world, protocol):
    held, now, ask = world.who("nurse"), world.clock.now(), honest.nurse(demo.NURSE.ssin)
    text, path, action = {
        "saml": (honest.saml_request(ask, held, held, now), STS_SAML, honest.RST),
        "trust": (trust.request(ask, held, now), STS_TRUST, trust.REQUEST),
    }[protocol]
    for mutant in mutants(etree.fromstring(text), 250, 12):
        answered = world.send(path, honest.x509_message(etree.tostring(mutant).decode(), held, now), action)
        assert (answered.status == 500) == bool(answered.code)


def test_broken_bytes_are_answered(world):
    message = honest.hok_message(
        honest.get(AS_GROUP), world.who("group"), world.group_token(), world.clock.now(), honest.addressing("get")
    )
    draw, refused = Random(13), 0
    for _ in range(400):
        content = bytearray(message)
        for _ in range(draw.choice((1, 1, 3))):
            place = draw.randrange(len(content))
            content[place : place + draw.choice((0, 1, 5))] = bytes(draw.choice(b"<>&x0 \x00\xff") for _ in range(2))
        refused += world.send(GENERIC_INVOICING, bytes(content), honest.ACTIONS["get"]).status == 500
    assert refused > 350


@pytest.mark.parametrize("created", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "now", ""])
def test_a_timestamp_at_the_end_of_time_is_answered(world, created, monkeypatch):
    token = world.group_token()
    monkeypatch.setattr(honest, "z", lambda _: created)
    held = world.who("group")
    message = honest.hok_message(honest.get(AS_GROUP), held, token, world.clock.now(), honest.addressing("get"))
    assert world.send(GENERIC_INVOICING, message, honest.ACTIONS["get"]).code == "SOA-01001"


def test_of_many_posts_of_one_file_one_is_stored(world):
    held, token, now = world.who("group"), world.group_token(), world.clock.now()
    text = honest.post(AS_GROUP, CONTENT, held, now)
    message = honest.hok_message(text, held, token, now, honest.addressing("post", TO))

    def send(_: int) -> str:
        answered = world.send(GENERIC_INVOICING, message, honest.ACTIONS["post"])
        return answered.text("//g:return/@ResultMinor").rpartition("-")[2]

    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(send, range(24)))
    assert sorted(told) == ["", *["duplicate"] * 23]
    assert (len(messages_of(world.group_get())), len(tacks_of(world.group_get()))) == (3, 1)
