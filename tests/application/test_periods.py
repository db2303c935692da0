"""Books closed by month: what was given up until then stands, whoever tries to take it back, until they are reopened."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import date as Date
from typing import Any
from uuid import UUID

import pytest

from application.correction_jobs import correction_actions
from application.correction_rules import CorrectionRules
from application.corrections import Corrections
from application.periods import Periods, closed_books, in_books
from application.ports import Context, Meta
from application.rule_trial import Refused
from domain.correction_rule import specified
from domain.errors import DomainError, Invalid, NotFound
from infrastructure.store.opening import Store
from tests.application.conftest import MakeOffice
from tests.application.job_desk import Desk
from tests.application.office import Office, StandingClock, context
from tests.application.test_corrections import decided, refused_day
from tests.domain.builders import uid

WHY = "Vu avec la mutualité"
LATE_IN_FEBRUARY = datetime(2026, 2, 28, 22, 30, tzinfo=UTC)
EARLY_IN_MARCH = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
"""Half past midnight in Brussels."""
LATER = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
CLOSED = "correction_period_closed"


@pytest.fixture
def desk(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


@pytest.fixture
def periods(office: Office) -> Periods:
    return Periods(office.log, office.clock)


def given_up(office: Office, desk: Corrections, at: datetime = LATE_IN_FEBRUARY) -> UUID:
    """A refused day of January, rightly refused at that instant; afterwards it is April."""
    day_id, _ = refused_day(office, 0, 1)
    put(office, at)
    assert decided(office, desk, "justified", day_id, reason=WHY).day_ids == (day_id,)
    put(office, LATER)
    return day_id


def put(office: Office, at: datetime) -> None:
    office.clock.instant = at  # type: ignore[attr-defined]


def by(office: Office, reason: str = WHY) -> Context:
    return context(reason=reason, reason_subject=office.where)


def test_a_justified_refusal_of_a_closed_month_stands_and_the_books_opened_again_let_it_go(
    office: Office, desk: Corrections, periods: Periods
) -> None:
    day_id = given_up(office, desk)
    assert desk.foresee_restoring(office.where, [day_id]).day_ids == (day_id,)
    assert periods.close(by(office), office.where, "2026-02").result == "2026-02"
    (foreseen,) = desk.foresee_restoring(office.where, [day_id]).left
    (left,) = desk.restore(context(), office.where, [day_id]).result.left
    assert foreseen == left
    assert (left.code, left.day_ids, office.day(day_id).decision) == (CLOSED, (day_id,), "justified")
    assert periods.reopen(by(office), office.where, "2026-02").result == "2026-01"
    assert desk.restore(context(), office.where, [day_id]).result.day_ids == (day_id,)
    assert office.day(day_id).decision == "none"


@pytest.mark.parametrize("decision", ["rebill", "rebill_elsewhere", "credit_note", "regularise"])
def test_nor_does_another_decision_take_its_place(
    office: Office, desk: Corrections, periods: Periods, decision: Any
) -> None:
    day_id = given_up(office, desk)
    periods.close(by(office), office.where, "2026-02")
    (left,) = desk.foresee(office.where, [day_id], decision).decided.left
    assert left.code == CLOSED
    (left,) = decided(office, desk, decision, day_id, reason=WHY).left
    assert (left.code, office.day(day_id).decision) == (CLOSED, "justified")


def test_the_same_decision_again_changes_nothing(office: Office, desk: Corrections, periods: Periods) -> None:
    day_id = given_up(office, desk)
    periods.close(by(office), office.where, "2026-02")
    before = len(office.log.history(day_id))
    assert decided(office, desk, "justified", day_id, reason=WHY).left == ()
    assert len(office.log.history(day_id)) == before


@pytest.mark.parametrize(
    ("at", "through", "left"),
    [
        (LATE_IN_FEBRUARY, "2026-02", [CLOSED]),
        (LATE_IN_FEBRUARY, "2026-01", []),
        (EARLY_IN_MARCH, "2026-02", []),
        (EARLY_IN_MARCH, "2026-03", [CLOSED]),
    ],
)
def test_what_counts_is_the_day_of_the_decision_in_belgium(
    office: Office, desk: Corrections, periods: Periods, at: datetime, through: str, left: list[str]
) -> None:
    day_id = given_up(office, desk, at)
    periods.close(by(office), office.where, through)
    assert [one.code for one in desk.restore(context(), office.where, [day_id]).result.left] == left


def test_a_decision_that_was_taken_anew_counts_by_its_last_day(
    office: Office, desk: Corrections, periods: Periods
) -> None:
    day_id = given_up(office, desk)
    desk.restore(context(), office.where, [day_id])
    decided(office, desk, "justified", day_id, reason=WHY)
    periods.close(by(office), office.where, "2026-03")
    assert desk.restore(context(), office.where, [day_id]).result.day_ids == (day_id,)


def test_other_decisions_are_taken_back_in_closed_books(office: Office, desk: Corrections, periods: Periods) -> None:
    day_id, _ = refused_day(office, 0, 1)
    decided(office, desk, "rebill", day_id)
    put(office, LATER)
    periods.close(by(office), office.where, "2026-03")
    assert desk.restore(context(), office.where, [day_id]).result.day_ids == (day_id,)


def test_a_proposal_does_not_get_around_it(make_office: MakeOffice, clock: StandingClock) -> None:
    """Proposed while the books were open, confirmed when they are closed."""
    office = make_office(clock=clock, details={"second_person_above_cents": 0})
    desk = Corrections(office.log, office.billing)
    day_id, _ = refused_day(office, 1)
    one, other = (Context(Meta(who, reason=WHY, reason_subject=office.where)) for who in ("user:1", "user:2"))
    desk.decide(one, office.where, [day_id], "justified")
    desk.confirm(other, office.where, [day_id])
    assert desk.decide(one, office.where, [day_id], "credit_note").result.is_proposed
    put(office, LATER)
    Periods(office.log, clock).close(by(office), office.where, "2026-02")
    (left,) = desk.confirm(other, office.where, [day_id]).result.left
    assert (left.code, office.day(day_id).decision) == (CLOSED, "justified")


def test_a_job_is_undone_but_for_what_was_given_up_in_closed_books(
    office: Office, store: Store, desk: Corrections, periods: Periods
) -> None:
    jobs = Desk(office, store)
    jobs.actions.add({}, correction_actions(desk))
    day_id, _ = refused_day(office, 0, 1)
    put(office, LATE_IN_FEBRUARY)
    job_id = jobs.done("billing_days.decide:justified", day_id, reason=WHY)
    put(office, LATER)
    periods.close(by(office), office.where, "2026-02")
    undone = jobs.undone(job_id, "trop vite")
    assert (undone.done, jobs.left(undone)) == (0, {day_id: CLOSED})
    assert office.day(day_id).decision == "justified"


@dataclass
class OneRule:
    """What views would tell of a rule that decided one day."""

    day_ids: list[UUID] = field(default_factory=list)

    def establishment_ids(self) -> list[UUID]:
        return []

    def refused_since(self, establishment_id: UUID, since: Date) -> list[Refused]:
        return []

    def undecided(self, establishment_id: UUID) -> list[Refused]:
        return []

    def rules_on(self, establishment_id: UUID) -> list[UUID]:
        return []

    def days_of_application(self, establishment_id: UUID, rule_id: UUID, application: str) -> list[UUID]:
        return self.day_ids


def test_a_step_of_a_rule_is_taken_back_but_for_what_stands_in_closed_books(
    office: Office, desk: Corrections, periods: Periods
) -> None:
    facts = OneRule()
    rules = CorrectionRules(office.log, facts, desk, office.billing)
    spec = specified(["500302"], "justified", reason=WHY)
    rule_id = rules.switch_on(context(), office.where, spec, rules.try_out(office.where, spec).sha256).result
    facts.day_ids = [given_up(office, desk)]
    periods.close(by(office), office.where, "2026-02")
    (left,) = rules.take_back(context(), office.where, rule_id, "rules:1").result.left
    assert (left.code, list(left.day_ids)) == (CLOSED, facts.day_ids)


def test_who_closed_the_books_when_and_through_which_month(office: Office, periods: Periods) -> None:
    def known() -> tuple[str, str, datetime] | None:
        found = closed_books(office.log.history(office.where))
        return (found.through, found.by, found.at) if found else None

    assert known() is None
    put(office, LATER)
    periods.close(Context(Meta("user:anna")), office.where, "2026-03")
    assert known() == ("2026-03", "user:anna", LATER)
    later = LATER.replace(day=5)
    put(office, later)
    periods.close(Context(Meta("user:ben")), office.where, "2026-03")
    assert known() == ("2026-03", "user:anna", LATER), "closed already"
    periods.reopen(Context(Meta("user:ben", reason=WHY, reason_subject=office.where)), office.where, "2026-02")
    assert known() == ("2026-01", "user:ben", later)


def test_what_books_cannot_do(office: Office, periods: Periods) -> None:
    def refused(act: Any) -> str:
        with pytest.raises(DomainError) as raised:
            act()
        return raised.value.code

    assert refused(lambda: periods.close(by(office), office.where, "2026-02")) == "period_not_over"
    assert refused(lambda: periods.close(by(office), office.where, "2026-1")) == "month_invalid"
    assert refused(lambda: periods.reopen(by(office), office.where, "2026-01")) == "period_not_closed"
    periods.close(by(office), office.where, "2026-01")
    assert refused(lambda: periods.close(by(office), office.where, "2025-12")) == "period_closed_further"
    with pytest.raises(Invalid) as raised:
        periods.reopen(by(office, " "), office.where, "2026-01")
    assert raised.value.code == "reason_missing"
    with pytest.raises(NotFound):
        periods.close(by(office), uid("nowhere"), "2026-01")


def test_a_past_day_is_shown_as_the_books_were_then(office: Office, desk: Corrections, periods: Periods) -> None:
    day_id = given_up(office, desk)
    before = office.log.head()
    periods.close(by(office), office.where, "2026-02")
    days = {day_id: office.day(day_id)}
    assert in_books(office.log, office.where, days)[day_id].is_in_closed_books
    assert not in_books(office.log, office.where, days, before)[day_id].is_in_closed_books
