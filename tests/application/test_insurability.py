"""Insurers are asked: the question first on record, then its answer; nothing twice, nothing lost, nothing changed."""

from dataclasses import replace
from datetime import date as Date
from uuid import UUID

import pytest

from application.insurability import Insurability, Wish, of_month
from application.insurability_jobs import ASK, insurability_actions
from application.job_actions import JobAction
from application.job_work import LOOKS_AGAIN
from application.ports import Context, Meta, NotTransmitted
from domain import insurability_query as queries
from domain import patient as patients
from domain.errors import Invalid, NotAllowed, NotFound
from domain.insurability_query import InsurabilityAnswered, InsurabilityAsked, Query, queries_id, reference_of
from infrastructure.ehealth.member_codec import MemberDataCodec
from infrastructure.mycarenet_simulator.members import Cover, Member, Members
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.sample.numbers import ssin
from infrastructure.store.opening import Store
from tests.application.job_desk import ANNA, Desk
from tests.application.office import Office, StandingClock, context
from tests.domain.builders import insured
from tests.members import KnownMembers, lost, not_mandated

JANUARY = of_month("2026-01")
SINCE, MIDST = Date(2020, 1, 1), Date(2026, 1, 15)
COVER = Cover(SINCE, None, "131", "110", "110")


class Practice:
    """An office whose patients are insured as it believes, unless a test says otherwise."""

    def __init__(self, store: Store) -> None:
        self.clock = StandingClock()
        self.office = Office(store.log, store.messages, store.keys, clock=self.clock)
        self.service = KnownMembers(self.clock)
        self.insurability = Insurability(
            store.log, store.messages, MemberDataCodec(self.clock.now), self.service, self.clock
        )
        self.people = [self.enter(place) for place in range(4)]
        self.who = self.people[0]
        self.know(*[COVER] * 4)

    def enter(self, place: int) -> UUID:
        return self.office.patient(self.number(place), insured("131", SINCE)).id

    def number(self, place: int) -> str:
        return ssin(Date(1950 + place, 5, 5), 2)

    def know(self, *covers: Cover | tuple[Cover, ...]) -> None:
        """What insurers know of the people, in their order."""
        self.service.members = Members(
            Member(
                self.number(place),
                f"{place:013d}",
                "Fictive",
                "Person",
                Date(1950 + place, 5, 5),
                2,
                cover if isinstance(cover, tuple) else (cover,),
            )
            for place, cover in enumerate(covers)
        )

    def ask(self, wish: Wish = JANUARY, given: Context | None = None) -> Query:
        return self.insurability.ask(given or context(), self.who, wish).result

    def topics(self, who: UUID | None = None) -> list[str]:
        return [one.topic for one in self.office.log.history(queries_id(who or self.who))]

    def state(self) -> patients.Patient:
        found = patients.fold(self.office.log.load([self.who])[self.who])
        assert found is not None
        return found

    def shown(self):
        return self.insurability.shown(self.who, self.state())


@pytest.fixture
def practice(store: Store) -> Practice:
    return Practice(store)


def test_sof_24_one_patient_is_asked_and_both_sides_stand_beside_each_other(practice: Practice) -> None:
    practice.know((replace(COVER, end=MIDST), replace(COVER, start=MIDST, ct1="111")))
    before = len(practice.office.log.history(practice.who))
    assert practice.ask().status == "answered"
    (shown,) = practice.shown()
    assert [(one.first_day, one.last_day, one.differs) for one in shown.pieces] == [
        (Date(2026, 1, 1), Date(2026, 1, 14), ()),
        (MIDST, Date(2026, 1, 31), ("ct1",)),
    ]
    assert shown.differs
    assert practice.topics() == ["insurability_query.asked", "insurability_query.answered"]
    assert len(practice.office.log.history(practice.who)) == before, "the file changes only by a person"


def test_question_and_answer_are_kept_byte_for_byte_and_events_name_nobody(practice: Practice) -> None:
    query = practice.ask()
    assert query.answer is not None
    question = practice.office.messages.get(query.asked.message)
    assert practice.number(0).encode() in question
    assert practice.insurability.proof(practice.who, query.asked.reference) == practice.office.messages.get(
        query.answer.message
    )
    events = [one.event for one in practice.office.log.history(queries_id(practice.who))]
    assert practice.number(0) not in repr(events)
    assert "Fictive" not in repr(events)
    assert query.asked.reference == reference_of(practice.who, 0)


