"""The establishment: its numbers, and who works in it from day to day."""

from datetime import date as Date

import pytest

from domain import establishment as establishments
from domain.errors import Invalid, NotFound
from domain.establishment import (
    EstablishmentDetailsCorrected,
    EstablishmentRegistered,
    MembershipEnded,
    MembershipRecorded,
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
