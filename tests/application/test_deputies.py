"""Deputies named and taken back: in one practice or in all that both share, by the person or by somebody else."""

from datetime import date as Date
from uuid import UUID

import pytest

from domain.errors import NotAllowed, NotFound
from domain.user import DeputyNamed
from infrastructure.store.opening import Store
from tests.application.office import Office, StandingClock, context
from tests.application.people import TODAY, People
from tests.domain.builders import NURSE, uid

FIRST, LAST = Date(2026, 2, 9), Date(2026, 2, 13)
NOBODY = uid("nobody")


@pytest.fixture
def people(store: Store, clock: StandingClock) -> People:
    return People(store, clock)


@pytest.fixture
def other(office: Office) -> UUID:
    return Office(office.log, office.messages, office.keys, details={"tpp_number": NURSE}).where


def away(people: People, user_id: UUID) -> set[tuple[UUID, UUID, Date, Date]]:
    found = people.user(user_id).absences
    return {(one.establishment_id, one.deputy_id, one.valid_from, one.valid_to) for one in found}


def test_a_deputy_is_named_in_one_practice_and_the_envelope_says_who_did_it(people: People, office: Office) -> None:
    anna, jo = people.add(where=office.where), people.add("jo@practice.be", "Jo", where=office.where)
    done = people.accounts.name_deputy(context(), anna, jo, FIRST, LAST, office.where)
    assert (done.result, away(people, anna)) == (anna, {(office.where, jo, FIRST, LAST)})
    last = list(people.store.log.history(anna))[-1]
    assert (last.event, last.meta.actor) == (DeputyNamed(office.where, jo, FIRST, LAST), "user:1")
    head = people.store.log.head()
    people.accounts.name_deputy(context(), anna, jo, FIRST, LAST, office.where)
    assert people.store.log.head() == head
    assert people.accounts.caller(jo, office.where, TODAY) == people.accounts.caller(jo, office.where, FIRST)


def test_in_all_practices_means_each_that_both_share_on_these_days(people: People, office: Office, other: UUID) -> None:
    anna, jo = people.add(where=office.where), people.add("jo@practice.be", "Jo", where=office.where)
    third = Office(office.log, office.messages, office.keys, details={"tpp_number": "49992216401"}).where
    for where in (other, third):
        people.accounts.grant(context(), anna, where, "office", TODAY)
    people.accounts.grant(context(), jo, other, "assistant", TODAY)
    people.accounts.grant(context(), jo, third, "assistant", LAST)
    people.accounts.name_deputy(context(), anna, jo, FIRST, LAST)
    assert away(people, anna) == {(where, jo, FIRST, LAST) for where in (office.where, other)}
    people.accounts.withdraw_deputy(context(), anna, other, FIRST)
    assert away(people, anna) == {(office.where, jo, FIRST, LAST)}
    people.accounts.name_deputy(context(), anna, jo, FIRST, LAST)
    assert len(away(people, anna)) == 2


def test_all_or_nothing_when_one_of_the_practices_refuses(people: People, office: Office, other: UUID) -> None:
    anna, jo, kim = (people.add(f"{name}@practice.be", name, where=office.where) for name in ("anna", "jo", "kim"))
    for who in (anna, jo):
        people.accounts.grant(context(), who, other, "office", TODAY)
    people.accounts.name_deputy(context(), anna, kim, LAST, LAST, office.where)
    with pytest.raises(NotAllowed) as refused:
        people.accounts.name_deputy(context(), anna, jo, FIRST, LAST)
    assert refused.value.code == "absence_overlaps"
    assert away(people, anna) == {(office.where, kim, LAST, LAST)}


def test_who_shares_no_practice_or_does_not_exist_is_no_deputy(people: People, office: Office, other: UUID) -> None:
    anna, jo = people.add(where=office.where), people.add("jo@practice.be", "Jo", where=other)
    for where in (None, office.where):
        with pytest.raises(NotAllowed) as refused:
            people.accounts.name_deputy(context(), anna, jo, FIRST, LAST, where)
        assert (refused.value.code, refused.value.facts) == ("deputy_without_role", {"field": "deputy_id"})
    for who, deputy in ((anna, NOBODY), (NOBODY, jo)):
        with pytest.raises(NotFound) as unknown:
            people.accounts.name_deputy(context(), who, deputy, FIRST, LAST)
        assert unknown.value.code == "user_unknown"
    people.store.keys.erase(jo)
    with pytest.raises(NotFound):
        people.accounts.name_deputy(context(), anna, jo, FIRST, LAST)


def test_days_are_those_of_belgium(people: People, office: Office) -> None:
    anna, jo = people.add(where=office.where), people.add("jo@practice.be", "Jo", where=office.where)
    people.accounts.name_deputy(context(), anna, jo, TODAY, TODAY, office.where)
    people.later(hours=14, minutes=30)
    assert people.clock.now().date() == TODAY, "half past eleven in the evening in London, half past midnight here"
    with pytest.raises(NotAllowed) as over:
        people.accounts.withdraw_deputy(context(), anna, office.where, TODAY)
    assert over.value.code == "absence_over"
    with pytest.raises(NotAllowed):
        people.accounts.name_deputy(context(), jo, anna, TODAY, TODAY, office.where)
