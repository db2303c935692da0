"""What gives up or back more than one person may is proposed, and another one confirms it; over each database."""

from dataclasses import replace
from uuid import UUID

import pytest

from application.correction_jobs import correction_actions
from application.corrections import Corrections
from application.ports import Context, Meta
from domain.day_events import Decision
from domain.errors import Invalid, NotAllowed
from domain.establishment import EstablishmentDetails
from domain.establishment import fold as establishment
from infrastructure.store.opening import Store
from tests.application.conftest import MakeOffice
from tests.application.job_desk import ANNA, BEN, Desk
from tests.application.office import Office, StandingClock, context, settled
from tests.domain.builders import BORN_2014, OTHER_SSIN, SSIN, a_care, establishment_details, insured

WHY = "Vu avec la mutualité"
LIMIT = 3_000
CENTS = 2_000
RULE = "rule:500302"


@pytest.fixture
def office(make_office: MakeOffice, clock: StandingClock) -> Office:
    return make_office(clock=clock, details={"second_person_above_cents": LIMIT})


@pytest.fixture
def desk(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


@pytest.fixture
def refused(office: Office) -> list[UUID]:
    """Three days of 20 euro each, refused."""
    return settled_days(office, {0: ("F500302", 0)})


@pytest.fixture
def paid(office: Office) -> list[UUID]:
    return settled_days(office, {})


def settled_days(office: Office, said: dict[int, tuple[str, int]]) -> list[UUID]:
    made = []
    for ssin, fund in ((SSIN, "131"), (OTHER_SSIN, "206"), (BORN_2014, "319")):
        who = office.patient(ssin, insured(fund), birth_date="", last_name=f"Nom {fund}").id
        made += office.record(who, a_care("425294", CENTS))
    report = office.bill()
    office.send()
    for total in report.sendings:
        assert total.sending_id
        office.receive(settled(office.file(total.sending_id), said))
    return made


def by(office: Office, actor: str, reason: str = WHY) -> Context:
    given = context(reason=reason, reason_subject=office.where if reason else None)
    return replace(given, meta=replace(given.meta, actor=actor))


def set_limit(office: Office, cents: int | None) -> None:
    details: EstablishmentDetails = establishment_details(second_person_above_cents=cents)
    office.register.establishment(context(), details)


def proposed(office: Office, day_ids: list[UUID]) -> set[tuple[Decision, str, Decision]]:
    days = [office.day(one) for one in day_ids]
    return {(day.proposed, day.proposed_by, day.decision) for day in days}


def test_n19_what_one_person_may_not_give_up_alone_is_confirmed_by_another(
    office: Office, desk: Corrections, refused: list[UUID]
) -> None:
    foreseen = desk.foresee(office.where, refused, "justified").decided
    made = desk.decide(by(office, ANNA), office.where, refused, "justified").result
    assert made == foreseen
    assert (made.is_proposed, made.cents, made.day_ids) == (True, 3 * CENTS, tuple(refused))
    assert proposed(office, refused) == {("justified", ANNA, "none")}
    own = desk.confirm(by(office, ANNA), office.where, refused).result
    assert [(left.code, set(left.day_ids)) for left in own.left] == [("correction_own_proposal", set(refused))]
    for one in refused:
        with pytest.raises(NotAllowed, match="does not allow"):
            desk.decide_one(by(office, ANNA), office.where, one, "justified")
    assert proposed(office, refused) == {("justified", ANNA, "none")}
    done = desk.confirm(by(office, BEN, ""), office.where, refused).result
    assert (done.day_ids, done.cents, done.left, done.is_proposed) == (tuple(refused), 3 * CENTS, (), False)
    assert proposed(office, refused) == {("none", "", "justified")}
    proposal, decision = office.log.history(refused[0])[-2:]
    assert (proposal.topic, proposal.meta.actor, proposal.meta.reason) == (
        "billing_day.correction_proposed", ANNA, WHY,
    )  # fmt: skip
    assert (decision.topic, decision.meta.actor) == ("billing_day.correction_decided", BEN)


def test_the_sum_of_the_whole_act_counts(office: Office, desk: Corrections, refused: list[UUID]) -> None:
    assert not desk.decide(by(office, ANNA), office.where, refused[:1], "justified").result.is_proposed
    assert not desk.decide(by(office, ANNA), office.where, refused[:2], "justified").result.is_proposed, "one is so"
    desk.restore(by(office, ANNA), office.where, refused[:2])
    assert desk.decide(by(office, ANNA), office.where, refused[:2], "justified").result.is_proposed
    set_limit(office, 2 * CENTS)
    other = desk.decide(by(office, ANNA), office.where, refused[1:], "justified").result
    assert not other.is_proposed, "as much as that is not above it"
    assert [(left.code, left.day_ids) for left in other.left] == [("correction_own_proposal", (refused[1],))]


@pytest.mark.parametrize("decision", ["credit_note", "regularise"])
def test_what_is_given_back_counts_as_it_was_paid(
    office: Office, desk: Corrections, paid: list[UUID], decision: Decision
) -> None:
    made = desk.decide(by(office, ANNA), office.where, paid, decision).result
    assert (made.is_proposed, made.cents) == (True, 3 * CENTS)
    assert office.bill().sendings == (), "nothing goes before it is confirmed"
    done = desk.confirm(by(office, BEN), office.where, paid[:2]).result
    assert done.cents == 2 * CENTS
    assert [office.day(one).decision for one in paid] == [decision, decision, "none"]


def test_billing_again_needs_nobody_else_and_without_a_limit_nothing_does(
    office: Office, desk: Corrections, refused: list[UUID]
) -> None:
    assert not desk.decide(by(office, ANNA), office.where, refused, "rebill").result.is_proposed
    set_limit(office, None)
    assert not desk.decide(by(office, ANNA), office.where, refused, "justified").result.is_proposed
    set_limit(office, 0)
    assert desk.decide(by(office, ANNA), office.where, refused[:1], "regularise").result.left
    desk.restore(by(office, ANNA), office.where, refused)
    assert desk.decide(by(office, ANNA), office.where, refused[:1], "justified").result.is_proposed


def test_a_proposal_is_declined_and_falls_when_the_day_is_decided_otherwise(
    office: Office, desk: Corrections, refused: list[UUID]
) -> None:
    desk.decide(by(office, RULE), office.where, refused, "justified")
    desk.decline(by(office, ANNA), office.where, refused[:1])
    desk.decide(by(office, ANNA), office.where, refused[1:2], "rebill")
    head = office.log.head()
    desk.decide(by(office, ANNA), office.where, refused[2:], "justified", is_above=True)
    assert office.log.head() == head, "the same is proposed already"
    done = desk.confirm(by(office, BEN), office.where, refused).result
    assert [(left.code, left.day_ids) for left in done.left] == [("correction_nothing_proposed", tuple(refused[:2]))]
    assert [office.day(one).decision for one in refused] == ["none", "rebill", "justified"]


def test_who_proposes_gives_the_reason(office: Office, desk: Corrections, refused: list[UUID]) -> None:
    with pytest.raises(Invalid) as raised:
        desk.decide(by(office, ANNA, ""), office.where, refused, "justified")
    assert raised.value.code == "reason_missing"


# ---- jobs


@pytest.fixture
def jobs(office: Office, store: Store, desk: Corrections) -> Desk:
    made = Desk(office, store)
    made.actions.add({}, correction_actions(desk))
    return made


def test_a_job_of_more_than_one_may_decide_proposes_day_by_day(
    office: Office, desk: Corrections, jobs: Desk, refused: list[UUID]
) -> None:
    job_id = jobs.done("billing_days.decide:justified", *refused, reason=WHY)
    assert jobs.jobs.job(job_id).proposes
    assert proposed(office, refused) == {("justified", ANNA, "none")}
    own = jobs.jobs.job(jobs.done("billing_days.decide:confirm", *refused))
    assert set(jobs.left(own).values()) == {"correction_own_proposal"}
    confirmed = jobs.done("billing_days.decide:confirm", *refused, actor=BEN)
    assert proposed(office, refused) == {("none", "", "justified")}
    assert jobs.undone(confirmed, WHY).done == 3
    assert proposed(office, refused) == {("none", "", "none")}


def test_what_a_job_proposed_is_withdrawn_with_it(office: Office, jobs: Desk, refused: list[UUID]) -> None:
    job_id = jobs.done("billing_days.decide:justified", *refused, reason=WHY)
    assert jobs.undone(job_id, WHY).done == 3
    assert proposed(office, refused) == {("none", "", "none")}
    again = jobs.done("billing_days.decide:justified", *refused, reason=WHY)
    declined = jobs.done("billing_days.decide:decline", *refused)
    assert proposed(office, refused) == {("none", "", "none")}
    assert not jobs.jobs.is_undoable(jobs.jobs.job(declined))
    assert set(jobs.left(jobs.undone(again, WHY)).values()) == {"changed_since"}


def test_an_undo_does_not_give_up_alone(office: Office, desk: Corrections, jobs: Desk, refused: list[UUID]) -> None:
    for one in refused:
        desk.decide(by(office, ANNA), office.where, [one], "justified")
    job_id = jobs.done("billing_days.decide:restore", *refused)
    jobs.undone(job_id, WHY, actor=BEN)
    assert proposed(office, refused) == {("justified", BEN, "none")}


def test_a_job_below_the_limit_decides_and_says_so_after_a_restart(
    office: Office, jobs: Desk, store: Store, refused: list[UUID]
) -> None:
    job_id = jobs.jobs.draft(Meta(ANNA, command_id="form"), office.where, "billing_days.decide:justified", refused, 0)
    set_limit(office, 3 * CENTS)
    jobs.jobs.confirm(job_id, ANNA, WHY)
    set_limit(office, 0)
    assert jobs.jobs.work("here")
    assert not jobs.jobs.job(job_id).proposes
    assert proposed(office, refused) == {("justified", ANNA, "none")}, "each alone is above what one may by now"


def test_the_limit_is_an_amount(office: Office) -> None:
    for wrong in (-1, 100_000_001):
        with pytest.raises(Invalid) as raised:
            set_limit(office, wrong)
        assert raised.value.facts["field"] == "second_person_above_cents"
    set_limit(office, 0)
    state = establishment(office.log.load([office.where])[office.where])
    assert state is not None
    assert state.details.second_person_above_cents == 0
