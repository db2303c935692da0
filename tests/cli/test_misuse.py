"""Words that are no command of ours are answered in the language that was set, and never in typer's own English."""

import os
import re

import pytest

from api.catalogue import LANGUAGES
from tests.cli.test_limits import quittance

MISUSED = {
    ("show",): "Il manque l'argument « identifier ».",
    ("show", "a", "b", "c"): "De trop : b c.",
    ("history", "--limit", "x"): "--limit : un nombre entier est attendu.",
    ("histor",): "Il n'y a pas de commande « histor ». Peut-être : history, restore.",
    ("show", "--foo"): "Il n'y a pas d'option --foo ici.",
    ("history", "--limi", "3"): "Il n'y a pas d'option --limi ici. Peut-être : --limit.",
    ("history", "--limit"): "L'option --limit demande une valeur.",
    ("history", "--json=3"): "L'option --json ne prend pas de valeur.",
    ("efact", "check", "/nowhere"): "file : ce fichier n'existe pas.",
    ("efact", "check", os.sep): "file : c'est un dossier, donnez un fichier.",
    ("tariff", "price", "425014", "--units", "0"): "--units : au moins 1.",
    ("tariff", "price", "425014", "--units", "100"): "--units : au plus 99.",
    ("user", "grant", "x", "--role", "office", "--from", "x"): "un jour est attendu, année-mois-jour (2026-10-31).",
    ("lift-time-bar", "x"): "Il manque l'option --proof.",
}
ENGLISH = re.compile(
    r"Missing|Invalid|No such|unexpected|requires|does not|Input should|did you mean|Error|Try|Usage: ", re.IGNORECASE
)


@pytest.mark.parametrize("words", MISUSED, ids="-".join)
def test_what_is_wrong_with_the_words_is_told_in_each_language(words: tuple[str, ...]) -> None:
    told = {}
    for language in LANGUAGES:
        ended = quittance(*words, QUITTANCE_LANG=language, COLUMNS="200")
        assert (ended.returncode, ended.stdout) == (2, "")
        told[language] = " ".join(re.findall(r"│ (.*?) *│", ended.stderr))
        if language != "en":
            assert not ENGLISH.search(ended.stderr)
    assert told["fr"].endswith(MISUSED[words])
    assert len(set(told.values())) == len(LANGUAGES)
