"""The provider: one NIHII number, active from day to day."""

from datetime import date as Date

import pytest

from domain import provider as providers
from domain.errors import Invalid, NotFound
from domain.provider import ProviderActivityRecorded, ProviderDetailsCorrected, ProviderRegistered
from tests.domain.builders import NURSE, provider_details
from tests.domain.spec import Spec

spec = Spec(providers.fold)
DETAILS = provider_details()
REGISTERED = ProviderRegistered(DETAILS)
FROM, TO = Date(2026, 1, 10), Date(2026, 1, 20)
ACTIVE = ProviderActivityRecorded(FROM, TO)


def test_a_provider_is_registered_with_the_qualification_of_the_number():
    bare = provider_details(qualification="")
    assert spec.given().when(providers.register, bare).then(REGISTERED).details.qualification == NURSE[8:]


def test_details_are_corrected_once():
    right = provider_details(convention_status=9)
    spec.given(REGISTERED).when(providers.register, right).then(ProviderDetailsCorrected(right))
    spec.given(REGISTERED).when(providers.register, DETAILS).nothing()


def test_a_number_with_wrong_check_digits_is_refused():
    with pytest.raises(Invalid) as caught:
        providers.register(None, provider_details("41234503401"))
    assert caught.value.facts == {"field": "nihii"}


def test_without_recorded_activity_a_number_counts_as_active():
    assert spec.given(REGISTERED).state.is_active(Date(1990, 1, 1))


def test_activity_includes_its_first_and_last_day():
    state = spec.given().when(providers.register, DETAILS, [(FROM, TO)]).then(REGISTERED, ACTIVE)
    assert [state.is_active(Date(2026, 1, day)) for day in (9, 10, 20, 21)] == [False, True, True, False]


def test_an_open_activity_has_no_end_and_periods_add_up():
    state = spec.given(REGISTERED, ACTIVE, ProviderActivityRecorded(Date(2026, 3, 1), None)).state
    assert [state.is_active(day) for day in (TO, Date(2026, 2, 28), Date(2026, 3, 1), Date(2030, 1, 1))] == [
        True,
        False,
        True,
        True,
    ]


def test_a_period_with_the_same_first_day_replaces_the_former():
    given = spec.given(REGISTERED, ACTIVE)
    state = given.when(providers.register, DETAILS, [(FROM, Date(2026, 1, 15))]).state()
    assert [state.is_active(Date(2026, 1, day)) for day in (15, 16)] == [True, False]


def test_known_activity_changes_nothing_and_none_runs_backwards():
    spec.given(REGISTERED, ACTIVE).when(providers.register, DETAILS, [(FROM, TO)]).nothing()
    spec.given(REGISTERED).when(providers.register, DETAILS, [(TO, FROM)]).refused("period_reversed", Invalid)


def test_a_provider_begins_with_the_registration():
    with pytest.raises(NotFound):
        providers.fold([ACTIVE])
