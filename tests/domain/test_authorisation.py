"""What may be recorded as allowed for a patient, and what holds on a day: MedAdmin reference A6."""

from dataclasses import replace
from datetime import date as Date
from typing import Any

import pytest

from domain.authorisation import CATEGORIES, Authorisation, RegisterRules, check, holding, owed_from
from domain.errors import DomainError, Invalid, NotAllowed

KATZ = Authorisation("katz", "B", Date(2026, 1, 15), Date(2026, 4, 14))
PALLIATIVE = Authorisation("palliative", "PA", Date(2026, 1, 15), None)
PTSI = Authorisation("ptsi", "", Date(2026, 1, 15), None)


def refused(new: Authorisation, *known: Authorisation, **rules: Any) -> str:
    with pytest.raises(DomainError) as caught:
        check(known, new, RegisterRules(**rules))
    return caught.value.code


def test_of_two_that_cover_a_day_the_one_that_begins_last_holds():
    later = replace(KATZ, category="A", valid_from=Date(2026, 4, 14), valid_to=Date(2026, 7, 1))
    assert holding([later, KATZ], "katz", Date(2026, 4, 14)) == later
    assert holding([later, KATZ], "katz", Date(2026, 4, 13)) == KATZ
    assert holding([KATZ], "katz", Date(2026, 1, 14)) is None
    assert holding([KATZ], "katz", Date(2026, 4, 15)) is None
    assert holding([KATZ, PTSI], "palliative", Date(2026, 2, 1)) is None
    assert holding([PALLIATIVE], "palliative", Date(2036, 2, 1)) == PALLIATIVE


def test_every_kind_has_its_own_categories():
    for kind, categories in CATEGORIES.items():
        for category in categories:
            check([], Authorisation(kind, category, Date(2026, 1, 1), Date(2026, 1, 31)))
    assert refused(replace(KATZ, category="PA")) == "field_invalid"
    assert refused(replace(PTSI, category="A")) == "field_invalid"


def test_it_does_not_end_before_it_begins():
    assert refused(replace(PALLIATIVE, valid_to=Date(2026, 1, 14))) == "period_reversed"
    check([], replace(PALLIATIVE, valid_to=Date(2026, 1, 15)))


@pytest.mark.parametrize(
    ("first", "last_allowed", "too_late"),
    [
        (Date(2026, 1, 15), Date(2026, 4, 15), Date(2026, 4, 16)),
        (Date(2025, 11, 30), Date(2026, 2, 28), Date(2026, 3, 1)),
        (Date(2026, 2, 28), Date(2026, 5, 28), Date(2026, 5, 29)),
    ],
)
def test_a_katz_form_holds_three_months_at_most(first: Date, last_allowed: Date, too_late: Date):
    check([], replace(KATZ, valid_from=first, valid_to=last_allowed))
    assert refused(replace(KATZ, valid_from=first, valid_to=too_late)) == "authorisation_too_long"
    assert refused(replace(KATZ, valid_from=first, valid_to=None)) == "authorisation_too_long"


def test_what_the_insurer_granted_is_recorded_as_it_is():
    check([], replace(KATZ, valid_to=Date(2027, 1, 14), number="AKKOORD"))
    check([], replace(KATZ, valid_to=None), RegisterRules(katz_months=None))
    check([], PALLIATIVE)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (Date(2026, 1, 1), Date(2026, 1, 16)),
        (Date(2026, 2, 1), Date(2026, 2, 10)),
        (Date(2026, 1, 15), Date(2026, 1, 15)),
        (Date(2026, 4, 1), Date(2026, 6, 1)),
        (Date(2026, 1, 1), Date(2026, 4, 1)),
    ],
)
def test_two_of_a_kind_do_not_overlap(first: Date, last: Date):
    other = replace(KATZ, valid_from=first, valid_to=last)
    with pytest.raises(NotAllowed) as caught:
        check([KATZ], other)
    assert caught.value.code == "authorisation_overlaps"
    assert caught.value.facts == {"valid_from": KATZ.valid_from, "valid_to": KATZ.valid_to}
    check([KATZ], other, RegisterRules(may_overlap=True))
    check([PALLIATIVE], other)


@pytest.mark.parametrize(
    ("first", "last"), [(Date(2026, 4, 14), Date(2026, 6, 1)), (Date(2025, 12, 1), Date(2026, 1, 15))]
)
def test_but_may_meet_on_a_day(first: Date, last: Date):
    other = replace(KATZ, valid_from=first, valid_to=last)
    check([KATZ], other)
    check([other], KATZ)
    assert refused(other, KATZ, may_share_a_day=False) == "authorisation_overlaps"


def test_days_side_by_side_never_overlap():
    check(
        [KATZ],
        replace(KATZ, valid_from=Date(2026, 4, 15), valid_to=Date(2026, 6, 1)),
        RegisterRules(may_share_a_day=False),
    )
    assert refused(replace(PALLIATIVE, valid_from=Date(2030, 1, 1)), PALLIATIVE) == "authorisation_overlaps"


def test_notifications_of_technical_acts_may_run_side_by_side():
    check([PTSI], replace(PTSI, valid_from=Date(2026, 2, 1)))


def test_a_late_form_counts_from_the_day_after_it_was_sent():
    first = Date(2026, 1, 15)
    assert owed_from("katz", first, Date(2026, 1, 25)) == first
    assert owed_from("katz", first, Date(2026, 1, 26)) == Date(2026, 1, 27)
    assert owed_from("katz", first, Date(2026, 1, 10)) == first


def test_a_wrong_value_is_told_before_an_overlap():
    with pytest.raises(Invalid):
        check([KATZ], replace(KATZ, category="Z"))
