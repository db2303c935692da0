"""A set as one JSON object, format `quittance-tariff/1` (docs/tariffs.md): read as a whole, or not at all."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from domain.pricing.reading import Fault, Report
from infrastructure.carefile.lines import MAX_BYTES
from infrastructure.tariff.fields import FORMAT
from infrastructure.tariff.objects import Raw, shown, without
from infrastructure.tariff.parts import MADE, Parts, Rules
from infrastructure.tariff.report import Faults, refused
from infrastructure.tariff.whole import content_hash, whole

_LISTS = ("letters", "entitlements", "rest_homes", "codes")
_LISTS_OF_A_CODE = {"maxima": "maximum", "not_with": "not_with", "before": "before"}
_OWN_OF_A_CODE = (*_LISTS_OF_A_CODE, "prices", "notes")


def read_json_set(content: bytes) -> Report:
    """The set, or all faults of the file. Raises nothing."""
    faults = Faults()
    if len(content) > MAX_BYTES:
        return refused([Fault("", "", "file_too_large")])
    try:
        found = _decoder(faults).decode(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return refused([Fault("", "", "file_not_text")])
    except json.JSONDecodeError as error:
        return refused([Fault(f"line {error.lineno}", "", "json_invalid")])
    except (ValueError, RecursionError):  # a constant or number that JSON has not, or brackets without end
        return refused([Fault("", "", "json_invalid")])
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return refused([Fault("", "format", "format_unknown")])
    country = found.get("country")
    parts = Parts(country if isinstance(country, str) else "", faults, typed=True)
    head = parts.objects.values("set", without(found, "rounding", *_LISTS), "")
    rounding = found.get("rounding")
    if isinstance(rounding, dict):
        parts.note_rounding(rounding, "rounding")
    elif rounding is not None:
        faults.add("", "rounding", "type_wrong")
    for place, raw in _objects(found, "letters", "", faults):
        parts.note_letter(raw, place)
    for place, raw in _objects(found, "entitlements", "", faults):
        parts.note_entitlement(raw, place)
    for place, raw in _objects(found, "rest_homes", "", faults):
        parts.note_rest_home(raw, place)
    for place, raw in _objects(found, "codes", "", faults):
        _note_code(parts, raw, place)
    return whole(parts.draft(head, content_hash([content])), faults)


def _note_code(parts: Parts, raw: Raw, place: str) -> None:
    about, faults = parts.objects.about(raw), parts.faults
    prices = [parts.price(one, at, "", about) for at, one in _objects(raw, "prices", place, faults, about)]
    notes = [parts.note(one, at, about) for at, one in _objects(raw, "notes", place, faults, about)]
    made: dict[str, list[Any]] = {
        name: [
            parts.objects.made(MADE[kind], kind, one, at, about)
            for at, one in _objects(raw, name, place, faults, about)
        ]
        for name, kind in _LISTS_OF_A_CODE.items()
    }
    rules = Rules(
        [price for price in prices if price],
        notes=[note for note in notes if note],
        **{name: [rule for rule in rules if rule] for name, rules in made.items()},
    )
    parts.note_code(without(raw, *_OWN_OF_A_CODE), rules, place)


def _objects(raw: Raw, name: str, place: str, faults: Faults, about: str = "") -> Iterator[tuple[str, Raw]]:
    """The objects of a list with their places."""
    listed = raw.get(name)
    if listed is None:
        return
    if not isinstance(listed, list):
        faults.add(place, name, "type_wrong", about)
        return
    at = f"{place}.{name}" if place else name
    for number, one in enumerate(listed):
        if isinstance(one, dict):
            yield f"{at}[{number}]", one
        else:
            faults.add(f"{at}[{number}]", "", "type_wrong", about)


def _decoder(faults: Faults) -> json.JSONDecoder:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in pairs:
            if name in made:
                faults.add("", shown(name), "name_duplicate")
            made[name] = value
        return made

    return json.JSONDecoder(object_pairs_hook=once, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
