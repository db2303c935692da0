"""Every code explained in three languages: from the catalogue, else from its anatomy, and never an exception."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.rules.cascade import CASCADE_CODES, is_cascade
from domain.rules.refusals import Explanation, Language, explain, known_codes

LANGUAGES: tuple[Language, ...] = get_args(Language)


def test_ref_10_the_catalogue_is_known():
    assert len(known_codes()) >= 200
    assert list(known_codes()) == sorted(set(known_codes()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_ref_10_every_code_has_meaning_cause_cure_and_advice(language: Language):
    for code in known_codes():
        told = explain(code, language)
        assert told.source == "catalogue"
        assert all([told.meaning, told.cause, told.cure, told.field, told.field_label, told.decision_label]), code
        assert told.letter == "" or told.consequence, code


def test_the_three_languages_differ():
    for code in known_codes():
        told = [explain(code, language) for language in LANGUAGES]
        assert len({t.meaning for t in told}) == 3
        assert len({(t.letter, t.level, t.field, t.decision, t.correctable) for t in told}) == 1


def test_the_letter_of_the_answer_counts_before_that_of_the_catalogue():
    assert explain("502255", "en").letter == "R"
    signal = explain("502255", "en", "S")
    assert signal.letter == "S"
    assert signal.consequence != explain("502255", "en").consequence


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("100720", "file"),
        ("902303", "file"),
        ("200820", "invoice"),
        ("801910", "total"),
        ("502255", "line"),
        ("511503", "line"),
        ("521919", "line"),
        ("301/40", "envelope"),
    ],
)
def test_ref_05_a_code_says_at_which_level_it_refuses(code: str, level: str):
    assert explain(code).level == level


def test_ref_11_a_refusal_is_correctable_or_not_or_nobody_knows():
    assert {explain(code).correctable for code in known_codes()} == {"yes", "no", "unknown"}
    assert explain("500546").correctable in ("no", "unknown"), "claimed too late"


@pytest.mark.parametrize("code", sorted(CASCADE_CODES))
def test_a_cascade_advises_to_correct_its_root(code: str):
    assert is_cascade(code)
    told = explain(code)
    assert told.is_cascade
    if told.source == "catalogue":
        assert told.decision == "follow_root"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["203099", "504701", "5015Z9", "309999", "409999", "219999", "902599"])
def test_any_other_code_is_explained_from_record_zone_and_kind(code: str, language: Language):
    told = explain(code, language)
    assert (told.source, told.decision, told.correctable) == ("anatomy", "read_comment", "unknown")
    assert told.meaning.count(",") >= 2
    assert told.meaning.endswith(".")
    assert told.decision_label


def test_unknown_codes_of_other_places_are_told_apart():
    codes = ["203001", "203002", "203101", "503001", "803001"]
    assert len({explain(code, "en").meaning for code in codes}) == len(codes)


# The envelope

DUPLICATE, UNION = "301/40", "501/20"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [DUPLICATE, UNION, "302/20", "304/21", "401/20", "403/40", "999/99", "202/31"])
def test_an_envelope_code_names_its_zone(code: str, language: Language):
    told = explain(code, language)
    assert (told.level, told.letter) == ("envelope", "")
    assert code.split("/", maxsplit=1)[0] in told.meaning
    assert told.cure
    assert told.decision_label


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_duplicate_is_not_advised_to_be_sent_again(language: Language):
    twice, other = explain(DUPLICATE, language), explain(UNION, language)
    assert (twice.decision, other.decision) == ("none", "prepare_again")
    assert twice.cure != other.cure
    assert twice.decision_label != other.decision_label


@given(st.text(max_size=12), st.sampled_from(LANGUAGES), st.sampled_from([None, "B", "F", "R", "E", "S", "X", ""]))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_it_fail(code: str, language: Language, letter: str | None):
    assert isinstance(explain(code, language, letter), Explanation)
