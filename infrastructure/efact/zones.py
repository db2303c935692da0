"""One zone of a fixed-width record: its place, how a value is written and read back (eFact reference 1.2)."""

from dataclasses import dataclass
from enum import StrEnum

from infrastructure.efact.errors import ValueDoesNotFit
from infrastructure.efact.text import plain


class Kind(StrEnum):
    """What a zone holds and how it is padded.

    N digits, right-aligned; A text, left-aligned; S sign and digits; C letters or digits, zero when empty;
    E two-digit error code of the zone before.
    """

    NUMBER = "N"
    TEXT = "A"
    SIGNED = "S"
    CODE = "C"
    ERROR = "E"


_SIGNED_FORMATS = {digits: f"+0{digits + 1}d" for digits in range(1, 12)}


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone by its number in the instructions; `start` counts from 1, as there. `name` is what our code calls it."""

    number: str
    start: int
    length: int
    kind: Kind
    name: str
    default: str

    @property
    def characters(self) -> list[str]:
        """What a writer may put in each place, as regular-expression classes."""
        if self.kind is Kind.TEXT:
            return ["[ -~]"] * self.length
        if self.kind is Kind.CODE:
            return ["[!-~]"] * self.length
        first = "[+-]" if self.kind is Kind.SIGNED else "[0-9]"
        return [first, *["[0-9]"] * (self.length - 1)]

    def placeholder(self) -> str:
        """%-format of this zone in a record template: numbers as int, text and signed amounts as str."""
        if self.kind is Kind.TEXT:
            return f"%({self.name})-{self.length}s"
        if self.kind in (Kind.SIGNED, Kind.CODE):
            return f"%({self.name})s"
        return f"%({self.name})0{self.length}d"

    def write(self, value: int | str, record: str) -> str:
        """The zone filled with `value`; raises ValueDoesNotFit, which names `record` and zone, not the value."""
        text = self._padded(value, record)
        if len(text) > self.length:
            raise ValueDoesNotFit(record, self.number, f"{len(text)} places for {self.length}; give a shorter value")
        return text

    def _padded(self, value: int | str, record: str) -> str:
        if self.kind is Kind.TEXT:
            return plain(str(value)).ljust(self.length)
        if self.kind is Kind.SIGNED:
            return self._signed(value, record)
        text = str(value)
        if self.kind is Kind.CODE:
            if not (text.isascii() and text.isprintable() and " " not in text):
                raise ValueDoesNotFit(record, self.number, "only unaccented letters and digits can stand here")
        elif text and not (text.isascii() and text.isdigit()):
            raise ValueDoesNotFit(record, self.number, "only digits can stand here; give the bare number")
        return text.rjust(self.length, "0")

    def _signed(self, value: int | str, record: str) -> str:
        if isinstance(value, int):
            return signed(value, self.length - 1)
        if value[:1] not in ("+", "-") or not (value[1:].isascii() and value[1:].isdigit()):
            raise ValueDoesNotFit(record, self.number, "a sign and digits must stand here")
        return value


def signed(value: int, digits: int, *, credit: bool = False) -> str:
    """Sign and `digits` digits; inside a credit note a zero takes the minus sign (eFact reference 1.2)."""
    if credit and value == 0:
        return "-" + "0" * digits
    return format(value, _SIGNED_FORMATS[digits])


def read_number(raw: bytes) -> int | None:
    """Digits only as a number; anything else (blanks, letters, a decimal point) is None."""
    return int(raw) if raw.isdigit() else None


def read_cents(raw: bytes) -> int | None:
    """Sign and digits as signed cents; a zone without sign, or with anything but digits after it, is None."""
    return int(raw) if raw[:1] in (b"+", b"-") and raw[1:].isdigit() else None


def read_text(raw: bytes) -> str:
    """Text without its padding. One byte is one character whatever it is, so that no byte moves or is lost."""
    return raw.decode("latin-1").strip(" \0")
