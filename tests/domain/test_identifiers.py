"""Check digits: the vectors of eFact reference 7, what is refused, and that only the right check digits pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.identifiers import is_bic, is_cbe_number, is_iban, is_nihii, is_ssin

QUICK = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize("number", ["36121015396", "14032816518", "85073003328", "90010110120"])
def test_national_numbers_of_both_centuries(number: str):
    assert is_ssin(number)


@pytest.mark.parametrize(
    "number",
    [
        "36121015397",
        "63121015396",
        "3612101539",
        "361210153960",
        "36.12.10-153.96",
        "3612101539x",
        "",
        "٣٦١٢١٠١٥٣٩٦",
    ],
)
def test_what_is_no_national_number(number: str):
    assert not is_ssin(number)


def test_a_bis_number_adds_twenty_or_forty_to_the_month():
    for body in ("852730033", "854730033"):
        assert is_ssin(f"{body}{97 - int(body) % 97:02d}")


def test_a_body_without_remainder_has_the_check_digits_97():
    assert int("000000097") % 97 == 0
    assert is_ssin("00000009797")
    assert not is_ssin("00000009700")


@given(st.integers(0, 999_999_999))
@QUICK
def test_of_all_check_digits_one_passes_for_each_century(body: int):
    passing = {check for check in range(100) if is_ssin(f"{body:09d}{check:02d}")}
    assert passing == {97 - body % 97, 97 - (2_000_000_000 + body) % 97}


@pytest.mark.parametrize("number", ["18334780004", "41234502401", "49990137405"])
def test_nihii_numbers(number: str):
    assert is_nihii(number)


@pytest.mark.parametrize("number", ["18334781004", "1833478000", "183347800040", "1833478a004", ""])
def test_what_is_no_nihii_number(number: str):
    assert not is_nihii(number)


@given(st.integers(0, 999_999), st.integers(0, 999))
@QUICK
def test_of_all_check_digits_one_passes_for_each_series(body: int, qualification: int):
    passing = {check for check in range(100) if is_nihii(f"{body:06d}{check:02d}{qualification:03d}")}
    assert passing == {97 - body % 97, 89 - body % 89}


def test_company_numbers():
    assert is_cbe_number("0999999922")
    assert is_cbe_number("0123456749")
    assert not is_cbe_number("0459931818"), "printed in a seed document, but its check digits are wrong"
    assert is_cbe_number("0459931834")
    assert not is_cbe_number("2999999922"), "company numbers start with 0 or 1"
    assert not is_cbe_number("999999922")
    assert not is_cbe_number("09999999 2")


@given(st.integers(0, 19_999_999))
@QUICK
def test_of_all_check_digits_of_a_company_one_passes(body: int):
    assert [check for check in range(100) if is_cbe_number(f"{body:08d}{check:02d}")] == [97 - body % 97]


@pytest.mark.parametrize(
    "number", ["BE49999000000171", "BE68539007547034", "NL91ABNA0417164300", "DE89370400440532013000"]
)
def test_account_numbers(number: str):
    assert is_iban(number)


@pytest.mark.parametrize(
    "number",
    [
        "BE49999000000172",
        "BE94999000000171",
        "BE49 9990 0000 0171",
        "be49999000000171",
        "BE4999900000017",
        "BE499990000001710",
        "4BE9999000000171",
        "BEXX999000000171",
        "BE49",
        "",
    ],
)
def test_what_is_no_account_number(number: str):
    assert not is_iban(number)


@given(st.integers(0, 15), st.sampled_from("0123456789"))
@QUICK
def test_one_wrong_digit_breaks_an_account_number(place: int, digit: str):
    right = "BE68539007547034"
    wrong = right[:place] + digit + right[place + 1 :]
    assert is_iban(wrong) == (wrong == right)


def test_bank_codes():
    assert is_bic("TESTBEBB")
    assert is_bic("TESTBEBBXXX")
    assert is_bic("GEBABE3B")
    for wrong in ("TESTBEB", "TESTBEBBX", "testbebb", "TEST1EBB", "TESTBE B", ""):
        assert not is_bic(wrong)
