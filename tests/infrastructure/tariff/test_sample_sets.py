"""The fictitious sets that ship: made again byte for byte, whole, and at the prices of the sample care."""

from dataclasses import replace
from datetime import date

import pytest

from domain.pricing.difference import difference
from domain.pricing.price import Priced, Pricer
from domain.pricing.tariff_set import Before, LetterValue, Maximum, Price
from infrastructure.sample import BE_DENTAL, BE_NURSING, CH_DENTAL, TARIFF_FILES, sample_tariff
from infrastructure.sample.generate import main, make_tariffs
from infrastructure.tariff.tariff_file import read_tariff_set

SETS = {name: read_tariff_set(sample_tariff(name)).tariffs for name in TARIFF_FILES}
NURSING = SETS[BE_NURSING]
WEEKDAY, SUNDAY = date(2026, 10, 7), date(2026, 10, 11)
HOLDERS = {"increased": ("111", "111"), "ordinary": ("110", "110"), "patient": ("", "")}
CONFIRMED = {
    "419613", "421116", "423415", "424631", "424653", "424675", "424874", "427136", "427195", "428035", "428050",
    "428072", "429155", "301011", "303166", "371033", "371873", "373903",
}  # fmt: skip


def test_the_shipped_files_are_made_again_byte_for_byte(tmp_path):
    main(tmp_path)
    made = make_tariffs()
    assert set(made) == set(TARIFF_FILES)
    for name, content in made.items():
        assert sample_tariff(name) == content == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", TARIFF_FILES)
def test_a_shipped_set_is_whole_and_says_that_it_is_fictitious(name):
    found = SETS[name]
    assert found.is_fictitious
    assert "fict" in found.source.casefold()
    for code in found.codes.values():
        assert code.code in CONFIRMED or code.code.startswith(("99", "9."))
        assert set(code.texts) == {"fr", "nl", "de", "en"}


@pytest.mark.parametrize("name", TARIFF_FILES)
def test_every_code_with_a_price_has_one_for_everybody_in_both_years(name):
    pricer = Pricer(SETS[name])
    names = {one.name for one in SETS[name].entitlements}
    priced = [code.code for code in SETS[name].codes.values() if code.prices]
    assert priced
    for code in priced:
        for day in (date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), WEEKDAY):
            assert all(isinstance(pricer.price(code, day, *HOLDERS[who]), Priced) for who in names)


def test_a_month_of_home_nursing_finds_each_role():
    roles = {code.role for code in NURSING.codes.values()}
    assert roles == {
        "act", "toilet", "base_first", "base_second", "base_next", "lump_sum", "palliative", "palliative_supplement",
        "ptsi_fee", "ptsi_act", "multiple_visits", "advice",
    }  # fmt: skip
    flat = {code.category for code in NURSING.codes.values() if code.category}
    assert flat == {"A", "B", "C", "PA", "PB", "PC", "PN", "PP"}


@pytest.mark.parametrize(
    "role", ["toilet", "base_first", "base_second", "base_next", "lump_sum", "palliative", "palliative_supplement"]
)
def test_weekends_and_holidays_have_codes_of_their_own_which_cost_more(role):
    pricer = Pricer(NURSING)
    variants = {name for code in NURSING.of_role(role, WEEKDAY) for name in code.variants.values()}
    for code in NURSING.of_role(role, WEEKDAY):
        if code.code in variants:
            assert not code.variants
            continue
        assert set(code.variants) == {"weekend", "holiday"}
        other = NURSING.codes[code.variants["weekend"]]
        assert (other.role, other.category, other.statistical) == (code.role, code.category, code.statistical)
        usual, weekend = (pricer.price(name, SUNDAY, "110", "110") for name in (code.code, other.code))
        assert weekend.fee_cents > usual.fee_cents


def test_each_act_and_base_service_has_a_pseudo_code_that_nobody_can_ask_an_amount_for():
    told = [code for code in NURSING.codes.values() if code.statistical]
    assert {code.role for code in told} == {
        "act",
        "toilet",
        "base_first",
        "base_second",
        "base_next",
        "ptsi_act",
        "advice",
    }
    for code in told:
        assert NURSING.codes[code.statistical].prices == ()
    week = [code.statistical for code in told if not code.code.startswith(("9906", "9907"))]
    assert len(set(week)) == len(week)


def test_rules_that_can_be_broken():
    assert NURSING.codes["424874"].before == (Before(("990077",), 365),)
    assert NURSING.codes["990301"].maxima == (Maximum(1, "day", ("990604", "990101")),)
    assert "419613" in NURSING.codes["990011"].not_with[0].codes
    assert {"prescription", "prescriber"} <= set(NURSING.codes["424631"].needs)
    assert NURSING.codes["419613"].needs == ("agreement",)
    assert "notification" in NURSING.codes["427136"].needs
    assert "tooth" in SETS[BE_DENTAL].codes["373903"].needs
    assert NURSING.codes["429155"].not_with == ()


def test_belgian_dental_prices_are_coefficients_of_n():
    found = Pricer(SETS[BE_DENTAL]).price("371033", date(2025, 6, 1), "110", "110")
    assert (found.fee_cents, found.share_cents, found.why.letter.letter) == (3750, 0, "N")
    assert Pricer(SETS[BE_DENTAL]).price("303166", WEEKDAY, "110", "110").fee_cents == 1800


@pytest.mark.parametrize(("day", "cents"), [(date(2025, 6, 1), 9_870), (WEEKDAY, 10_365)])
def test_swiss_positions_are_points_times_their_value_to_five_centimes(day, cents):
    found = Pricer(SETS[CH_DENTAL]).price("9.0410", day, "", "")
    assert (found.fee_cents, found.share_cents, SETS[CH_DENTAL].currency) == (cents, cents, "CHF")
    assert found.fee_cents % 5 == 0


def test_a_newer_edition_shows_what_it_changes():
    """A fictitious edition from July 2027: W rises, one act ends, another comes, a maximum falls."""
    since = date(2027, 7, 1)
    last = NURSING.letters[-1]
    codes = dict(NURSING.codes)
    codes["990066"] = replace(codes["990066"], valid_to=date(2027, 6, 30))
    codes["990088"] = replace(codes["990055"], code="990088", variants={})
    codes["424874"] = replace(codes["424874"], maxima=())
    codes["419613"] = replace(
        codes["419613"], prices=(*codes["419613"].prices[:1], Price(date(2026, 1, 1), fee_cents=2200))
    )
    letters = (
        NURSING.letters[0],
        replace(last, valid_to=date(2027, 6, 30)),
        LetterValue("W", last.value * 2, since),
    )
    newer = replace(NURSING, edition="2027-07", valid_from=since, codes=codes, letters=letters)
    found = difference(NURSING, newer)
    assert [one.code for one in found.new] == ["990088"]
    assert [(one.code.code, one.valid_from) for one in found.ended] == [("990066", since)]
    assert [(one.code, one.rule) for one in found.rules] == [("424874", "maxima")]
    changed = {one.code: one for one in found.prices}
    assert (changed["419613"].old.fee_cents, changed["419613"].new.fee_cents) == (2150, 2200)
    assert (changed["990011"].valid_from, changed["990011"].old.fee_cents) == (since, 712)
    assert "427136" not in changed
