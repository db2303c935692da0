"""What a job did is taken back thing by thing, over each database; and its person is told until they looked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from uuid import UUID

import pytest

from application.job_actions import JobAction, Reversal
from application.ports import Context
from domain.casework import casework_id
from domain.errors import NotAllowed
from infrastructure.store.opening import Store
from tests.application.job_desk import ANNA, BEN, Desk
from tests.application.office import Office, StandingClock, context
from tests.domain.builders import BORN_2014, OTHER_SSIN, SSIN, insured, uid


@pytest.fixture
def desk(office: Office, store: Store) -> Desk:
    return Desk(office, store)


@pytest.fixture
def sent(office: Office) -> list[UUID]:
    """Three sendings."""
    for ssin, fund in ((SSIN, "131"), (OTHER_SSIN, "206"), (BORN_2014, "319")):
        period = insured(fund, Date(2020, 1, 1))
        office.record(office.patient(ssin, period, birth_date="", last_name=f"Nom {fund}").id)
    made = [total.sending_id for total in office.bill().sendings if total.sending_id]
    assert len(made) == 3
    return made


@pytest.fixture
def patients(office: Office) -> list[UUID]:
    """Three people."""
    return [office.patient(ssin, birth_date="", last_name=ssin).id for ssin in (SSIN, OTHER_SSIN, BORN_2014)]


# ---- Taken back


def test_ref_22_a_job_is_taken_back_in_the_name_of_whoever_asks(desk: Desk, sent: list[UUID]) -> None:
    job_id = desk.done("sendings.archive", *sent)
    undone = desk.undone(job_id, "trop tôt")
    assert (undone.state, undone.done, undone.failed, undone.undoes) == ("finished", 3, 0, job_id)
    for sending_id in sent:
        assert not desk.office.sending(sending_id).is_archived
        assert desk.last(sending_id) == ("sending.unarchived", BEN, "trop tôt")
        assert desk.office.log.history(sending_id)[-1].meta.cause == f"job:{undone.job_id}"


def test_what_happened_since_is_left_as_it_is_and_told(desk: Desk, sent: list[UUID]) -> None:
    archived_before, read_since, plain = sent
    desk.office.dispatch.archive(context(), archived_before, archived=True)
    job_id = desk.done("sendings.archive", *sent)
    desk.office.dispatch.archive(context(), read_since, archived=False)
    desk.office.dispatch.archive(context(), read_since, archived=True)
    heads = [len(desk.office.log.history(one)) for one in (archived_before, read_since)]
    undone = desk.undone(job_id)
    assert desk.left(undone) == {archived_before: "nothing_to_undo", read_since: "changed_since"}
    assert [len(desk.office.log.history(one)) for one in (archived_before, read_since)] == heads
    assert [desk.office.sending(one).is_archived for one in sent] == [True, True, False]
    assert desk.last(plain)[0] == "sending.unarchived"


def test_an_unarchived_sending_goes_back_to_the_archive(desk: Desk, sent: list[UUID]) -> None:
    desk.office.dispatch.archive(context(), sent[0], archived=True)
    desk.undone(desk.done("sendings.unarchive", sent[0]))
    assert desk.office.sending(sent[0]).is_archived


def test_an_assignment_goes_back_to_whoever_had_it(desk: Desk, patients: list[UUID]) -> None:
    first, second, third = patients
    desk.casework.assign(context(), desk.office.where, first, uid("carla"))
    job_id = desk.done(f"patients.assign:{uid('dirk')}", first, second, third)
    desk.casework.note(context(), desk.office.where, third, "vu avec Dirk")
    undone = desk.undone(job_id, "mauvaise personne")
    states = [desk.casework.of(one) for one in (first, second, third)]
    assert [state.assignee for state in states if state] == [uid("carla"), None, uid("dirk")]
    assert desk.left(undone) == {third: "changed_since"}
    assert desk.last(casework_id(first)) == ("casework.assigned", BEN, "mauvaise personne")


def test_what_was_put_off_comes_back_or_keeps_its_former_day(
    desk: Desk, clock: StandingClock, patients: list[UUID]
) -> None:
    first, second, third = patients
    for who, day in ((first, Date(2026, 3, 1)), (second, Date(2026, 2, 4))):
        desk.casework.snooze(context(reason="attend", reason_subject=who), desk.office.where, who, day)
    job_id = desk.done("patients.snooze:2026-04-01", first, second, third, reason="vacances")
    clock.instant += timedelta(days=3)
    desk.undone(job_id, "pas de vacances")
    states = [desk.casework.of(one) for one in (first, second, third)]
    assert [state.snoozed_until for state in states if state] == [Date(2026, 3, 1), None, None]
    assert desk.last(casework_id(third)) == ("casework.woken", BEN, "pas de vacances")


def test_what_nobody_can_unsee_is_not_taken_back(desk: Desk, sent: list[UUID]) -> None:
    desk.actions.add({"sendings.look": JobAction("bill", lambda *_: None)}, {})
    job_id = desk.done("sendings.look", sent[0])
    assert not desk.jobs.is_undoable(desk.jobs.job(job_id))
    with pytest.raises(NotAllowed):
        desk.jobs.undo(desk.by(BEN), job_id, "")


def test_what_did_nothing_or_goes_on_is_not_taken_back_nor_is_an_undo(desk: Desk, sent: list[UUID]) -> None:
    waiting = desk.jobs.draft(desk.by(ANNA), desk.office.where, "sendings.archive", sent, 0)
    nothing = desk.jobs.draft(desk.by(ANNA), desk.office.where, "sendings.archive", [uid("nothing")], 0)
    desk.jobs.confirm(nothing, ANNA, "")
    assert desk.jobs.work("here")
    desk.jobs.confirm(waiting, ANNA, "")
    for job_id in (waiting, nothing):
        with pytest.raises(NotAllowed):
            desk.jobs.undo(desk.by(BEN), job_id, "")
    assert desk.jobs.work("here")
    undone = desk.undone(waiting)
    with pytest.raises(NotAllowed):
        desk.jobs.undo(desk.by(BEN), undone.job_id, "")


def test_a_second_undo_is_the_first_unless_that_was_stopped(desk: Desk, sent: list[UUID]) -> None:
    job_id = desk.done("sendings.archive", *sent)
    first = desk.jobs.undo(desk.by(BEN), job_id, "")
    assert desk.jobs.undo(desk.by(ANNA), job_id, "") == first
    desk.jobs.stop(first)
    second = desk.undone(job_id, actor=ANNA)
    assert second.job_id != first
    assert second.done == 3
    assert desk.jobs.undo(desk.by(BEN), job_id, "") == second.job_id
    undoing = desk.jobs.undoing(job_id)
    assert undoing
    assert undoing.job_id == second.job_id


def test_an_undo_needs_the_right_by_then(desk: Desk, sent: list[UUID]) -> None:
    job_id = desk.done("sendings.archive", sent[0])
    desk.rights = frozenset({"read"})
    assert desk.left(desk.undone(job_id)) == {sent[0]: "not_permitted"}
    assert desk.office.sending(sent[0]).is_archived


def test_what_happens_while_it_is_taken_back_is_not_overwritten(desk: Desk, sent: list[UUID]) -> None:
    def back(undoing: Context, _: UUID, sending_id: UUID, before: Sequence[object]) -> None:
        assert before
        desk.office.dispatch.archive(context(), sending_id, archived=False)
        desk.office.dispatch.archive(context(), sending_id, archived=True)
        desk.office.dispatch.archive(undoing, sending_id, archived=False)

    archive = desk.actions["sendings.archive"]
    assert isinstance(archive, JobAction)
    desk.actions.add({"sendings.archive": replace(archive, reversal=Reversal(lambda it: it, back))}, {})
    assert desk.left(desk.undone(desk.done("sendings.archive", sent[0]))) == {sent[0]: "changed_since"}
    assert desk.office.sending(sent[0]).is_archived


# ---- Looked at


def test_one_s_own_jobs_are_told_until_one_looked_at_their_end(desk: Desk, sent: list[UUID]) -> None:
    where = desk.office.where
    drafted = desk.jobs.draft(desk.by(ANNA), where, "sendings.archive", sent, 0)
    other = desk.done("sendings.archive", sent[0], actor=BEN)
    mine = desk.done("sendings.archive", sent[1])
    assert [job.job_id for job in desk.jobs.unseen(where, ANNA)] == [mine]
    assert [job.job_id for job in desk.jobs.unseen(where, BEN)] == [other]
    assert desk.jobs.unseen(uid("elsewhere"), ANNA) == []
    desk.jobs.confirm(drafted, ANNA, "")
    desk.jobs.see(desk.jobs.job(drafted), ANNA)
    desk.jobs.see(desk.jobs.job(mine), BEN)
    assert {job.job_id for job in desk.jobs.unseen(where, ANNA)} == {drafted, mine}, "not at its end, or not its person"
    desk.jobs.see(desk.jobs.job(mine), ANNA)
    assert [job.job_id for job in desk.jobs.unseen(where, ANNA)] == [drafted]
    assert desk.jobs.work("here")
    assert [job.percent for job in desk.jobs.unseen(where, ANNA)] == [100]


def test_a_job_of_another_version_of_the_program_is_given_up(desk: Desk, sent: list[UUID]) -> None:
    job_id = desk.jobs.draft(desk.by(ANNA), desk.office.where, "sendings.archive", sent, 0)
    desk.jobs.confirm(job_id, ANNA, "")
    with desk.store._database.transaction() as sql:
        sql.run("UPDATE jobs SET action = 'sendings.fold' WHERE job_id = ?", (job_id,))
    assert desk.jobs.work("here")
    assert desk.jobs.job(job_id).state == "cancelled"
    assert not desk.jobs.work("here")
