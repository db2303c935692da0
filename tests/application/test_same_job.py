"""A command begins one job: sent again it is the same one, and other work under its name is refused; on each database."""

from uuid import UUID

import pytest

from application.commit import Decided, decide
from application.ports import AnswerKeyReused, Meta
from domain.errors import NotAllowed
from infrastructure.store.opening import Store
from tests.application.job_desk import ANNA, BEN, CONTENT, Desk
from tests.application.office import Office
from tests.domain.builders import uid

ROWS = [uid("first"), uid("second")]
SAME = Meta(ANNA, command_id="form of a page")


@pytest.fixture
def desk(office: Office, store: Store) -> Desk:
    return Desk(office, store)


@pytest.mark.parametrize("is_done", [False, True])
def test_other_rows_or_another_action_are_no_repetition(desk: Desk, is_done: bool) -> None:
    where = desk.office.where
    job_id = desk.jobs.draft(SAME, where, "sendings.archive", ROWS, 0)
    if is_done:  # both fail, for there are no such sendings
        desk.jobs.confirm(job_id, ANNA, "")
        assert desk.jobs.work("here")
    assert desk.jobs.draft(SAME, where, "sendings.archive", ROWS, 0) == job_id
    other: list[tuple[str, list[UUID]]] = [
        ("sendings.archive", ROWS[:1]),
        ("sendings.archive", [*ROWS, uid("third")]),
        ("sendings.archive", [uid("third"), ROWS[1]]),
        ("sendings.mark_read", ROWS),
    ]
    for action, ids in other:
        with pytest.raises(AnswerKeyReused):
            desk.jobs.draft(SAME, where, action, ids, 0)


@pytest.mark.parametrize("is_done", [False, True])
def test_another_file_is_no_repetition(desk: Desk, is_done: bool) -> None:
    desk.jobs.stop(desk.file(lambda ctx, *_: decide(desk.office.log, ctx, lambda: Decided([], "voir"))))
    where = desk.office.where
    job_id = desk.jobs.begin_file(SAME, where, "files.test", CONTENT)
    if is_done:  # its file is forgotten by then
        assert desk.jobs.work("here")
    assert desk.jobs.begin_file(SAME, where, "files.test", CONTENT) == job_id
    with pytest.raises(AnswerKeyReused):
        desk.jobs.begin_file(SAME, where, "files.test", CONTENT.replace(b"ligne", b"autre"))


def test_what_a_list_was_worth_leaves_out_what_nobody_knew(desk: Desk) -> None:
    for nth, (cents, unpriced) in enumerate(((700, 0), (700, 1), (None, 2), (0, 0))):
        meta = Meta(ANNA, command_id=f"form {nth}")
        job = desk.jobs.job(desk.jobs.draft(meta, desk.office.where, "sendings.archive", ROWS, cents, unpriced))
        assert (job.cents, job.unpriced) == (cents, unpriced)


def test_only_its_person_confirms_a_draft(desk: Desk) -> None:
    job_id = desk.jobs.draft(SAME, desk.office.where, "sendings.archive", ROWS, 0)
    with pytest.raises(NotAllowed):
        desk.jobs.confirm(job_id, BEN, "")
    assert desk.jobs.job(job_id).state == "drafted"
    desk.jobs.confirm(job_id, ANNA, "")
    assert desk.jobs.job(job_id).state == "waiting"
