"""The patient: registered, insured period by period, renumbered, merged and un-merged, erased."""

from datetime import date as Date
from typing import Any

import pytest

from domain import patient as patients
from domain.errors import Invalid, NotFound
from domain.event import ERASED
from domain.patient import (
    InsurabilityRecorded,
    NationalNumberReplaced,
    PatientDetailsCorrected,
    PatientErased,
    PatientMerged,
    PatientRegistered,
    PatientUnmerged,
)
from tests.domain.builders import OTHER_SSIN, SSIN, WHERE, insured, patient_details, uid
from tests.domain.spec import Spec

spec = Spec(patients.fold)
DETAILS = patient_details()
REGISTERED = PatientRegistered(WHERE, SSIN, "", DETAILS)
NEWBORN = PatientRegistered(WHERE, "", "1234567", DETAILS)
SURVIVOR = uid("survivor")
ERASURE = PatientErased()


def recorded(period: patients.Insurability) -> InsurabilityRecorded:
    return InsurabilityRecorded(
        period.valid_from, period.valid_to, period.sickness_fund, period.ct1, period.ct2, period.destination
    )


def test_a_patient_is_known_by_the_national_number_or_else_by_the_affiliation():
    assert spec.given().when(patients.register, WHERE, SSIN, "", DETAILS).then(REGISTERED).number == SSIN
    assert spec.given().when(patients.register, WHERE, "", "1234567", DETAILS).then(NEWBORN).number == "1234567"


def test_details_are_corrected_once():
    right = patient_details(first_name="Lot")
    corrected = PatientDetailsCorrected(right)
    assert spec.given(REGISTERED).when(patients.register, WHERE, SSIN, "", right).then(corrected).details == right
    spec.given(REGISTERED).when(patients.register, WHERE, SSIN, "", DETAILS).nothing()


@pytest.mark.parametrize(
    ("ssin", "affiliation", "details", "field"),
    [
        ("85073003329", "", DETAILS, "ssin"),
        ("", "", DETAILS, "ssin"),
        (SSIN, "", patient_details(sex=3), "sex"),
        (SSIN, "", patient_details(birth_date="30/07/1985"), "birth_date"),
        (SSIN, "", patient_details(birth_date="1985-02-30"), "birth_date"),
    ],
)
def test_wrong_values_are_refused_by_field(ssin: str, affiliation: str, details: Any, field: str):
    with pytest.raises(Invalid) as caught:
        patients.register(None, WHERE, ssin, affiliation, details)
    assert caught.value.facts == {"field": field}
    assert ssin not in str(caught.value) or not ssin, "a number is never repeated in an error"


def test_a_birth_date_may_be_unknown():
    state = spec.given().when(patients.register, WHERE, SSIN, "", patient_details(birth_date="")).state()
    assert state.details.birth_date == ""


# Insurability


def test_a_period_of_insurability_includes_both_its_ends():
    period = insured(start=Date(2026, 1, 10), end=Date(2026, 1, 20))
    state = spec.given(REGISTERED).when(patients.insure, period).then(recorded(period))
    found = [state.insurability(Date(2026, 1, day)) is not None for day in (9, 10, 20, 21)]
    assert found == [False, True, True, False]


def test_an_open_period_has_no_end():
    state = spec.given(REGISTERED, recorded(insured())).state
    assert state.insurability(Date(2099, 1, 1)) == insured()
    assert state.insurability(Date(2024, 12, 31)) is None


def test_where_periods_overlap_the_one_that_begins_last_holds():
    first, second = insured("131"), insured("206", Date(2026, 1, 1))
    state = spec.given(REGISTERED, recorded(first), recorded(second)).state
    assert state.insurability(Date(2025, 12, 31)) == first
    assert state.insurability(Date(2026, 1, 1)) == second
    other_way = spec.given(REGISTERED, recorded(second), recorded(first)).state
    assert other_way.insurability(Date(2026, 1, 1)) == second


def test_a_period_with_the_same_first_day_replaces_the_former():
    state = spec.given(REGISTERED, recorded(insured("131")), recorded(insured("206"))).state
    assert state.periods == (insured("206"),)


def test_the_same_period_again_changes_nothing():
    spec.given(REGISTERED, recorded(insured())).when(patients.insure, insured()).nothing()


@pytest.mark.parametrize("field", ["sickness_fund", "ct1", "ct2"])
@pytest.mark.parametrize("value", ["", "13", "1311", "13a", "١٣١", "1²1"])
def test_codes_of_insurers_are_three_digits(field: str, value: str):
    error = spec.given(REGISTERED).when(patients.insure, insured(**{field: value})).refused("field_invalid", Invalid)
    assert error.facts == {"field": field}


