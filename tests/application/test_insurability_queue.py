"""What is asked about insurability without a session waits in a queue, and is asked when one opens: once, and by whom."""

from datetime import date as Date
from datetime import timedelta
from uuid import UUID

import pytest

from application.access import Caller
from application.insurability import Insurability, Wish
from application.insurability_batches import InsurabilityBatches
from application.insurability_queue import QuestionQueue
from application.ports import Context, Meta, NotTransmitted
from application.post_rounds import AGAIN, SELDOM, PostRounds
from domain.errors import NotAllowed, NotFound
from domain.insurability_query import fold, queries_id
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.jobs.stored_leases import StoredLeases
from infrastructure.mycarenet_simulator.members import Cover, Member, Members
from infrastructure.sample.numbers import ssin
from infrastructure.store.opening import Store
from tests.application.office import Office, StandingClock
from tests.domain.builders import insured
from tests.members import KnownMemberMail, KnownMembers, lost

JANUARY, DECEMBER = (
    Wish(Date(2026, 1, 1), Date(2026, 1, 31)),
    Wish(Date(2025, 12, 1), Date(2025, 12, 31), "information"),
)
SINCE = Date(2020, 1, 1)
ANNA, BEN = "user:anna", "user:ben"
QUEUED, ASKED, ANSWERED, FAILED = (f"insurability_query.{name}" for name in ("queued", "asked", "answered", "failed"))


class Waiting:
    """An office with four patients, its session, and a worker; `rights`: of everybody, by now."""

    def __init__(self, store: Store) -> None:
        self.clock = StandingClock()
        self.office = Office(store.log, store.messages, store.keys, clock=self.clock)
        self.service, self.mail = KnownMembers(self.clock), KnownMemberMail(self.clock)
        codec, log, messages = MemberDataCodec(self.clock.now), self.office.log, self.office.messages
        self.insurability = Insurability(log, messages, codec, self.service, self.clock)
        self.batches = InsurabilityBatches(log, messages, codec, self.mail, self.clock)
        self.rights: dict[str, frozenset[str]] = {}
        self.leases = StoredLeases(store.database)
        numbers = [ssin(Date(1950 + place, 5, 5), 2) for place in range(4)]
        self.people = [self.office.patient(number, insured("131", SINCE)).id for number in numbers]
        cover = Cover(SINCE, None, "131", "110", "110")
        born = [Date(1950 + place, 5, 5) for place in range(4)]
        self.service.members = self.mail.members = Members(
            Member(number, f"{place:013d}", "Fictive", "Person", born[place], 2, (cover,))
            for place, number in enumerate(numbers)
        )
        self.session(is_open=False)

    def session(self, *, is_open: bool) -> None:
        self.service.opened = self.mail.opened = self.office.unions.is_in_session = is_open

    def worker(self) -> PostRounds:
        office = self.office
        queue = QuestionQueue(office.log, office.lookups, self.insurability, self.batches)
        return PostRounds(
            office.log,
            office.lookups,
            office.dispatch,
            office.answers,
            self.leases,
            self.clock,
            lambda actor, where: Caller(actor, self.rights.get(actor, frozenset({"register"})), frozenset({where})),
            questions=queue,
        )

    def ask(self, who: UUID, wish: Wish = JANUARY, actor: str = ANNA, command: str = "") -> str:
        return self.insurability.ask(Context(Meta(actor, command_id=command)), who, wish).result.status

    def together(self, *who: UUID, actor: str = ANNA, correlation: str = "") -> str:
        context = Context(Meta(actor, correlation_id=correlation))
        return self.batches.ask(context, self.office.where, who, JANUARY).result.status

    def happened(self, who: UUID) -> list[tuple[str, str]]:
        return [(one.topic, one.meta.actor) for one in self.office.log.history(queries_id(who))]

    def statuses(self) -> list[str]:
        latest = [self.insurability.latest(who) for who in self.people]
        return [one.status if one else "" for one in latest]


@pytest.fixture
def waiting(store: Store) -> Waiting:
    return Waiting(store)


