"""SOF-48: ten days to tell the insurer of an authorisation, and what counts as a trace that it was told."""

from dataclasses import replace
from datetime import date as Date

import pytest

from domain import patient as patients
from domain.authorisation import Authorisation, Kind
from domain.errors import Invalid, NotAllowed, NotFound
from domain.notification import MOST_LETTERS, AuthorisationNotified, Notification, NotificationWithdrawn
from domain.patient import Patient
from domain.rules.limits import notice_until, to_do_by
from tests.domain.builders import WHERE, patient_details

FIRST, TODAY = Date(2026, 1, 5), Date(2026, 1, 20)
KATZ = Authorisation("katz", "B", FIRST, Date(2026, 3, 31))
TOLD = Notification("katz", FIRST, Date(2026, 1, 9), "practice", "410000-1", "accusé, classeur 3")


def registered() -> Patient:
    state = patients.fold(patients.register(None, WHERE, "85073003328", "", patient_details()))
    assert state is not None
    return state


def with_events(state: Patient, *happened: object) -> Patient:
    for one in happened:
        state = patients.evolve(state, one)
    return state


@pytest.fixture
def allowed() -> Patient:
    return with_events(registered(), *patients.authorise(registered(), KATZ))


@pytest.mark.parametrize("kind", ["katz", "palliative", "ptsi"])
def test_sof_48_ten_calendar_days_from_the_first_day(kind: Kind) -> None:
    assert notice_until(kind, FIRST) == Date(2026, 1, 15)
    assert notice_until(kind, Date(2013, 7, 1)) == Date(2013, 7, 11)
    assert notice_until(kind, Date(2013, 6, 30)) is None
    assert notice_until("wound_care", FIRST) is None


def test_sof_48_a_deadline_on_a_day_of_rest_is_shown_as_the_last_working_day_before() -> None:
    until = notice_until("ptsi", Date(2026, 4, 24))
    assert until is not None
    assert (until, to_do_by(until)) == (Date(2026, 5, 4), Date(2026, 5, 4))
    on_holiday = notice_until("ptsi", Date(2026, 4, 21))
    assert on_holiday is not None
    assert (on_holiday, to_do_by(on_holiday)) == (Date(2026, 5, 1), Date(2026, 4, 30))


def test_an_authorisation_waits_until_something_shows_that_the_insurer_knows(allowed: Patient) -> None:
    assert allowed.to_notify == (KATZ,)
    assert not with_events(allowed, *patients.authorise(allowed, replace(KATZ, number="123"))).to_notify
    told = with_events(allowed, *patients.notify(allowed, TOLD, TODAY))
    assert not told.to_notify
    assert told.notification(KATZ) == TOLD
    assert patients.notify(told, TOLD, TODAY) == []
    longer = with_events(told, *patients.authorise(told, replace(KATZ, valid_to=Date(2026, 2, 28))))
    assert not longer.to_notify
    assert patients.withdraw_notification(told, "katz", FIRST) == [NotificationWithdrawn("katz", FIRST)]
    assert with_events(told, NotificationWithdrawn("katz", FIRST)).to_notify == (KATZ,)


def test_an_authorisation_that_was_withdrawn_and_recorded_again_is_to_be_notified_again(allowed: Patient) -> None:
    told = with_events(allowed, *patients.notify(allowed, TOLD, TODAY))
    gone = with_events(told, *patients.withdraw_authorisation(told, "katz", FIRST))
    assert (gone.notifications, gone.to_notify) == ((), ())
    assert with_events(gone, *patients.authorise(gone, KATZ)).to_notify == (KATZ,)


def test_a_later_word_takes_the_place_of_the_former(allowed: Patient) -> None:
    told = with_events(allowed, *patients.notify(allowed, TOLD, TODAY))
    right = replace(TOLD, sent_on=Date(2026, 1, 16))
    (happened,) = patients.notify(told, right, TODAY)
    assert isinstance(happened, AuthorisationNotified)
    after = with_events(told, happened)
    assert after.notifications == (right,)
    assert right.is_late
    assert not TOLD.is_late


def test_what_another_care_giver_notified_needs_no_day(allowed: Patient) -> None:
    elsewhere = Notification("katz", FIRST, None, "other")
    after = with_events(allowed, *patients.notify(allowed, elsewhere, TODAY))
    assert not after.to_notify
    assert not elsewhere.is_late


def test_what_an_insurer_lowered_needs_no_notification(allowed: Patient) -> None:
    lowered = replace(KATZ, category="A")
    after = with_events(allowed, *patients.descore(allowed, lowered, Date(2026, 1, 18), (), TODAY))
    assert after.authorisations == (lowered,)
    assert not after.to_notify
    assert with_events(after, *patients.withdraw_descoring(after, FIRST)).to_notify == (KATZ,)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"sent_on": None}, "sent_on", "field_missing"),
        ({"sent_on": Date(2026, 1, 21)}, "sent_on", "notified_to_come"),
        ({"reference": "x" * (MOST_LETTERS + 1)}, "reference", "field_invalid"),
        ({"proof": "x" * (MOST_LETTERS + 1)}, "proof", "field_invalid"),
    ],
)
def test_what_cannot_be_is_refused(allowed: Patient, change: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        patients.notify(allowed, replace(TOLD, **change), TODAY)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.facts["field"]) == (code, field)


def test_nothing_is_notified_that_does_not_stand(allowed: Patient) -> None:
    with pytest.raises(NotFound):
        patients.notify(allowed, replace(TOLD, kind="ptsi"), TODAY)
    with pytest.raises(NotFound):
        patients.withdraw_notification(allowed, "katz", FIRST)
    erased = with_events(allowed, patients.PatientErased())
    assert not erased.to_notify
    with pytest.raises(NotAllowed):
        patients.notify(erased, TOLD, TODAY)
