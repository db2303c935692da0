"""Fields and values of one thing as a table of two columns, both in words of the reader."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from api.catalogue import has
from api.cli.voice import NOTHING, Voice

_MOST_LINES = 12
"""Of a longer list only the number of its entries is shown; JSON has them all."""
_GROUPS = {"kind": "item"}
_CODED = ("status", "outcome", "verdict", "kind", "level", "correctable", "source", "origin", "sector", "country")


def show_facts(voice: Voice, facts: Mapping[str, Any]) -> None:
    """Every field under its name, empty ones too: what is not known can be seen."""
    rows = [(voice.label(f"state.{name}"), in_words(voice, name, value)) for name, value in facts.items()]
    voice.table([("column.field", False), ("column.value", False)], rows)


def in_words(voice: Voice, name: str, value: Any) -> str:  # noqa: ANN401 - a field of any state
    """A value as a person reads it; entries of a short list each on a line of its own."""
    if value is None or value in ("", (), [], {}):
        return NOTHING
    if isinstance(value, bool):
        return voice.label("word.yes" if value else "word.no")
    if name == "unpriced":
        return voice.label("bill.unpriced", count=value) if value else NOTHING
    if name.endswith("_cents"):
        return voice.money(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if is_dataclass(value):
        parts = [in_words(voice, field.name, getattr(value, field.name)) for field in fields(value)]
        return " · ".join(part for part in parts if part != NOTHING)
    if isinstance(value, Collection) and not isinstance(value, str):
        return _list(voice, value)
    return _coded(voice, name, str(value)) if name in _CODED else str(value)


def _list(voice: Voice, values: Collection[Any]) -> str:
    if len(values) > _MOST_LINES:
        return voice.label("word.entries", count=len(values))
    if all(type(value) is int for value in values):
        return ", ".join(str(value) for value in values)
    lines = [_pair(voice, value) if isinstance(value, tuple) else in_words(voice, "", value) for value in values]
    return "\n".join(lines)


def _pair(voice: Voice, pair: tuple[Any, ...]) -> str:
    return " · ".join(in_words(voice, "", value) for value in pair)


def _coded(voice: Voice, name: str, code: str) -> str:
    group = _GROUPS.get(name, name)
    return voice.code(group, code) if has(f"{group}.{code}") else code
