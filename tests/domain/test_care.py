"""Identity of a line, and the reference (zone 28) that carries it to the union and back."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.care import identifier_of, line_id, reference_of
from tests.domain.builders import a_care, uid


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