def test_a_repeated_command_asks_nobody_again(practice: Practice) -> None:
    given = context()
    assert practice.ask(given=given) == practice.ask(given=given)
    assert len(practice.service.asked) == 1
    practice.service.opened = False
    assert practice.ask(given=given).status == "answered"
    practice.service.opened = True
    practice.ask()
    assert len(set(practice.service.asked)) == 2


def test_what_was_cut_short_goes_on_under_the_same_reference(practice: Practice) -> None:
    given = context()

    def lights_out(_: str) -> None:
        raise KeyboardInterrupt

    practice.service.fails = lights_out
    with pytest.raises(KeyboardInterrupt):
        practice.ask(given=given)
    (shown,) = practice.shown()
    assert (shown.query.status, shown.query.advice) == ("unknown", "again")
    practice.service.fails = lambda _: None
    assert practice.ask(given=given).status == "answered"
    assert len(set(practice.service.asked)) == 1
    assert practice.topics() == ["insurability_query.asked", "insurability_query.answered"]


def test_a_lost_answer_and_a_refusal_at_the_door_are_told_apart(practice: Practice) -> None:
    practice.service.fails = lost
    unknown = practice.ask()
    assert (unknown.status, unknown.codes, unknown.advice) == ("unknown", ("no_answer",), "again")
    practice.service.fails = not_mandated
    refused = practice.ask()
    assert (refused.status, refused.codes, refused.advice) == ("failed", ("not_mandated",), "mend")
    assert refused.failure is not None
    assert refused.failure.said == "SOA-01002"
    practice.service.fails = lambda _: None
    practice.service.scenario = Scenario(insurer_down=True)
    later = practice.ask()
    assert (later.status, later.codes, later.advice) == ("refused", ("SEND_TO_IM_EXCEPTION",), "later")
    practice.know()
    practice.service.scenario = Scenario()
    unknown_number = practice.ask()
    assert (unknown_number.status, unknown_number.advice) == ("refused", "mend")
    assert [one.query.status for one in practice.shown()] == ["refused", "refused", "failed", "unknown"]
    assert all(not one.pieces for one in practice.shown())


def test_an_answer_that_nobody_can_read_is_kept_and_said(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice.service, "ask", lambda *_: b"<a/>")
    query = practice.ask()
    assert (query.status, query.codes) == ("refused", ("answer_to_another",))
    assert practice.insurability.proof(practice.who, query.asked.reference) == b"<a/>"
    (shown,) = practice.shown()
    assert shown.answer is None


def test_nothing_is_on_record_of_what_cannot_be_asked(practice: Practice) -> None:
    ahead = Wish(Date(2026, 2, 3), Date(2026, 2, 4))
    for wish in (ahead, Wish(Date(2021, 2, 1), Date(2026, 1, 1)), Wish(Date(2026, 1, 2), Date(2026, 1, 1))):
        with pytest.raises(Invalid):
            practice.ask(wish)
    with pytest.raises(NotFound) as absent:
        practice.insurability.proof(practice.who, reference_of(practice.who, 0))
    assert absent.value.code == "insurability_query_unknown"
    practice.service.opened = False
    with pytest.raises(NotAllowed, match="session"):
        practice.insurability.ask(context(), practice.who, JANUARY, queues=False)
    for wish in (ahead, Wish(Date(2021, 2, 1), Date(2026, 1, 1))):
        with pytest.raises(Invalid):
            practice.ask(wish)
    with pytest.raises(NotFound):
        practice.insurability.ask(context(), UUID(int=1), JANUARY)
    with pytest.raises(NotFound):
        practice.insurability.ask(context(), practice.who, JANUARY, UUID(int=1))
    without = Insurability(
        practice.office.log, practice.office.messages, MemberDataCodec(practice.clock.now), None, practice.clock
    )
    assert not without.is_offered
    with pytest.raises(NotAllowed) as refused:
        without.ask(context(), practice.who, JANUARY)
    assert refused.value.code == "member_data_missing"
    assert practice.topics() == []
    assert practice.service.asked == []


