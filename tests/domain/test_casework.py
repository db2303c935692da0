"""Notes, files, an assignee and a later day."""

from datetime import date

import pytest

from domain import casework as cases
from domain.casework import (
    Assigned,
    CaseworkOpened,
    FileAttached,
    FileWithdrawn,
    NoteAdded,
    NoteWithdrawn,
    Snoozed,
    Woken,
)
from domain.errors import Invalid, NotAllowed, NotFound
from tests.domain.builders import MESSAGE, WHERE, uid
from tests.domain.spec import Spec

spec = Spec(cases.fold)
TODAY = date(2026, 3, 2)
OWNER = uid("patient")
OPENED = CaseworkOpened(WHERE, "billing_day", uid("day"), OWNER)
NOTE = NoteAdded(OWNER, uid("note"), "appeler la mutualité")
FILE = FileAttached(OWNER, uid("file"), MESSAGE, "lettre.pdf", "application/pdf", 10)


def test_a_note_stands_until_it_is_withdrawn():
    after = spec.given(OPENED).when(cases.note, NOTE.note_id, "  appeler la mutualité ").then(NOTE)
    assert after.notes == (NOTE,)
    gone = spec.given(OPENED, NOTE).when(cases.withdraw_note, NOTE.note_id).then(NoteWithdrawn(NOTE.note_id))
    assert gone.notes == ()
    spec.given(OPENED, NOTE, NoteWithdrawn(NOTE.note_id)).when(cases.withdraw_note, NOTE.note_id).refused(
        "note_unknown", NotFound
    )


@pytest.mark.parametrize("text", ["", "   ", "x" * (cases.LONGEST_NOTE + 1)])
def test_a_note_says_something_of_bounded_length(text: str):
    spec.given(OPENED).when(cases.note, uid("note"), text).refused("note_invalid", Invalid)


def test_the_same_file_is_attached_once():
    values = (FILE.file_id, FILE.sha256, FILE.name, FILE.media, FILE.size)
    assert spec.given(OPENED).when(cases.attach, *values).then(FILE).files == (FILE,)
    spec.given(OPENED, FILE).when(cases.attach, *values).nothing()
    assert (
        spec.given(OPENED, FILE).when(cases.withdraw_file, FILE.file_id).then(FileWithdrawn(FILE.file_id)).files == ()
    )
    spec.given(OPENED).when(cases.withdraw_file, FILE.file_id).refused("file_unknown", NotFound)


def test_somebody_takes_care_of_it_and_leaves_it():
    who = uid("user")
    assert spec.given(OPENED).when(cases.assign, who).then(Assigned(who)).assignee == who
    spec.given(OPENED, Assigned(who)).when(cases.assign, who).nothing()
    assert spec.given(OPENED, Assigned(who)).when(cases.assign, None).then(Assigned(None)).assignee is None


def test_it_is_put_off_with_a_reason_to_a_day_that_comes():
    later = date(2026, 3, 9)
    after = spec.given(OPENED).when(cases.snooze, later, TODAY, "attend la lettre", "").then(Snoozed(later))
    assert after.snoozed_until == later
    spec.given(OPENED, Snoozed(later)).when(cases.snooze, later, TODAY, "encore", "encore ").nothing()
    spec.given(OPENED, Snoozed(later)).when(cases.snooze, later, TODAY, "encore", "attend").then(Snoozed(later))
    spec.given(OPENED).when(cases.snooze, later, TODAY, " ", "").refused("reason_missing", Invalid)
    for wrong in (TODAY, date(2026, 3, 1), date(2028, 3, 1)):
        spec.given(OPENED).when(cases.snooze, wrong, TODAY, "plus tard", "").refused("snooze_invalid", Invalid)
    assert spec.given(OPENED, Snoozed(later)).when(cases.wake).then(Woken()).snoozed_until is None
    spec.given(OPENED).when(cases.wake).refused("not_snoozed", NotAllowed)
