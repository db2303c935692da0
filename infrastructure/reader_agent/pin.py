"""A PIN on its way from a person's fingers to the card: digits in memory that is written over.

Python keeps no promise about copies that it makes inside (the buffers of the web server and of the card service hold
the digits for a moment); no text object and no log ever holds them.
"""

from types import TracebackType
from typing import Self

from infrastructure.reader_agent.errors import CardError

_ZERO = ord("0")
_FILLER = 0xF
_BLOCK_BYTES = 8


class Pin:
    """4 to 12 digits (ASCII) in a buffer that now belongs to this object. Raises `CardError("eid_pin_length")`."""

    def __init__(self, digits: bytearray) -> None:
        self._digits = digits
        if not 4 <= len(digits) <= 12 or any(not _ZERO <= digit <= _ZERO + 9 for digit in digits):
            self.wipe()
            raise CardError("eid_pin_length")

    def block(self) -> bytearray:
        """As the card takes it (8 bytes): 2, number of digits, digits, filler; a buffer that its user wipes."""
        nibbles = bytearray([2, len(self._digits)])
        nibbles.extend(digit - _ZERO for digit in self._digits)
        nibbles.extend([_FILLER] * (2 * _BLOCK_BYTES - len(nibbles)))
        packed = bytearray(nibbles[place] << 4 | nibbles[place + 1] for place in range(0, len(nibbles), 2))
        wipe(nibbles)
        return packed

    def wipe(self) -> None:
        """Nothing of it is left here."""
        wipe(self._digits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return "Pin()"


def wipe(buffer: bytearray) -> None:
    """Written over, and empty afterwards."""
    buffer[:] = bytes(len(buffer))
    buffer.clear()
