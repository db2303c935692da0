"""Forms kept over a sign-in, on both databases: sealed, of one person, for an hour, and never too many."""

from datetime import timedelta
from uuid import UUID

import pytest

from infrastructure.accounts import pending_forms
from infrastructure.accounts.pending_forms import PendingForms
from infrastructure.store.opening import Store
from tests.application.office import StandingClock

ANNA, BERT = UUID(int=1), UUID(int=2)
HERE, THERE = b"here", b"there"


@pytest.fixture
def kept(store: Store, clock: StandingClock) -> PendingForms:
    return PendingForms(store.database, store.keys, clock)


def rows(store: Store) -> list[str]:
    with store.database.snapshot() as sql:
        return [str(row["form"]) for row in sql.rows("SELECT form FROM pending_forms")]


def test_a_form_opens_for_its_person_alone_within_the_hour(
    kept: PendingForms, store: Store, clock: StandingClock
) -> None:
    token = kept.keep(ANNA, HERE, "a note")
    assert (kept.open(token, ANNA), kept.open(token, BERT), kept.open("x", ANNA)) == ("a note", None, None)
    assert all("a note" not in form for form in rows(store))
    kept.drop(token, BERT)
    assert kept.open(token, ANNA)
    clock.instant += timedelta(minutes=61)
    assert kept.open(token, ANNA) is None
    kept.keep(ANNA, HERE, "another")
    assert len(rows(store)) == 1, "what is too old goes"


def test_a_form_is_dropped(kept: PendingForms, store: Store) -> None:
    kept.drop(kept.keep(ANNA, HERE, "a note"), ANNA)
    assert rows(store) == []


def test_no_person_and_no_address_keeps_many(
    kept: PendingForms, store: Store, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_forms, "MOST_OF_ADDRESS", pending_forms.MOST_OF_USER + 2)
    for _ in range(pending_forms.MOST_OF_USER):
        kept.keep(ANNA, HERE, "a note")
    with pytest.raises(ValueError, match="too many"):
        kept.keep(ANNA, THERE, "one more of the same person")
    kept.keep(BERT, HERE, "a note")
    kept.keep(BERT, HERE, "a note")
    with pytest.raises(ValueError, match="too many"):
        kept.keep(BERT, HERE, "one more from the same place")
    kept.keep(BERT, THERE, "a note")
    clock.instant += timedelta(minutes=61)
    kept.keep(ANNA, HERE, "a note")
    assert len(rows(store)) == 1


def test_a_form_that_is_too_large_is_not_kept(kept: PendingForms, store: Store) -> None:
    with pytest.raises(ValueError, match="too large"):
        kept.keep(ANNA, HERE, "x" * (pending_forms.MOST_CHARACTERS + 1))
    assert rows(store) == []
