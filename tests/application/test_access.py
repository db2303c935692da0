"""Keys of callers: shown once, checked each time, closed at once; and where each may look."""

from datetime import timedelta
from typing import Any

import pytest

from application.access import OPERATOR, AccessKeys, Caller, NotAuthenticated, NotPermitted
from domain.errors import NotFound
from infrastructure.store.opening import Store
from tests.application.office import StandingClock, context
from tests.domain.builders import uid

HERE, THERE = uid("here"), uid("there")


@pytest.fixture
def keys(store: Store, clock: StandingClock) -> AccessKeys:
    return AccessKeys(store.log, clock)


def test_a_key_opens_what_it_was_issued_for(keys: AccessKeys):
    issued = keys.issue(context(), "desk", ("read", "care"), (HERE,)).result
    caller = keys.authenticate(issued.token)
    assert caller == Caller(f"key:{issued.prefix}", frozenset({"read", "care"}), frozenset({HERE}))
    caller.require("care")
    with pytest.raises(NotPermitted):
        caller.require("bill")


def test_the_secret_is_nowhere_in_the_log(keys: AccessKeys, store: Store):
    token = keys.issue(context(), "desk").result.token
    secret = token.split("_", 2)[2]
    assert all(secret not in repr(recorded) for recorded in store.log.read(0, 10))


def test_a_key_dies_on_its_day_or_when_it_is_revoked(keys: AccessKeys, clock: StandingClock):
    one, two = (keys.issue(context(), name, days=30).result for name in ("one", "two"))
    keys.revoke(context(), two.prefix)
    keys.authenticate(one.token)
    with pytest.raises(NotAuthenticated):
        keys.authenticate(two.token)
    clock.instant += timedelta(days=30)
    with pytest.raises(NotAuthenticated):
        keys.authenticate(one.token)
    with pytest.raises(NotFound):
        keys.revoke(context(), "unknown")


def test_anything_else_opens_nothing(keys: AccessKeys):
    issued = keys.issue(context(), "desk").result
    for token in (
        "",
        "qt",
        "qt_",
        f"qt_{issued.prefix}",
        f"qt_{issued.prefix}_",
        f"qt_{issued.prefix}_x",
        f"x{issued.token}",
    ):
        with pytest.raises(NotAuthenticated):
            keys.authenticate(token)


def test_an_establishment_of_others_looks_absent():
    caller = Caller("key:1", frozenset({"read"}), frozenset({HERE}))
    assert caller.within(HERE) == HERE
    with pytest.raises(NotFound):
        caller.within(THERE)
    assert caller.scope([THERE, HERE]) == (HERE,)
    assert OPERATOR.scope([THERE, HERE]) == (THERE, HERE)


@pytest.mark.parametrize("scope", ["read", "register", "care", "bill", "admin"])
def test_admin_may_do_everything(scope: Any):
    assert Caller("key:1", frozenset({"admin"})).may(scope)
    Caller("key:1", frozenset({"admin"})).require(scope)
    OPERATOR.require(scope)
