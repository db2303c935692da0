"""Identity of a line, and the reference (zone 28) that carries it to the union and back."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.care import AMOUNTS, Acts, Care, care_of, columns_of, identifier_of, line_id, reference_of
from tests.domain.builders import COLLEAGUE, a_care, uid


@given(st.uuids())
@settings(deadline=None)
def test_a_reference_leads_back_to_its_identifier(identifier: UUID):
    reference = reference_of(identifier)
    assert len(reference) == 25
    assert reference.isalnum()
    assert reference == reference.upper()
    assert identifier_of(reference) == identifier
    assert identifier_of(f"  {reference} ") == identifier


@pytest.mark.parametrize("text", ["", "LINE1", "Z" * 25, "-" * 25, "1" * 24, "1" * 26, "é" * 25])
def test_a_reference_of_another_program_leads_nowhere(text: str):
    assert identifier_of(text) is None


def test_a_line_is_its_own_reference_or_its_code_provider_and_turn():
    day = uid("day")
    plain, named = a_care(), a_care(line_ref="7")
    assert line_id(day, plain, 1) == line_id(day, a_care(cents=1), 1)
    assert (
        len({line_id(day, plain, 1), line_id(day, plain, 2), line_id(day, named, 1), line_id(uid("other"), plain, 1)})
        == 4
    )
    assert line_id(day, named, 1) == line_id(day, a_care("425294", line_ref="7"), 1)


def test_norms_7_and_9_are_statistical():
    assert [norm for norm in range(10) if a_care(service_norm=norm).is_statistical] == [7, 9]


@pytest.mark.parametrize("field", ["reading_method", "reading_serial", "agreement_number"])
def test_a_reading_goes_with_a_line_when_any_part_of_it_is_there(field: str):
    assert not a_care().has_reading
    assert a_care(**{field: "1"}).has_reading
    assert a_care(reading_reason=1).has_reading


BARE = a_care(cents=0, is_priced=False)


@pytest.mark.parametrize("care", [a_care(), a_care(cents=0, visit=2), a_care(cents=0, service_norm=9), BARE])
def test_a_care_is_its_columns_and_an_amount_that_nobody_gave_is_none(care: Care):
    columns = columns_of(care)
    assert {name for name in AMOUNTS if columns[name] is None} == (set() if care.is_priced else AMOUNTS)
    assert care_of({name: value for name, value in columns.items() if value is not None}) == care
    assert (care.asked_cents, care.share_cents) == (columns["amount_cents"], columns["patient_share_cents"])


@pytest.mark.parametrize(
    ("first", "second", "is_second"),
    [
        (a_care(), a_care(), True),
        (a_care(), a_care(cents=700), False),
        (a_care(), BARE, True),
        (BARE, a_care(), True),
        (BARE, a_care(cents=0), True),
        (BARE, BARE, True),
        (BARE, a_care(cents=0, is_priced=False, visit=1), True),
        (BARE, a_care(cents=0, is_priced=False, visit=2), False),
        (a_care(visit=1), a_care(visit=2), False),
        (BARE, a_care(provider=COLLEAGUE), False),
    ],
)
def test_an_act_stands_there_already_unless_something_known_tells_them_apart(
    first: Care, second: Care, is_second: bool
):
    acts = Acts()
    assert [acts.add(first, "a"), acts.add(second, "b"), acts.add(second, "a")] == [False, False, is_second]


def test_of_two_amounts_known_a_third_may_be_either():
    acts = Acts()
    assert [acts.add(a_care(cents=cents)) for cents in (1, 2, 3, 2)] == [False, False, False, True]
    assert acts.add(BARE)