def test_a_fund_of_no_union_is_refused():
    error = spec.given(REGISTERED).when(patients.insure, insured("999")).refused("sickness_fund_unknown", Invalid)
    assert error.facts == {"field": "sickness_fund"}


def test_a_period_does_not_run_backwards():
    backwards = insured(start=Date(2026, 1, 2), end=Date(2026, 1, 1))
    spec.given(REGISTERED).when(patients.insure, backwards).refused("period_reversed", Invalid)
    one_day = insured(start=Date(2026, 1, 1), end=Date(2026, 1, 1))
    spec.given(REGISTERED).when(patients.insure, one_day).state()


# Another number


def test_a_changed_national_number_keeps_the_history():
    replaced = NationalNumberReplaced(OTHER_SSIN, SSIN)
    given = spec.given(REGISTERED, recorded(insured()))
    state = given.when(patients.replace_number, OTHER_SSIN).then(replaced)
    assert (state.number, state.details, state.periods) == (OTHER_SSIN, DETAILS, (insured(),))


def test_a_newborn_gets_its_first_national_number():
    state = spec.given(NEWBORN).when(patients.replace_number, SSIN).then(NationalNumberReplaced(SSIN, ""))
    assert (state.number, state.affiliation_number) == (SSIN, "1234567")


def test_a_number_is_replaced_by_a_valid_and_another_one():
    spec.given(REGISTERED).when(patients.replace_number, SSIN).nothing()
    spec.given(REGISTERED).when(patients.replace_number, "85073003329").refused("field_invalid", Invalid)


# Two records of one person

OTHER = patients.fold([PatientRegistered(WHERE, OTHER_SSIN, "", DETAILS)])
MERGED = PatientMerged(SURVIVOR)


def test_two_records_are_merged_and_unmerged():
    merged = spec.given(REGISTERED).when(patients.merge, SURVIVOR, OTHER).then(MERGED)
    assert merged.merged_into == SURVIVOR
    alone = spec.given(REGISTERED, MERGED).when(patients.unmerge).then(PatientUnmerged(SURVIVOR))
    assert alone == spec.given(REGISTERED).state


def test_a_merged_record_is_not_merged_again():
    spec.given(REGISTERED, MERGED).when(patients.merge, SURVIVOR, OTHER).refused("already_merged")
    merged = patients.fold([REGISTERED, MERGED])
    spec.given(REGISTERED).when(patients.merge, SURVIVOR, merged).refused("already_merged")
    spec.given(REGISTERED, MERGED, PatientUnmerged(SURVIVOR)).when(patients.merge, SURVIVOR, OTHER).state()


def test_only_two_records_of_one_establishment_are_merged():
    elsewhere = patients.fold([PatientRegistered(uid("elsewhere"), OTHER_SSIN, "", DETAILS)])
    spec.given(REGISTERED).when(patients.merge, SURVIVOR, elsewhere).refused("not_mergeable")
    state = spec.given(REGISTERED).state
    with pytest.raises(patients.NotAllowed):
        patients.merge(state, SURVIVOR, state)


def test_a_record_that_is_not_merged_is_not_unmerged():
    spec.given(REGISTERED).when(patients.unmerge).refused("not_merged")


# Erasure


def test_an_erasure_leaves_nothing_that_names_the_person():
    state = spec.given(REGISTERED, recorded(insured())).when(patients.erase).then(ERASURE)
    assert state.is_erased
    assert {state.ssin, state.affiliation_number, state.number} == {ERASED}
    assert {state.details.last_name, state.details.first_name, state.details.birth_date} == {ERASED}
    assert state.periods == (insured(),)
    spec.given(REGISTERED, ERASURE).when(patients.erase).nothing()


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (patients.register, (WHERE, SSIN, "", DETAILS)),
        (patients.insure, (insured(),)),
        (patients.replace_number, (OTHER_SSIN,)),
        (patients.merge, (SURVIVOR, OTHER)),
    ],
)
def test_an_erased_record_takes_nothing_more(command: Any, arguments: Any):
    spec.given(REGISTERED, ERASURE).when(command, *arguments).refused("patient_erased")


def test_nobody_is_merged_into_an_erased_record():
    erased = patients.fold([PatientRegistered(WHERE, OTHER_SSIN, "", DETAILS), ERASURE])
    spec.given(REGISTERED).when(patients.merge, SURVIVOR, erased).refused("patient_erased")


def test_a_patient_begins_with_the_registration():
    with pytest.raises(NotFound):
        patients.fold([MERGED])
