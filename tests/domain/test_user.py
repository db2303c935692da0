"""People who sign in: entered once, roles by establishment and day, kept out and let in again."""

from datetime import date as Date
from typing import Any

import pytest

from domain import user as users
from domain.api_key import SCOPES
from domain.errors import Invalid, NotFound
from domain.user import (
    RIGHTS_OF,
    ROLES,
    Grant,
    PasswordChanged,
    RoleEnded,
    RoleGranted,
    SecondFactorEnrolled,
    SecondFactorReset,
    UserAdded,
    UserDeactivated,
    UserReactivated,
    UserRenamed,
)
from tests.domain.builders import uid
from tests.domain.spec import Spec

spec = Spec(users.fold)
HERE, THERE, NURSE = uid("here"), uid("there"), uid("nurse")
ANNA = UserAdded("anna@practice.be", "Anna Claes", "nl")
MAY, JUNE = Date(2026, 5, 31), Date(2026, 6, 1)
OFFICE = RoleGranted(HERE, "office", Date(2026, 1, 1), MAY)
GIVER = RoleGranted(HERE, "care_giver", Date(2026, 1, 1), None, NURSE)


# Entering


def test_a_person_is_entered_once() -> None:
    given = ("anna@practice.be", " Anna Claes ", "nl")
    state = spec.given().when(users.add, *given).then(ANNA)
    assert (state.login, state.name, state.language, state.is_active) == ("anna@practice.be", "Anna Claes", "nl", True)
    assert state.grants == ()
    spec.given(ANNA).when(users.add, *given).refused("login_taken")
    spec.given(ANNA, UserDeactivated()).when(users.add, *given).refused("login_taken")


@pytest.mark.parametrize("login", ["", "jo", "x" * 101, "anna claes", "anna\tclaes", "anna\u00a0claes", "anna\x00"])
def test_a_login_has_3_to_100_characters_without_blanks(login: str) -> None:
    refused = spec.given().when(users.add, login, "Anna", "fr").refused("login_invalid", Invalid)
    assert refused.facts == {"field": "login"}
    assert login not in refused.message or not login
    for fine in ("jo.", "x" * 100, "é-mail@practice.be"):
        assert users.add(None, fine, "Anna", "fr")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Anna\nClaes"])
def test_a_name_has_1_to_100_characters(name: str) -> None:
    spec.given().when(users.add, "anna", name, "fr").refused("name_invalid", Invalid)
    spec.given(ANNA).when(users.rename, name, "fr").refused("name_invalid", Invalid)


def test_name_and_language_are_corrected_the_login_stays() -> None:
    state = spec.given(ANNA).when(users.rename, "Anna Maes", "fr").then(UserRenamed("Anna Maes", "fr"))
    assert (state.login, state.name, state.language) == ("anna@practice.be", "Anna Maes", "fr")
    spec.given(ANNA).when(users.rename, "Anna Claes ", "nl").nothing()
    spec.given(ANNA).when(users.rename, "Anna", "de").refused("language_unknown", Invalid)


def test_nothing_happens_to_nobody() -> None:
    for happened in (UserRenamed("x", "fr"), OFFICE, RoleEnded(HERE, "office", MAY), UserDeactivated()):
        with pytest.raises(NotFound):
            users.fold([happened])
    assert users.fold([]) is None


# Roles


def test_a_role_holds_from_its_first_to_its_last_day_and_only_there() -> None:
    state = spec.given(ANNA, GIVER).when(users.grant, HERE, "office", Date(2026, 1, 1), MAY).then(OFFICE)
    assert state.grants == (
        Grant(HERE, "care_giver", Date(2026, 1, 1), None, NURSE),
        Grant(HERE, "office", Date(2026, 1, 1), MAY),
    )
    assert state.roles_at(HERE, Date(2025, 12, 31)) == ()
    assert state.roles_at(HERE, Date(2026, 1, 1)) == state.roles_at(HERE, MAY) == ("care_giver", "office")
    assert state.roles_at(HERE, JUNE) == ("care_giver",)
    assert state.roles_at(THERE, MAY) == ()
    assert state.practices_at(MAY) == (HERE,)
    assert state.practices_at(Date(2025, 1, 1)) == ()


def test_the_same_role_again_changes_nothing_an_overlap_is_refused_a_gap_is_not() -> None:
    given = spec.given(ANNA, OFFICE)
    given.when(users.grant, HERE, "office", Date(2026, 1, 1), MAY).nothing()
    for first, last in ((Date(2025, 1, 1), Date(2026, 1, 1)), (MAY, None), (Date(2025, 1, 1), None)):
        given.when(users.grant, HERE, "office", first, last).refused("role_overlaps")
    given.when(users.grant, HERE, "office", JUNE).then(RoleGranted(HERE, "office", JUNE))
    given.when(users.grant, THERE, "office", MAY).then(RoleGranted(THERE, "office", MAY))
    given.when(users.grant, HERE, "auditor", MAY).then(RoleGranted(HERE, "auditor", MAY))


