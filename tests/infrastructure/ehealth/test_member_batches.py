"""Many questions about members over real sockets, in one message: who may, what is refused, what comes back and how."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from lxml import etree

from application.ports import NotTransmitted, OutcomeUnknown, UnionsNotReached
from domain.answer import NOT_TREATED, TECHNICAL, Answer
from domain.insurability_query import MemberQuestion
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.generic_async import MEMBER_DATA, GenericAsync, Session
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.ehealth.origin import Origin
from infrastructure.ehealth.unions import MyCareNetUnions
from infrastructure.mycarenet_simulator import demo
from infrastructure.mycarenet_simulator.app import GENERIC_MEMBER_DATA
from infrastructure.mycarenet_simulator.members import Cover, Member, Members
from infrastructure.mycarenet_simulator.registry import Mandate
from infrastructure.mycarenet_simulator.scenario import USUAL, Scenario
from infrastructure.mycarenet_simulator.serving import running
from infrastructure.sample.numbers import ssin
from tests.infrastructure.ehealth.test_members import NOW, OWN, SINCE, TPP, World
from tests.infrastructure.mycarenet_simulator.world import with_keys
from tests.stores import SteppedClock

REFERENCE = "0123456789"
FUNDS = ("131", "306", "132")
MANY = 2_000


def number(place: int) -> str:
    return ssin(Date(1900 + place % 120, 1 + place // 120 % 12, 1 + place // 1440), 2)


def questions(count: int) -> list[MemberQuestion]:
    span = Date(2026, 10, 1), Date(2026, 10, 31)
    return [
        MemberQuestion(f"{REFERENCE}{place:04d}", number(place), "", "", *span, "invoicing") for place in range(count)
    ]


def member(place: int, fund: str) -> Member:
    cover = Cover(SINCE, None, fund, "110", "110")
    return Member(number(place), f"{place:013d}", "Fictive", "Member", Date(1950, 5, 5), 2, (cover,))


class Mail(World):
    """Our side of the mailbox of questions that leave together."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.opened = self.session()
        self.codec = MemberDataCodec(self.clock.now)

    def service(self, timeout_s: float = 60) -> GenericAsync:
        address = (self.there.address("member-data-async"),)
        return GenericAsync(self.caller, address, True, self.clock.now, self.ids, timeout_s, MEMBER_DATA)

    def inside(self) -> MyCareNetUnions:
        """The same without a socket: what is wrong on purpose is not judged by the schemas."""

        def answered(request: httpx.Request) -> httpx.Response:
            path, action = request.url.path, request.headers["SOAPAction"]
            simulator = getattr(self.there.simulator, "simulator", self.there.simulator)
            status, content = simulator.answer(path, request.content, action)
            return httpx.Response(status, content=content)

        caller = Caller(httpx.Client(transport=httpx.MockTransport(answered)), self.caller.anchors, self.clock.now)
        mail = self.mail()
        mail._service = replace(self.service(), caller=caller)
        return mail

    def mail(self, origin: Origin = OWN, timeout_s: float = 60) -> MyCareNetUnions:
        opened = self.opened

        class Opened:
            def is_open(self, tpp_number: str) -> bool:
                return tpp_number == TPP

            def __call__(self, tpp_number: str) -> tuple[Session, Origin]:
                return opened, origin

        return MyCareNetUnions(self.service(timeout_s), Opened())

    def post(self, asked: list[MemberQuestion], issuer: str = TPP, reference: str = REFERENCE) -> None:
        self.mail().transmit(self.codec.write_together(asked, issuer), reference, "", TPP)

    def waiting(self) -> list[tuple[str, Answer | list[str]]]:
        """Receipts, and what stands behind them: a word about the message, or references of questions with codes."""
        told: list[tuple[str, Answer | list[str]]] = []
        for receipt, content in self.mail().collect(TPP).waiting:
            said = self.codec.read_together(content)
            if not isinstance(said, Answer):
                said = [f"{answer.reference} {answer.io} {','.join(answer.codes)}" for answer, _ in said]
            told.append((receipt.partition(":")[0], said))
        return told

    def answers(self) -> list[str]:
        return sorted(one for _, said in self.waiting() if isinstance(said, list) for one in said)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Mail]:
    clock = SteppedClock(NOW)
    with running(with_keys(tmp_path), clock) as there, httpx.Client() as client:
        there.simulator.members = Members(member(place, fund) for place, fund in enumerate(FUNDS))
        yield Mail(there, clock, client)


