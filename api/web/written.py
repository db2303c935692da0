"""How codes, numbers of sendings and months are written, the same on every page, in lists and on paper."""

from datetime import date as Date

from babel.dates import format_date

from api.catalogue import Language

_FIRM_SPACE = "\N{NO-BREAK SPACE}"


def refusal_code(code: str, letter: str | None) -> str:
    """Severity and code of a refusal, never apart: `R 502255`; the code alone without severity."""
    return f"{letter}{_FIRM_SPACE}{code}" if letter else code


def sending_name(number: int, union: str) -> str:
    """Number and union of a sending, for where nothing else names it: `2 · 500`."""
    return f"{number} · {union}"


def month_in_words(month: str, language: Language) -> str:
    """`2026-10` as `octobre 2026`."""
    return format_date(Date.fromisoformat(f"{month}-01"), "MMMM y", locale=language)


def of_month(month: str, language: Language) -> str:
    """The same behind "of"; in French with it, for it depends on the name: `d'octobre 2026`, `de mai 2026`."""
    words = month_in_words(month, language)
    if language != "fr":
        return words
    return f"d'{words}" if words[0] in "aeiou" else f"de {words}"
