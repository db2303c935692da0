"""Where records begin and end, in whatever state the file is: a damaged record must not take the others with it.

Records stand on a grid of 350 or 800 bytes. Off the grid, a place counts as the start of a record only when its check
digits (or, in totals, the signs of the amounts) prove it; everything between is reported, nothing is guessed.
"""

import re
from typing import NamedTuple

from infrastructure.efact.digits import check_digits
from infrastructure.efact.records import BILLING_FILE, layouts

_DETAIL_HEAD = rb"(?:10(000001)|(?:2[015]|30|40|5[012]|80|90)(\d{6}))"
# Higher numbers are more likely a date (20 25 03 03) or a code out of step than a running number.
_SPARE_NUMBERS = 10
_HIGHEST_IN_ANSWER = 199_999
_TOTAL_HEADS = {350: rb"9[56]\d\d[\d ]{3}\d\d[\d ]{12}", 800: rb"9[12]\d\d[\d ]{3}\d\d[\d ]{12}"}
_TOTALS = {
    350: rb"9[56]\d\d[\d ]{3}\d\d[\d ]{12}\d\d(?:[+-]\d{11}\d\d){3}\d{8}\d\d\d\d\d\d",
    800: rb"9[12]\d\d[\d ]{3}\d\d[\d ]{12}\d\d(?:[+-]\d{11}\d\d){3}\d{8}\d\d\d\d\d\d(?:[+-]\d{11}\d\d){6}",
}
_PADDING = b" \0\t\x1a"
_CHECK_DIGIT_OFFSETS = (0, 10)  # 10: what an old generator of test files adds (eFact reference 2.9)
_TRIALS_PER_BYTE = 1 / 16
_STEPS = 3


class Piece(NamedTuple):
    """Bytes `start` to `end` of the file: a record, or a gap when `reason` says why it is none."""

    start: int
    end: int
    reason: str = ""


class Cutter:
    """Cuts the bytes after the headers of one message; time is linear in their number."""

    def __init__(self, content: bytes, message: str) -> None:
        self._content, self._end = content, len(content)
        self._layouts = {name.encode(): layout for name, layout in layouts(message).items()}
        self._length = next(iter(self._layouts.values())).length
        self._total = re.compile(_TOTALS[self._length])
        self._head = re.compile(rb"(?=" + _DETAIL_HEAD + rb"|" + _TOTAL_HEADS[self._length] + rb")")
        records = self._end // self._length + _SPARE_NUMBERS
        self._highest = records if message == BILLING_FILE else _HIGHEST_IN_ANSWER
        self._trials = int(self._end * _TRIALS_PER_BYTE) + 100

    def pieces(self, start: int) -> list[Piece]:
        """Records and gaps from `start` to the end of the file, in order and without hole."""
        found: list[Piece] = []
        place = start
        while place < self._end:
            piece = self._next(place)
            found.append(piece)
            place = piece.end
        return found

    def is_head(self, place: int) -> bool:
        """Whether a record seems to start here: a known type and a likely running number, or a total."""
        match = self._head.match(self._content, place)
        return match is not None and int(match[match.lastindex or 0] or 0) <= self._highest

    def search(self, start: int) -> int | None:
        """First place from `start` on where a record provably begins and is followed by another or by the end."""
        for match in self._head.finditer(self._content, start):
            if self._trials <= 0:
                return None
            self._trials -= 1
            after = match.start() + self._length
            if (after == self._end or self.is_head(after)) and self._is_proved(match.start()):
                return match.start()
        return None

    def _next(self, place: int) -> Piece:
        after = place + self._length
        if after > self._end:
            return self._last(place)
        known = self._content[place : place + 2] in self._layouts
        if known and self._fits(place, after):
            return Piece(place, after)
        if not known and after < self._end and self.is_head(after) and self._fits(after, after + self._length):
            return Piece(place, after, "unknown record type")
        return self._gap(place)

    def _fits(self, place: int, after: int) -> bool:
        """Whether the record at `place` ends where it should: there, or a few records on, stands one, or the end.

        Failing that, right check digits prove it unless a digit follows: then, once in 97 times, they are right by
        chance in a record that lost or won a byte.
        """
        if after == self._end or self.is_head(after):
            return True
        steps = range(after + self._length, after + _STEPS * self._length, self._length)
        if any(step == self._end or self.is_head(step) for step in steps):
            return True
        following = self._content[after : after + self._length]
        return not following.strip(_PADDING) or (not following[:1].isdigit() and self._is_proved(place))

    def _is_proved(self, place: int) -> bool:
        if self._total.match(self._content, place):
            return True
        record = self._content[place : place + 350]
        if len(record) < 350 or not record[348:].isdigit():
            return False
        return (int(record[348:]) - check_digits(record)) % 97 in _CHECK_DIGIT_OFFSETS

    def _last(self, place: int) -> Piece:
        """Fewer bytes than a record: a total whose trailing blanks are gone still says everything."""
        if self._total.match(self._content, place):
            return Piece(place, self._end)
        if not self._content[place:].strip(_PADDING):
            return Piece(place, self._end, "padding after the last record")
        return Piece(place, self._end, f"truncated: {self._end - place} bytes of a record of {self._length}")

    def _gap(self, place: int) -> Piece:
        found = self.search(place + 1)
        if found is None:
            return Piece(place, self._end, "no record recognised from here to the end")
        return Piece(place, found, f"{found - place} bytes where a record of {self._length} should stand")
