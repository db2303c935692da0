"""The public files of the Belgian nomenclature: merged into one set, what is not understood left out and told."""

from dataclasses import replace
from datetime import date

import pytest

from domain.pricing.price import Priced, Pricer, Unpriced
from domain.pricing.tariff_set import OPEN, Note, Price, Share
from infrastructure.tariff.json_set import read_json_set
from infrastructure.tariff.json_writer import write_json_set
from infrastructure.tariff.nomensoft import read_nomensoft
from tests.infrastructure.tariff.files import told
from tests.infrastructure.tariff.nomensoft_files import SETTINGS, a_file, detail, fee, record, rule

DAY = date(2025, 6, 1)


def read(*records, **changes):
    return read_nomensoft([a_file(*records)], replace(SETTINGS, **changes))


def noticed(report) -> list[tuple[str, str, int]]:
    return [(notice.code, notice.about, notice.count) for notice in report.notices]


def test_details_fees_and_rules_of_several_files_become_one_set():
    files = [
        a_file(rule(), rule(seq="1", text="Pas le dimanche"), schema="nomen_rules_number.xsd"),
        a_file(fee(), schema="nomen_honoraires.xsd"),
        a_file(detail(), detail("990022", end="2025-12-31")),
    ]
    report = read_nomensoft(files, SETTINGS)
    assert (report.faults, report.notices) == ((), ())
    tariffs = report.tariffs
    assert (tariffs.country, tariffs.currency, tariffs.sector) == ("BE", "EUR", "home_nursing")
    toilet = tariffs.codes["990011"]
    assert (toilet.texts, toilet.valid_from, toilet.valid_to) == (
        {"fr": "Toilette & soins", "nl": "Toilet"},
        date(1985, 4, 1),
        OPEN,
    )
    assert toilet.prices == (Price(date(2025, 1, 1), OPEN, 712, source="OA2025_1"),)
    assert [(note.texts["fr"], note.source) for note in toilet.notes] == [
        ("Une fois par jour", "A08_I KB1"),
        ("Pas le dimanche", "A08_I KB1"),
    ]
    assert isinstance(toilet.notes[0], Note)
    assert tariffs.codes["990022"].valid_to == date(2025, 12, 31)
    assert tariffs.codes["990022"].prices == ()


def test_without_a_share_that_is_known_nothing_is_priced():
    tariffs = read(detail(), fee()).tariffs
    assert Pricer(tariffs).price("990011", DAY, "110", "110") == Unpriced("entitlement_unknown", "990011", DAY)


def test_mapped_categories_are_shares_or_what_the_insurer_pays():
    tariffs = read(detail(), fee(), fee(amount="0.590000", cat="8"), fee(amount="7.120000", cat="7")).tariffs
    priced = [Pricer(tariffs).price("990011", DAY, ct1, "110") for ct1 in ("110", "111")]
    assert [type(price) for price in priced] == [Priced, Priced]
    assert [(price.amount_cents, price.share_cents) for price in priced] == [(653, 59), (712, 0)]


def test_each_change_of_an_amount_opens_a_period():
    tariffs = read(
        detail(),
        fee(amount="7.00", begin="2024-01-01", end="2024-12-31"),
        fee(amount="7.12"),
        fee(amount="0.50", begin="2024-01-01", end="2025-06-30", cat="8"),
        fee(amount="0.59", begin="2025-07-01", cat="8"),
    ).tariffs
    assert [(p.valid_from, p.valid_to, p.fee_cents, p.shares) for p in tariffs.codes["990011"].prices] == [
        (date(2024, 1, 1), date(2024, 12, 31), 700, {"ordinary": Share(50)}),
        (date(2025, 1, 1), date(2025, 6, 30), 712, {"ordinary": Share(50)}),
        (date(2025, 7, 1), OPEN, 712, {"ordinary": Share(59)}),
    ]


def test_a_share_without_a_fee_is_no_price():
    assert read(detail(), fee(amount="0.50", cat="8")).tariffs.codes["990011"].prices == ()


def test_unmapped_categories_are_told_with_their_own_words_and_left_out():
    others = [fee(amount="6.53", cat="12", fee_code_desc_fr="Remboursement")] * 3
    report = read(detail(), fee(), *others, detail("990999", cat="4"))
    assert noticed(report) == [("category_unmapped", "4", 1), ("category_unmapped", "12 Remboursement", 3)]
    assert report.tariffs.codes["990011"].prices[0].shares == {}
    assert set(report.tariffs.codes) == {"990011"}


def test_fees_and_rules_of_codes_without_details_are_left_out():
    report = read(detail(), fee("990022"), rule("990033"), record("NOMEN_NEW", a="b"))
    assert noticed(report) == [
        ("record_unknown", "", 1),
        ("details_missing", "990022", 1),
        ("details_missing", "990033", 1),
    ]
    assert set(report.tariffs.codes) == {"990011"}


