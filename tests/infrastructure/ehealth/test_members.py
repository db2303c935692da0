"""Questions about members over real sockets, to a service that reads and judges them by its own code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from application.ports import NotTransmitted, OutcomeUnknown
from domain.insurability_query import MemberQuestion
from domain.member_answer import MemberAnswer
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.credential import read_p12
from infrastructure.ehealth.generic_async import Session
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.ehealth.member_data import MemberData
from infrastructure.ehealth.members import MyCareNetMembers
from infrastructure.ehealth.origin import Licence, Origin, Party
from infrastructure.ehealth.pace import Pace
from infrastructure.ehealth.qualities import attributes_of
from infrastructure.ehealth.sts import TokenService
from infrastructure.mycarenet_simulator import demo
from infrastructure.mycarenet_simulator.members import Cover, Member, Members
from infrastructure.mycarenet_simulator.registry import Mandate
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from infrastructure.mycarenet_simulator.serving import Running, running
from infrastructure.sample.numbers import ssin
from tests.infrastructure.ehealth.holders import Ids
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.stores import SteppedClock

LICENCE = Licence("Quittance", demo.LICENCE_USER, demo.LICENCE_PASSWORD)
NURSE = demo.NURSE
TPP = NURSE.qualities["nurse"]
OWN = Origin(LICENCE, TPP, "nurse", Party(f"{NURSE.given_name} {NURSE.surname}", TPP, "nurse", NURSE.ssin))
NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
SINCE, CHANGED = Date(2020, 1, 1), Date(2026, 10, 15)
BORN = Date(1950, 5, 5)
SOMEBODY = Member(
    ssin(BORN, 2),
    "0000012345678",
    "Fictive",
    "Member",
    BORN,
    2,
    (Cover(SINCE, CHANGED, "306", "110", "110"), Cover(CHANGED, None, "306", "111", "111")),
    deceased_on=Date(2026, 10, 18),
    medical_house=("89999912001", CHANGED),
    palliative_since=CHANGED,
)
NOBODY = ssin(Date(1960, 6, 6), 1)
ASKED = MemberQuestion("00000000000021", SOMEBODY.ssin, "", "306", Date(2026, 10, 1), Date(2026, 10, 31), "invoicing")


@dataclass
class World:
    """A simulator that listens, and our side of it."""

    there: Running
    clock: SteppedClock
    client: httpx.Client

    def __post_init__(self) -> None:
        self.caller = Caller(self.client, (self.there.simulator.authority.certificate,), self.clock.now)
        self.ids = Ids()
        file = self.there.simulator.keystores()["nurse"]
        self.credential = read_p12(file.read_bytes(), self.there.simulator.password()).authentication

    def session(self) -> Session:
        service = TokenService(self.caller, (self.there.address("sts-saml"),), "saml", self.clock.now, self.ids)
        asked = attributes_of("nurse", NURSE.ssin)
        token = service.issue(self.credential, self.credential, asked, timedelta(hours=24))
        return Session(token, self.credential)

    def members(self, origin: Origin = OWN, session: Session | None = None) -> MyCareNetMembers:
        opened = session or self.session()

        class Opened:
            def is_open(self, tpp_number: str) -> bool:
                return tpp_number == TPP

            def __call__(self, tpp_number: str) -> tuple[Session, Origin]:
                return opened, origin

        service = MemberData(self.caller, (self.there.address("member-data"),), True, self.clock.now, self.ids, 2)
        return MyCareNetMembers(service, Opened(), lambda: None)

    def ask(self, asked: MemberQuestion = ASKED, facets: tuple[str, ...] = ("palliativeStatus",)) -> MemberAnswer:
        codec = MemberDataCodec(self.clock.now, facets)
        return codec.read(self.members().ask(TPP, asked.reference, codec.write(asked, TPP)), asked.reference)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = SteppedClock(NOW)
    with running(with_keys(tmp_path), clock) as there, httpx.Client() as client:
        there.simulator.members = Members([SOMEBODY])
        yield World(there, clock, client)


def test_an_insurer_says_all_that_it_knows_of_the_days(world: World):
    told = world.ask()
    assert (told.reference, told.io, told.is_complete) == (ASKED.reference, "300", True)
    first, second = told.coverages
    assert (first.start, first.end, first.ct1, first.fund) == (ASKED.first_day, CHANGED, "110", "306")
    assert (second.start, second.end, second.ct1) == (CHANGED, Date(2026, 11, 1), "111")
    assert first.payment_approval
    assert told.deceased_on == SOMEBODY.deceased_on
    assert told.medical_houses == ("89999912001",)
    assert told.pays_provider is True
    assert told.situations == ("closedBefore",)
    assert told.of("palliativeStatus")[0].day("palliativeStatus:startDate") == CHANGED


def test_nothing_is_committed_to_pay_that_was_not_asked_for_invoicing(world: World):
    told = world.ask(replace(ASKED, purpose="information"), ())
    assert {one.payment_approval for one in told.coverages} == {""}
    assert told.of("palliativeStatus") == ()


def test_a_number_at_a_fund_is_asked_for_a_member_without_another(world: World):
    at_fund = replace(ASKED, ssin="", affiliation_number=SOMEBODY.registration)
    assert len(world.ask(at_fund).coverages) == 2
    assert world.ask(replace(at_fund, sickness_fund="131")).codes == ("UNKNOWN_IO",)


REFUSALS = [
    (lambda it: replace(it, ssin=NOBODY), "Responder", "UNKNOWN_NISS_ROUTING"),
    (lambda it: replace(it, ssin="85073003329"), "Requester", "INVALID_INSS_VALUE"),
    (lambda it: replace(it, ssin="850730"), "Requester", "INVALID_INSS_FORMAT"),
    (lambda it: replace(it, first_day=Date(2026, 10, 21)), "Requester", "START_DATE_IN_FUTURE"),
    (lambda it: replace(it, first_day=Date(2021, 10, 19)), "Requester", "PERIOD_TOO_FAR_IN_PAST"),
    (lambda it: replace(it, last_day=Date(2026, 9, 30)), "Requester", "INVALID_PERIOD"),
]


@pytest.mark.parametrize(("change", "outcome", "code"), REFUSALS, ids=[code for *_, code in REFUSALS])
def test_what_cannot_be_asked_is_an_answer_that_says_why(
    world: World, change: Callable[[MemberQuestion], MemberQuestion], outcome: str, code: str
):
    told = world.ask(change(ASKED))
    assert (told.outcome, told.codes, told.coverages) == (outcome, (code,), ())


@pytest.mark.parametrize(
    ("facets", "code"),
    [
        (("nonsense",), "UNKNOWN_FACET"),
        (("carePath",), "UNAUTHORIZED_FACET"),
        (("palliativeStatus", "palliativeStatus"), "DUPLICATED_FACET"),
    ],
)
def test_what_may_not_be_asked_is_refused_by_name(world: World, facets: tuple[str, ...], code: str):
    assert world.ask(facets=facets).codes == (code,)


def test_message_and_question_must_be_of_one_hand(world: World):
    codec = MemberDataCodec(world.clock.now)
    for reference, issuer, code in ((ASKED.reference, demo.GROUP, "CROSSCHECK_ISSUER"), ("22", TPP, "CROSSCHECK_ID")):
        raw = world.members().ask(TPP, reference, codec.write(ASKED, issuer))
        assert codec.read(raw, ASKED.reference).codes == (code,)


def test_only_five_periods_come_back(world: World):
    months = [Date(2026, month, 1) for month in range(1, 9)]
    covers = tuple(Cover(start, end, "306", f"11{place}", "110") for place, (start, end) in enumerate(pairwise(months)))
    world.there.simulator.members = Members([replace(SOMEBODY, covers=covers, deceased_on=None)])
    told = world.ask(replace(ASKED, first_day=Date(2026, 1, 1)))
    assert (told.is_answered, told.is_complete, told.codes) == (True, False, ("ONLY_FIVE_PERIODS_RETURNED",))
    assert len(told.coverages) == 5


@pytest.mark.parametrize(
    ("scenario", "code", "said"),
    [
        (Scenario(unavailable=True), "service_unavailable", "SOA-02002"),
        (Scenario(revoked=True), "no_session", "SOA-01001"),
    ],
)
def test_a_service_that_does_not_look_at_a_question_says_why(world: World, scenario: Scenario, code: str, said: str):
    members = world.members()
    world.there.simulator.scenario = scenario
    with pytest.raises(NotTransmitted) as told:
        members.ask(TPP, ASKED.reference, MemberDataCodec(world.clock.now).write(ASKED, TPP))
    assert (told.value.code, told.value.said) == (code, said)


def test_insurers_that_do_not_answer_are_to_be_asked_later(world: World):
    world.there.simulator.scenario = Scenario(insurer_down=True)
    assert world.ask().codes == ("SEND_TO_IM_EXCEPTION",)


@pytest.mark.parametrize("lost", [Scenario(lost_before=True), Scenario(lost_after_send=True), Scenario(slow=3)])
def test_an_answer_that_is_lost_leaves_nothing_but_the_question(world: World, lost: Scenario):
    session = world.session()
    members = world.members(session=session)
    world.there.simulator.scenario = lost
    content = MemberDataCodec(world.clock.now).write(ASKED, TPP)
    with pytest.raises(OutcomeUnknown):
        members.ask(TPP, ASKED.reference, content)
    world.there.simulator.scenario = USUAL
    assert members.ask(TPP, ASKED.reference, content)


def test_a_mandate_for_files_is_none_for_questions(world: World):
    simulator = world.there.simulator
    group = replace(OWN, nihii=demo.GROUP, quality="groupofnurses", person=None)
    content = MemberDataCodec(world.clock.now).write(ASKED, demo.GROUP)
    members = world.members(replace(group, sender_person=OWN.person))
    assert members.ask(demo.GROUP, ASKED.reference, content)
    for_files = Mandate(("ssin", demo.NURSE.ssin), demo.GROUP, "groupofnurses", frozenset({"invoicing"}))
    simulator.registry = replace(simulator.registry, mandates=(for_files,))
    with pytest.raises(NotTransmitted) as told:
        members.ask(demo.GROUP, ASKED.reference, content)
    assert (told.value.code, told.value.said) == ("not_mandated", "SOA-01002")


def test_without_a_connection_nothing_was_asked(world: World):
    service = MemberData(world.caller, ("http://127.0.0.1:9/x",), True, world.clock.now, world.ids, 1)
    members = MyCareNetMembers(service, world.members()._register, lambda: None)
    with pytest.raises(NotTransmitted) as told:
        members.ask(TPP, "1", b"<a/>")
    assert told.value.code == "not_reached"


def test_turns_are_apart_and_not_saved_up():
    at, waited = [0.0], list[float]()

    def wait(seconds: float) -> None:
        waited.append(round(seconds, 3))
        at[0] += seconds

    pace = Pace(4, lambda: at[0], wait)
    for _ in range(3):
        pace()
    assert waited == [0.25, 0.25]
    at[0] += 60
    pace()
    pace()
    assert waited == [0.25, 0.25, 0.25]


def test_a_session_that_ended_is_said(world: World):
    session = world.session()
    members = world.members(session=session)
    world.clock.forward(days=2)
    with pytest.raises(NotTransmitted) as told:
        members.ask(TPP, ASKED.reference, MemberDataCodec(world.clock.now).write(ASKED, TPP))
    assert (told.value.code, told.value.said) == ("no_session", "SOA-01001")
