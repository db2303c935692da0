"""Insurers without a network: the simulated ones, asked in the process; and what goes wrong with the way to them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from application.ports import Clock, NotTransmitted, OutcomeUnknown
from infrastructure.mycarenet_simulator.demo_members import demo_members
from infrastructure.mycarenet_simulator.member_data import Insurers, query_in
from infrastructure.mycarenet_simulator.members import Members
from infrastructure.mycarenet_simulator.origin import Origin
from infrastructure.mycarenet_simulator.scenario import Scenario


@dataclass
class KnownMembers:
    """`fails`: asked before each question, may raise what a service raises. `asked`: references, in their order."""

    clock: Clock
    members: Members = field(default_factory=demo_members)
    scenario: Scenario = field(default_factory=Scenario)
    opened: bool = True
    fails: Callable[[str], None] = lambda _: None
    asked: list[str] = field(default_factory=list)

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