def test_a_patient_without_national_number_is_asked_by_the_number_at_the_fund(practice: Practice) -> None:
    newborn = practice.office.patient("", insured("131", SINCE), affiliation="0000000000000").id
    practice.know(COVER)
    assert practice.insurability.ask(context(), newborn, JANUARY).result.status == "answered"


def test_nothing_is_shown_of_somebody_who_was_erased(practice: Practice) -> None:
    practice.ask()
    practice.office.register.erase(context(), practice.who)
    (shown,) = practice.shown()
    assert (shown.answer, shown.pieces) == (None, ())
    with pytest.raises(NotAllowed):
        practice.ask()


def test_the_same_is_not_asked_twice_a_day_by_whoever_asks_all(practice: Practice) -> None:
    assert not practice.insurability.is_known(practice.who, JANUARY)
    practice.ask()
    assert practice.insurability.is_known(practice.who, JANUARY)
    assert not practice.insurability.is_known(practice.who, replace(JANUARY, purpose="information"))
    practice.clock.instant = practice.clock.instant.replace(day=9)
    assert not practice.insurability.is_known(practice.who, JANUARY)


# Many at once


@pytest.fixture
def desk(practice: Practice, store: Store) -> Desk:
    made = Desk(practice.office, store)
    made.rights = frozenset({"register"})
    made.actions.add({}, insurability_actions(practice.insurability))
    return made


def test_sof_24_many_are_asked_behind_one_click_and_failures_again_behind_another(
    practice: Practice, desk: Desk
) -> None:
    practice.know(COVER, COVER)
    job_id = desk.done(f"{ASK}:2026-01", *practice.people)
    job = desk.jobs.job(job_id)
    assert (job.done, job.failed) == (2, 2)
    assert desk.left(job) == dict.fromkeys(practice.people[2:], "UNKNOWN_NISS_ROUTING")
    practice.know(*[COVER] * 4)
    again = desk.jobs.again(desk.by(ANNA), job_id)
    assert desk.jobs.work("here")
    assert (desk.jobs.job(again).done, desk.jobs.job(again).total) == (2, 2)
    assert len(practice.service.asked) == 6


def begun(practice: Practice, desk: Desk) -> UUID:
    """A job about everybody, at which nobody is yet."""
    job_id = desk.jobs.draft(desk.by(ANNA), practice.office.where, f"{ASK}:2026-01", practice.people, 0)
    desk.jobs.confirm(job_id, ANNA, "")
    return job_id


def test_a_job_without_a_session_waits_for_one_and_keeps_no_other_back(practice: Practice, desk: Desk) -> None:
    practice.service.opened = False
    job_id = begun(practice, desk)
    assert desk.jobs.work("here")
    job = desk.jobs.job(job_id)
    assert (job.state, job.done, job.failed) == ("waiting", 0, 0)
    assert desk.jobs.pause_of(job) == "mycarenet_session_none"
    assert not desk.jobs.work("here"), "it is looked at again after a while"
    desk.actions.add({"patients.look": JobAction("register", lambda *_: None)}, {})
    other = desk.done("patients.look", *practice.people)
    assert desk.jobs.pause_of(desk.jobs.job(other)) == ""
    practice.clock.instant += LOOKS_AGAIN
    assert desk.jobs.work("there")
    assert desk.jobs.job(job_id).state == "waiting"
    practice.service.opened = True
    assert desk.jobs.pause_of(job) == ""
    practice.clock.instant += LOOKS_AGAIN
    assert desk.jobs.work("here")
    job = desk.jobs.job(job_id)
    assert (job.state, job.done, job.failed) == ("finished", 4, 0)
    assert all(len(practice.topics(who)) == 2 for who in practice.people)


def test_a_job_that_waits_is_stopped_like_any_other(practice: Practice, desk: Desk) -> None:
    practice.service.opened = False
    job_id = begun(practice, desk)
    assert desk.jobs.work("here")
    desk.jobs.stop(job_id)
    assert desk.jobs.job(job_id).state == "cancelled"
    practice.service.opened = True
    practice.clock.instant += LOOKS_AGAIN
    assert not desk.jobs.work("here")
    assert practice.service.asked == []