ALL = [
    f"{REFERENCE}0000 100 ",
    f"{REFERENCE}0001 300 ",
    f"{REFERENCE}0002 100 ",
    f"{REFERENCE}0003  UNKNOWN_NISS_ROUTING",
]


def test_questions_are_split_by_insurer_and_each_acknowledges_its_part(mail: Mail):
    mail.post(questions(4))
    tacks = [(receipt, said) for receipt, said in mail.waiting() if isinstance(said, Answer)]
    assert [(receipt, said.message, said.provider_reference, said.oa_reference) for receipt, said in tacks] == [
        ("tack", TECHNICAL, REFERENCE, "100"),
        ("tack", TECHNICAL, REFERENCE, "300"),
    ], "acknowledgements are confirmed by what they hold"
    assert [receipt for receipt, said in mail.waiting() if isinstance(said, list)] == ["ref"] * 3
    assert mail.answers() == ALL


def test_what_is_confirmed_comes_no_more_and_the_rest_does(mail: Mail):
    mail.post(questions(4))
    left = [receipt for receipt, _ in mail.mail().collect(TPP).waiting]
    while left:
        mail.mail().confirm(TPP, [left.pop(0)])
        assert [receipt for receipt, _ in mail.mail().collect(TPP).waiting] == left
    assert len(left) == 0


def test_the_two_mailboxes_are_apart(mail: Mail):
    mail.post(questions(4))
    service = replace(mail.service(), addresses=(mail.there.address("invoicing"),))
    assert service.get(mail.opened, OWN, (), 64).messages == ()


def test_each_answer_is_written_as_one_that_comes_alone(mail: Mail):
    mail.post(questions(1))
    alone = mail.codec.read(
        mail.members(session=mail.opened).ask(TPP, f"{REFERENCE}0000", mail.codec.write(questions(1)[0], TPP)),
        f"{REFERENCE}0000",
    )
    pieces = [mail.codec.read_together(content) for _, content in mail.mail().collect(TPP).waiting]
    ((together, raw),) = next(said for said in pieces if not isinstance(said, Answer))
    assert together == alone
    assert mail.codec.read(raw, together.reference) == alone, "a piece can be read by itself"


def test_issuer_and_ids_are_held_against_the_message(mail: Mail):
    mail.post(questions(1), demo.GROUP)
    assert mail.answers() == [f"{REFERENCE}0000  CROSSCHECK_ISSUER"]
    two = questions(2)
    double = mail.codec.write_together([two[0], replace(two[1], reference=two[0].reference)], TPP)
    with pytest.raises(NotTransmitted) as twice:
        mail.inside().transmit(double, "2222222222", "", TPP)
    assert (twice.value.code, twice.value.said) == ("refused_by_network", "simulated-content")


