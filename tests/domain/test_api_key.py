"""Keys of programs: scoped, expiring, revocable; the secret itself is never kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import api_key as keys
from domain.api_key import ApiKeyIssued, ApiKeyRevoked
from domain.errors import Invalid, NotFound
from tests.domain.spec import Spec

spec = Spec(keys.fold)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
ISSUED = ApiKeyIssued("desk", "h" * 64, ("read", "care"), (), UNTIL, "0a1b")


def test_a_key_opens_until_it_expires_or_is_revoked():
    key = spec.given(ISSUED).state
    assert key.opens("h" * 64, UNTIL - timedelta(microseconds=1))
    assert not key.opens("h" * 64, UNTIL)
    assert not key.opens("x" * 64, UNTIL - timedelta(days=1))
    revoked = spec.given(ISSUED).when(keys.revoke).then(ApiKeyRevoked())
    assert not revoked.opens("h" * 64, UNTIL - timedelta(days=1))


def test_a_key_is_revoked_once():
    spec.given(ISSUED, ApiKeyRevoked()).when(keys.revoke).nothing()
    spec.given().when(keys.revoke).refused("api_key_unknown", NotFound)


@pytest.mark.parametrize("scopes", [(), ("root",), ("read", "root")])
def test_scopes_are_some_of_those_known(scopes: Any):
    with pytest.raises(Invalid) as caught:
        keys.issue("0a1b", "desk", "h" * 64, scopes, (), UNTIL)
    assert caught.value.code == "scope_unknown"
    assert keys.issue("0a1b", "desk", "h" * 64, ("read", "care"), (), UNTIL) == [ISSUED]
