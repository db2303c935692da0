"""Check digits and control numbers against the vectors of the reference (2.9, 2.10) and a naive count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.efact.digits import check_digits, control_number, has_right_check_digits, seal
from tests.infrastructure.efact.naive import naive_check_digits
from tests.infrastructure.efact.samples import needs_samples, sample


@needs_samples
@pytest.mark.parametrize(
    ("place", "kind", "right", "written"),
    [(0, "10", 10, 20), (1, "20", 88, 1), (2, "50", 93, 6), (3, "51", 25, 35), (4, "80", 52, 62), (5, "90", 42, 52)],
)
def test_vectors_of_the_reference(place, kind, right, written):
    start = 227 + 350 * place
    record = sample("TFAC1SC09.509E")[start : start + 350]
    assert record[:2] == kind.encode()
    assert check_digits(record) == right
    assert int(record[348:]) == written
    assert not has_right_check_digits(record)
    assert has_right_check_digits(seal(record))


@given(st.binary(min_size=348, max_size=800))
def test_check_digits_are_the_naive_sum(record):
    assert check_digits(record) == naive_check_digits(record[:348])
    assert 1 <= check_digits(record) <= 97


def test_a_sum_of_zero_is_97():
    assert check_digits(b"0" * 348) == 97
    assert seal(b"0" * 350)[348:] == b"97"


@pytest.mark.parametrize(
    ("codes", "number"), [([101032, 101032], 13), ([101032], 55), ([567011, 567011], 92), ([], 97), ([97], 97)]
)
def test_control_numbers_of_the_reference(codes, number):
    assert control_number(codes) == number
