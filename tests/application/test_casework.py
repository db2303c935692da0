"""Notes and files on the things of a practice, over each database."""

from datetime import date as Date

import pytest

from application.casework import LARGEST_FILE, CaseworkDesk, media_of
from application.casework_jobs import KnownActions, casework_actions
from application.job_actions import JobAction
from domain.casework import casework_id, cause, month
from domain.errors import Invalid, NotFound
from domain.event import ERASED
from tests.application.office import Office, context
from tests.domain.builders import uid

PDF = b"%PDF-1.7 a letter of the insurer"


@pytest.fixture
def desk(office: Office) -> CaseworkDesk:
    return CaseworkDesk(office.log, office.messages, office.clock)


@pytest.fixture
def patient(office: Office):
    return office.patient().id


def test_a_note_is_sealed_under_the_patient_s_key_and_gone_with_it(office: Office, desk, patient, store):
    desk.note(context(), office.where, patient, "a appelé sa mutualité")
    assert [note.note for note in desk.of(patient).notes] == ["a appelé sa mutualité"]
    with store.database.reading() as sql:
        states = [bytes(row[0]) for row in sql.tuples("SELECT state FROM events WHERE topic = 'casework.note_added'")]
    assert states
    assert not any("mutualité".encode() in state for state in states)
    store.keys.erase(patient)
    assert [note.note for note in desk.of(patient).notes] == [ERASED]


def test_what_stood_there_before_is_told(office: Office, desk, patient):
    first = desk.note(context(), office.where, patient, "une").position
    desk.note(context(), office.where, patient, "deux")
    assert [note.note for note in desk.of(patient, first).notes] == ["une"]


def test_a_file_is_kept_as_it_came_and_once(office: Office, desk, patient):
    file_id = desk.attach(context(), office.where, patient, "C:\\scans\\lettre.pdf", PDF).result
    again = desk.attach(context(), office.where, patient, "copie.pdf", PDF).result
    (file,) = desk.of(patient).files
    assert (file.file_id, again) == (file_id, file_id)
    assert (file.name, file.media, file.size) == ("lettre.pdf", "application/pdf", len(PDF))
    assert office.messages.get(file.sha256) == PDF
    desk.withdraw_file(context(), office.where, patient, file_id)
    assert desk.of(patient).files == ()
    assert office.messages.get(file.sha256) == PDF


def test_a_letter_that_another_practice_attached_too_does_not_go_with_it(office: Office, desk, patient, store):
    office.messages.put(PDF, "attachment", "in", uid("another practice"))
    desk.attach(context(), office.where, patient, "lettre.pdf", PDF)
    store.keys.erase(uid("another practice"))
    (file,) = desk.of(patient).files
    assert office.messages.get(file.sha256) == PDF


@pytest.mark.parametrize("content", [b"<html><script>", b"a text, e-mailed"])
def test_text_of_any_kind_is_only_ever_text(content: bytes):
    assert media_of(content) == "text/plain; charset=utf-8"


@pytest.mark.parametrize("content", [b"", b"MZ\x00\x01 a program", b"\xff\xfe\x00", b"PK\x03\x04\x00"])
def test_other_files_are_refused(office: Office, desk, patient, content: bytes):
    with pytest.raises(Invalid):
        desk.attach(context(), office.where, patient, "x", content)
    assert desk.of(patient) is None


def test_a_file_has_a_largest_size(office: Office, desk, patient):
    with pytest.raises(Invalid):
        desk.attach(context(), office.where, patient, "x", b"%PDF-" + bytes(LARGEST_FILE))


def test_a_thing_of_another_practice_is_absent(desk, patient):
    with pytest.raises(NotFound):
        desk.note(context(), uid("elsewhere"), patient, "x")
    with pytest.raises(NotFound):
        desk.attach(context(), uid("elsewhere"), patient, "x", PDF)
    with pytest.raises(NotFound):
        desk.assign(context(), uid("elsewhere"), uid("nothing"), None)


def test_ref_23_who_put_it_off_and_why_stands_in_the_log(office: Office, desk, patient):
    because = context(reason="attend une lettre", reason_subject=patient)
    desk.snooze(because, office.where, patient, Date(2026, 2, 9))
    last = office.log.history(casework_id(patient))[-1]
    assert (last.topic, last.meta.reason, last.meta.actor) == ("casework.snoozed", "attend une lettre", "user:1")
    with pytest.raises(Invalid):
        desk.snooze(context(), office.where, patient, Date(2026, 2, 10))
    desk.wake(context(), office.where, patient)
    assert desk.of(patient).snoozed_until is None


def test_another_reason_for_the_same_day_is_kept_and_the_same_one_changes_nothing(office: Office, desk, patient):
    for reason in ("attend une lettre", "attend un rappel", " attend un rappel "):
        desk.snooze(context(reason=reason, reason_subject=patient), office.where, patient, Date(2026, 2, 9))
    told = [one.meta.reason for one in office.log.history(casework_id(patient)) if one.topic == "casework.snoozed"]
    assert told == ["attend une lettre", "attend un rappel"]


def test_work_without_a_history_of_its_own_is_put_off_and_taken_by_its_name(office: Office, desk):
    because = context(reason="attend la mutualité", reason_subject=office.where)
    for named in (cause("500302", "F"), month("2026-10")):
        target_id = named.id_in(office.where)
        assert desk.snooze(because, office.where, named, Date(2026, 2, 9)).result == target_id
        desk.assign(context(), office.where, named, uid("user"))
        state = desk.of(target_id)
        assert (state.snoozed_until, state.assignee) == (Date(2026, 2, 9), uid("user"))
        assert (state.opened.kind, state.opened.name) == (named.kind, named.name)
        assert desk.of(named.id_in(uid("elsewhere"))) is None
    ids = {one.id_in(office.where) for one in (cause("500302", "F"), cause("500302", "B"), month("2026-10"))}
    assert len(ids) == 3


def test_somebody_takes_care_of_it(office: Office, desk, patient):
    desk.assign(context(), office.where, patient, uid("user"))
    assert desk.of(patient).assignee == uid("user")


def test_an_action_on_many_things_is_told_its_value_in_its_name(office: Office, desk, patient, store):
    plain = JobAction("bill", lambda *_: None)
    known = KnownActions({"sendings.archive": plain}, casework_actions(desk))
    assert dict(known) == {"sendings.archive": plain}
    for name in (
        "patients.assign",
        "patients.assign:anna",
        "patients.snooze:",
        "patients.snooze:2026-02-30",
        "imports.assign:",
        "sendings.archive:x",
    ):
        assert name not in known
    assign, snooze = known[f"patients.assign:{uid('user')}"], known["patients.snooze:2026-02-09"]
    assert (assign.right, snooze.right) == ("care_note", "care_note")
    assert known["items.assign:"].right == "note"
    assign.run(context(), office.where, patient)
    assert desk.of(patient).assignee == uid("user")
    known["patients.assign:"].run(context(), office.where, patient)
    assert desk.of(patient).assignee is None
    snooze.run(context(reason="attend une lettre", reason_subject=office.where), office.where, patient)
    assert desk.of(patient).snoozed_until == Date(2026, 2, 9)
    assert office.log.history(casework_id(patient))[-1].meta.reason == "attend une lettre"
    store.keys.erase(patient)
    assert office.log.history(casework_id(patient))[-1].meta.reason == ERASED
