"""Accounts of people: entered, given roles, kept out, reset; what they may do where, and what they prefer."""

import re
from datetime import date as Date
from typing import Any

import pytest

from application.access import Caller, NotAuthenticated, NotPermitted
from application.accounts import SignInRefused
from application.register import provider_id
from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import ERASED
from infrastructure.store.copying import copy_store
from infrastructure.store.opening import Store
from tests.application.office import Office, StandingClock, context
from tests.application.people import HOME, LOGIN, OWN, TODAY, People, QuickPasswords
from tests.conftest import MakeStore
from tests.domain.builders import NURSE, provider_details, uid

NOBODY = uid("nobody")


@pytest.fixture
def people(store: Store, clock: StandingClock) -> People:
    return People(store, clock)


# Entering


def test_a_new_user_gets_a_readable_password_to_be_changed_at_once(people: People) -> None:
    made = people.accounts.add(context(), LOGIN, "Anna Claes", "nl").result
    assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", made.one_time_password)
    session = people.session(people.accounts.sign_in(LOGIN, made.one_time_password, HOME))
    assert (session.user_id, session.login, session.name) == (made.user_id, LOGIN, "Anna Claes")
    assert (session.language, session.stage) == ("nl", "password")
    assert made.user_id == people.accounts.user_id(LOGIN.upper()) == people.accounts.user_id(f" {LOGIN} ")


def test_a_login_names_one_person_however_it_is_written(people: People) -> None:
    made = people.accounts.add(context(), "Émile@practice.be", "Émile").result
    for login in ("Émile@practice.be", "ÉMILE@PRACTICE.BE", "E\u0301mile@practice.be"):
        with pytest.raises(NotAllowed) as refused:
            people.accounts.add(context(), login, "Other")
        assert refused.value.code == "login_taken"
        assert people.accounts.sign_in(login, made.one_time_password, HOME)


def test_a_wrong_login_or_language_enters_nobody(people: People) -> None:
    head = people.store.log.head()
    for login, language in (("an", "fr"), ("anna claes", "fr"), (LOGIN, "de")):
        with pytest.raises(Invalid):
            people.accounts.add(context(), login, "Anna", language)
    assert people.store.log.head() == head
    assert people.credentials.credentials(people.accounts.user_id(LOGIN)) is None


def test_a_name_is_corrected(people: People) -> None:
    user_id = people.add()
    assert people.accounts.rename(context(), user_id, "Anna Maes", "en").result == user_id
    session = people.session(people.accounts.sign_in(LOGIN, OWN, HOME))
    assert (session.name, session.language) == ("Anna Maes", "en")


