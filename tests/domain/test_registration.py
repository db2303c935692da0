"""Registrations with MyCareNet (SOF-02 to SOF-09, CCD-03): kinds, numbers, mandates with dates, what is arranged."""

from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from uuid import uuid5

import pytest

from domain import registration as registrations
from domain.errors import Invalid, NotAllowed, NotFound
from domain.registration import (
    Arranged,
    ConditionArranged,
    ConditionReopened,
    Mandate,
    MandateRecorded,
    MandateRevoked,
    Registration,
    RegistrationCreated,
    RegistrationEnded,
    Wanted,
)
from domain.registration_kinds import KINDS, RULES, warnings_of
from tests.domain.builders import uid
from tests.domain.spec import Spec

WHERE, NURSE, GROUP, COMPANY = uid("practice"), "49991127401", "94999919000", "0999999823"
JANUARY, JUNE, NEXT_YEAR = Date(2026, 1, 1), Date(2026, 6, 30), Date(2027, 1, 1)
STAFF = Wanted("company_staff", NURSE, COMPANY, JANUARY)
WANTED = {
    "own": Wanted("own", NURSE, "", JANUARY),
    "company_staff": STAFF,
    "colleague": Wanted("colleague", NURSE, "", JANUARY),
    "group": Wanted("group", GROUP, "", JANUARY),
    "company_for_group": Wanted("company_for_group", GROUP, COMPANY, JANUARY),
}
spec = Spec(registrations.fold)


def created(wanted: Wanted = STAFF) -> RegistrationCreated:
    (happened,) = registrations.create((), WHERE, wanted)[1]
    assert isinstance(happened, RegistrationCreated)
    return happened


def create(known: tuple[Registration, ...], wanted: Wanted = STAFF) -> list[object]:
    return registrations.create(known, WHERE, wanted)[1]


def the(state: tuple[Registration, ...]) -> Registration:
    (only,) = state
    return only


MADE = created()
ID = MADE.registration_id


def given(since: Date = JANUARY, until: Date | None = None, to: str = "Secrétariat") -> Mandate:
    return Mandate(uid("mandate"), since, until, to, "courrier")


def recorded(mandate: Mandate, *before: object) -> MandateRecorded:
    """As it happens behind these."""
    (happened,) = registrations.record_mandate(the(registrations.fold([MADE, *before])), WHERE, mandate)
    assert isinstance(happened, MandateRecorded)
    return happened


@pytest.mark.parametrize("kind", KINDS)
def test_sof_02_every_kind_is_entered_with_its_numbers(kind: str):
    wanted = WANTED[kind]
    state = the(spec.given().when(create, wanted).state())
    assert (state.kind, state.nihii, state.cbe, state.valid_to) == (kind, wanted.nihii, wanted.cbe, None)
    assert state.to_arrange == state.rule.conditions != ()
    assert state.lacks_mandate(JUNE) == state.rule.needs_mandate


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("friend", NURSE, "", JANUARY), "kind"),
        (Wanted("own", "49991128401", "", JANUARY), "nihii"),
        (Wanted("company_staff", NURSE, "", JANUARY), "cbe"),
        (Wanted("company_for_group", GROUP, "0999999824", JANUARY), "cbe"),
        (Wanted("group", GROUP, COMPANY, JANUARY), "cbe"),
    ],
)
def test_numbers_fit_the_kind(wanted: Wanted, field: str):
    with pytest.raises(Invalid) as caught:
        create((), wanted)
    assert caught.value.facts["field"] == field


def test_sof_07_a_group_number_that_does_not_begin_with_94_is_warned_about_and_not_refused():
    assert warnings_of("group", GROUP) == ()
    assert warnings_of("group", NURSE) == ("group_number_not_94",)
    assert warnings_of("own", GROUP) == ("number_of_a_group",)
    spec.given().when(create, Wanted("group", NURSE, "", JANUARY)).then(created(Wanted("group", NURSE, "", JANUARY)))


def test_the_same_again_changes_nothing_and_another_in_its_time_is_refused():
    spec.given(MADE).when(create).nothing()
    later = Wanted("company_staff", NURSE, COMPANY, JUNE)
    spec.given(MADE).when(create, later).refused("registration_overlaps")
    ended = RegistrationEnded(ID, JUNE)
    spec.given(MADE, ended).when(create, later).refused("registration_overlaps")
    after = Wanted("company_staff", NURSE, COMPANY, NEXT_YEAR)
    first, second = spec.given(MADE, ended).when(create, after).state()
    assert first.registration_id != second.registration_id
    spec.given(MADE).when(create, WANTED["own"]).then(created(WANTED["own"]))


def test_sof_05_one_company_is_registered_for_each_nurse_that_gave_it_a_mandate():
    other = Wanted("company_staff", "49992216401", COMPANY, JANUARY)
    spec.given(MADE).when(create, other).then(created(other))


