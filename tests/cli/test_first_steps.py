"""From an empty folder to a first screen: what the service prints is typed as it stands, then somebody signs in."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
import typer

from api.catalogue import LANGUAGES, Language, has
from api.cli.help import speak
from api.cli.main import app
from infrastructure.sample import sample_files
from tests.acceptance.practice import Installation
from tests.web.site import own_password
from tests.web.visitor import Visitor, local, read

ROOT = Path(__file__).parents[2]
SAMPLE = json.loads(sample_files().register.splitlines()[0])
LOGIN = "anna@practice.be"
TYPED = {
    "NAME": SAMPLE["name"],
    "THIRD_PARTY": SAMPLE["tpp_number"],
    "COMPANY": SAMPLE["cbe_number"],
    "IBAN": SAMPLE["iban"],
    "BIC": SAMPLE["bic"],
    "LAST_NAME": SAMPLE["contact_last_name"],
    "FIRST_NAME": SAMPLE["contact_first_name"],
    "PHONE": SAMPLE["contact_phone"],
    "USER": LOGIN,
}
"""A person's own data, by the words in capitals of the printed lines."""
WORDS = ("establishment", "add", *(word for name, value in {
    "--name": "NAME", "--tpp-number": "THIRD_PARTY", "--cbe-number": "COMPANY", "--iban": "IBAN", "--bic": "BIC",
    "--contact-last-name": "LAST_NAME", "--contact-first-name": "FIRST_NAME", "--contact-phone": "PHONE",
}.items() for word in (name, TYPED[value])))  # fmt: skip


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The service over a folder that is not there yet: its address, and the commands that it advises."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("QUITTANCE_")}
    settings = {"QUITTANCE_HOME": str(folder), "QUITTANCE_LANG": "en"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = (sys.executable, "-m", "api.cli", "serve", "--port", str(port))
    with subprocess.Popen(words, cwd=ROOT, env=bare | settings, stdout=subprocess.PIPE, text=True) as service:
        advised = []
        try:
            assert service.stdout is not None
            for line in service.stdout:
                if line.startswith("  "):
                    advised.append(line.strip())
                if found := re.search(r"http://[\d.:]+", line):
                    yield found[0], advised
                    break
        finally:
            service.terminate()


def as_typed(line: str) -> str:
    """What the advised line prints once the words in capitals are one's own."""
    words = [TYPED.get(word, word) for word in shlex.split(line)]
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | {"QUITTANCE_LANG": "en"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_the_service_advises_leads_from_an_empty_folder_to_the_first_screen(tmp_path: Path) -> None:
    with served(tmp_path / "new practice") as (url, advised), httpx.Client(base_url=url, timeout=30) as client:
        assert len(advised) == 2
        assert SAMPLE["name"] in as_typed(advised[0])
        once = re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", as_typed(advised[1]))
        assert once
        who, own = Visitor(client), own_password(LOGIN)
        who.see("/login")
        answer = who.post_form("/login", "/login", {"login": LOGIN, "password": once[0]})
        page = local(answer.headers["location"])
        answer = who.post_form(page, "/password", {"old": once[0], "new": own, "again": own})
        page = local(answer.headers["location"])
        code = pyotp.TOTP(read(who.get(page)).one("code").text).at(datetime.now(UTC))
        who.post_form(page, "/second-factor", {"code": code})
        first = who.see("/")
        assert first.one("h1").text == "À faire"
        assert SAMPLE["name"] in first.text


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    """An installation with nothing in it."""
    made = Installation(tmp_path / "home", "", "cli")
    made.json("init")
    return made


def test_without_a_practice_the_mistake_names_the_command_that_makes_one(empty: Installation) -> None:
    told = empty.cli("user", "add", LOGIN, "--role", "administrator", code=1).stderr
    assert told.startswith("establishment_none: ")
    assert "quittance establishment add" in told


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_practice_is_added_once_and_nothing_of_it_is_overwritten(kind: str, tmp_path: Path) -> None:
    made = Installation.make(kind, tmp_path / "home")
    added = made.json(*WORDS, "--sector", "home_nursing")["establishment_id"]
    assert made.json(*WORDS, "--sector", "dentist", code=1)["error"] == "establishment_known"
    known = made.json("show", added)["state"]
    given = {name: value for name, value in SAMPLE.items() if name not in ("kind", "profession_code", "content_code")}
    assert {name: known[name] for name in given} == given
    assert known["country"] == "BE", "when nobody says it"


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_practice_bills_by_the_tariffs_of_its_country(kind: str, tmp_path: Path) -> None:
    made, files = (
        Installation.make(kind, tmp_path / "home"),
        {name: tmp_path / name for name in ("be-dental", "ch-dental")},
    )
    added = made.json(*WORDS, "--sector", "dentist", "--country", "ch")["establishment_id"]
    assert made.json("show", added)["state"]["country"] == "CH"
    assert "Switzerland" in made.cli("show", added).stdout
    for name, file in files.items():
        made.cli("tariff", "export-sample", "--out", file, "--sample", name)
    belgian, swiss = (made.json("tariff", "load", file)["set"]["id"] for file in files.values())
    refused = made.json("tariff", "accept", belgian, "--from", "2026-01-01", code=1)
    assert (refused["error"], "of another country" in refused["detail"]) == ("tariff_of_another_country", True)
    made.cli("tariff", "accept", swiss, "--from", "2026-01-01")
    with made.opened() as quittance, quittance.store.database.snapshot() as sql:
        assert [row["country"] for row in sql.rows("SELECT country FROM establishments")] == ["CH"]


@pytest.mark.parametrize(
    ("option", "value", "cure"),
    [
        ("--tpp-number", "12345678901", "11 digits"),
        ("--sector", "doctor", "home_nursing"),
        ("--country", "FR", "BE or CH"),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(
    empty: Installation, option: str, value: str, cure: str
) -> None:
    told = empty.cli(*WORDS, "--sector", "home_nursing", option, value, code=1).stderr
    assert told.startswith("field_invalid: ")
    assert cure in told
    assert empty.json("user", "add", LOGIN, "--role", "administrator", code=1)["error"] == "establishment_none"


def test_help_speaks_one_language(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command and each option, the one for help too."""
    told = []

    def look(one: Any, path: str = "") -> None:
        told.append(f"help.{path or 'quittance'}")
        told.extend(f"option.{parameter.name}" for parameter in (*one.params, one.get_help_option(typer.Context(one))))
        for name, inner in getattr(one, "commands", {}).items():
            look(inner, f"{path} {name}".strip())

    look(typer.main.get_command(app))
    assert len(told) > 100
    assert sorted({key for key in told if not has(key)}) == []
    for language in LANGUAGES:
        speak(typer.main.get_command(app), language).main(["serve", "--help"], standalone_mode=False)
        assert ("this help" in capsys.readouterr().out) == (language == "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            [
                "Usage : quittance user add [OPTIONS]",
                "─ Arguments ─",
                "─ Options ─",
                "[obligatoire]",
                "[par défaut : fr]",
            ],
        ),
        (
            "nl",
            ["Gebruik: quittance user add [OPTIES]", "─ Argumenten ─", "─ Opties ─", "[verplicht]", "[standaard: fr]"],
        ),
        ("en", ["Usage: quittance user add [OPTIONS]", "─ Arguments ─", "─ Options ─", "[required]", "[default: fr]"]),
    ],
)
def test_what_frames_a_help_speaks_the_same_language(
    capsys: pytest.CaptureFixture[str], language: Language, words: list[str]
) -> None:
    """Of the whole program, too; and what is told with a mistake."""
    program = speak(typer.main.get_command(app), language)
    program.main(["user", "add", "--help"], "quittance", standalone_mode=False)
    told = capsys.readouterr().out
    assert [word for word in words if word not in told] == []
    program.main(["--help"], "quittance", standalone_mode=False)
    whole = {"fr": "COMMANDE [ARGUMENTS]...", "nl": "OPDRACHT [ARGUMENTEN]...", "en": "COMMAND [ARGS]..."}
    assert whole[language] in capsys.readouterr().out
    with pytest.raises(SystemExit):
        program.main(["user", "add"], "quittance")
    cure = {
        "fr": "Essayez « quittance user add --help »",
        "nl": "Probeer “quittance user add --help”",
        "en": "Try “quittance",
    }
    assert cure[language] in capsys.readouterr().err
