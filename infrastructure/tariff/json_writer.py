"""A set as JSON of the format `quittance-tariff/1`: what `read_json_set` reads back as the same set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import date as Date
from decimal import Decimal
from typing import Any

from domain.pricing.tariff_set import TariffSet
from infrastructure.tariff.fields import FORMAT

_LISTS = ("letters", "entitlements", "rest_homes", "codes")
_NOT_IN_THE_HEAD = ("content", *_LISTS)


def write_json_set(tariffs: TariffSet) -> bytes:
    """UTF-8, one code a line, values that are the usual ones left out; the hash of the content is not part of it."""
    head = {"format": FORMAT, **_object(tariffs, _NOT_IN_THE_HEAD)}
    lines = [f"{_text(name)}: {_text(value)}" for name, value in head.items()]
    for name in _LISTS:
        listed = getattr(tariffs, name)
        if not listed:
            continue
        items = listed.values() if isinstance(listed, Mapping) else listed
        rows = ",\n".join(f"  {_text(_object(item))}" for item in items)
        lines.append(f"{_text(name)}: [\n{rows}\n ]")
    return ("{\n " + ",\n ".join(lines) + "\n}\n").encode()


def _object(thing: Any, left_out: Sequence[str] = ()) -> dict[str, Any]:  # noqa: ANN401  # any dataclass of a set
    found = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.name not in left_out and value != _usual(field):
            found[field.name] = _plain(value)
    return found


def _usual(field: Field[Any]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None if field.default is MISSING else field.default


def _plain(value: object) -> object:
    match value:
        case bool() | int() | str():
            return value
        case Date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return {name: _plain(one) for name, one in value.items()}
    return _object(value)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