def test_what_is_no_role_or_no_period_is_refused() -> None:
    spec.given(ANNA).when(users.grant, HERE, "king", MAY).refused("role_unknown", Invalid)
    spec.given(ANNA).when(users.grant, HERE, "office", JUNE, MAY).refused("period_reversed", Invalid)
    spec.given(ANNA).when(users.end_role, HERE, "king", MAY).refused("role_unknown", Invalid)
    for role in ROLES:
        assert users.role_of(role) == role


def test_a_role_ends_with_a_day_and_later_stretches_go() -> None:
    later = RoleGranted(HERE, "office", Date(2026, 9, 1))
    ended = RoleEnded(HERE, "office", Date(2026, 3, 31))
    given = spec.given(ANNA, OFFICE, later, GIVER)
    state = given.when(users.end_role, HERE, "office", Date(2026, 3, 31)).then(ended)
    assert state.roles_at(HERE, Date(2026, 3, 31)) == ("office", "care_giver")
    assert state.roles_at(HERE, Date(2026, 4, 1)) == state.roles_at(HERE, Date(2027, 1, 1)) == ("care_giver",)
    spec.given(ANNA, OFFICE, ended).when(users.end_role, HERE, "office", MAY).nothing()
    spec.given(ANNA, OFFICE).when(users.end_role, HERE, "office", MAY).nothing()


def test_a_role_given_by_mistake_never_held_once_it_ends_the_day_before() -> None:
    state = spec.given(ANNA, GIVER).when(users.end_role, HERE, "care_giver", Date(2025, 12, 31)).state()
    assert state.grants == ()
    assert users.grant(state, HERE, "care_giver", Date(2026, 1, 1))


def test_what_was_never_given_does_not_end() -> None:
    spec.given(ANNA, OFFICE).when(users.end_role, THERE, "office", MAY).refused("role_unknown_here", NotFound)
    spec.given(ANNA, OFFICE).when(users.end_role, HERE, "auditor", MAY).refused("role_unknown_here", NotFound)


def test_every_role_has_its_rights_and_only_administrators_have_all() -> None:
    assert set(RIGHTS_OF) == set(ROLES)
    assert {role for role, rights in RIGHTS_OF.items() if "admin" in rights} == {"administrator"}
    everything = frozenset[str]().union(*RIGHTS_OF.values())
    assert RIGHTS_OF["administrator"] == users.RIGHTS == everything
    assert set(SCOPES) <= everything
    assert {role for role, rights in RIGHTS_OF.items() if "bill" in rights} == {"administrator", "office", "dentist"}
    held = {"administrator", "office", "care_giver", "dentist"}
    assert {role for role, rights in RIGHTS_OF.items() if "session" in rights} == held
    assert {role for role, rights in RIGHTS_OF.items() if "medical" not in rights} == {"accountant"}
    assert {role for role, rights in RIGHTS_OF.items() if "audit" in rights} == {"administrator", "auditor"}
    assert {role for role, rights in RIGHTS_OF.items() if "close" in rights} == {"administrator", "accountant"}
    assert all("read" in rights for rights in RIGHTS_OF.values())


# In and out


def test_who_is_kept_out_has_no_role_until_let_in_again() -> None:
    state = spec.given(ANNA, OFFICE).when(users.deactivate).then(UserDeactivated())
    assert (state.roles_at(HERE, MAY), state.practices_at(MAY)) == ((), ())
    back = spec.given(ANNA, OFFICE, UserDeactivated()).when(users.reactivate).then(UserReactivated())
    assert back.roles_at(HERE, MAY) == ("office",)
    spec.given(ANNA, UserDeactivated()).when(users.deactivate).nothing()
    spec.given(ANNA).when(users.reactivate).nothing()


def test_a_second_factor_is_enrolled_once_and_reset_once() -> None:
    state = spec.given(ANNA).when(users.enrol_second_factor).then(SecondFactorEnrolled())
    assert state.has_second_factor
    spec.given(ANNA, SecondFactorEnrolled()).when(users.enrol_second_factor).nothing()
    reset = spec.given(ANNA, SecondFactorEnrolled()).when(users.reset_second_factor).then(SecondFactorReset())
    assert not reset.has_second_factor
    spec.given(ANNA).when(users.reset_second_factor).nothing()


@pytest.mark.parametrize("by_reset", [True, False])
def test_every_change_of_a_password_is_noted_and_no_password_with_it(by_reset: Any) -> None:
    changed = PasswordChanged(by_reset)
    spec.given(ANNA, changed).when(users.change_password, by_reset=by_reset).then(changed)
    assert set(PasswordChanged.__slots__) == {"by_reset"}
