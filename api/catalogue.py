"""Messages to people: French first, Dutch and English complete. The only place where a text is looked up."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

Language = Literal["fr", "nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_THIN_SPACE, _MINUS = "\u202f", "\u2212"


def text(key: str, language: Language, /, **facts: object) -> str:
    """The message `group.code` with its facts filled in; the key itself when the catalogue lacks it."""
    group, _, code = key.partition(".")
    found: dict[str, str] = _table(group).get(code, {})
    template = found.get(language)
    return template.format(**facts) if template is not None else key


def has(key: str) -> bool:
    """Whether the catalogue knows `group.code`."""
    group, _, code = key.partition(".")
    return code in _table(group)


def euros(cents: int, language: Language) -> str:
    """Cents as an amount a person of that language reads."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", {"fr": _THIN_SPACE, "nl": ".", "en": ","}[language])
    sign = _MINUS if cents < 0 else ""
    amount = f"{sign}{grouped}{'.' if language == 'en' else ','}{rest:02d}"
    return f"€ {amount}" if language == "nl" else f"{amount} €" if language == "fr" else f"€{amount}"


def all_messages() -> dict[str, dict[str, str]]:
    """Every message by `group.code`, for the tests of completeness."""
    return {f"{group}.{code}": texts for group in _groups() for code, texts in _table(group).items()}


@lru_cache
def _groups() -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for file in sorted(files("api").joinpath("texts").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            groups.update(tomllib.loads(file.read_text("utf-8")))
    return groups


def _table(group: str) -> dict[str, Any]:
    return _groups().get(group, {})
