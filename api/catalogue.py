"""Messages to people: French first, Dutch and English complete. The only place where a text is looked up."""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

from domain.rules.refusals import Explanation, explain

Language = Literal["fr", "nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_OF_REFUSALS: dict[str, Callable[[Explanation], str]] = {
    "blocker": lambda known: f"{known.code} · {known.meaning}",
    "blocker_cure": lambda known: known.cure or known.decision_label,
}
"""A day may be held back by the refusal that its file would bring: it is told as that refusal is."""
_COUNTS = ("count", "num")
_THIN_SPACE, _FIRM_SPACE, _MINUS = "\u202f", "\u00a0", "\u2212"


def text(key: str, language: Language, /, **facts: object) -> str:
    """The message `group.code` with its facts filled in, `cents` as euros; the key itself when there is none."""
    group, _, code = key.partition(".")
    if group in _OF_REFUSALS and code[:1].isdigit():
        return _OF_REFUSALS[group](explain(code, language))
    found: dict[str, str] = _table(group).get(code, {})
    template = found.get(language)
    if isinstance(cents := facts.get("cents"), int):
        facts = {**facts, "cents": euros(cents, language)}
    return template.format(**counted(facts, language)) if template is not None else key


def has(key: str) -> bool:
    """Whether the catalogue knows `group.code`."""
    group, _, code = key.partition(".")
    return code in _table(group) or (group in _OF_REFUSALS and code[:1].isdigit())


def entitlement(name: str, language: Language) -> str:
    """What a set of tariffs entitles to, by the name in it: a known one in words, another as spelt."""
    key = f"entitlement.{name}"
    return text(key, language) if has(key) else name


def unread(reason: str, language: Language) -> str:
    """Why bytes of a message were not read, without the lengths that `quittance efact show --json` gives."""
    key = "_".join(re.findall("[a-z]+", reason))
    return text(f"unread_bytes.{key}", language) if has(f"unread_bytes.{key}") else reason


def euros(cents: int, language: Language) -> str:
    """Cents as an amount a person of that language reads, on one line."""
    whole, rest = divmod(abs(cents), 100)
    sign = _MINUS if cents < 0 else ""
    amount = f"{sign}{number(whole, language)}{'.' if language == 'en' else ','}{rest:02d}"
    return {"fr": f"{amount}{_FIRM_SPACE}€", "nl": f"€{_FIRM_SPACE}{amount}", "en": f"€{amount}"}[language]


def number(count: int, language: Language) -> str:
    """A count with its thousands apart, as a person of that language reads it."""
    return f"{count:,}".replace(",", {"fr": _THIN_SPACE, "nl": ".", "en": ","}[language])


def money(cents: int, currency: str, language: Language) -> str:
    """An amount in the currency of a set of tariffs (EUR, CHF)."""
    amount = euros(cents, language)
    if currency == "EUR":
        return amount
    return amount.replace("€", currency if _FIRM_SPACE in amount else currency + _FIRM_SPACE)


def counted(facts: Mapping[str, object], language: Language) -> dict[str, object]:
    """What is filled into a text, with counts as a person reads them: facts of the name `count` or `num`."""
    counts = {name: facts[name] for name in _COUNTS if name in facts}
    return {**facts, **{name: number(count, language) for name, count in counts.items() if isinstance(count, int)}}


def percent(written: str, language: Language) -> str:
    """An error percentage as a union wrote it (five digits, two of them decimals), for a person; else as it is."""
    if not is_percentage(written):
        return written
    figure = f"{int(written) / 100:.2f}"
    return with_percent(decimal(figure, language), language)


def decimal(written: str, language: Language) -> str:
    """A figure written with a point, as a person of that language reads it."""
    return written if language == "en" else written.replace(".", ",")


def with_percent(figure: object, language: Language) -> str:
    """A figure as written, with its sign, on one line."""
    return f"{figure}{_FIRM_SPACE if language == 'fr' else ''}%"


def is_percentage(written: str) -> bool:
    """Whether a union wrote it as it should."""
    return len(written) == 5 and written.isascii() and written.isdigit()


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