def test_sof_13_a_question_without_a_session_is_asked_when_one_opens_in_the_name_of_who_asked(waiting: Waiting):
    first, second, *_ = waiting.people
    assert waiting.ask(first) == "queued"
    assert waiting.ask(first, actor=BEN) == "queued", "asked again, it waits all the same"
    assert waiting.ask(second, actor=BEN) == "queued"
    assert waiting.insurability.is_known(first, JANUARY)
    assert not waiting.worker().work("here")
    assert waiting.service.asked == []
    waiting.session(is_open=True)
    assert waiting.worker().work("here")
    assert not waiting.worker().work("here")
    assert waiting.happened(first) == [(QUEUED, ANNA), (ASKED, ANNA), (ANSWERED, ANNA)]
    assert waiting.happened(second) == [(QUEUED, BEN), (ASKED, BEN), (ANSWERED, BEN)]
    assert len(waiting.service.asked) == 2


def test_in_a_session_whoever_asks_the_same_asks_what_was_queued(waiting: Waiting):
    (who, *_) = waiting.people
    waiting.ask(who)
    waiting.ask(who, DECEMBER)
    waiting.session(is_open=True)
    assert waiting.ask(who, actor=BEN) == "answered"
    assert waiting.happened(who) == [(QUEUED, ANNA), (QUEUED, ANNA), (ASKED, BEN), (ANSWERED, BEN)]
    waiting.worker().work("here")
    assert len(waiting.service.asked) == len(set(waiting.service.asked)) == 2


def test_a_repeated_command_queues_once_and_asks_once(waiting: Waiting):
    (who, *_) = waiting.people
    assert waiting.ask(who, command="form") == waiting.ask(who, command="form") == "queued"
    waiting.session(is_open=True)
    assert waiting.ask(who, command="form") == waiting.ask(who, command="form") == "answered"
    assert waiting.happened(who) == [(QUEUED, ANNA), (ASKED, ANNA), (ANSWERED, ANNA)]


def test_a_session_that_is_believed_no_more_puts_the_question_back(waiting: Waiting):
    (who, other, *_) = waiting.people
    waiting.session(is_open=True)

    def ends(_: str) -> None:
        waiting.session(is_open=False)
        raise NotTransmitted("", "no_session", "SOA-01001")

    waiting.service.fails = ends
    assert waiting.ask(who) == "queued"
    assert waiting.ask(other) == "queued"
    waiting.service.fails = lambda _: None
    waiting.session(is_open=True)
    waiting.worker().work("here")
    assert waiting.happened(who) == [(ASKED, ANNA), (QUEUED, ANNA), (ASKED, ANNA), (ANSWERED, ANNA)]
    assert len(set(waiting.service.asked)) == 2, "under its reference"


def test_a_session_that_ends_midway_leaves_the_rest_where_they_are(waiting: Waiting):
    for who in waiting.people:
        waiting.ask(who)
    waiting.session(is_open=True)
    waiting.service.fails = lambda _: waiting.session(is_open=len(waiting.service.asked) < 2)
    assert waiting.worker().work("here")
    assert sorted(waiting.statuses()) == ["answered", "answered", "queued", "queued"]
    waiting.service.fails = lambda _: None
    waiting.session(is_open=True)
    assert waiting.worker().work("there")
    assert waiting.statuses() == ["answered"] * 4
    assert len(waiting.service.asked) == 4


@pytest.mark.parametrize("code", ["not_reached", "no_session", "service_unavailable"])
@pytest.mark.parametrize("together", [False, True])
def test_while_whoever_is_asked_is_away_all_waits_and_is_tried_again_after_a_while(
    waiting: Waiting, code: str, together: bool
):
    people = waiting.people[:3]
    if together:
        waiting.together(*people)
    else:
        assert [waiting.ask(who) for who in people] == ["queued"] * 3
    waiting.session(is_open=True)

    def away(reference: str) -> None:
        tried.append(reference)
        raise NotTransmitted("", code)

    tried, worker = list[str](), waiting.worker()
    waiting.service.fails = waiting.mail.fails = away
    assert worker.work("here")
    assert not worker.work("here"), "not in vain every second"
    assert (waiting.statuses()[:3], len(tried)) == (["queued"] * 3, 1)
    for pause in (AGAIN, 2 * AGAIN, 4 * AGAIN):
        waiting.clock.instant += pause - timedelta(seconds=1)
        assert not worker.work("here")
        waiting.clock.instant += timedelta(seconds=1)
        assert worker.work("here")
    assert len(tried) == 4
    waiting.service.fails = waiting.mail.fails = lambda _: None
    waiting.clock.instant += SELDOM
    assert worker.work("here")
    assert waiting.statuses()[:3] == (["waiting"] * 3 if together else ["answered"] * 3)
    for who in people:
        shown = [one.event for one in waiting.office.log.history(queries_id(who))]
        assert len(fold(shown).every) == 1, "one question, however often it was tried"


