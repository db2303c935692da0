"""Insurers without a network: the simulated ones, asked in the process; and what goes wrong with the way to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from application.ports import Clock, Collected, NotTransmitted, OutcomeUnknown
from infrastructure.mycarenet_simulator.demo_members import demo_members
from infrastructure.mycarenet_simulator.member_answer import insurer_in
from infrastructure.mycarenet_simulator.member_data import Insurers, query_in
from infrastructure.mycarenet_simulator.members import Members
from infrastructure.mycarenet_simulator.names import element
from infrastructure.mycarenet_simulator.origin import Origin
from infrastructure.mycarenet_simulator.scenario import Scenario


@dataclass
class KnownMembers:
    """`fails`: asked before each question, may raise what a service raises. `asked`: references, in their order.

    `at_once`: questions that a job has under way side by side.
    """

    clock: Clock
    members: Members = field(default_factory=demo_members)
    scenario: Scenario = field(default_factory=Scenario)
    opened: bool = True
    fails: Callable[[str], None] = lambda _: None
    asked: list[str] = field(default_factory=list)
    at_once: int = 1

    def is_open(self, tpp_number: str) -> bool:
        return self.opened

    def ask(self, tpp_number: str, reference: str, content: bytes) -> bytes:
        self.asked.append(reference)
        self.fails(reference)
        insurers = Insurers(lambda: self.members, lambda: self.scenario, self.clock)
        origin = Origin("user", "groupofnurses", tpp_number, None, None, False, None, None)
        return bytes(etree.tostring(insurers.answer(query_in(content), origin, reference)))


def lost(_: str) -> None:
    raise OutcomeUnknown


def not_mandated(_: str) -> None:
    raise NotTransmitted("", "not_mandated", "SOA-01002")


TACK = (
    '<g:TAck xmlns:g="urn:be:cin:nip:async:generic" Issuer="urn:nip:issuer:io:{io}" ResultMajor="{major}"'
    ' AppliesTo="urn:nip:reference:input:{reference}"/>'
)
REJECT = (
    '<g:RejectInb xmlns:g="urn:be:cin:nip:async:generic" xmlns:t="urn:be:cin:types:v1"><g:CommonInput>'
    "<InputReference>{reference}</InputReference></g:CommonInput><g:Fault><t:FaultCode>CLOSED</t:FaultCode>"
    "<t:FaultSource>{io}</t:FaultSource></g:Fault></g:RejectInb>"
)
SUCCESS = "urn:nip:tack:result:major:success"


@dataclass
class KnownMemberMail:
    """The same insurers, asked about many members in one message: a `UnionTransport`.

    `fails`: asked before a message is taken, may raise; `loses`: behind it. `waiting`: receipt and bytes, to be changed
    by a test at will; what is confirmed goes.
    """

    clock: Clock
    members: Members = field(default_factory=demo_members)
    opened: bool = True
    fails: Callable[[str], None] = lambda _: None
    loses: Callable[[str], None] = lambda _: None
    taken: list[str] = field(default_factory=list)
    waiting: list[tuple[str, bytes]] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)

    def is_open(self, tpp_number: str) -> bool:
        return self.opened

    def transmit(self, content: bytes, provider_reference: str, union: str, tpp_number: str) -> None:
        assert union == "", "MyCareNet knows whom to ask"
        self.fails(provider_reference)
        self.taken.append(provider_reference)
        insurers = Insurers(lambda: self.members, Scenario, self.clock)
        origin = Origin("user", "groupofnurses", tpp_number, None, None, False, None, None)
        lists: dict[str, etree._Element] = {}
        for query in query_in(content):
            said = insurers.answer(query, origin, None)
            lists.setdefault(insurer_in(said), element("ext:ResponseList")).append(said)
        for io, responses in lists.items():
            tack = TACK.format(io=io, major=SUCCESS, reference=provider_reference)
            self.waiting.append((f"tack:{provider_reference}{io}", tack.encode()))
            self.waiting.append((f"ref:{provider_reference}{io}", etree.tostring(responses)))
        self.loses(provider_reference)

    def collect(self, tpp_number: str) -> Collected:
        return Collected(list(self.waiting), b"<the whole answer/>")

    def confirm(self, tpp_number: str, receipts: Sequence[str]) -> None:
        self.confirmed += receipts
        self.waiting = [one for one in self.waiting if one[0] not in receipts]