@pytest.mark.parametrize("content", [b"", b"no XML", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_what_is_no_list_of_questions_is_refused_at_once(mail: Mail, content: bytes):
    with pytest.raises(NotTransmitted) as told:
        mail.inside().transmit(content, REFERENCE, "", TPP)
    assert (told.value.code, told.value.said) == ("refused_by_network", "simulated-content")
    assert mail.waiting() == []


def test_bounds_of_a_list(mail: Mail):
    empty = etree.fromstring(mail.codec.write_together(questions(1), TPP))
    empty.clear()
    mail.clock.forward(minutes=1)
    for content in (etree.tostring(empty), mail.codec.write_together(questions(1) * 10_001, TPP)):
        with pytest.raises(NotTransmitted) as told:
            mail.inside().transmit(content, REFERENCE, "", TPP)
        assert told.value.said == "simulated-content"
    assert mail.waiting() == []


def test_no_insurer_is_named_and_no_other_message_is_taken(mail: Mail):
    content = mail.codec.write_together(questions(1), TPP)
    with pytest.raises(NotTransmitted) as told:
        mail.mail().transmit(content, REFERENCE, "100", TPP)
    assert told.value.said == "NIP.INPUT.RequestValidation"
    strange = replace(mail.service(), project=replace(MEMBER_DATA, message_name="HCPFAC"))
    assert strange.post(mail.opened, OWN, content, REFERENCE).minor.endswith("message-name")
    assert mail.waiting() == []


def test_the_same_message_twice_is_done_once_and_another_under_its_name_is_refused(mail: Mail):
    content = mail.codec.write_together(questions(4), TPP)
    mail.mail().transmit(content, REFERENCE, "", TPP)
    mail.mail().transmit(content, REFERENCE, "", TPP)
    assert mail.answers() == ALL
    with pytest.raises(NotTransmitted):
        mail.post(questions(2))
    assert mail.answers() == ALL


def test_late_doubled_shuffled_and_short_of_time(mail: Mail):
    simulator = mail.there.simulator
    simulator.scenario = Scenario(
        tack_after=timedelta(minutes=5),
        late=timedelta(hours=1),
        doubled=True,
        shuffled=True,
        not_enough_time=16,
        signed=True,
    )
    mail.post(questions(4))
    assert mail.waiting() == []
    mail.clock.forward(minutes=6)
    assert {type(said) for _, said in mail.waiting()} == {Answer}
    mail.clock.forward(hours=1)
    assert mail.answers() == sorted(ALL * 2)


def test_what_is_lost_before_it_arrived_leaves_nothing_and_behind_it_everything(mail: Mail):
    simulator = mail.there.simulator
    for scenario, left in ((Scenario(lost_before=True), []), (Scenario(lost_after_send=True), ALL)):
        simulator.scenario = scenario
        with pytest.raises(OutcomeUnknown):
            mail.post(questions(4))
        simulator.scenario = USUAL
        assert mail.answers() == left


def test_a_slow_service_leaves_the_outcome_open(mail: Mail):
    mail.there.simulator.scenario = Scenario(slow=1.5)
    with pytest.raises(OutcomeUnknown):
        mail.mail(timeout_s=0.5).transmit(mail.codec.write_together(questions(1), TPP), REFERENCE, "", TPP)


def test_an_insurer_that_treats_nothing_says_so(mail: Mail):
    mail.there.simulator.scenario = Scenario(rejected=True)
    mail.post(questions(4))
    words = [said for _, said in mail.waiting() if isinstance(said, Answer) and said.message == NOT_TREATED]
    assert [(one.provider_reference, one.oa_reference, one.refusal_type) for one in words] == [
        (REFERENCE, "100", "SIMULATED_REJECT"),
        (REFERENCE, "300", "SIMULATED_REJECT"),
    ]
    assert mail.answers() == [f"{REFERENCE}0003  UNKNOWN_NISS_ROUTING"], "MyCareNet answers for itself"


def test_certificate_mandate_and_licence_are_asked_for_as_at_the_other_doors(mail: Mail):
    simulator = mail.there.simulator
    content = mail.codec.write_together(questions(1), demo.GROUP)
    for_files = Mandate(("ssin", demo.NURSE.ssin), demo.GROUP, "groupofnurses", frozenset({"invoicing"}))
    group = replace(OWN, nihii=demo.GROUP, quality="groupofnurses", person=None, sender_person=OWN.person)
    mail.mail(group).transmit(content, REFERENCE, "", demo.GROUP)
    simulator.registry = replace(simulator.registry, mandates=(for_files,))
    for origin, code, said in (
        (group, "not_mandated", "SOA-01002"),
        (replace(OWN, licence=replace(OWN.licence, username="nobody")), "licence_refused", "NIP.AUTH.license"),
    ):
        with pytest.raises(NotTransmitted) as told:
            mail.mail(origin).transmit(content, "1111111111", "", TPP)
        assert (told.value.code, told.value.said) == (code, said)
    simulator.scenario = Scenario(revoked=True)
    with pytest.raises(NotTransmitted):
        mail.post(questions(1))
    with pytest.raises(UnionsNotReached):
        mail.waiting()


def test_what_waits_outlives_the_simulator(mail: Mail, tmp_path: Path):
    mail.post(questions(4))
    mail.there.simulator.letters.close()
    simulator = mail.there.simulator
    again = type(simulator)(simulator.folder.root, mail.clock)
    counter = again._counters[GENERIC_MEMBER_DATA]
    simulator._counters[GENERIC_MEMBER_DATA] = counter
    assert mail.answers() == ALL
    again.close()


def test_two_thousand_questions_in_one_message(mail: Mail):
    mail.there.simulator.members = Members(member(place, FUNDS[place % 3]) for place in range(MANY))
    asked = questions(MANY)
    assert len({one.ssin for one in asked}) == MANY
    mail.post(asked)
    assert [one.partition(" ")[0] for one in mail.answers()] == [one.reference for one in asked]