def test_it_holds_until_its_last_day():
    state = the(spec.given(MADE, RegistrationEnded(ID, JUNE)).state)
    days = (Date(2025, 12, 31), JANUARY, JUNE, Date(2026, 7, 1))
    assert [state.covers(day) for day in days] == [False, True, True, False]
    with pytest.raises(Invalid):
        registrations.end((state,), state, Date(2025, 12, 31))
    assert registrations.end((state,), state, JUNE) == []
    assert registrations.end((state,), state, NEXT_YEAR) == [RegistrationEnded(ID, NEXT_YEAR)]


def test_it_is_not_made_to_last_into_the_time_of_the_next():
    first = the(spec.given(MADE, RegistrationEnded(ID, JUNE)).state)
    after = replace(first, registration_id=uuid5(ID, "after"), valid_from=NEXT_YEAR, valid_to=None)
    eve = NEXT_YEAR - timedelta(days=1)
    assert registrations.end((first, after), first, eve) == [RegistrationEnded(ID, eve)]
    with pytest.raises(NotAllowed) as told:
        registrations.end((first, after), first, NEXT_YEAR)
    assert told.value.code == "registration_overlaps"
    assert registrations.end((first, after), after, NEXT_YEAR) != [], "what ended before is in no way of the next"


def test_sof_06_a_mandate_has_dates_and_is_revoked():
    mandate = recorded(given())
    state = the(spec.given(MADE, mandate).state)
    assert not state.lacks_mandate(JANUARY)
    assert state.lacks_mandate(Date(2025, 12, 31))
    assert registrations.record_mandate(state, WHERE, given()) == [], "the same again"
    (revoked,) = registrations.revoke_mandate(state, mandate.mandate_id, JUNE)
    state = the(spec.given(MADE, mandate, revoked).state)
    assert revoked == MandateRevoked(ID, mandate.mandate_id, JUNE)
    assert [state.lacks_mandate(day) for day in (JUNE, Date(2026, 7, 1))] == [False, True]
    assert registrations.revoke_mandate(state, mandate.mandate_id, JUNE) == []
    when = spec.given(MADE, mandate, revoked).when(
        lambda known: registrations.revoke_mandate(the(known), mandate.mandate_id, NEXT_YEAR)
    )
    when.refused("mandate_over")


def test_a_mandate_that_never_held_counts_on_no_day():
    mandate = recorded(given())
    (never,) = registrations.revoke_mandate(
        the(registrations.fold([MADE, mandate])), mandate.mandate_id, Date(2025, 12, 31)
    )
    state = the(registrations.fold([MADE, mandate, never]))
    assert state.lacks_mandate(JANUARY)


def test_several_mandates_stand_beside_each_other():
    first = recorded(given(NEXT_YEAR))
    second = recorded(given(to="Marie"), first)
    state = the(registrations.fold([MADE, first, second]))
    assert first.mandate_id != second.mandate_id
    assert [one.given_to for one in state.mandates] == ["Secrétariat", "Marie"]
    assert not state.lacks_mandate(JUNE)


def test_what_a_kind_does_not_ask_for_is_not_noted():
    own = created(WANTED["own"])
    spec.given(own).when(lambda known: registrations.record_mandate(the(known), WHERE, given())).refused(
        "mandate_not_needed"
    )
    with pytest.raises(Invalid, match="own_key"):
        registrations.arrange(the(registrations.fold([own])), WHERE, Arranged("membership", JANUARY))
    with pytest.raises(Invalid):
        registrations.record_mandate(the(registrations.fold([MADE])), WHERE, given(JUNE, JANUARY))
    with pytest.raises(NotFound):
        registrations.revoke_mandate(the(registrations.fold([MADE])), uid("other"), JUNE)
    with pytest.raises(NotFound):
        registrations.registration_of((), ID)


def test_sof_04_a_condition_is_arranged_outside_and_noted_with_its_evidence():
    noted = Arranged("manager_in_cbe", JANUARY, "Vu à la BCE")
    happened = ConditionArranged(WHERE, ID, "manager_in_cbe", JANUARY, "Vu à la BCE")
    arrange = spec.given(MADE).when(lambda known: registrations.arrange(the(known), WHERE, noted))
    assert the(arrange.then(happened)).to_arrange == ("staff_rights",)
    spec.given(MADE, happened).when(lambda known: registrations.arrange(the(known), WHERE, noted)).nothing()
    reopened = ConditionReopened(ID, "manager_in_cbe")
    again = spec.given(MADE, happened).when(lambda known: registrations.reopen(the(known), "manager_in_cbe"))
    assert the(again.then(reopened)).to_arrange == RULES["company_staff"].conditions
    spec.given(MADE).when(lambda known: registrations.reopen(the(known), "manager_in_cbe")).nothing()
