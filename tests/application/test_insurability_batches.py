"""Many questions in one message: on record before they leave, never sent twice, and every answer taken in once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date as Date
from itertools import permutations
from threading import Barrier
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from application.insurability import Insurability, of_month
from application.insurability_answers import BatchReport, InsurabilityAnswers
from application.insurability_batches import AskedTogether, InsurabilityBatches
from application.ports import Context, NotTransmitted, OutcomeUnknown, UnreadableMessage
from application.post_rounds import PostRounds
from domain import insurability_batch as batches
from domain import patient as patients
from domain.answer import Answer
from domain.errors import Invalid, NotAllowed, NotFound
from domain.insurability_batch import Batch, batch_id
from domain.insurability_query import Query, queries_id
from domain.mailbox import MailboxPolled, mailbox_id
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.jobs.stored_leases import StoredLeases
from infrastructure.mycarenet_simulator.members import Cover, Member, Members
from infrastructure.sample.numbers import ssin
from infrastructure.store.opening import Store
from tests.application.office import Office, StandingClock, context
from tests.application.test_post_rounds import HOUR, Rounds
from tests.domain.builders import insured
from tests.members import REJECT, SUCCESS, TACK, KnownMemberMail, KnownMembers

JANUARY = of_month("2026-01")
SINCE = Date(2020, 1, 1)
FUNDS = ("131", "306", "131")
ASKED, ANSWERED = "insurability_query.asked", "insurability_query.answered"


class Practice:
    """An office with three patients of two insurers."""

    def __init__(self, store: Store) -> None:
        self.clock = StandingClock()
        self.office = Office(store.log, store.messages, store.keys, clock=self.clock)
        self.mail = KnownMemberMail(self.clock)
        codec = MemberDataCodec(self.clock.now)
        log, messages = self.office.log, self.office.messages
        self.batches = InsurabilityBatches(log, messages, codec, self.mail, self.clock)
        self.answers = InsurabilityAnswers(log, messages, codec, self.mail, self.clock)
        self.insurability = Insurability(log, messages, codec, KnownMembers(self.clock), self.clock)
        self.people = [
            self.office.patient(self.number(place), insured(fund, SINCE)).id for place, fund in enumerate(FUNDS)
        ]
        self.mail.members = Members(
            Member(self.number(place), f"{place:013d}", "Fictive", "Person", Date(1950 + place, 5, 5), 2, (cover,))
            for place, fund in enumerate(FUNDS)
            for cover in [Cover(SINCE, None, fund, "110", "110")]
        )

    def number(self, place: int) -> str:
        return ssin(Date(1950 + place, 5, 5), 2)

    def ask(self, *who: UUID, given: Context | None = None) -> AskedTogether:
        return self.batches.ask(given or context(), self.office.where, who or self.people, JANUARY).result

    def fetch(self) -> tuple[BatchReport, ...]:
        return self.answers.collect(context(), self.office.where).result.reports

    def batch(self, reference: str) -> Batch:
        return self.batches.of(self.office.where, reference)

    def topics(self, stream: UUID) -> list[str]:
        return [one.topic for one in self.office.log.history(stream)]

    def newest(self, place: int) -> Query:
        found = self.insurability.latest(self.people[place])
        assert found is not None
        return found

    def statuses(self) -> list[str]:
        return [self.newest(place).status for place in range(len(self.people))]


@pytest.fixture
def practice(store: Store) -> Practice:
    return Practice(store)


def test_many_leave_in_one_message_and_each_patient_gets_an_answer_of_its_own(practice: Practice) -> None:
    told = practice.ask()
    assert (told.status, told.asked, told.left_out) == ("waiting", tuple(practice.people), ())
    assert practice.mail.taken == [told.reference]
    assert practice.statuses() == ["waiting"] * 3
    assert practice.insurability.is_known(practice.people[0], JANUARY), "whoever asks all asks nobody twice"
    assert [practice.newest(place).asked.reference for place in range(3)] == [
        f"{told.reference}{place:04d}" for place in range(3)
    ]
    first = practice.mail.waiting[:2]
    practice.mail.waiting = first
    assert [(one.kind, one.outcome, one.count) for one in practice.fetch()] == [
        ("acknowledgement", "read", 0),
        ("answers", "read", 2),
    ]
    assert practice.statuses() == ["answered", "waiting", "answered"]
    assert practice.batch(told.reference).status == "waiting"
    assert practice.mail.confirmed == [receipt for receipt, _ in first]
    state = patients.fold(practice.office.log.load([practice.people[0]])[practice.people[0]])
    assert state is not None
    (shown,) = practice.insurability.shown(practice.people[0], state)
    assert shown.answer is not None
    assert [(one.recorded is not None, one.differs) for one in shown.pieces] == [(True, ())]
    proof = practice.insurability.proof(practice.people[0], shown.query.asked.reference)
    assert practice.number(0).encode() in proof
    assert practice.number(2).encode() not in proof, "whoever reads one patient's answer reads nobody else's"


def test_bytes_are_on_record_before_they_leave_and_events_name_nobody(practice: Practice) -> None:
    seen = []

    def look(reference: str) -> None:
        batch = practice.batch(reference)
        seen.append((batch.status, practice.office.messages.get(batch.asked.message)))
        assert [practice.topics(queries_id(who)) for who in practice.people] == [[ASKED]] * 3

    practice.mail.fails = look
    told = practice.ask()
    ((status, content),) = seen
    assert status == "unknown"
    assert [one.get("ID") for one in etree.fromstring(content)] == [
        f"_{told.reference}{place:04d}" for place in range(3)
    ]
    events = [one.event for one in practice.office.log.read(0, 1_000)]
    assert practice.number(0).encode() in content
    batch = [one for one in events if type(one).__name__.startswith("Batch")]
    assert practice.number(0) not in repr(batch)
    assert "Fictive" not in repr(batch)


def test_an_unknown_outcome_is_never_sent_again_and_ends_when_an_answer_comes(practice: Practice) -> None:
    def lost(_: str) -> None:
        raise OutcomeUnknown

    practice.mail.loses = lost
    given = context()
    told = practice.ask(given=given)
    assert (told.status, told.codes) == ("unknown", ("no_answer",))
    assert practice.ask(given=given).status == "unknown", "the same command asks nobody again"
    assert len(practice.mail.taken) == 1
    assert {(one.status, one.advice) for one in map(practice.newest, range(3))} == {("unknown", "again")}
    assert not practice.insurability.is_known(practice.people[0], JANUARY), "a person may ask again"
    practice.fetch()
    assert practice.statuses() == ["answered"] * 3
    assert practice.batch(told.reference).status == "answered"


def test_lights_out_while_it_leaves_is_an_unknown_outcome_too(practice: Practice) -> None:
    def lights_out(_: str) -> None:
        raise KeyboardInterrupt

    practice.mail.loses = lights_out
    given = context()
    with pytest.raises(KeyboardInterrupt):
        practice.ask(given=given)
    assert practice.statuses() == ["unknown"] * 3
    practice.mail.loses = lambda _: None
    assert practice.ask(given=given).status == "unknown"
    assert len(practice.mail.taken) == 1
    practice.fetch()
    assert practice.statuses() == ["answered"] * 3


def test_a_question_that_left_with_others_is_never_gone_on_with_alone(practice: Practice) -> None:
    given = context()
    practice.ask(given=given)
    alone = practice.insurability.ask(given, practice.people[0], JANUARY).result
    assert (alone.asked.batch, alone.codes) == ("", ("UNKNOWN_NISS_ROUTING",))
    assert practice.statuses() == ["refused", "waiting", "waiting"]


def test_a_refusal_at_the_door_is_certain_and_said_of_each_question(practice: Practice) -> None:
    def refused(_: str) -> None:
        raise NotTransmitted("", "not_mandated", "SOA-01002")

    practice.mail.fails = refused
    told = practice.ask()
    assert (told.status, told.codes) == ("failed", ("not_mandated",))
    first = practice.newest(0)
    assert (first.status, first.codes, first.advice) == ("failed", ("not_mandated",), "mend")
    failure = practice.batch(told.reference).failure
    assert failure is not None
    assert failure.said == "SOA-01002"
    practice.mail.fails = lambda _: None
    assert practice.ask().reference != told.reference
    assert practice.statuses() == ["waiting"] * 3


def test_who_cannot_be_asked_about_keeps_nobody_back(practice: Practice) -> None:
    nobody = UUID(int=7)
    practice.office.register.erase(context(), practice.people[1])
    told = practice.ask(practice.people[0], nobody, practice.people[1], practice.people[2], practice.people[0])
    assert told.asked == (practice.people[0], practice.people[2])
    assert told.left_out == ((nobody, "patient_unknown"), (practice.people[1], "patient_erased"))
    alone = practice.ask(nobody)
    assert (alone.reference, alone.status, alone.left_out) == ("", "failed", ((nobody, "patient_unknown"),))
    assert practice.mail.taken == [told.reference]
    practice.fetch()
    assert [practice.newest(place).status for place in (0, 2)] == ["answered"] * 2


def test_nothing_is_on_record_of_what_cannot_leave(practice: Practice) -> None:
    before = practice.office.log.head()
    with pytest.raises(Invalid):
        practice.batches.ask(context(), practice.office.where, [UUID(int=n) for n in range(batches.MOST + 1)], JANUARY)
    ahead = replace(JANUARY, first_day=Date(2099, 1, 1), last_day=Date(2099, 1, 2))
    for practice.mail.opened in (True, False):
        with pytest.raises(Invalid):
            practice.batches.ask(context(), practice.office.where, practice.people, ahead)
    without = InsurabilityBatches(
        practice.office.log, practice.office.messages, MemberDataCodec(practice.clock.now), None, practice.clock
    )
    assert not without.is_offered
    with pytest.raises(NotAllowed) as missing:
        without.ask(context(), practice.office.where, practice.people, JANUARY)
    assert missing.value.code == "member_data_async_missing"
    with pytest.raises(NotFound):
        practice.batch("0000000000")
    assert practice.office.log.head() == before


def test_two_messages_of_one_moment_have_two_references(practice: Practice) -> None:
    first = practice.ask(given=Context(replace(context().meta, command_id="")))
    second = practice.ask(given=Context(replace(context().meta, command_id="")))
    assert first.reference != second.reference
    practice.fetch()
    assert [len(practice.topics(queries_id(who))) for who in practice.people] == [4] * 3


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_any_order_doubled_and_fetched_by_two_ends_alike(practice: Practice, order: tuple[int, ...]) -> None:
    told = practice.ask()
    practice.mail.waiting = [practice.mail.waiting[place] for place in order for _ in range(2)]
    reports = practice.fetch()
    assert sum(one.count for one in reports) == 3
    assert practice.topics(batch_id(practice.office.where, told.reference)) == [
        "insurability_batch.asked",
        "insurability_batch.taken",
        *(f"insurability_batch.{'technically_acknowledged' if place % 2 == 0 else 'answered'}" for place in order),
    ]
    assert [practice.topics(queries_id(who)) for who in practice.people] == [[ASKED, ANSWERED]] * 3
    assert practice.batch(told.reference).answered == 3
    assert practice.mail.waiting == []


def test_two_who_fetch_at_the_very_same_time_take_each_answer_in_once(practice: Practice) -> None:
    told = practice.ask()
    together = Barrier(2)

    def fetch() -> None:
        together.wait()
        practice.fetch()

    with ThreadPoolExecutor(2) as both:
        for one in [both.submit(fetch) for _ in range(2)]:
            one.result()
    practice.fetch()  # what one of them had to leave to the other
    assert practice.statuses() == ["answered"] * 3
    assert [practice.topics(queries_id(who)) for who in practice.people] == [[ASKED, ANSWERED]] * 3
    topics = Counter(practice.topics(batch_id(practice.office.where, told.reference)))
    assert topics["insurability_batch.technically_acknowledged"] == topics["insurability_batch.answered"] == 2


def test_killed_at_any_step_of_fetching_nothing_is_lost_and_nothing_is_there_twice(practice: Practice) -> None:
    """Between any two things that are written or said."""
    told = practice.ask()
    left = [0]

    def mortal(thing: object, name: str) -> None:
        act = getattr(thing, name)

        def acting(*given: object, **more: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            done = act(*given, **more)
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return done

        setattr(thing, name, acting)

    for thing, name in (
        (practice.mail, "collect"),
        (practice.mail, "confirm"),
        (practice.office.messages, "put"),
        (practice.office.log, "append"),
    ):
        mortal(thing, name)
    killed = 0
    for steps in range(1, 60):
        left[0] = steps
        try:
            practice.fetch()
        except KeyboardInterrupt:
            killed += 1
        left[0] = 0
        if not practice.mail.waiting:
            break
    assert killed > 10
    assert practice.mail.waiting == []
    assert [practice.topics(queries_id(who)) for who in practice.people] == [[ASKED, ANSWERED]] * 3
    state = practice.batch(told.reference)
    assert (state.answered, state.status, sorted(state.acknowledged)) == (3, "answered", ["100", "300"])


def test_answers_that_nobody_asked_for_are_kept_and_shown_to_a_person_once(practice: Practice) -> None:
    practice.ask()
    strange = [
        (receipt, content.replace(b'InResponseTo="_', b'InResponseTo="_9'))
        for receipt, content in practice.mail.waiting
    ]
    practice.mail.waiting = [*strange, *strange]
    outcomes = [(one.kind, one.outcome, one.item) for one in practice.fetch() if one.kind == "answers"]
    assert outcomes[:2] == [("answers", "unmatched", "question_unknown")] * 2
    assert {outcome for _, outcome, _ in outcomes[2:]} == {"already_read"}
    assert [kind for kind, _ in practice.office.open_items()] == ["question_unknown"] * 2
    assert practice.statuses() == ["waiting"] * 3
    item = next(one.event for one in practice.office.log.read(0, 1_000) if one.topic == "item.raised")
    assert practice.office.messages.get(item.message) == strange[1][1]
    assert practice.number(0) not in repr(item)


def test_what_cannot_be_read_is_kept_for_a_person_and_confirmed(practice: Practice) -> None:
    sealed = b'<g:MsgResponse xmlns:g="urn:be:cin:nip:async:generic"><g:Detail ContentEncryption="x">AA==</g:Detail></g:MsgResponse>'
    practice.mail.waiting = [("ref:1", b"no XML"), ("ref:2", b"<a/>"), ("ref:3", sealed)]
    assert [one.outcome for one in practice.fetch()] == ["unreadable"] * 3
    items = [one.event for one in practice.office.log.read(0, 1_000) if one.topic == "item.raised"]
    assert [dict(one.facts)["code"] for one in items] == ["xml_invalid", "efact.unrecognised", "content_sealed"]
    assert practice.mail.waiting == []


def test_a_message_that_an_insurer_does_not_treat_leaves_its_questions_without_answer(practice: Practice) -> None:
    told = practice.ask()
    answers = [
        one for one in practice.mail.waiting if b"ResponseList" in one[1] and practice.number(1).encode() in one[1]
    ]
    reject = REJECT.format(reference=told.reference, io="100").encode()
    refused = TACK.format(io="300", major="urn:nip:tack:result:major:failure", reference=told.reference).encode()
    strange = TACK.format(io="300", major=SUCCESS, reference="1234567890").encode()
    practice.mail.waiting = [
        ("ref:r", reject),
        ("ref:again", reject),
        ("tack:f", refused),
        ("tack:s", strange),
        *answers,
    ]
    assert [(one.kind, one.outcome) for one in practice.fetch()] == [
        ("refusal", "read"),
        ("refusal", "already_read"),
        ("refusal", "read"),
        ("acknowledgement", "unmatched"),
        ("answers", "read"),
    ]
    assert practice.statuses() == ["refused", "answered", "refused"]
    first = practice.newest(0)
    assert (first.codes, first.advice) == (("not_treated", "CLOSED"), "again")
    assert not practice.insurability.is_known(practice.people[0], JANUARY)


def test_a_poll_leaves_its_proof_in_a_stream_of_its_own_mailbox(practice: Practice) -> None:
    today = practice.clock.now().date()
    practice.mail.opened = False
    assert practice.answers.collect(context(), practice.office.where).result.outcome == "queued"
    practice.mail.opened = True
    practice.fetch()
    own = mailbox_id(practice.office.where, today, "member_data")
    assert own != mailbox_id(practice.office.where, today)
    assert practice.topics(own) == ["mailbox.poll_queued", "mailbox.polled"]
    polled = practice.office.log.history(own)[-1].event
    assert isinstance(polled, MailboxPolled)
    assert (polled.outcome, polled.mailbox) == ("nothing", "member_data")
    assert practice.office.messages.get(polled.proof) == b"<the whole answer/>"


def test_a_worker_asks_both_mailboxes_by_the_same_schedule(practice: Practice, store: Store) -> None:
    office = practice.office
    rights = Rounds(office, store)._caller
    rounds = PostRounds(
        office.log,
        office.lookups,
        office.dispatch,
        office.answers,
        StoredLeases(store.database),
        office.clock,
        rights,
        HOUR,
        member_answers=practice.answers,
    )
    practice.ask()
    assert rounds.work("here")
    assert practice.statuses() == ["answered"] * 3
    assert not rounds.work("here"), "an hour has not gone by"
    boxes = [one.event.mailbox for one in office.log.read(0, 1_000) if one.topic == "mailbox.polled"]
    assert boxes == ["invoicing", "member_data"]
    practice.mail.opened = False
    practice.clock.instant = practice.clock.instant.replace(hour=practice.clock.instant.hour + 1)
    assert practice.answers.collect(context(), office.where).result.outcome == "queued"
    practice.mail.opened = True
    assert rounds.work("here")
    history = office.log.history(mailbox_id(office.where, practice.clock.now().date(), "member_data"))
    assert [(one.topic, one.meta.actor) for one in history][-1] == ("mailbox.polled", context().meta.actor)


# The reader


@settings(max_examples=200)
@given(st.binary(max_size=200), st.integers(0, 4_000), st.sampled_from([b"", b"<", b"]]>", b"\0", b"&x;"]))
def test_whatever_comes_is_read_or_called_unreadable(junk: bytes, at: int, instead: bytes) -> None:
    codec = MemberDataCodec(StandingClock().now)
    response = b'<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" InResponseTo="_00000000000001"/>'
    whole = (
        b'<e:ResponseList xmlns:e="urn:be:cin:nippin:memberdata:saml:extension">' + response * 3 + b"</e:ResponseList>"
    )
    for content in (junk, whole[:at] + instead + whole[at:], whole[:at] + junk):
        try:
            said = codec.read_together(content)
        except UnreadableMessage:
            continue
        assert isinstance(said, Answer) or all(codec.read(raw, answer.reference) == answer for answer, raw in said)


def test_a_question_knows_its_place_in_the_message() -> None:
    asked = batches.BatchAsked(UUID(int=1), "0123456789", SINCE, SINCE, "invoicing", (UUID(int=2),), "x")
    state = Batch(asked)
    assert state.patient_of("01234567890000") == UUID(int=2)
    for strange in (
        "01234567890001",
        "0123456789",
        "012345678900000",
        "9123456789" + "0000",
        "0123456789\u0660000",
        "",
    ):
        assert state.patient_of(strange) is None
