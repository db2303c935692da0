"""Values of a line as types of ours. A parser answers the value or raises `BadValue` with a code, never the value."""

from collections.abc import Callable
from datetime import date as Date

from domain.identifiers import is_ssin

Raw = str | int | float | bool | list[object] | dict[str, object] | None
"""What a cell or a JSON value can be."""

Parser = Callable[[Raw], object]
_OLDEST, _LATEST = Date(1900, 1, 1), Date(2099, 12, 31)
_ISO_LENGTH = 10
_MOST_DIGITS = 15


class BadValue(Exception):
    """`code` is public and stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def whole(lowest: int, highest: int, *, typed: bool = False) -> Parser:
    """An integer in a range; with `typed` (JSON) it must be a number there, else digits in a cell."""

    def parse(raw: Raw) -> int:
        if typed:
            if type(raw) is not int:
                raise BadValue("type_wrong")
            number = raw
        else:
            number = _number(_text(raw))
        if not lowest <= number <= highest:
            raise BadValue("out_of_range")
        return number

    return parse


def digits(shortest: int, longest: int, code: str = "digits_invalid") -> Parser:
    """A number that is a name: digits only, zeros kept."""

    def parse(raw: Raw) -> str:
        text = _text(raw)
        if not (text.isascii() and text.isdigit() and shortest <= len(text) <= longest):
            raise BadValue(code)
        return text

    return parse


def words(longest: int, *, ascii_only: bool = False) -> Parser:
    """Printable text on one line; `longest` counts characters."""

    def parse(raw: Raw) -> str:
        text = _text(raw).strip()
        if len(text) > longest:
            raise BadValue("text_too_long")
        if not text.isprintable() or (ascii_only and not text.isascii()):
            raise BadValue("characters_invalid")
        return text

    return parse


def one_of(*choices: str) -> Parser:
    """One of some words."""

    def parse(raw: Raw) -> str:
        text = _text(raw)
        if text not in choices:
            raise BadValue("out_of_range")
        return text

    return parse


def day(raw: Raw) -> Date:
    """A date, YYYY-MM-DD."""
    text = _text(raw)
    if len(text) != _ISO_LENGTH or not text.isascii() or text[4] != "-" or text[7] != "-":
        raise BadValue("date_invalid")
    try:
        found = Date.fromisoformat(text)
    except ValueError:
        raise BadValue("date_invalid") from None
    if not _OLDEST <= found <= _LATEST:
        raise BadValue("out_of_range")
    return found


def iso_day(raw: Raw) -> str:
    """A date kept as text, so that it can be sealed."""
    return day(raw).isoformat()


def hour(raw: Raw) -> str:
    """A time, hhmm."""
    text = _text(raw)
    if not (len(text) == 4 and text.isascii() and text.isdigit() and text[:2] < "24" and text[2:] < "60"):
        raise BadValue("time_invalid")
    return text


def ssin(raw: Raw) -> str:
    """A national number with right check digits, 11 digits without signs."""
    text = _text(raw)
    if not is_ssin(text):
        raise BadValue("ssin_invalid")
    return text


def yes_or_no(raw: Raw) -> bool:
    """JSON true or false."""
    if not isinstance(raw, bool):
        raise BadValue("type_wrong")
    return raw


def _text(raw: Raw) -> str:
    if not isinstance(raw, str):
        raise BadValue("type_wrong")
    return raw


def _number(text: str) -> int:
    bare = text.removeprefix("-")
    if not (bare.isascii() and bare.isdigit()):
        raise BadValue("number_invalid")
    if len(bare) > _MOST_DIGITS:
        raise BadValue("out_of_range")
    return int(text)