@pytest.mark.parametrize("is_believed", [True, False])
def test_a_session_that_ends_midway_lets_the_rest_wait_for_the_next(
    practice: Practice, desk: Desk, is_believed: bool
) -> None:
    """Whether it ended behind an answer, or while a question was on its way."""

    def ends(_: str) -> None:
        practice.service.opened = len(practice.service.asked) < 2
        if not practice.service.opened and not is_believed:
            raise NotTransmitted("", "no_session", "SOA-01001")

    practice.service.fails = ends
    job_id = begun(practice, desk)
    assert desk.jobs.work("here")
    job = desk.jobs.job(job_id)
    assert (job.state, job.done, job.failed) == ("waiting", 2 if is_believed else 1, 0)
    assert len(practice.service.asked) == 2
    assert practice.topics(practice.people[3]) == []
    practice.service.fails, practice.service.opened = (lambda _: None), True
    practice.clock.instant += LOOKS_AGAIN
    assert desk.jobs.work("there")
    job = desk.jobs.job(job_id)
    assert (job.state, job.done, job.failed) == ("finished", 4, 0)
    assert all(len(practice.topics(who)) == 2 for who in practice.people)
    assert len(set(practice.service.asked)) == 4, "under the same references"


def test_where_nobody_can_be_asked_a_job_waits_for_no_session(practice: Practice, desk: Desk) -> None:
    office = practice.office
    without = Insurability(office.log, office.messages, MemberDataCodec(practice.clock.now), None, practice.clock)
    desk.actions.add({}, insurability_actions(without))
    job = desk.jobs.job(desk.done(f"{ASK}:2026-01", *practice.people))
    assert set(desk.left(job).values()) == {"member_data_missing"}


def test_a_job_that_was_killed_asks_only_what_was_not_answered(practice: Practice, desk: Desk) -> None:
    """At every place where the lights may go out: while the third is asked, and after its answer was committed."""
    job_id = begun(practice, desk)

    def lights_out(_: str) -> None:
        if len(practice.service.asked) == 3:
            raise KeyboardInterrupt

    practice.service.fails = lights_out
    with pytest.raises(KeyboardInterrupt):
        desk.jobs.work("here")
    note = desk.store.note
    desk.store.note = _killed  # type: ignore[method-assign]
    practice.service.fails = lambda _: None
    with pytest.raises(KeyboardInterrupt):
        desk.jobs.work("there")
    desk.store.note = note  # type: ignore[method-assign]
    assert desk.jobs.work("elsewhere")
    job = desk.jobs.job(job_id)
    assert (job.done, job.failed) == (4, 0)
    counts = [practice.service.asked.count(one) for one in dict.fromkeys(practice.service.asked)]
    assert counts == [1, 1, 2, 1], "only the one that was under way is asked again, under its reference"
    assert all(len(practice.topics(who)) == 2 for who in practice.people)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_month_that_is_none_is_no_action(desk: Desk) -> None:
    for month in ("2026-13", "x", ""):
        with pytest.raises(KeyError):
            desk.actions[f"{ASK}:{month}"]


# What the stream says


def test_doubled_answers_count_once_and_any_order_ends_alike() -> None:
    asked = InsurabilityAsked(UUID(int=1), UUID(int=2), "r", SINCE, SINCE, "invoicing", "q")
    partial, whole = InsurabilityAnswered("r", "a", "partial", "100"), InsurabilityAnswered("r", "b", "complete", "100")
    state = queries.fold([asked])
    assert state.every[0].status == "unknown"
    for order in ((partial, whole, partial), (whole, partial, whole)):
        known = state
        for happened in order:
            for recorded in queries.answer(known, happened):
                known = queries.evolve(known, recorded)
        assert known.every[0].answer == whole
        assert len(known.every[0].answers) == 2
        assert queries.fail(known, queries.InsurabilityQueryFailed("r", "no_answer")) == []
    assert queries.answer(state, replace(whole, reference="other")) == []


def test_a_command_without_name_is_never_taken_for_another(practice: Practice) -> None:
    for _ in range(2):
        practice.insurability.ask(Context(Meta("operator")), practice.who, JANUARY)
    assert len(set(practice.service.asked)) == 2
