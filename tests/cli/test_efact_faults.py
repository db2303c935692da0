"""Every fault that a check can find is told in the reader's language, with its figures."""

import ast
import json
import re
from pathlib import Path

import pytest

from api.catalogue import LANGUAGES, Language, all_messages
from api.cli.efact_faults import fault_in_words, key_of
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import typed

CHECKS = Path(__file__).parents[2] / "infrastructure" / "efact"
NUMBER = "7"
"""For what is only known when a file is checked."""


def texts() -> set[str]:
    """Of every fault in the code of the check."""
    found = set()
    for path in CHECKS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("fault", "slip_fault"):
                found |= written(node.args[-1])
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault" and len(node.args) == 4:
                found |= written(node.args[-1])
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "text":
                found |= written(node.value)
    return found - {"", "bytes that are no part of a record"}


def written(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts) if not isinstance(parts[0], ast.FormattedValue):
            return {"".join(one.value if isinstance(one, ast.Constant) else NUMBER for one in parts)}
    return set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_its_words_and_keeps_its_figures(language: Language) -> None:
    assert len(texts()) > 65
    for told in texts():
        shown = fault_in_words(told, language)
        assert sorted(re.findall(r"\d+", shown)) == sorted(re.findall(r"\d+", told)), told
        assert (shown == told) == (language == "en"), told


def test_the_catalogue_has_no_words_of_faults_that_nobody_finds() -> None:
    keys = {key for key in all_messages() if key.startswith("efact_fault.")} - {"efact_fault.unread"}
    assert keys == {key_of(told) for told in texts()}


def test_a_check_speaks_the_language_that_is_set(demo: Demo, tmp_path: Path) -> None:
    content = next(demo.outbox.iterdir()).read_bytes()
    (tmp_path / "cut.txt").write_bytes(content[:-1_500])
    (tmp_path / "none.txt").write_bytes(b"hello")
    told, refused = {}, {}
    for language in LANGUAGES:
        result = typed("efact", "check", tmp_path / "cut.txt", code=1, QUITTANCE_LANG=language)
        lines = [line.split("\t") for line in result.stdout.splitlines()]
        shown = json.loads(
            typed("efact", "check", tmp_path / "cut.txt", "--json", code=1, QUITTANCE_LANG=language).stdout
        )
        assert [one["text"] for one in shown] == [line[3] for line in lines]
        told[language] = [line[3] for line in lines]
        refused[language] = typed("efact", "check", tmp_path / "none.txt", code=2, QUITTANCE_LANG=language).stderr
    assert any("manque" in text for text in told["fr"])
    assert any("octets qui ne sont d'aucun enregistrement" in text for text in told["fr"])
    assert not set(told["fr"]) & set(told["en"])
    assert not set(told["nl"]) & set(told["en"])
    assert len(set(refused.values())) == len(LANGUAGES)
    assert all("5" in text and text.startswith("efact.unrecognised: ") for text in refused.values())
