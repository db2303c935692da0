"""What an operator can run into: each ends in one clear line, its code and its cure, and never in a traceback."""

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from api.catalogue import LANGUAGES, has
from api.cli.console import _OF_THE_STORE
from infrastructure.keys.master import MasterKeyFault
from infrastructure.store.errors import NotEmpty, NotMigrated, StoreUnavailable
from projections.errors import ViewsBehind, ViewsReplaced
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import Installation

ROOT = Path(__file__).parents[2]


def quittance(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as it is installed: its entry point reads the settings too."""
    given = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    program = [sys.executable, "-m", "api.cli", *words]
    return subprocess.run(program, env=given, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUITTANCE_LANG", "de"),
        ("QUITTANCE_SIMULATOR_SEED", "many"),
        ("QUITTANCE_DATABASE", "mysql://here"),
        ("QUITTANCE_MYCARENET_STS", "[not a list"),
    ],
)
def test_a_setting_that_cannot_be_is_named_even_when_only_help_is_asked(name: str, value: str) -> None:
    for words in (("--help",), ("history",)):
        ended = quittance(*words, **{name: value})
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(name)
        assert len(ended.stderr.splitlines()) == 1


def test_a_wrong_setting_is_told_in_the_language_that_is_set() -> None:
    told = {quittance("--help", QUITTANCE_LANG=lang, QUITTANCE_SIMULATOR_SEED="x").stderr for lang in LANGUAGES}
    assert len(told) == len(LANGUAGES)


@pytest.mark.parametrize("days", ["0", "-1", "3651", "99999999"])
def test_a_key_lives_one_day_to_ten_years(demo: Demo, days: str) -> None:
    assert demo.installation.json("issue-key", "x", "--days", days, code=1)["error"] == "days_invalid"


def test_the_longest_and_the_shortest_key_are_issued(own_demo: Demo) -> None:
    for days in ("1", "3650"):
        assert own_demo.installation.json("issue-key", "x", "--days", days)["token"]


@pytest.mark.parametrize("kind", [StoreUnavailable, NotMigrated, NotEmpty, ViewsBehind, ViewsReplaced, MasterKeyFault])
def test_trouble_is_one_line_with_its_cure_in_each_language(demo: Demo, kind: type[Exception]) -> None:
    told = set()
    for language in LANGUAGES:
        with patch("api.cli.console.build", side_effect=kind("what exactly")):
            ended = demo.installation.cli("history", code=1, lang=language)
            answered = demo.installation.json("history", code=1, lang=language)
        assert ended.stdout == ""
        assert ended.stderr.startswith(f"{_OF_THE_STORE[kind]}: ")
        assert ended.stderr.endswith("(what exactly)\n")
        assert len(ended.stderr.splitlines()) == 1
        assert answered["error"] == _OF_THE_STORE[kind]
        told.add(ended.stderr)
    assert len(told) == len(LANGUAGES)


def test_every_code_of_the_command_line_has_a_text() -> None:
    assert sorted(code for code in _OF_THE_STORE.values() if not has(f"problem.{code}")) == []


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_backup_is_refused_in_one_line(demo: Demo, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "backup.db").write_bytes(content)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "master.key").write_bytes((demo.folder / "master.key").read_bytes())
    (tmp_path / "home" / "master.key").chmod(0o600)
    fresh = Installation(tmp_path / "home", "", "cli")
    ended = fresh.cli("restore", tmp_path / "backup.db", code=1)
    assert ended.stderr.startswith("backup_damaged: ")
    assert len(ended.stderr.splitlines()) == 1


def test_a_database_that_is_none_and_places_that_cannot_be_used(demo: Demo, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"no database at all" * 100)
    for error, environment in (
        ("store_damaged", {"QUITTANCE_DATABASE": f"sqlite:///{nonsense}"}),
        ("store_unavailable", {"QUITTANCE_DATABASE": f"sqlite:///{tmp_path}/nowhere/q.db"}),
        ("place_unusable", {"QUITTANCE_HOME": str(nonsense)}),
        ("place_unusable", {"QUITTANCE_HOME": str(nonsense / "inside")}),
    ):
        told = demo.installation.cli("init", code=1, **environment).stderr
        assert told.startswith(f"{error}: "), told
    assert demo.installation.cli("backup", tmp_path / "no" / "b.db", code=1).stderr.startswith("backup_folder_unknown")
