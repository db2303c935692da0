"""Every refusal code explained in the reader's language: from the catalogue, else from the anatomy of the code.

Texts are our own and stand in `refusal_codes/*.toml`. The letter of the answer counts before that of the catalogue.
Anatomy: record (2), zone (2), kind (2); an envelope code is zone, slash, two digits (seed-features 4.1).
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from domain.rules.cascade import is_cascade

Language = Literal["fr", "nl", "en"]
Level = Literal["envelope", "file", "invoice", "line", "total"]

_CODE_FILES = ("file", "invoice", "line", "line_detail", "reading")
_LEVEL_OF_RECORD: dict[str, Level] = {"10": "file", "90": "file", "20": "invoice", "80": "total"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person needs to know of one code. `source`: catalogue, or anatomy when the code is not in it.

    `correctable`: yes, no, unknown. `decision` is one of `decisions.toml`, advice and never done by itself.
    """

    code: str
    letter: str
    level: Level
    meaning: str
    cause: str
    cure: str
    consequence: str
    field: str
    field_label: str
    decision: str
    decision_label: str
    correctable: str
    is_cascade: bool
    source: Literal["catalogue", "anatomy"]


def explain(code: str, language: Language = "fr", letter: str | None = None) -> Explanation:
    """Explain a code as written in an answer; any text is answered, none raises."""
    if "/" in code:
        return _envelope(code, language)
    known = _catalogue().get(code)
    weight = letter or (known["letter"] if known else "")
    level = _LEVEL_OF_RECORD.get(code[:2], "line")
    consequence = _text("kinds", f"letter_{weight}", language) if weight else ""
    if known is None:
        field, decision, correctable = "", "read_comment", "unknown"
        meaning, cause, cure = _anatomy(code, language), "", ""
    else:
        field, decision, correctable = known["field"], known["decision"], known["correctable"]
        texts = known[language]
        meaning, cause, cure = texts["meaning"], texts["cause"], texts["cure"]
    return Explanation(
        code,
        weight,
        level,
        meaning,
        cause,
        cure,
        consequence,
        field,
        _text("fields", field, language) if field else "",
        decision,
        _text("decisions", decision, language),
        correctable,
        is_cascade(code),
        "anatomy" if known is None else "catalogue",
    )


def known_codes() -> tuple[str, ...]:
    """Codes of the catalogue, sorted."""
    return tuple(sorted(_catalogue()))


def _envelope(code: str, language: Language) -> Explanation:
    zone, kind = code.split("/", 1)
    specific = _text("envelope", f"{zone}_{kind}", language)
    where = _text("envelope", "zone", language).format(zone=zone)
    what = specific or _text("envelope", f"kind_{kind}", language) or kind
    is_duplicate = (zone, kind) == ("301", "40")
    cure = _text("envelope", "cure_duplicate" if is_duplicate else "cure", language)
    decision = "none" if is_duplicate else "prepare_again"
    meaning = f"{where} : {what}." if language == "fr" else f"{where}: {what}."
    return Explanation(
        code,
        "",
        "envelope",
        meaning,
        "",
        cure,
        "",
        "",
        "",
        decision,
        _text("decisions", decision, language),
        "unknown",
        False,
        "anatomy",
    )


def _anatomy(code: str, language: Language) -> str:
    record, zone, kind = code[:2], code[2:4], code[4:6]
    parts = [
        _text("kinds", f"record_{record}", language) or record,
        _text("kinds", f"zone_{record}_{zone}", language) or f"zone {zone}",
        _text("kinds", f"kind_{kind}", language)
        or _text("kinds", f"kind_{kind[:1]}x", language)
        or _text("kinds", "kind_other", language),
    ]
    return f"{', '.join(parts)}."


def _text(name: str, key: str, language: Language) -> str:
    texts: dict[str, str] = _table(name).get(key, {})
    return texts.get(language, "")


@lru_cache
def _catalogue() -> dict[str, Any]:
    return {code: entry for name in _CODE_FILES for code, entry in _table(name).items()}


@lru_cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("domain.rules").joinpath("refusal_codes", f"{name}.toml").read_text("utf-8"))
