"""The establishment: its numbers, and who works in it from day to day."""

from dataclasses import replace
from datetime import date as Date
from typing import Any

import pytest

from domain import establishment as establishments
from domain.errors import Invalid, NotFound
from domain.establishment import (
    EstablishmentDetailsCorrected,
    EstablishmentRegistered,
    MembershipEnded,
    MembershipRecorded,
    PeriodClosed,
    PeriodReopened,
)
from tests.domain.builders import NURSE, establishment_details, uid
from tests.domain.spec import Spec

spec = Spec(establishments.fold)
DETAILS = establishment_details()
REGISTERED = EstablishmentRegistered(DETAILS)
WHO, OTHER = uid("provider"), uid("other provider")
FROM, TO = Date(2026, 1, 10), Date(2026, 1, 20)
JOINED = MembershipRecorded(WHO, FROM, TO)
OPEN = MembershipRecorded(WHO, FROM, None)


def test_an_establishment_is_registered_and_corrected():
    right = establishment_details(name="De Brug")
    spec.given().when(establishments.register, DETAILS).then(REGISTERED)
    spec.given(REGISTERED).when(establishments.register, right).then(EstablishmentDetailsCorrected(right))
    spec.given(REGISTERED).when(establishments.register, DETAILS).nothing()


def test_the_third_party_number_names_it():
    other = establishment_details(tpp_number=NURSE)
    spec.given(REGISTERED).when(establishments.register, other).refused("tpp_number_fixed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tpp_number", "94000118110"),
        ("cbe_number", "0459931818"),
        ("iban", "BE49 9990 0000 0171"),
        ("bic", "TEST"),
        ("name", "  "),
        ("sector", "hospital"),
        ("country", "NL"),
        ("contact_phone", ""),
        ("contact_phone", "0470/00.00.01"),
        ("contact_phone", "04700000011"),
        ("contact_phone", "٠٤٧٠"),
        ("profession_code", "4100"),
        ("profession_code", "x"),
        ("content_code", "40"),
        ("content_code", "0"),
        ("content_code", "04O"),
    ],
)
def test_wrong_values_are_refused_by_field(field: str, value: str):
    with pytest.raises(Invalid) as caught:
        establishments.register(None, establishment_details(**{field: value}))
    assert caught.value.facts == {"field": field}


def test_codes_that_nobody_knows_yet_may_stay_empty():
    given = establishment_details(profession_code="", content_code="")
    assert spec.given().when(establishments.register, given).state().details == given


def test_a_membership_includes_its_first_and_last_day():
    state = spec.given(REGISTERED).when(establishments.join, WHO, FROM, TO).then(JOINED)
    (membership,) = state.memberships
    assert [membership.covers(Date(2026, 1, day)) for day in (9, 10, 20, 21)] == [False, True, True, False]


def test_an_open_membership_has_no_end():
    (membership,) = spec.given(REGISTERED, OPEN).state.memberships
    assert membership.covers(Date(2090, 1, 1))


def test_the_same_membership_again_changes_nothing():
    spec.given(REGISTERED, JOINED).when(establishments.join, WHO, FROM, TO).nothing()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (Date(2026, 1, 20), None),
        (Date(2026, 1, 1), Date(2026, 1, 10)),
        (Date(2026, 1, 1), None),
        (Date(2026, 1, 12), Date(2026, 1, 13)),
        (FROM, None),
    ],
)
def test_memberships_of_one_provider_do_not_overlap(start: Date, end: Date | None):
    spec.given(REGISTERED, JOINED).when(establishments.join, WHO, start, end).refused("membership_overlaps")
    spec.given(REGISTERED, JOINED).when(establishments.join, OTHER, start, end).state()


@pytest.mark.parametrize(("start", "end"), [(Date(2026, 1, 21), None), (Date(2026, 1, 1), Date(2026, 1, 9))])
def test_the_day_before_and_the_day_after_are_free(start: Date, end: Date | None):
    state = spec.given(REGISTERED, JOINED).when(establishments.join, WHO, start, end).state()
    assert (WHO, start, end) in [(one.provider_id, one.valid_from, one.valid_to) for one in state.memberships]


def test_a_membership_does_not_run_backwards():
    spec.given(REGISTERED).when(establishments.join, WHO, TO, FROM).refused("period_reversed", Invalid)


def test_a_membership_ends_on_its_last_day():
    ended = MembershipEnded(WHO, FROM, TO)
    state = spec.given(REGISTERED, OPEN).when(establishments.leave, WHO, TO).then(ended)
    assert [m.covers(Date(2026, 1, 21)) for m in state.memberships] == [False]
    spec.given(REGISTERED, OPEN, ended).when(establishments.leave, WHO, TO).nothing()
    assert spec.given(REGISTERED, OPEN).when(establishments.leave, WHO, FROM).state().memberships[0].covers(FROM)


