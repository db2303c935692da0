"""What the agent says, in the language of whoever sits before it: French, Dutch, English."""

import tomllib
from functools import cache
from pathlib import Path

LANGS = ("fr", "nl", "en")


@cache
def _all() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))


def of_page(key: str, lang: str) -> str:
    """Raises KeyError for what is not there."""
    return _all()["page"][key][lang]


def of_code(code: str, lang: str) -> str:
    """The code itself for one that no person is meant to see."""
    return _all()["code"].get(code, {}).get(lang, code)


def codes(lang: str) -> dict[str, str]:
    """What is said of each code, for the pages that tell the same."""
    return {code: words[lang] for code, words in _all()["code"].items()}


def chosen(wanted: str, accepted: str, usual: str) -> str:
    """`wanted` by the page, else the first of the browser's (Accept-Language), else the `usual` one."""
    for one in (wanted, *accepted.split(",")):
        lang = one.strip()[:2].lower()
        if lang in LANGS:
            return lang
    return usual
