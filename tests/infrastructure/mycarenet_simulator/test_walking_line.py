"""From a token over HTTP to a confirmed answer of a union."""

import httpx
import pytest

from infrastructure.efact.answers import read_answer
from infrastructure.mycarenet_simulator import demo
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.serving import running
from tests.infrastructure.mycarenet_simulator import honest
from tests.infrastructure.mycarenet_simulator.answers import messages_of, tacks_of
from tests.infrastructure.mycarenet_simulator.world import AS_GROUP, CONTENT, TO, Answered, World
from tests.stores import SteppedClock

SUCCESS = "urn:nip:tack:result:major:success"


def test_a_file_goes_out_and_its_answers_come_back_until_they_are_confirmed(world):
    posted = world.group_post()
    tack = posted.all("//g:postResponse/g:return")[0]
    assert (posted.status, tack.get("ResultMajor"), tack.get("ResultMinor")) == (200, SUCCESS, None)
    assert tack.get("AppliesTo") == "urn:nip:reference:input:00000000000001"
    first = world.group_get()
    messages, tacks = messages_of(first), tacks_of(first)
    assert [one.name for one in messages] == ["HCPFAC", "HCPFAC", "HCPAFD"]
    assert [read_answer(one.content).message for one in messages] == ["931000", "920098", "920900"]
    assert {one.input_reference for one in messages} == {"00000000000001"}
    assert [one.issuer for one in tacks] == ["urn:nip:issuer:io:100"]
    assert messages_of(world.group_get()) == messages
    world.group_confirm(hashes=[messages[0].hash_value], contents=[tacks[0].content])
    second = world.group_get()
    assert (messages_of(second), tacks_of(second)) == (messages[1:], [])
    world.group_confirm(references=[one.reference for one in messages[1:]])
    assert messages_of(world.group_get()) == []


def test_the_same_over_http_on_a_free_port_of_loopback(tmp_path):
    clock = SteppedClock()
    with running(tmp_path / "simulator", clock) as served, httpx.Client() as http:
        world = World.__new__(World)
        world.clock, world.simulator = clock, served.simulator
        group = world.who("group")
        request = honest.saml_request(honest.group(demo.GROUP[:8]), group, group, clock.now())
        answer = http.post(
            served.address("sts-saml"),
            content=honest.x509_message(request, group, clock.now()),
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{honest.RST}"'},
        )
        token = Answered(answer.status_code, answer.content).all("//saml:Assertion")[0]
        post = honest.post(AS_GROUP, CONTENT, group, clock.now())
        message = honest.hok_message(post, group, token, clock.now(), honest.addressing("post", TO))
        headers = {"Content-Type": "text/xml", "SOAPAction": f'"{honest.ACTIONS["post"]}"'}
        answer = http.post(served.address("invoicing"), content=message, headers=headers)
        assert (answer.status_code, SUCCESS in answer.text) == (200, True)
        assert http.get(served.address("invoicing")).status_code == 501
        assert http.post(f"{served.url}/elsewhere", content=b"<a/>", headers=headers).status_code == 404
        assert http.post(served.address("invoicing"), json={}).status_code == 415


def test_a_lost_connection_is_closed_after_the_file_was_stored(tmp_path):
    clock = SteppedClock()
    with running(tmp_path / "simulator", clock, scenario=Scenario(lost_after_send=True)) as served:
        world = World.__new__(World)
        world.clock, world.simulator = clock, served.simulator
        group, token = world.who("group"), world.group_token()
        post = honest.post(AS_GROUP, CONTENT, group, clock.now())
        message = honest.hok_message(post, group, token, clock.now(), honest.addressing("post", TO))
        headers = {"Content-Type": "text/xml", "SOAPAction": honest.ACTIONS["post"]}
        with httpx.Client() as http, pytest.raises(httpx.RemoteProtocolError):
            http.post(served.address("invoicing"), content=message, headers=headers)
        assert len(messages_of(world.group_get())) == 3
        served.simulator.scenario = Scenario()
        assert world.group_post().all("//@ResultMinor") == ["urn:nip:tack:result:minor:simulated-duplicate"]
