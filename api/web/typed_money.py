"""Amounts as people type them, and as a form shows them to be typed again."""

import re

_EUROS = re.compile(r"€?(\d{1,9}|\d{1,3}(?:\.\d{3}){1,2}(?=,)|\d{1,3}(?:,\d{3}){1,2}(?=\.))(?:[.,](\d{1,2}))?€?")
"""Also as the pages write them, in each language, with all blanks left out: thousands apart only before cents."""


def typed_cents(given: str) -> int | None:
    """Of what was typed in euro, None when that is no amount."""
    euros = _EUROS.fullmatch("".join(given.split()))
    if euros is None:
        return None
    return int(re.sub(r"\D", "", euros[1])) * 100 + int((euros[2] or "0").ljust(2, "0"))


def as_typed(cents: int) -> str:
    """In euro, as somebody would type it."""
    return f"{cents // 100},{cents % 100:02}"