@pytest.mark.parametrize(
    ("records", "ct1", "expected"),
    [
        ([fee(amount="7.125000"), fee(amount="0.59", cat="8")], "110", "fee_not_in_cents"),
        ([fee(), fee(amount="7.13", cat="8")], "110", "share_outside_fee"),
        ([fee(), fee(amount="7.13", cat="7")], "111", "share_outside_fee"),
    ],
)
def test_amounts_that_cannot_be_are_left_out_and_never_guessed(records, ct1, expected):
    report = read(detail(), *records)
    assert [notice.code for notice in report.notices] == [expected]
    assert isinstance(Pricer(report.tariffs).price("990011", DAY, ct1, "110"), Unpriced)


def test_periods_of_a_code_that_join_are_one_and_of_others_the_last_counts():
    joined = read(detail(end="2019-12-31"), detail(begin="2020-01-01", nomen_desc_fr="Nouveau"))
    code = joined.tariffs.codes["990011"]
    assert (code.valid_from, code.valid_to, code.texts["fr"], joined.notices) == (date(1985, 4, 1), OPEN, "Nouveau", ())
    apart = read(detail(end="2018-12-31"), detail(begin="2020-01-01"))
    assert apart.tariffs.codes["990011"].valid_from == date(2020, 1, 1)
    assert noticed(apart) == [("earlier_period_left_out", "990011", 1)]


def test_the_same_files_twice_change_nothing():
    file = a_file(detail(), fee(), rule())
    once, twice = (read_nomensoft([file] * times, SETTINGS).tariffs for times in (1, 2))
    assert replace(twice, content=once.content) == once


def test_the_set_can_be_written_as_json_and_completed_there():
    tariffs = read(detail(), fee(), fee(amount="0.59", cat="8"), rule()).tariffs
    assert replace(read_json_set(write_json_set(tariffs)).tariffs, content=tariffs.content) == tariffs


@pytest.mark.parametrize("day", ["2025-01-01T00:00:00", "2025-01-01T00:00:00.000Z", " 2025-01-01 "])
def test_days_may_carry_midnight(day):
    assert read(detail(), fee(begin=day)).tariffs.codes["990011"].prices[0].valid_from == date(2025, 1, 1)


def test_signs_that_cannot_be_printed_are_blanks():
    assert read(detail(nomen_desc_fr="Toi\u00adlette\u00a0x")).tariffs.codes["990011"].texts["fr"] == "Toi lette x"


AT = "file 1, record 1"
FAULTS = [
    (detail("12"), (AT, "nomen_code", "digits_invalid")),
    (detail(cat=""), (AT, "nomen_code_cat", "value_missing")),
    (detail(begin=None), (AT, "dbegin", "date_invalid")),
    (detail(begin="2999-12-31"), (AT, "dbegin", "out_of_range")),
    (detail(end="1980-01-01"), (AT, "dend", "period_reversed")),
    (detail(end="31/12/2025"), (AT, "dend", "date_invalid")),
    (detail(nomen_desc_fr="", nomen_desc_nl=""), (AT, "nomen_desc_fr", "value_missing")),
    (fee(amount="7,12"), (AT, "fee", "decimal_invalid")),
    (fee(amount="-7.12"), (AT, "fee", "decimal_invalid")),
    (fee(amount=None), (AT, "fee", "decimal_invalid")),
    (fee(cat=""), (AT, "fee_code_cat", "value_missing")),
    (fee(begin="2025-01-01T12:00:00"), (AT, "dbegin_fee", "date_invalid")),
    (rule(text="", rule_desc_nl=""), (AT, "rule_desc_fr", "value_missing")),
    (rule(text="x" * 8_001), (AT, "rule_desc_fr", "text_too_long")),
]


@pytest.mark.parametrize(("wrong", "expected"), FAULTS, ids=[f"{f[1]}-{f[2]}" for _, f in FAULTS])
def test_one_wrong_record_refuses_the_whole_import(wrong, expected):
    assert told(read(wrong, detail("990033"))) == {expected}


def test_two_fees_of_one_day_are_a_fault():
    report = read(detail(), fee(), fee(amount="8.00", begin="2026-01-01"))
    assert told(report) == {("", "fee", "period_overlaps")}
    assert report.faults[0].about == "990011"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "xml_invalid"),
        (b"<dataroot><NOMEN_DETAIL></dataroot>", "xml_invalid"),
        (b"<!DOCTYPE dataroot><dataroot/>", "xml_forbidden"),
        (b"<root/>", "root_unknown"),
    ],
)
def test_a_file_of_another_kind(content, expected):
    assert told(read_nomensoft([a_file(detail()), content], SETTINGS)) == {("file 2", "", expected)}


def test_files_without_any_code_are_no_set():
    assert told(read(fee())) == {("", "codes", "codes_missing")}
    assert told(read_nomensoft([], SETTINGS)) == {("", "codes", "codes_missing")}


@pytest.mark.parametrize("meaning", ["price", "share:rich", "share", "fee:ordinary"])
def test_a_category_with_a_meaning_that_is_none(meaning):
    report = read(detail(), categories={"0": "fee", "3": meaning})
    assert told(report) == {("", "categories", "category_unknown")}
