"""National unions and destinations: eFact reference 6."""

from datetime import date as Date

import pytest

from domain.rules.unions import (
    UNIONS,
    beyond_efact,
    destination_of,
    known_union,
    may_be_fund,
    total_number,
    union_of,
)

TODAY = Date(2026, 3, 2)


@pytest.mark.parametrize(
    ("fund", "union"),
    [
        ("131", "100"),
        ("206", "200"),
        ("300", "300"),
        ("325", "300"),
        ("306", "306"),
        ("403", "400"),
        ("509", "500"),
        ("601", "600"),
        ("675", "600"),
        ("910", "900"),
    ],
)
def test_a_fund_belongs_to_the_union_of_its_first_digit(fund: str, union: str):
    assert union_of(fund) == known_union(fund) == union
    assert union in UNIONS


def test_mediprima_is_read_but_not_billed_without_its_record_25():
    assert known_union("690") == "690"
    assert "690" in UNIONS
    assert union_of("690") is None


@pytest.mark.parametrize("fund", ["000", "731", "831", "13", "1311", "13a", "", "81000123456", "١٣١"])
def test_other_destinations_are_not_reached_by_efact(fund: str):
    assert union_of(fund) is None
    assert known_union(fund) is None


@pytest.mark.parametrize(
    ("destination", "kind"),
    [("89999964001", "medical_house"), ("81000123456", "unknown"), ("10000120004", "unknown"), ("690", "mediprima")],
)
def test_what_a_destination_beyond_efact_is(destination: str, kind: str):
    assert beyond_efact(destination) == kind


@pytest.mark.parametrize("fund", ["301", "304", "305", "309", "311", "315", "317", "319", "322", "323", "325", "300"])
def test_bills_of_the_socialist_funds_go_to_300(fund: str):
    assert destination_of(fund, TODAY) == "300"


def test_except_306_which_is_its_own_union():
    assert destination_of("306", TODAY) == "306"


@pytest.mark.parametrize("fund", ["131", "206", "403", "509", "601", "690", "910"])
def test_other_funds_are_their_own_destination(fund: str):
    assert destination_of(fund, TODAY) == fund


def test_the_grand_total_carries_the_digit_of_the_union_and_99():
    assert [total_number(union) for union in UNIONS] == ["199", "299", "399", "399", "499", "599", "699", "699", "999"]


@pytest.mark.parametrize("number", ["101", "131", "306", "319", "509", "601", "675", "690", "910", "940", "950"])
def test_a_number_of_a_known_union_may_be_a_fund(number: str):
    assert may_be_fund(number)


@pytest.mark.parametrize("number", ["", "13", "1310", "000", "012", "700", "800", "199", "399", "699", "999", "13a"])
def test_a_number_of_no_union_or_of_a_total_is_no_fund(number: str):
    assert not may_be_fund(number)
