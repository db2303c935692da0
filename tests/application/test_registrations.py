"""Registrations of a practice in the log: one by one and many at once, on both stores; notes stay sealed."""

from datetime import date as Date
from uuid import UUID

import pytest

from application.registrations import MOST_AT_ONCE, Created, Registrations
from domain.errors import Invalid, NotAllowed, NotFound
from domain.registration import RegistrationCreated, Wanted, registrations_id
from tests.application.office import Office, context
from tests.domain.builders import uid

NURSES = ("49991127401", "49992216401")
COMPANY, SINCE = "0999999823", Date(2026, 1, 1)


@pytest.fixture
def desk(office: Office) -> Registrations:
    return Registrations(office.log)


def staff(nihii: str, cbe: str = COMPANY, since: Date = SINCE) -> Wanted:
    return Wanted("company_staff", nihii, cbe, since)


def enter(office: Office, desk: Registrations, wanted: Wanted | None = None) -> UUID:
    return desk.create(context(), office.where, wanted or staff(NURSES[0])).result.registration_id


def test_sof_02_what_is_entered_is_in_force_from_its_day_on(office: Office, desk: Registrations):
    made = desk.create(context(), office.where, staff(NURSES[0])).result
    assert made == Created(made.registration_id, is_new=True, warnings=("not_for_files",))
    assert desk.create(context(), office.where, staff(NURSES[0])).result.is_new is False
    (one,) = desk.in_force(office.where, SINCE)
    assert (one.registration_id, one.cbe) == (made.registration_id, COMPANY)
    assert desk.in_force(office.where, Date(2025, 12, 31)) == ()
    desk.end(context(), office.where, one.registration_id, Date(2026, 6, 30))
    assert desk.in_force(office.where, Date(2026, 7, 1)) == ()
    assert len(desk.known(office.where)) == 1


def test_sof_05_many_are_entered_each_for_itself(office: Office, desk: Registrations):
    enter(office, desk)
    wanted = [staff(NURSES[0]), staff("49991128401"), staff(NURSES[1]), staff(NURSES[0], since=Date(2026, 2, 1))]
    told = desk.create_many(context(), office.where, wanted).result
    assert [(one.place, one.created and one.created.is_new, one.code, one.field) for one in told] == [
        (1, False, "", ""),
        (2, None, "field_invalid", "nihii"),
        (3, True, "", ""),
        (4, None, "registration_overlaps", "valid_from"),
    ]
    assert [one.nihii for one in desk.known(office.where)] == [*NURSES]
    entered = office.log.history(registrations_id(office.where))
    assert {type(one.event) for one in entered} == {RegistrationCreated}
    for count in (0, MOST_AT_ONCE + 1):
        with pytest.raises(Invalid, match="registrations"):
            desk.create_many(context(), office.where, [staff(NURSES[0])] * count)


def test_ccd_03_who_gave_a_mandate_to_whom_is_kept_under_the_key_of_the_practice(office: Office, desk: Registrations):
    which = enter(office, desk)
    desk.record_mandate(context(), office.where, which, SINCE, None, "Madame Peeters", "Sa lettre")
    desk.arrange(context(), office.where, which, "manager_in_cbe", SINCE, "Vu par Jo Claes")
    (one,) = desk.known(office.where)
    assert [(m.given_to, m.evidence) for m in one.mandates] == [("Madame Peeters", "Sa lettre")]
    assert [noted.evidence for noted in one.arranged] == ["Vu par Jo Claes"]
    desk.revoke_mandate(context(), office.where, which, one.mandates[0].mandate_id, Date(2026, 3, 31))
    desk.reopen(context(), office.where, which, "manager_in_cbe")
    (one,) = desk.known(office.where)
    assert (one.mandates[0].valid_to, one.arranged) == (Date(2026, 3, 31), ())


@pytest.mark.parametrize("note", ["85.07.30-033 28", "x" * 501])
def test_no_national_number_stands_in_a_note(office: Office, desk: Registrations, note: str):
    which = enter(office, desk)
    for field in ("given_to", "evidence"):
        with pytest.raises(Invalid) as caught:
            desk.record_mandate(context(), office.where, which, SINCE, **{field: note})
        assert caught.value.facts["field"] == field
        assert note not in str(caught.value)


def test_a_practice_sees_and_changes_its_own_alone(office: Office, desk: Registrations):
    which = enter(office, desk)
    elsewhere = uid("elsewhere")
    assert desk.known(elsewhere) == ()
    with pytest.raises(NotFound, match="establishment"):
        desk.create(context(), elsewhere, staff(NURSES[0]))
    with pytest.raises(NotFound, match="registration"):
        desk.end(context(), elsewhere, which, SINCE)
    own = enter(office, desk, Wanted("own", NURSES[0], "", SINCE))
    with pytest.raises(NotAllowed):
        desk.record_mandate(context(), office.where, own, SINCE)
