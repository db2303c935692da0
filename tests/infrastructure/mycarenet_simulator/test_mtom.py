"""A post whose blob travels as a part of its own is the same post."""

import re
from base64 import b64decode
from random import Random

import pytest
from lxml import etree

from infrastructure.mycarenet_simulator.app import GENERIC_INVOICING
from infrastructure.mycarenet_simulator.errors import Refused
from infrastructure.mycarenet_simulator.mtom import unpacked
from tests.infrastructure.mycarenet_simulator import honest
from tests.infrastructure.mycarenet_simulator.answers import messages_of
from tests.infrastructure.mycarenet_simulator.world import AS_GROUP, CONTENT, TO, Answered

KIND = 'multipart/related; type="application/xop+xml"; boundary="frontier"; start="<root@x>"; start-info="text/xml"'
INCLUDE = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:{}"/>'


def packed(root: bytes, *parts: tuple[str, bytes]) -> bytes:
    made = (
        b'--frontier\r\nContent-Type: application/xop+xml; charset=UTF-8; type="text/xml"\r\nContent-ID: <root@x>\r\n\r\n'
        + root
    )
    for name, content in parts:
        head = f"\r\n--frontier\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{name}>\r\n\r\n"
        made += head.encode() + content
    return made + b"\r\n--frontier--\r\n"


@pytest.mark.parametrize("covers", [("ts",), ("body", "ts")])
def test_a_packed_post_is_taken(world, covers):
    held, now = world.who("group"), world.clock.now()
    text = honest.post(AS_GROUP, CONTENT, held, now)
    message = honest.hok_message(text, held, world.group_token(), now, honest.addressing("post", TO), covers).decode()
    blob = re.search(r"<g:Detail[^>]*>([^<]*)</g:Detail>", message).group(1)
    content = packed(message.replace(blob, INCLUDE.format("blob%40x")).encode(), ("blob@x", b64decode(blob)))
    answered = Answered(*world.simulator.answer(GENERIC_INVOICING, content, honest.ACTIONS["post"], KIND))
    assert (answered.status, answered.all("//@ResultMinor")) == (200, [])
    assert len(messages_of(world.group_get())) == 3


def test_every_byte_of_a_part_arrives():
    draw = Random(3)
    for _ in range(300):
        content = bytes(draw.choice((13, 10, 45, draw.randrange(256))) for _ in range(draw.randrange(200)))
        made = etree.fromstring(unpacked(packed(b"<a>" + INCLUDE.format("p").encode() + b"</a>", ("p", content)), KIND))
        assert b64decode(made.text or "") == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        packed(b"<a>" + INCLUDE.format("p").encode() + b"</a>"),
        packed(b"<a>" + INCLUDE.format("p").encode() * 2 + b"</a>", ("p", b"x")),
        packed(b"<a>x" + INCLUDE.format("p").encode() + b"</a>", ("p", b"x")),
        packed(b"<a/>", ("p", b"x")),
        packed(b"<a>" + INCLUDE.format("p").encode() + b"</a>", ("p", b"x"), ("p", b"y")),
        packed(b"<!DOCTYPE a><a/>"),
        packed(INCLUDE.format("p").encode(), ("p", b"x")),
        packed(b"<a/>", *((str(number), b"") for number in range(20))),
    ],
)
def test_what_is_not_packed_well_is_refused(content):
    with pytest.raises(Refused) as refused:
        unpacked(content, KIND)
    assert refused.value.code == "SOA-03001"


def test_a_packed_fault_is_answered_as_a_fault(world):
    answered = Answered(*world.simulator.answer(GENERIC_INVOICING, b"--x", "", "multipart/related"))
    assert (answered.status, answered.code) == (500, "SOA-03001")
