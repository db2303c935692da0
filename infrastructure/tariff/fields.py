"""The fields of each object in a tariff file: reader of the value, and which of them must be there.

The same names in JSON and CSV (docs/tariffs.md). In CSV everything is text, and a list has blanks between its words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from domain.establishment import Sector
from domain.pricing.tariff_set import Mode, Need, Role, Span, Variant
from infrastructure.carefile.values import BadValue, Parser, Raw, day, one_of, whole, words, yes_or_no

FORMAT = "quittance-tariff/1"
LANGUAGES = ("fr", "nl", "de", "en")
VARIANTS: tuple[str, ...] = get_args(Variant)
_MOST_CENTS = 99_999_999
_MOST_LISTED = 2_000
_LONGEST_TEXT = 8_000
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Fields:
    """Readers by name, and the names without which there is no such object."""

    parsers: Mapping[str, Parser]
    needed: tuple[str, ...] = ()


def matching(pattern: str, code: str) -> Parser:
    """A text that fits a pattern as a whole."""
    fits = re.compile(pattern).fullmatch

    def parse(raw: Raw) -> str:
        if not isinstance(raw, str):
            raise BadValue("type_wrong")
        if not fits(raw):
            raise BadValue(code)
        return raw

    return parse


def decimal(raw: Raw) -> Decimal:
    """An exact number in a text, at most six places behind the point; a JSON number has lost its exactness."""
    if not isinstance(raw, str):
        raise BadValue("type_wrong")
    if not _DECIMAL.fullmatch(raw):
        raise BadValue("decimal_invalid")
    return Decimal(raw)


def text(raw: Raw) -> object:
    """Words for people; whatever blanks stand between them become one."""
    return _PLAIN(" ".join(raw.split())) if isinstance(raw, str) else _PLAIN(raw)


_PLAIN = words(_LONGEST_TEXT)
_SHORT = words(200)
_NAME = matching(NAME.pattern, "characters_invalid")
_LETTER = matching(r"[A-Za-z]{1,8}", "characters_invalid")
_HOLDER_CODE = matching(r"[0-9?]{3}", "digits_invalid")
_PLACE = matching(r"(?=0*[1-9])[0-9]{1,12}", "digits_invalid")
_CODES = {
    "BE": matching(r"[0-9]{6}", "digits_invalid"),
    "CH": matching(r"[0-9A-Z.]{1,12}", "characters_invalid"),
}


def tables(country: str, *, typed: bool) -> dict[str, Fields]:
    """Fields by object. `typed`: numbers come as numbers, lists as lists (JSON); else all is text (CSV)."""
    code = _CODES.get(country, _CODES["CH"])
    cents = whole(0, _MOST_CENTS, typed=typed)
    codes = _many(code, typed=typed)
    units = whole(1, 9_999, typed=typed)
    span = one_of(*get_args(Span))
    period: dict[str, Parser] = {"valid_from": day, "valid_to": day}
    return {
        "set": Fields(
            {
                "format": one_of(FORMAT),
                "country": one_of(*_CODES),
                "sector": one_of(*get_args(Sector)),
                "currency": one_of("EUR", "CHF"),
                "name": _SHORT,
                "edition": _SHORT,
                "source": _SHORT,
                "valid_from": day,
                "is_fictitious": yes_or_no if typed else _yes_or_no,
            },
            ("format", "country", "sector", "currency", "name", "edition", "source", "valid_from"),
        ),
        "rounding": Fields(
            {
                "mode": one_of(*get_args(Mode)),
                "step": whole(1, 1_000, typed=typed),
                "per": one_of("unit", "line"),
            }
        ),
        "letter": Fields({"letter": _LETTER, "value": decimal, **period}, ("letter", "value", "valid_from")),
        "entitlement": Fields({"ct1": _HOLDER_CODE, "ct2": _HOLDER_CODE, "name": _NAME}, ("name",)),
        "rest_home": Fields({"place": _PLACE, **period}, ("place", "valid_from")),
        "code": Fields(
            {
                "code": code,
                **period,
                "role": one_of(*get_args(Role)),
                "place": _NAME,
                "category": matching(r"[A-Z]{1,4}[0-9]{0,2}", "characters_invalid"),
                "statistical": code,
                "needs": _many(one_of(*get_args(Need)), typed=typed),
                "lump_sum_pct": whole(0, 100, typed=typed),
            },
            ("code", "valid_from"),
        ),
        "price": Fields(
            {
                **period,
                "fee_cents": cents,
                "letter": _LETTER,
                "coefficient": decimal,
                "base_cents": cents,
                "source": _SHORT,
            },
            ("valid_from",),
        ),
        "share": Fields({"cents": cents, "hundredths": whole(0, 10_000, typed=typed)}),
        "maximum": Fields({"units": units, "span": span, "codes": codes}, ("units", "span")),
        "not_with": Fields({"codes": codes, "span": span}, ("codes",)),
        "before": Fields({"codes": codes, "days": whole(0, 36_600, typed=typed)}, ("codes", "days")),
        "note": Fields({**period, "source": _SHORT}, ("valid_from",)),
        "texts": Fields(dict.fromkeys(LANGUAGES, text)),
        "variants": Fields(dict.fromkeys(VARIANTS, code)),
    }


def _many(one: Parser, *, typed: bool) -> Callable[[Any], tuple[object, ...]]:
    """A list of values; each only once."""

    def parse(raw: Raw) -> tuple[object, ...]:
        listed = raw if typed else raw.split() if isinstance(raw, str) else None
        if not isinstance(listed, list):
            raise BadValue("type_wrong")
        if len(listed) > _MOST_LISTED:
            raise BadValue("list_too_long")
        return tuple(dict.fromkeys(one(value) for value in listed))  # type: ignore[arg-type]

    return parse


def _yes_or_no(raw: Raw) -> bool:
    if raw not in ("true", "false"):
        raise BadValue("out_of_range")
    return raw == "true"