def test_what_is_withdrawn_or_answered_during_a_round_is_not_asked(waiting: Waiting):
    first, withdrawn, answered, other = waiting.people
    for who in waiting.people:
        waiting.ask(who)
    waiting.session(is_open=True)
    before = queued(waiting, withdrawn)

    def meanwhile(_: str) -> None:
        waiting.service.fails = lambda _: None
        waiting.insurability.withdraw(Context(Meta(BEN)), withdrawn, before)
        waiting.ask(answered, actor=BEN)
        waiting.together(other, actor=BEN)

    waiting.service.fails = meanwhile
    assert waiting.worker().work("here")
    assert waiting.happened(first) == [(QUEUED, ANNA), (ASKED, ANNA), (ANSWERED, ANNA)]
    assert waiting.happened(withdrawn) == [(QUEUED, ANNA), (FAILED, BEN)]
    assert waiting.happened(answered) == [(QUEUED, ANNA), (ASKED, BEN), (ANSWERED, BEN)]
    assert waiting.happened(other) == [(QUEUED, ANNA), (ASKED, BEN)]
    assert not waiting.worker().work("here")


def test_what_is_withdrawn_before_its_message_leaves_is_not_in_it(waiting: Waiting):
    first, second, third, _ = waiting.people
    waiting.together(first, second, third)
    waiting.session(is_open=True)
    ask_queued, before = waiting.batches.ask_queued, queued(waiting, second)

    def meanwhile(context: Context, where: UUID, ids: list[UUID], wish: Wish):
        waiting.insurability.withdraw(Context(Meta(BEN)), second, before)
        waiting.together(third, actor=BEN)
        return ask_queued(context, where, ids, wish)

    waiting.batches.ask_queued = meanwhile  # type: ignore[method-assign]
    assert waiting.worker().work("here")
    assert waiting.happened(second) == [(QUEUED, ANNA), (FAILED, BEN)]
    assert waiting.happened(third) == [(QUEUED, ANNA), (ASKED, BEN)]
    assert waiting.happened(first) == [(QUEUED, ANNA), (ASKED, ANNA)]


def test_a_message_leaves_out_what_is_under_way(waiting: Waiting):
    (who, *_) = waiting.people
    waiting.ask(who)
    waiting.session(is_open=True)
    waiting.service.fails = lambda _: waiting.together(who, actor=BEN) and None  # type: ignore[func-returns-value]
    assert waiting.worker().work("here")
    assert (ANSWERED, ANNA) in waiting.happened(who)
    assert waiting.happened(who).count((ASKED, BEN)) == 1
    assert not waiting.worker().work("here")


