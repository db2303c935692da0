"""Signing in: three steps, one answer to every mistake, limits that many at once cannot pass, sessions that end."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest

from application.access import NotAuthenticated
from application.accounts import SignInRefused, TooManySignIns
from application.passwords import Passwords
from domain.errors import Invalid, NotAllowed
from domain.user import PasswordChanged, SecondFactorEnrolled, UserAdded
from infrastructure.store.opening import Store
from tests.application.office import StandingClock, context
from tests.application.people import HOME, LOGIN, OWN, People

ELSEWHERE = "198.51.100.7"


@pytest.fixture
def people(store: Store, clock: StandingClock) -> People:
    return People(store, clock)


def refused(people: People, login: str = LOGIN, typed: str = "wrong", address: str = HOME) -> None:
    with pytest.raises(SignInRefused):
        people.accounts.sign_in(login, typed, address)


def wait_of(act: Callable[[], Any]) -> int:
    with pytest.raises(TooManySignIns) as too_many:
        act()
    return too_many.value.retry_after_s


# The steps


def test_the_first_sign_in_goes_by_an_own_password_and_a_second_factor(people: People) -> None:
    made = people.accounts.add(context(), LOGIN, "Anna").result
    first = people.accounts.sign_in(LOGIN, made.one_time_password, HOME)
    assert people.session(first).stage == "password"
    people.accounts.change_password(first, made.one_time_password, OWN)
    assert people.session(first).stage == "enrol"
    secret, uri = people.accounts.start_enrolment(first)
    assert people.accounts.start_enrolment(first) == (secret, uri), "the same until it is confirmed"
    assert uri == f"otpauth://totp/Quittance:anna%40practice.be?secret={secret}&issuer=Quittance"
    whole = people.accounts.enrol(first, pyotp.TOTP(secret).at(people.clock.now()))
    assert people.accounts.session(first) is None, "the token is another one now"
    assert people.session(whole).stage == "full"
    events = people.store.log.load([made.user_id])[made.user_id]
    assert events == [UserAdded(LOGIN, "Anna", "fr"), PasswordChanged(by_reset=False), SecondFactorEnrolled()]
    written = people.store.log.history(made.user_id)[-1].meta
    assert (written.actor, bool(written.command_id)) == (f"user:{made.user_id}", True)


def test_every_other_sign_in_goes_by_a_code(people: People) -> None:
    user_id, codes = people.enrolled()
    people.later(minutes=5)
    half = people.accounts.sign_in(LOGIN, OWN, HOME)
    assert people.session(half).stage == "code"
    code = codes.at(people.clock.now())
    whole = people.accounts.confirm(half, f" {code[:3]} {code[3:]} ")
    assert people.accounts.session(half) is None
    session = people.session(whole)
    assert (session.stage, session.user_id) == ("full", user_id)


def test_no_step_is_taken_out_of_turn(people: People) -> None:
    made = people.accounts.add(context(), LOGIN, "Anna").result
    token = people.accounts.sign_in(LOGIN, made.one_time_password, HOME)
    accounts = people.accounts

    def out_of_turn(*acts: Callable[[], object]) -> None:
        for act in acts:
            with pytest.raises(NotAllowed) as error:
                act()
            assert error.value.code == "sign_in_stage"

    out_of_turn(
        lambda: accounts.start_enrolment(token),
        lambda: accounts.enrol(token, "1"),
        lambda: accounts.confirm(token, "1"),
    )
    accounts.change_password(token, made.one_time_password, OWN)
    out_of_turn(lambda: accounts.confirm(token, "1"), lambda: accounts.change_password(token, OWN, "x" * 20))
    whole = accounts.enrol(token, pyotp.TOTP(accounts.start_enrolment(token)[0]).at(people.clock.now()))
    out_of_turn(lambda: accounts.enrol(whole, "1"), lambda: accounts.start_enrolment(whole))
    half = accounts.sign_in(LOGIN, OWN, HOME)
    out_of_turn(lambda: accounts.start_enrolment(half), lambda: accounts.change_password(half, OWN, "x" * 20))


def test_without_a_session_there_is_no_step(people: People) -> None:
    for act in (
        lambda: people.accounts.change_password("nothing", "a", "b"),
        lambda: people.accounts.start_enrolment("nothing"),
        lambda: people.accounts.enrol("nothing", "1"),
        lambda: people.accounts.confirm("nothing", "1"),
    ):
        with pytest.raises(NotAuthenticated):
            act()
    assert people.accounts.session("nothing") is None
    people.accounts.sign_out("nothing")


def test_the_second_factor_of_one_session_is_asked_of_the_others(people: People) -> None:
    """Two sessions wait for enrolment; the one that comes second gives a code like any other."""
    people.add()
    one, two = (people.accounts.sign_in(LOGIN, OWN, HOME) for _ in range(2))
    secret = people.accounts.start_enrolment(one)[0]
    assert people.accounts.start_enrolment(two)[0] == secret
    people.accounts.enrol(one, pyotp.TOTP(secret).at(people.clock.now()))
    assert people.session(two).stage == "code"


# One answer to every mistake


def test_every_cause_of_a_refusal_looks_alike_and_costs_one_comparison(people: People) -> None:
    people.add()
    gone, erased = people.add("gone@practice.be"), people.add("erased@practice.be")
    people.accounts.deactivate(context(), gone)
    people.store.keys.erase(erased)
    told = set()
    for login, password in (
        (LOGIN, "wrong"), ("nobody@practice.be", OWN), ("gone@practice.be", OWN), ("erased@practice.be", OWN),
        ("", ""), (LOGIN, ""), ("x" * 5_000, "x" * 5_000), (LOGIN, OWN + "\x00"), ("a b", OWN),
    ):  # fmt: skip
        before = people.passwords.compared
        with pytest.raises(SignInRefused) as error:
            people.accounts.sign_in(login, password, HOME)
        told.add((str(error.value), type(error.value)))
        assert people.passwords.compared == before + 1, login
    assert told == {("", SignInRefused)}


def test_comparing_with_nobody_is_as_dear_as_with_somebody() -> None:
    """The hash of nobody has the parameters and sizes of a real one, and no password fits it."""
    passwords = Passwords()
    made = passwords.hash("correct horse battery")
    head, nobody = (one.rsplit("$", 2) for one in (made, passwords.nobody))
    assert head[0] == nobody[0] == "$argon2id$v=19$m=65536,t=3,p=4"
    assert [len(part) for part in head] == [len(part) for part in nobody]
    assert not passwords.fits(passwords.nobody, "correct horse battery")
    assert passwords.fits(made, "correct horse battery")
    assert not passwords.fits("nonsense", "correct horse battery")
    assert not passwords.is_outdated(made)


def test_a_password_is_the_same_however_it_is_composed(people: People) -> None:
    made = people.accounts.add(context(), LOGIN, "Anna").result
    token = people.accounts.sign_in(LOGIN, made.one_time_password, HOME)
    people.accounts.change_password(token, made.one_time_password, "Crème brûlée d'été")
    assert people.accounts.sign_in(LOGIN, "Cre\u0300me bru\u0302le\u0301e d'e\u0301te\u0301", HOME)


# Limits


def test_five_failures_close_an_account_for_a_quarter_of_an_hour_from_any_address(people: People) -> None:
    people.add()
    people.add("other@practice.be")
    for n in range(5):
        refused(people, address=f"192.0.2.{n}")
        people.later(minutes=1)
    compared = people.passwords.compared
    assert wait_of(lambda: people.accounts.sign_in(LOGIN, OWN, ELSEWHERE)) == 600
    assert wait_of(lambda: people.accounts.sign_in(LOGIN.upper(), OWN, HOME)) == 600, "however it is written"
    assert people.passwords.compared == compared, "nothing was looked at"
    assert people.accounts.sign_in("other@practice.be", OWN, HOME)
    people.later(seconds=599)
    assert wait_of(lambda: people.accounts.sign_in(LOGIN, OWN, HOME)) == 1
    people.later(seconds=1)
    assert people.accounts.sign_in(LOGIN, OWN, HOME)


def test_an_unknown_account_closes_in_the_same_way(people: People) -> None:
    for _ in range(5):
        refused(people, "nobody@practice.be")
    assert wait_of(lambda: people.accounts.sign_in("nobody@practice.be", "x", HOME)) == 900


def test_a_closed_account_does_not_tell_a_right_password_from_a_wrong_one(people: People) -> None:
    people.accounts.deactivate(context(), people.add())
    for _ in range(5):
        refused(people, typed=OWN)
    assert wait_of(lambda: people.accounts.sign_in(LOGIN, OWN, HOME)) == 900


def test_thirty_failures_close_an_address_for_every_account(people: People) -> None:
    people.add()
    for n in range(30):
        refused(people, f"nobody{n}@practice.be")
    assert wait_of(lambda: people.accounts.sign_in(LOGIN, OWN, HOME)) == 900
    assert people.accounts.sign_in(LOGIN, OWN, ELSEWHERE)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("unix", "other", False),
    ],
)
def test_addresses_of_one_subscriber_are_one(people: People, one: str, other: str, alike: bool) -> None:
    assert (people.accounts._limits.address(one) == people.accounts._limits.address(other)) == alike


def test_without_an_address_only_the_account_counts(people: People) -> None:
    people.add()
    for n in range(31):
        refused(people, f"nobody{n}@practice.be", address="")
    assert people.accounts.sign_in(LOGIN, OWN, "")


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(people: People) -> None:
    people.add()
    before = people.passwords.compared

    def guess(_: int) -> str:
        try:
            people.accounts.sign_in(LOGIN, "wrong", HOME)
        except (SignInRefused, TooManySignIns) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(guess, range(36)))
    assert set(outcomes) <= {"SignInRefused", "TooManySignIns"}
    assert outcomes.count("SignInRefused") == people.passwords.compared - before <= 5


def test_what_was_right_does_not_count_and_a_complete_sign_in_forgets_what_was_wrong(people: People) -> None:
    _, codes = people.enrolled()
    for _ in range(2):
        for _ in range(4):
            refused(people)
        people.inside(codes)


def test_a_right_password_alone_forgets_nothing(people: People) -> None:
    """Else whoever has the password could guess codes for ever."""
    people.enrolled()
    for _ in range(5):
        half = people.accounts.sign_in(LOGIN, OWN, HOME)
        with pytest.raises(SignInRefused):
            people.accounts.confirm(half, "000000")
    assert wait_of(lambda: people.accounts.sign_in(LOGIN, OWN, HOME)) == 900
    assert wait_of(lambda: people.accounts.confirm(half, "000000")) == 900


def test_old_attempts_are_forgotten_as_they_are_met(people: People) -> None:
    for n in range(7):
        refused(people, f"nobody{n}@practice.be")
        people.later(minutes=4)
    with people.store.database.snapshot() as sql:
        ((count,),) = [tuple(row.values()) for row in sql.rows("SELECT count(*) AS n FROM sign_in_attempts")]
    assert count == 4


# Codes


def test_a_code_is_taken_one_step_early_or_late_and_no_more(people: People) -> None:
    _, codes = people.enrolled()
    now = people.clock.now() + timedelta(minutes=10)
    for beside, is_taken in ((-2, False), (2, False), (-1, True), (1, True)):
        people.clock.instant = now = now + timedelta(minutes=10)
        half = people.accounts.sign_in(LOGIN, OWN, HOME)
        code = codes.at(now + timedelta(seconds=30 * beside))
        if is_taken:
            assert people.session(people.accounts.confirm(half, code)).stage == "full"
        else:
            with pytest.raises(SignInRefused):
                people.accounts.confirm(half, code)


def test_a_code_is_never_taken_twice_nor_one_before_it(people: People) -> None:
    _, codes = people.enrolled()
    people.later(minutes=5)
    one, two, three = (people.accounts.sign_in(LOGIN, OWN, HOME) for _ in range(3))
    now = people.clock.now()
    people.accounts.confirm(one, codes.at(now))
    for code in (codes.at(now), codes.at(now - timedelta(seconds=30))):
        with pytest.raises(SignInRefused):
            people.accounts.confirm(two, code)
    people.accounts.confirm(three, codes.at(now + timedelta(seconds=30)))


def test_the_code_of_the_enrolment_is_not_taken_again(people: People) -> None:
    _, codes = people.enrolled()
    half = people.accounts.sign_in(LOGIN, OWN, HOME)
    with pytest.raises(SignInRefused):
        people.accounts.confirm(half, codes.at(people.clock.now()))


def test_one_code_opens_one_of_many_sessions_at_once(people: People) -> None:
    _, codes = people.enrolled()
    people.later(minutes=5)
    halves = [people.accounts.sign_in(LOGIN, OWN, HOME) for _ in range(4)]
    code = codes.at(people.clock.now())

    def confirm(token: str) -> bool:
        try:
            people.accounts.confirm(token, code)
        except SignInRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(confirm, halves)) == 1


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "١٢٣٤٥٦", "1" * 5_000, "\x00" * 6])
def test_what_is_no_code_is_refused(people: People, code: str) -> None:
    people.enrolled()
    half = people.accounts.sign_in(LOGIN, OWN, HOME)
    with pytest.raises(SignInRefused):
        people.accounts.confirm(half, code)
    people.add("other@practice.be")
    waiting = people.accounts.sign_in("other@practice.be", OWN, HOME)
    with pytest.raises(SignInRefused):
        people.accounts.enrol(waiting, code)


# Passwords


def test_a_new_password_is_long_enough_new_and_not_the_login(people: People) -> None:
    made = people.accounts.add(context(), "anna.claes@practice.be", "Anna").result
    token = people.accounts.sign_in("anna.claes@practice.be", made.one_time_password, HOME)
    old = made.one_time_password
    for new, code in (
        ("x" * 11, "password_short"),
        ("x" * 201, "password_long"),
        (" Anna.Claes@Practice.be", "password_is_login"),
        (old, "password_unchanged"),
    ):
        with pytest.raises(Invalid) as error:
            people.accounts.change_password(token, old, new)
        assert (error.value.code, error.value.facts) == (code, {"field": "new"})
        assert new not in error.value.message
    with pytest.raises(Invalid) as error:
        people.accounts.change_password(token, "not it", OWN)
    assert (error.value.code, error.value.facts) == ("password_wrong", {"field": "old"})
    assert people.session(token).stage == "password"
    people.accounts.change_password(token, old, "x" * 200)
    assert people.accounts.sign_in("anna.claes@practice.be", "x" * 200, HOME)


def test_a_wrong_old_password_counts_as_a_failure(people: People) -> None:
    _, codes = people.enrolled()
    token = people.inside(codes)
    for _ in range(5):
        with pytest.raises(Invalid):
            people.accounts.change_password(token, "not it", "another long one")
    assert wait_of(lambda: people.accounts.change_password(token, OWN, "another long one")) == 900


def test_a_changed_password_ends_the_other_sessions(people: People) -> None:
    _, codes = people.enrolled()
    one, two = people.inside(codes), people.inside(codes)
    people.accounts.change_password(two, OWN, "another long one")
    assert people.accounts.session(one) is None
    assert people.session(two).stage == "full"
    refused(people, typed=OWN)
    assert people.accounts.sign_in(LOGIN, "another long one", HOME)


# Sessions


def test_a_session_ends_after_an_hour_without_use(people: People) -> None:
    people.add()
    token = people.accounts.sign_in(LOGIN, OWN, HOME)
    opened = people.clock.now()
    for _ in range(3):
        people.later(minutes=59)
        session = people.session(token)
        assert (session.opened_at, session.expires_at) == (opened, people.clock.now() + timedelta(hours=1))
    people.later(minutes=60)
    assert people.accounts.session(token) is None
    people.later(minutes=-30)
    assert people.accounts.session(token) is None, "and does not come back"


def test_a_session_ends_after_twelve_hours_in_any_case(people: People) -> None:
    user_id, codes = people.enrolled()
    token = people.inside(codes)
    opened = people.session(token).opened_at
    for _ in range(23):
        people.later(minutes=30)
        assert people.session(token).expires_at <= opened + timedelta(hours=12)
    people.later(minutes=30)
    assert people.accounts.session(token) is None
    assert people.accounts.sessions_of(user_id) == ()


def test_use_is_noted_at_most_once_a_minute(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.add()
    token = people.accounts.sign_in(LOGIN, OWN, HOME)
    noted = []
    real = people.credentials.touch
    monkeypatch.setattr(people.credentials, "touch", lambda *given: (noted.append(given), real(*given)))
    for _ in range(10):
        people.accounts.session(token)
        people.later(seconds=15)
    assert len(noted) == 2


def test_an_over_session_is_remembered_for_a_day_and_opens_nothing(people: People) -> None:
    """When one is opened later than that, it goes."""
    user_id, codes = people.enrolled()
    people.add("other@practice.be")
    token = people.inside(codes)
    assert people.accounts.former(token) is None, "it is not over"
    people.later(minutes=61)
    people.accounts.sign_in("other@practice.be", OWN, HOME)
    assert people.accounts.session(token) is None
    assert people.accounts.former(token) == user_id
    assert people.accounts.sessions_of(user_id) == ()
    assert people.accounts.former("x" * 43) is None
    people.later(hours=25)
    assert people.accounts.former(token) is None
    people.accounts.sign_in("other@practice.be", OWN, HOME)
    with people.store.database.snapshot() as sql:
        assert len(sql.rows("SELECT token_hash FROM sessions")) == 1


def test_nobody_is_remembered_who_was_not_wholly_in_or_is_put_out(people: People) -> None:
    user_id, codes = people.enrolled()
    half, whole, left = people.accounts.sign_in(LOGIN, OWN, HOME), people.inside(codes), people.inside(codes)
    people.accounts.sign_out(left)
    people.later(minutes=61)
    assert [people.accounts.former(token) for token in (half, whole, left)] == [None, user_id, None]
    people.accounts.deactivate(context(), user_id)
    assert people.accounts.former(whole) is None


def test_a_look_at_a_session_is_no_use_of_it(people: People) -> None:
    people.add()
    token = people.accounts.sign_in(LOGIN, OWN, HOME)
    ends = people.session(token).expires_at
    people.later(minutes=30)
    looked = people.accounts.session(token, is_use=False)
    assert looked is not None
    assert looked.expires_at == ends
    assert people.session(token).expires_at == ends + timedelta(minutes=30)


def test_a_person_sees_and_ends_all_sessions_but_one(people: People) -> None:
    user_id, codes = people.enrolled()
    one, two = people.inside(codes), people.inside(codes)
    people.later(minutes=2)
    half = people.accounts.sign_in(LOGIN, OWN, HOME)
    found = people.accounts.sessions_of(user_id)
    assert [(session.method, session.is_complete) for session in found] == [
        ("password", False), ("password", True), ("password", True),
    ]  # fmt: skip
    assert people.accounts.sessions_of(UUID(int=1)) == ()
    people.accounts.sign_out_everywhere(user_id, but=two)
    assert [people.accounts.session(token) is not None for token in (one, two, half)] == [False, True, False]
    people.accounts.sign_out(two)
    assert people.accounts.session(two) is None
    three = people.inside(codes)
    people.accounts.sign_out_everywhere(user_id)
    assert people.accounts.session(three) is None


def test_csrf_belongs_to_the_token_and_gives_nothing_away(people: People) -> None:
    _, codes = people.enrolled()
    one, two = people.inside(codes), people.inside(codes)
    first, second = people.session(one).csrf, people.session(two).csrf
    assert first == people.session(one).csrf != second
    assert len(first) == 64
    assert one not in first


def test_nobody_has_a_session(people: People) -> None:
    with pytest.raises(SignInRefused):
        people.accounts.open_session(UUID(int=1), "oidc")


# Nothing is given away


def test_no_table_and_no_log_line_holds_what_was_typed(people: People, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    user_id, codes = people.enrolled("anna.claes@practice.be")
    made = people.accounts.reset(context(), user_id).result
    refused(people, "anna.claes@practice.be", "a secret that was wrong", "203.0.113.77")
    token = people.accounts.sign_in("anna.claes@practice.be", made, "203.0.113.77")
    people.accounts.change_password(token, made, "a secret that is right")
    secret, _ = people.accounts.start_enrolment(token)
    whole = people.accounts.enrol(token, pyotp.TOTP(secret).at(people.clock.now()))
    people.accounts.set_preference(user_id, "filter", {"name": "Peeters"})
    csrf = people.session(whole).csrf
    said = people.stored() + caplog.text + repr(people.store.log.read(0, 1_000)[1:])
    secrets = (made, OWN, "a secret that is right", "a secret that was wrong", codes.secret, secret, token, whole, csrf)
    for typed in (*secrets, "203.0.113.77", "Peeters"):
        assert typed not in said, typed
    for typed in ("anna.claes", "Anna Claes"):
        assert typed not in people.stored() + caplog.text, typed
    assert "$argon2id$" in people.stored()
    assert str(user_id) in people.stored()
