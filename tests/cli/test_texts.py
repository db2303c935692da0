"""Nobody ever sees a key of the catalogue: every text and every code of the product is there, in three languages."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from api.catalogue import LANGUAGES, Language, all_messages, euros, has, text
from application.import_care import ImportReport
from application.read_answers import AnswerReport
from application.send import Sent
from application.take_over import TakenOver
from domain.day_events import DayVerdict, Verdict
from domain.event import REGISTER
from domain.sending import Outcome, Status

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("domain", "application", "infrastructure", "projections", "api")
REFUSALS = {"NotAllowed", "Invalid", "NotFound", "UnreadableMessage", "Problem"}
CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*(\.[a-z_]+)?")
PLACEHOLDER = re.compile(r"{(\w+)}")
IN_DOCS = re.compile(r"^\| `([a-z0-9_]+)` \| [^|]+ \|", re.MULTILINE)


# The catalogue itself


def test_every_message_is_complete() -> None:
    """French, Dutch and English, with the same facts in each."""
    for key, texts in all_messages().items():
        assert set(texts) == set(LANGUAGES), key
        assert all(words.strip() for words in texts.values()), key
        assert len({frozenset(PLACEHOLDER.findall(words)) for words in texts.values()}) == 1, key
        facts = dict.fromkeys(PLACEHOLDER.findall(texts["fr"]), "x")
        assert all("{" not in text(key, language, **facts) for language in LANGUAGES), key


def test_no_group_stands_in_two_files() -> None:
    """The second would silently replace the first."""
    groups = Counter(
        group for file in (ROOT / "api" / "texts").glob("*.toml") for group in tomllib.loads(file.read_text("utf-8"))
    )
    assert [group for group, times in groups.items() if times > 1] == []


def test_an_unknown_key_shows_itself_instead_of_nothing() -> None:
    assert text("nowhere.to_be_found", "fr") == "nowhere.to_be_found"
    assert not has("nowhere.to_be_found")


def test_amounts_are_written_as_readers_of_each_language_expect() -> None:
    assert [euros(-123_456_7, language) for language in LANGUAGES] == [
        "−12\u202f345,67\u00a0€",
        "€\u00a0−12.345,67",
        "€−12,345.67",
    ]
    assert [euros(5, language) for language in LANGUAGES] == ["0,05\u00a0€", "€\u00a00,05", "€0.05"]


# What the code says


@cache
def trees() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*.py")
    }


def calls(*names: str, under: str = "") -> Iterator[ast.Call]:
    """Calls of functions or methods of these names."""
    for path, tree in trees().items():
        for node in ast.walk(tree) if path.startswith(under) else ():
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in names:
                    yield node


def _reads_a_form(call: ast.Call) -> bool:
    """`visit.text("field")`: a field of a form, no key."""
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in ("visit", "self")


def constants(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_every_key_that_the_code_says_exists() -> None:
    """`say("group.key")` and its like, and every literal that looks like a key of a group that exists."""
    groups = {key.partition(".")[0] for key in all_messages()}
    said = set()
    for call in calls("say", "label", "text", under="api"):
        if _reads_a_form(call):
            continue
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            said.add(call.args[0].value)
    for path, tree in trees().items():
        if path.startswith("api/cli"):
            said |= {
                word
                for word in constants(tree)
                if CODE.fullmatch(word) and word.partition(".")[0] in groups and "." in word
            }
    files = {word for word in said if word.endswith((".toml", ".json", ".csv"))}
    assert len(said) > 60
    assert sorted(key for key in said - files if not has(key)) == []


def test_every_head_of_a_table_exists() -> None:
    """Heads are named in tuples and joined to `column.`."""
    heads = set()
    for path, tree in trees().items():
        for node in ast.walk(tree) if path.startswith("api/cli") else ():
            named = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("heads", "_DAY_HEADS")
            if named and isinstance(node.value, ast.Tuple):
                heads |= constants(node.value)
    assert heads >= {"union", "month", "requested", "verdict"}
    assert sorted(head for head in heads if not has(f"column.{head}")) == []


def raised() -> set[str]:
    """Codes given to the errors of any layer, also through a variable of the same statement."""
    found = set()
    for call in calls(*REFUSALS):
        words = [word for argument in call.args[:2] for word in constants(argument)]
        found |= {word for word in words if CODE.fullmatch(word)}
    return found


def test_every_code_that_refuses_has_a_text() -> None:
    codes = raised()
    assert {"patient_unknown", "month_invalid", "run_sent", "backup_damaged", "files_per_day", "id_invalid"} <= codes
    assert sorted(code for code in codes if not has(f"problem.{code}")) == []


def test_every_error_of_the_store_and_of_files_has_a_text() -> None:
    from api.cli.console import _OF_THE_STORE

    for code in _OF_THE_STORE.values():
        assert has(f"problem.{code}"), code
    for tree in (trees()["infrastructure/efact/errors.py"], trees()["infrastructure/carefile/errors.py"]):
        codes = {
            node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code"
            if isinstance(node.value, ast.Constant)
        }
        assert sorted(code for code in codes if not has(f"problem.{code}")) == []


# Codes that reports carry

LITERALS = {
    "status": (*get_args(Status), *get_args(Sent.__annotations__["outcome"])),
    "outcome": get_args(Outcome),
    "verdict": (*get_args(Verdict), *get_args(DayVerdict), "none"),
    "answer": get_args(AnswerReport.__annotations__["outcome"]),
    "import": get_args(ImportReport.__annotations__["outcome"]),
    "take_over": get_args(TakenOver.__annotations__["outcome"]),
    "event": tuple(topic for topic in REGISTER if not topic.startswith("test.")),
}


@pytest.mark.parametrize("group", LITERALS)
def test_every_word_of_a_fixed_list_has_a_text(group: str) -> None:
    assert LITERALS[group]
    assert sorted(word for word in LITERALS[group] if not has(f"{group}.{word}")) == []


def function_constants(path: str, *names: str) -> set[str]:
    return {
        word
        for node in ast.walk(trees()[path])
        if isinstance(node, ast.FunctionDef) and node.name in names
        for word in constants(node)
        if CODE.fullmatch(word)
    }


def test_every_reason_why_a_day_is_not_billed_has_a_text() -> None:
    reasons = function_constants(
        "domain/run_plan.py", "_reasons", "_patient_reasons", "_line_reasons", "_shape_reasons"
    )
    reasons = {word for word in reasons if "_" in word} - {"nomenclature_code"}
    assert {"insurability_missing", "possible_duplicate", "time_barred", "provider_not_member"} <= reasons
    reasons.add("country_not_billed")
    assert sorted(code for code in reasons if not (has(f"blocker.{code}") and has(f"blocker_cure.{code}"))) == []
    stopped = {word for word in function_constants("domain/run_plan.py", "_stopped") if word.endswith("_missing")}
    assert len(stopped) == 2
    assert sorted(code for code in (*stopped, "country_not_billed") if not has(f"stopped.{code}")) == []


def test_every_kind_of_item_has_a_text() -> None:
    kinds = set()
    for call in calls("about_message", "about_sending", "Doubt", "item_id"):
        kinds |= {word for word in constants(call) if (CODE.fullmatch(word) and "_" in word) or word == "unreadable"}
    kinds -= {"sending_id", "message_id"}
    assert {"sending_unknown", "figures_disagree", "bytes_unread", "second_settlement", "unreadable"} <= kinds
    assert sorted(kind for kind in kinds if not has(f"item.{kind}")) == []


def test_every_code_of_a_rejected_line_has_a_text() -> None:
    """Those of `docs/care-file.md`, those of the import itself, and every refusal of the register."""
    documented = (ROOT / "docs" / "care-file.md").read_text("utf-8").partition("## Codes")[2]
    codes = set(IN_DOCS.findall(documented))
    assert {"column_missing", "ssin_invalid", "file_empty", "not_utf8"} <= codes
    codes |= {
        word for word in function_constants("application/import_care.py", "_entries", "_wrong_numbers") if "_" in word
    }
    codes -= {"care_assistant", "patient_number", "line_ref"}
    codes |= {code for call in calls(*REFUSALS, under="domain") for code in constants(call.args[0])}
    assert sorted(code for code in codes if not (has(f"rejected.{code}") or has(f"problem.{code}"))) == []


def test_every_reason_why_a_file_is_held_back_has_a_text() -> None:
    codes = {
        "files_per_day",
        "files_per_month",
        "sending_not_prepared",
        "sending_unknown",
        "message_unknown",
        "not_transmitted",
    }
    assert sorted(code for code in codes if not (has(f"held.{code}") or has(f"problem.{code}"))) == []


def test_every_warning_of_the_register_has_a_text() -> None:
    warnings = {
        word
        for node in ast.walk(trees()["application/register.py"])
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "warnings"
        for word in constants(node.value)
    }
    assert warnings == {"patient_looks_known", "number_of_another_record"}
    assert sorted(code for code in warnings if not has(f"warning.{code}")) == []


@pytest.mark.parametrize(("language", "word"), [("fr", "contrôle"), ("nl", "controle"), ("en", "check")])
def test_the_error_percentage_is_said_to_be_that_of_the_file_check_and_not_of_refusals(
    language: Language, word: str
) -> None:
    keys = ("state.error_percentage", "column.percentage", "print.errors_said", "list_why.percentage", "efact.refusal")
    for key in keys:
        assert word in text(key, language, percentage="5", kind="x"), key