def test_nobody_leaves_who_does_not_work_there():
    spec.given(REGISTERED, OPEN).when(establishments.leave, WHO, Date(2026, 1, 9)).refused(
        "membership_unknown", NotFound
    )
    spec.given(REGISTERED, OPEN).when(establishments.leave, OTHER, TO).refused("membership_unknown", NotFound)
    spec.given(REGISTERED, JOINED).when(establishments.leave, WHO, Date(2026, 1, 21)).refused(
        "membership_unknown", NotFound
    )


def test_leaving_ends_only_the_membership_of_that_day():
    later = MembershipRecorded(WHO, Date(2026, 3, 1), None)
    state = spec.given(REGISTERED, JOINED, later).when(establishments.leave, WHO, Date(2026, 3, 5)).state()
    assert [m.valid_to for m in state.memberships] == [TO, Date(2026, 3, 5)]


def test_an_establishment_begins_with_the_registration():
    with pytest.raises(NotFound):
        establishments.fold([JOINED])


# The derogation from two files a month


def test_a_derogation_holds_from_its_first_to_its_last_day():
    given = establishment_details(files_derogation_from=Date(2026, 3, 2), files_derogation_to=Date(2026, 3, 4))
    assert [given.has_files_derogation(Date(2026, 3, day)) for day in range(1, 6)] == [False, True, True, True, False]
    open_ended = replace(given, files_derogation_to=None)
    assert open_ended.has_files_derogation(Date(2099, 1, 1))
    assert not establishment_details().has_files_derogation(Date(2026, 3, 2))


@pytest.mark.parametrize("first", [None, Date(2026, 3, 5)])
def test_a_derogation_does_not_end_before_it_begins(first: Date | None):
    with pytest.raises(Invalid) as raised:
        establishments.check(establishment_details(files_derogation_from=first, files_derogation_to=Date(2026, 3, 4)))
    assert raised.value.facts["field"] == "files_derogation_to"


def test_the_limit_of_a_practice_is_by_its_content_code_and_derogation():
    def code(**values: Any) -> str:
        limit = establishments.files_limit_of(establishment_details(**values), Date(2026, 3, 2))
        return limit.code if limit else ""

    assert code() == "files_per_day"
    assert code(content_code="000") == "files_per_month"
    assert code(content_code="000", files_derogation_from=Date(2026, 3, 2)) == ""
    assert code(content_code="000", files_derogation_from=Date(2026, 3, 3)) == "files_per_month"


# Books closed by month

CLOSED = PeriodClosed("2026-02")


def test_only_months_that_are_over_are_closed():
    spec.given(REGISTERED).when(establishments.close_period, "2026-02", Date(2026, 3, 1)).then(CLOSED)
    for today in (Date(2026, 2, 28), Date(2026, 1, 5)):
        spec.given(REGISTERED).when(establishments.close_period, "2026-02", today).refused("period_not_over")


def test_closes_go_forward():
    march = Date(2026, 4, 1)
    spec.given(REGISTERED, CLOSED).when(establishments.close_period, "2026-03", march).then(PeriodClosed("2026-03"))
    spec.given(REGISTERED, CLOSED).when(establishments.close_period, "2026-02", march).nothing()
    spec.given(REGISTERED, CLOSED).when(establishments.close_period, "2026-01", march).refused("period_closed_further")


def test_what_was_closed_is_opened_again_from_a_month_on():
    reopened = PeriodReopened("2026-02")
    spec.given(REGISTERED, CLOSED).when(establishments.reopen_period, "2026-02").then(reopened)
    spec.given(REGISTERED, CLOSED).when(establishments.reopen_period, "2026-03").refused("period_not_closed")
    spec.given(REGISTERED).when(establishments.reopen_period, "2026-01").refused("period_not_closed")
    spec.given(REGISTERED, CLOSED, reopened).when(establishments.reopen_period, "2026-02").refused("period_not_closed")
    later = Date(2026, 4, 1)
    spec.given(REGISTERED, CLOSED, reopened).when(establishments.close_period, "2026-02", later).then(CLOSED)


def test_books_are_closed_through_a_month_and_all_before_it():
    def through(*happened: object) -> str:
        state = establishments.fold([REGISTERED, *happened])
        assert state is not None
        return state.closed_through

    assert through() == ""
    assert through(PeriodClosed("2026-01"), CLOSED) == "2026-02"
    assert through(CLOSED, PeriodReopened("2026-01")) == "2025-12"


@pytest.mark.parametrize("written", ["2026-13", "2026-2", "February", ""])
def test_what_is_no_month_is_neither_closed_nor_opened(written: str):
    state = establishments.fold([REGISTERED, CLOSED])
    assert state is not None
    for act in (
        lambda: establishments.close_period(state, written, Date(2026, 4, 1)),
        lambda: establishments.reopen_period(state, written),
    ):
        with pytest.raises(Invalid) as raised:
            act()
        assert raised.value.facts["field"] == "month"