def test_nothing_is_done_to_nobody(people: People, office: Office) -> None:
    accounts = people.accounts
    for act in (
        lambda: accounts.grant(context(), NOBODY, office.where, "office", TODAY),
        lambda: accounts.end_role(context(), NOBODY, office.where, "office", TODAY),
        lambda: accounts.deactivate(context(), NOBODY),
        lambda: accounts.reactivate(context(), NOBODY),
        lambda: accounts.reset(context(), NOBODY),
        lambda: accounts.rename(context(), NOBODY, "Anna", "fr"),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.code == "user_unknown"
    assert accounts.user(NOBODY) is None
    assert people.credentials.credentials(NOBODY) is None


# Roles


def test_a_role_is_given_where_there_is_something_and_somebody(people: People, office: Office) -> None:
    user_id = people.add()
    nurse = office.register.provider(context(), provider_details()).result.id
    people.accounts.grant(context(), user_id, office.where, "care_giver", TODAY, None, nurse)
    (given,) = people.user(user_id).grants
    assert (given.establishment_id, given.role, given.provider_id) == (office.where, "care_giver", nurse)
    for where, who, code in ((NOBODY, None, "establishment_unknown"), (office.where, NOBODY, "provider_unknown")):
        with pytest.raises(NotFound) as refused:
            people.accounts.grant(context(), user_id, where, "office", TODAY, provider_id=who)
        assert refused.value.code == code


def test_rights_are_those_of_the_roles_of_that_day_in_that_practice_only(people: People, office: Office) -> None:
    other = Office(office.log, office.messages, office.keys, details={"tpp_number": NURSE}).where
    user_id = people.add(role="accountant", where=office.where)
    people.accounts.grant(context(), user_id, office.where, "care_giver", Date(2026, 3, 1), Date(2026, 3, 31))
    people.accounts.grant(context(), user_id, other, "administrator", Date(2026, 1, 1))
    caller = people.accounts.caller(user_id, office.where, TODAY)
    assert caller == Caller(f"user:{user_id}", frozenset({"read", "note", "close"}), frozenset({office.where}))
    in_march = people.accounts.caller(user_id, office.where, Date(2026, 3, 31))
    assert in_march.scopes == {"read", "note", "close", "medical", "own_care", "care_note", "session"}
    with pytest.raises(NotPermitted):
        caller.require("bill")
    with pytest.raises(NotFound):
        caller.within(other)
    people.accounts.caller(user_id, other, TODAY).require("bill")
    with pytest.raises(NotFound) as refused:
        people.accounts.caller(user_id, office.where, Date(2025, 12, 31))
    assert refused.value.code == "establishment_unknown"
    assert people.accounts.practices(user_id, TODAY) == (office.where, other)


def test_a_caller_is_the_provider_that_the_roles_of_that_day_name(people: People, office: Office) -> None:
    nurse = provider_id(office.keys, NURSE)
    user_id = people.add(role="accountant", where=office.where)
    march = (Date(2026, 3, 1), Date(2026, 3, 31))
    people.accounts.grant(context(), user_id, office.where, "care_giver", *march, nurse)
    assert people.accounts.caller(user_id, office.where, march[1]).provider_ids == {nurse}
    assert people.accounts.caller(user_id, office.where, TODAY).provider_ids == frozenset()
    may = {
        day: people.accounts.caller(user_id, office.where, day).may_change_care_of
        for day in (march[0], march[1], TODAY)
    }
    assert [may[day](nurse) for day in may] == [True, True, False]
    assert not may[march[0]](NOBODY)
    people.accounts.grant(context(), user_id, office.where, "office", TODAY)
    assert people.accounts.caller(user_id, office.where, TODAY).may_change_care_of(NOBODY)


def test_nobody_may_do_anything(people: People, office: Office) -> None:
    with pytest.raises(NotFound):
        people.accounts.caller(NOBODY, office.where, TODAY)
    assert people.accounts.practices(NOBODY, TODAY) == ()


def test_a_session_half_way_may_do_nothing(people: People, office: Office) -> None:
    _, codes = people.enrolled(role="office", where=office.where)
    people.later(seconds=30)
    half = people.accounts.sign_in(LOGIN, OWN, HOME)
    with pytest.raises(NotAuthenticated):
        people.accounts.caller(people.session(half), office.where, TODAY)
    whole = people.accounts.confirm(half, codes.at(people.clock.now()))
    people.accounts.caller(people.session(whole), office.where, TODAY).require("bill")


def test_who_has_no_role_left_today_is_signed_out(people: People, office: Office) -> None:
    user_id = people.add(role="office", where=office.where)
    people.accounts.grant(context(), user_id, office.where, "auditor", TODAY)
    token = people.accounts.sign_in(LOGIN, OWN, HOME)
    people.accounts.end_role(context(), user_id, office.where, "office", Date(2026, 2, 1))
    assert people.accounts.caller(user_id, office.where, TODAY).scopes == {"read", "medical", "audit"}
    people.accounts.end_role(context(), user_id, office.where, "auditor", TODAY)
    assert people.accounts.session(token), "the last day is included"
    people.accounts.end_role(context(), user_id, office.where, "auditor", Date(2026, 2, 1))
    assert people.accounts.session(token) is None
    with pytest.raises(NotFound):
        people.accounts.caller(user_id, office.where, TODAY)


# Out and in again


def test_who_is_deactivated_is_out_at_once_and_signs_in_anew_when_back(people: People, office: Office) -> None:
    user_id = people.add(role="office", where=office.where)
    token = people.accounts.sign_in(LOGIN, OWN, HOME)
    people.accounts.deactivate(context(), user_id)
    assert people.accounts.session(token) is None
    assert people.accounts.practices(user_id, TODAY) == ()
    with pytest.raises(SignInRefused):
        people.accounts.sign_in(LOGIN, OWN, HOME)
    with pytest.raises(SignInRefused):
        people.accounts.open_session(user_id, "passkey")
    people.accounts.reactivate(context(), user_id)
    assert people.accounts.session(token) is None
    assert people.session(people.accounts.sign_in(LOGIN, OWN, HOME)).stage == "enrol"


def test_a_reset_gives_a_new_password_forgets_the_second_factor_and_ends_all_sessions(people: People) -> None:
    user_id, codes = people.enrolled()
    token = people.inside(codes)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            people.accounts.sign_in(LOGIN, "forgotten", HOME)
    made = people.accounts.reset(context(), user_id).result
    assert people.accounts.session(token) is None
    with pytest.raises(SignInRefused):
        people.accounts.sign_in(LOGIN, OWN, HOME)
    token = people.accounts.sign_in(LOGIN, made, HOME)
    assert people.session(token).stage == "password"
    people.accounts.change_password(token, made, "another long one")
    secret, _ = people.accounts.start_enrolment(token)
    assert secret != codes.secret
    assert people.user(user_id).has_second_factor is False


def test_an_erased_user_is_nobody(people: People, office: Office) -> None:
    user_id, codes = people.enrolled(role="administrator", where=office.where)
    token = people.inside(codes)
    people.accounts.set_preference(user_id, "density", "narrow")
    people.store.keys.erase(user_id)
    assert people.accounts.session(token) is None
    with pytest.raises(SignInRefused):
        people.accounts.sign_in(LOGIN, OWN, HOME)
    with pytest.raises(NotFound):
        people.accounts.caller(user_id, office.where, TODAY)
    assert people.accounts.preference(user_id, "density") is None
    assert people.accounts.user(user_id) is None
    assert people.store.log.load([user_id])[user_id][0].login == ERASED


# Preferences


@pytest.mark.parametrize(
    "value", [["date", "amount"], {"Ünion": [1, None, 2.5]}, "narrow", 7, False, "", [], "é" * 4_000]
)
def test_a_preference_comes_back_as_it_was_set(people: People, value: Any) -> None:
    user_id, other = people.add(), people.add("other@practice.be")
    people.accounts.set_preference(user_id, "columns.invoices", "before")
    people.accounts.set_preference(user_id, "columns.invoices", value)
    assert people.accounts.preference(user_id, "columns.invoices") == value
    assert people.accounts.preference(user_id, "columns.days") is None
    assert people.accounts.preference(other, "columns.invoices") is None
    people.accounts.set_preference(user_id, "columns.invoices", None)
    assert people.accounts.preference(user_id, "columns.invoices") is None


def test_preferences_have_limits(people: People) -> None:
    user_id = people.add()
    for name, value, code in (
        ("big", "x" * 8_191, "preference_too_large"),
        ("big", "é" * 4_096, "preference_too_large"),
        ("no", {1, 2}, "preference_no_json"),
        ("no", float("nan"), "preference_no_json"),
        ("", 1, "preference_name_invalid"),
        ("x" * 101, 1, "preference_name_invalid"),
    ):
        with pytest.raises(Invalid) as refused:
            people.accounts.set_preference(user_id, name, value)
        assert refused.value.code == code
    for n in range(200):
        people.accounts.set_preference(user_id, f"name {n}", n)
    people.accounts.set_preference(user_id, "name 0", "replaced")
    with pytest.raises(NotAllowed) as too_many:
        people.accounts.set_preference(user_id, "one more", 1)
    assert too_many.value.code == "preferences_too_many"
    people.accounts.set_preference(user_id, "name 1", None)
    people.accounts.set_preference(user_id, "one more", 1)


# Kept


def test_a_copy_knows_passwords_and_preferences_but_no_session(people: People, make_store: MakeStore) -> None:
    user_id, codes = people.enrolled()
    token = people.inside(codes)
    people.accounts.set_preference(user_id, "density", "narrow")
    elsewhere = make_store(clock=people.clock)
    with elsewhere.database.transaction() as sql:
        sql.run("DELETE FROM installation")
    copied = copy_store(people.store.database, elsewhere.database)
    assert (copied.rows["credentials"], copied.rows["preferences"]) == (1, 1)
    assert "sessions" not in copied.rows
    with elsewhere.database.snapshot() as sql:
        assert sql.rows("SELECT user_id, password_hash, totp FROM credentials") == [
            {"user_id": user_id, "password_hash": known.password_hash, "totp": known.totp}
            for known in [people.proof(user_id)]
        ]
        assert sql.rows("SELECT 1 FROM sessions") == []
    assert people.accounts.session(token)


def test_a_backup_of_an_older_version_lacks_the_tables_and_is_copied_all_the_same(
    people: People, make_store: MakeStore
) -> None:
    whole = make_store(clock=people.clock)
    with people.store.database.transaction() as sql:
        for table in ("credentials", "preferences"):
            sql.run(f"DROP TABLE {table}")
    with whole.database.transaction() as sql:
        sql.run("DELETE FROM installation")
    copied = copy_store(people.store.database, whole.database)
    assert "credentials" not in copied.rows
    assert copied.rows["installation"] == 1


def test_a_password_hashed_at_another_cost_is_hashed_anew_when_it_is_given(people: People) -> None:
    user_id = people.add()
    before = people.proof(user_id)
    dearer = People(people.store, people.clock, QuickPasswords(time_cost=2))
    token = dearer.accounts.sign_in(LOGIN, OWN, HOME)
    after = people.proof(user_id)
    assert "t=1" in before.password_hash
    assert "t=2" in after.password_hash
    assert dearer.session(token).stage == "enrol"
    assert dearer.accounts.sign_in(LOGIN, OWN, HOME)
    assert people.proof(user_id) == after
