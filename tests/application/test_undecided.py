"""Refused days without a decision at a billing run: decided, or left because somebody says so; over each database."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.corrections import Corrections
from domain.day_events import RefusalLeftUndecided
from domain.errors import Invalid
from domain.run_plan import RunOptions
from tests.application.conftest import MakeOffice
from tests.application.fakes import Interrupting
from tests.application.office import MONTH, Office, StandingClock, context, settled
from tests.domain.builders import OTHER_SSIN, a_care

FEE, TOILET = a_care("425294", 2000), a_care("425110", 668)
REFUSED = ("F500302", 0)


@pytest.fixture
def desk(office: Office) -> Corrections:
    return Corrections(office.log, office.billing)


@pytest.fixture
def refused(office: Office) -> UUID:
    """A day of 20 euro, refused in part, and another one of the month that waits to be billed."""
    return refused_in(office)


def refused_in(office: Office) -> UUID:
    sending = office.billed(FEE, TOILET)
    office.receive(settled(office.file(sending), {0: REFUSED}))
    (day_id,) = office.days(sending)
    office.record(office.patient(OTHER_SSIN).id, FEE)
    return day_id


def leavings(office: Office, day_id: UUID) -> list[Any]:
    return [one for one in office.log.history(day_id) if isinstance(one.event, RefusalLeftUndecided)]


def test_ref_20_nothing_is_billed_while_a_refusal_has_no_decision_and_nobody_says_it_is_left(
    office: Office, refused: UUID
) -> None:
    before = office.log.head()
    with pytest.raises(Invalid) as raised:
        office.bill()
    assert (raised.value.code, raised.value.facts) == (
        "refusals_undecided",
        {"count": 1, "field": "leave_undecided", "cents": 2000},
    )
    assert office.log.head() == before, "no file, no number, no event"
    assert (office.day(refused).left_times, leavings(office, refused)) == (0, [])


def test_ref_20_who_leaves_them_writes_so_on_each_of_them_in_the_commit_of_the_run(
    office: Office, refused: UUID
) -> None:
    done = office.bill(leave_undecided=True)
    assert [total.days for total in done.sendings] == [1]
    (left,) = leavings(office, refused)
    assert left.event.run_id == done.run_id
    assert left.meta.actor == "user:1"
    assert done.run_id
    (completed,) = office.log.history(done.run_id)
    assert completed.meta.command_id == left.meta.command_id
    assert (completed.event.undecided.days, completed.event.undecided.amount_cents) == (1, 2000)
    day = office.day(refused)
    assert (day.verdict, day.decision, day.left_times, day.waits_for_decision) == ("mixed", "none", 1, True)


def test_a_preview_counts_and_ages_them(office: Office, clock: StandingClock, refused: UUID) -> None:
    said = office.log.history(refused)[-1].recorded_at
    seen = office.billing.preview(office.where, RunOptions(MONTH))
    assert (seen.undecided_days, seen.undecided_left_days, seen.undecided_most_left) == (1, 0, 0)
    office.bill(leave_undecided=True)
    office.record(office.patient(OTHER_SSIN).id, FEE, day=16)
    office.bill(leave_undecided=True)
    clock.instant = said + timedelta(days=12)
    seen = office.billing.preview(office.where, RunOptions(MONTH))
    assert (seen.undecided_days, seen.undecided_cents, seen.undecided_age_days) == (1, 2000, 12)
    assert (seen.undecided_left_days, seen.undecided_most_left) == (1, 2)
    (first,) = seen.undecided_first
    assert (first.day_id, first.left_times) == (refused, 2)


def test_where_nothing_would_be_billed_there_is_no_run_and_nothing_is_left(office: Office) -> None:
    sending = office.billed(FEE)
    office.receive(settled(office.file(sending), {0: REFUSED}))
    (day_id,) = office.days(sending)
    seen = office.bill(leave_undecided=True)
    assert (seen.run_id, seen.sendings, seen.undecided_days) == (None, (), 1)
    assert leavings(office, day_id) == []


def test_a_refusal_of_a_later_month_is_no_matter_of_an_earlier_run(make_office: MakeOffice) -> None:
    office = make_office(clock=StandingClock(StandingClock().instant + timedelta(days=60)))
    who = office.patient().id
    office.record(who, FEE, month=2)
    (total,) = office.bill("2026-02").sendings
    office.send()
    assert total.sending_id
    office.receive(settled(office.file(total.sending_id), {0: REFUSED}))
    office.record(who, FEE)
    assert office.billing.preview(office.where, RunOptions(MONTH)).undecided_days == 0
    assert office.bill(MONTH).sendings
    office.record(who, FEE, day=16)
    with pytest.raises(Invalid):
        office.bill("2026-03", include_current=True)


@pytest.mark.parametrize("decision", ["rebill", "justified"])
def test_a_decision_ends_the_waiting_and_a_new_refusal_begins_it_anew(
    office: Office, desk: Corrections, refused: UUID, decision: Any
) -> None:
    office.bill(leave_undecided=True)
    why = {"reason": "lu avec la mutualité", "reason_subject": office.where}
    desk.decide(context(**why), office.where, [refused], decision)
    office.record(office.patient(OTHER_SSIN).id, FEE, day=16)
    run = office.bill()
    assert (run.undecided_days, len(leavings(office, refused))) == (0, 1)
    if decision == "rebill":
        office.send()
        again = office.day(refused).sending_id
        assert again
        places = [line.line_id for day in office.days(again).values() for line in day.asked]
        mine = places.index(office.day(refused).asked[0].line_id)
        office.receive(settled(office.file(again), {mine: REFUSED}))
        assert (office.day(refused).waits_for_decision, office.day(refused).left_times) == (True, 0)


def test_a_proposal_is_no_decision_and_stands_when_the_day_is_left(make_office: MakeOffice) -> None:
    office = make_office(details={"second_person_above_cents": 0})
    refused, desk = refused_in(office), Corrections(office.log, office.billing)
    why = {"reason": "lu avec la mutualité", "reason_subject": office.where}
    assert desk.decide(context(**why), office.where, [refused], "justified").result.is_proposed
    with pytest.raises(Invalid):
        office.bill()
    office.bill(leave_undecided=True)
    assert (office.day(refused).proposed, office.day(refused).left_times) == ("justified", 1)


def test_a_day_that_somebody_decides_upon_meanwhile_is_not_left(make_office: MakeOffice, office: Office) -> None:
    """The run looks at it again: its decision goes with it, or holds it back."""
    refused = refused_in(office)
    racing = make_office(clock=office.clock, log=Interrupting(office.log))
    desk = Corrections(office.log, office.billing)
    racing.where = office.where
    racing.log.after(  # type: ignore[attr-defined]
        lambda ids: ids == [refused], lambda: desk.decide(context(), office.where, [refused], "rebill")
    )
    run = racing.bill(leave_undecided=True)
    assert leavings(office, refused) == []
    assert (run.undecided_days, office.day(refused).sending_id in {one.sending_id for one in run.sendings}) == (0, True)


def test_a_cancelled_run_was_one_all_the_same(office: Office, refused: UUID) -> None:
    run = office.bill(leave_undecided=True)
    assert run.run_id
    office.billing.cancel(context(), run.run_id)
    assert office.day(refused).left_times == 1


def test_a_refusal_that_comes_while_a_run_is_made_is_listed_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was in no list yet when the run looked: the run looks again, and asks."""
    refused = refused_in(office)
    office.record(office.patient(OTHER_SSIN).id, day=16)
    found, seen = office.billing._undecided, []

    def late(where: UUID, options: RunOptions) -> Any:
        seen.append(found(where, options))
        return () if len(seen) == 1 else seen[-1]

    monkeypatch.setattr(office.billing, "_undecided", late)
    with pytest.raises(Invalid, match="decision"):
        office.bill()
    assert len(seen) >= 3
    assert office.day(refused).left_times == 0