def test_a_round_asks_so_many_and_lets_the_others_have_their_turn(waiting: Waiting, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("application.insurability_queue.A_ROUND", 2)
    for who in reversed(waiting.people):
        waiting.clock.instant += timedelta(seconds=1)
        waiting.ask(who)
    waiting.session(is_open=True)
    worker = waiting.worker()
    assert worker.work("here")
    assert waiting.statuses() == ["queued", "queued", "answered", "answered"], "first who came first"
    assert worker.work("here")
    assert waiting.statuses() == ["answered"] * 4


@pytest.mark.parametrize("without", ["alone", "together"])
def test_one_way_alone_leaves_the_other_waiting(waiting: Waiting, without: str):
    first, second, *_ = waiting.people
    waiting.ask(first)
    waiting.together(second)
    waiting.session(is_open=True)
    office, codec = waiting.office, MemberDataCodec(waiting.clock.now)
    if without == "alone":
        waiting.insurability = Insurability(office.log, office.messages, codec, None, waiting.clock)
    else:
        waiting.batches = InsurabilityBatches(office.log, office.messages, codec, None, waiting.clock)
    assert waiting.worker().work("here")
    assert not waiting.worker().work("here")
    assert waiting.statuses()[:2] == (["queued", "waiting"] if without == "alone" else ["answered", "queued"])


def test_a_question_that_did_not_leave_gives_way_to_the_same_of_somebody_else(waiting: Waiting):
    (who, *_) = waiting.people
    waiting.session(is_open=True)

    def ends(_: str) -> None:
        waiting.session(is_open=False)
        assert waiting.ask(who, actor=BEN) == "queued"
        raise NotTransmitted("", "no_session", "SOA-01001")

    waiting.service.fails = ends
    assert waiting.ask(who) == "failed"
    assert waiting.happened(who) == [(ASKED, ANNA), (QUEUED, BEN), (FAILED, ANNA)]


def test_the_newest_is_what_was_asked_last(waiting: Waiting):
    (who, *_) = waiting.people
    waiting.ask(who)
    waiting.ask(who, DECEMBER)
    waiting.session(is_open=True)
    waiting.ask(who)
    latest = waiting.insurability.latest(who)
    assert latest is not None
    assert (latest.asked.first_day, latest.status) == (JANUARY.first_day, "answered")


def queued(waiting: Waiting, who: UUID) -> str:
    (reference,) = waiting.insurability.queued(who)
    return reference


@pytest.mark.parametrize("place", ["before_the_question", "under_way", "before_the_answer"])
def test_whoever_is_killed_leaves_it_to_the_next(waiting: Waiting, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (who, *_) = waiting.people
    waiting.ask(who)
    waiting.session(is_open=True)

    def lights_out(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if place == "under_way":
        waiting.service.fails = lights_out
    else:
        named = "_question" if place == "before_the_question" else "_ended"
        monkeypatch.setattr(waiting.insurability, named, lights_out)
    with pytest.raises(KeyboardInterrupt):
        waiting.worker().work("here")
    monkeypatch.undo()
    waiting.service.fails = lambda _: None
    assert waiting.statuses()[0] == "queued"
    assert waiting.worker().work("there")
    assert waiting.happened(who) == [(QUEUED, ANNA), (ASKED, ANNA), (ANSWERED, ANNA)]
    assert len(set(waiting.service.asked)) == 1


def test_what_cannot_be_asked_any_more_says_why_and_keeps_nothing_back(waiting: Waiting):
    erased, withdrawn, unallowed, fine = waiting.people
    for who in (erased, withdrawn, fine):
        waiting.ask(who)
    waiting.ask(unallowed, actor=BEN)
    waiting.office.register.erase(Context(Meta("operator")), erased)
    query = waiting.insurability.latest(withdrawn)
    assert query is not None
    waiting.insurability.withdraw(Context(Meta(BEN)), withdrawn, query.asked.reference)
    waiting.rights[BEN] = frozenset({"read"})
    waiting.session(is_open=True)
    assert waiting.worker().work("here")
    told = {who: waiting.insurability.latest(who) for who in waiting.people}
    assert [(one.status, one.codes, one.advice) for one in told.values() if one] == [
        ("failed", ("patient_erased",), ""),
        ("failed", ("withdrawn",), ""),
        ("failed", ("not_permitted",), "again"),
        ("answered", (), ""),
    ]
    assert waiting.happened(withdrawn) == [(QUEUED, ANNA), (FAILED, BEN)]
    assert not waiting.worker().work("here")


def test_one_at_which_the_program_breaks_keeps_no_other_back(waiting: Waiting):
    broken, fine, *_ = waiting.people
    for who in (broken, fine):
        waiting.ask(who)
    waiting.session(is_open=True)
    ask = waiting.insurability.ask_queued

    def breaks(context: Context, who: UUID, reference: str):
        if who == broken:
            raise ZeroDivisionError
        return ask(context, who, reference)

    waiting.insurability.ask_queued = breaks  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        waiting.worker().work("here")
    assert waiting.statuses()[:2] == ["queued", "answered"]


def test_only_what_waits_is_withdrawn(waiting: Waiting):
    (who, other, *_) = waiting.people
    waiting.ask(who)
    waiting.ask(who, DECEMBER)
    (first, second) = waiting.insurability.queued(who)
    with pytest.raises(NotFound):
        waiting.insurability.withdraw(Context(Meta(ANNA)), other, first)
    waiting.insurability.withdraw(Context(Meta(ANNA)), who, first)
    assert waiting.insurability.queued(who) == [second]
    with pytest.raises(NotAllowed) as told:
        waiting.insurability.withdraw(Context(Meta(ANNA)), who, first)
    assert told.value.code == "insurability_not_queued"
    assert waiting.ask(who) == "queued", "asked again, it waits anew"
    waiting.session(is_open=True)
    waiting.worker().work("here")
    assert len(set(waiting.service.asked)) == 2


def test_an_answer_that_is_lost_is_said_and_not_asked_again_by_itself(waiting: Waiting):
    waiting.ask(waiting.people[0])
    waiting.session(is_open=True)
    waiting.service.fails = lost
    assert waiting.worker().work("here")
    assert not waiting.worker().work("here")
    assert waiting.statuses()[0] == "unknown"


# Together


def test_what_was_to_leave_together_leaves_in_one_message_as_it_was_asked(waiting: Waiting):
    first, second, third, fourth = waiting.people
    waiting.ask(first)
    assert waiting.together(first, second, correlation="a") == "queued"
    assert waiting.together(third, fourth, actor=BEN, correlation="b") == "queued"
    assert waiting.together(third, fourth, actor=BEN, correlation="c") == "queued"
    assert not waiting.worker().work("here")
    waiting.session(is_open=True)
    assert waiting.worker().work("here")
    assert not waiting.worker().work("here")
    assert waiting.statuses() == ["answered", "waiting", "waiting", "waiting"]
    assert len(waiting.mail.taken) == 2, "a message for each of those who asked"
    assert waiting.happened(first) == [(QUEUED, ANNA), (ASKED, ANNA), (ANSWERED, ANNA)]
    assert waiting.happened(third) == [(QUEUED, BEN), (ASKED, BEN)]


def test_together_in_a_session_takes_along_what_was_queued(waiting: Waiting):
    first, second, *_ = waiting.people
    waiting.ask(first)
    waiting.session(is_open=True)
    assert waiting.together(first, second) == "waiting"
    assert not waiting.worker().work("here")
    assert (waiting.service.asked, len(waiting.mail.taken)) == ([], 1)


def test_a_message_that_finds_its_session_ended_puts_its_questions_back(waiting: Waiting):
    first, second, *_ = waiting.people
    waiting.session(is_open=True)

    def ends(_: str) -> None:
        waiting.session(is_open=False)
        raise NotTransmitted("", "refused_by_network", "SOA-01001")

    waiting.mail.fails = ends
    assert waiting.together(first, second) == "queued"
    assert waiting.statuses()[:2] == ["queued"] * 2
    waiting.mail.fails = lambda _: None
    waiting.session(is_open=True)
    assert waiting.worker().work("here")
    assert waiting.statuses()[:2] == ["waiting"] * 2
    assert len(waiting.mail.taken) == 1


def test_who_cannot_be_in_the_message_any_more_says_why(waiting: Waiting):
    first, second, *_ = waiting.people
    waiting.together(first, second)
    waiting.office.register.erase(Context(Meta("operator")), first)
    waiting.session(is_open=True)
    assert waiting.worker().work("here")
    assert waiting.statuses()[:2] == ["failed", "waiting"]
    waiting.session(is_open=False)
    third, fourth = waiting.people[2:]
    waiting.together(third, fourth, actor=BEN)
    waiting.rights[BEN] = frozenset()
    waiting.session(is_open=True)
    assert waiting.worker().work("here")
    assert waiting.statuses()[2:] == ["failed"] * 2
    assert not waiting.worker().work("here")
