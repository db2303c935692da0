"""Whatever the tariffs hold a day back for is said, with its cure, in three languages."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import domain.pricing
from api.catalogue import all_messages
from domain.pricing.compare import REFUSED_AS, Cause
from domain.pricing.price import Unknown
from domain.rules.refusals import explain

HINTS = {"flat_fee_without_toilet", "category_lowered", "ptsi_not_notified"}
"""Why a block is not the one that one might expect: they hold nothing back."""
_PLACE_OF_THE_CODE = {"Reason": 0, "_reason": 1, "_Missing": 0}


def written() -> Iterator[tuple[str, str]]:
    """Each code with its refusal as the modules of prices write them: the first words of a call."""
    for path in Path(domain.pricing.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=args) if name in _PLACE_OF_THE_CODE:
                    given = [arg.value if isinstance(arg, ast.Constant) else "" for arg in args]
                    code, *more = given[_PLACE_OF_THE_CODE[name] :]
                    yield str(code), str(more[0]) if more else ""


def test_each_reason_of_the_tariffs_has_its_words_and_its_cure() -> None:
    codes = {code for code, _ in written() if code} | set(get_args(Cause)) | set(get_args(Unknown))
    assert {"too_many_units", "tooth_missing", "block_incomplete", "first_base_taken", "code_not_valid"} <= codes
    messages = all_messages()
    for code in codes - HINTS:
        for group in ("blocker", "blocker_cure"):
            texts = messages.get(f"{group}.{code}", {})
            assert {language for language, text in texts.items() if text} == {"fr", "nl", "en"}, f"{group}.{code}"
            assert len(set(texts.values())) == 3, f"{group}.{code}: each language its own"


def test_each_refusal_that_they_name_is_explained() -> None:
    refusals = {refusal for _, refusal in written() if refusal.isdecimal()} | set(REFUSED_AS.values())
    assert {"500417", "500458", "501940"} <= refusals
    for refusal in refusals:
        assert explain(refusal, "fr").source == "catalogue", refusal


def test_what_the_register_of_authorisations_refuses_has_its_words() -> None:
    messages = all_messages()
    for code in ("katz_score_invalid", "authorisation_too_long", "authorisation_overlaps"):
        for group in ("problem", "problem_title"):
            assert all(messages[f"{group}.{code}"][language] for language in ("fr", "nl", "en"))
