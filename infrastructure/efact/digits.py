"""Check digits of a record and control numbers of invoice, fund and shipment (eFact reference 2.9, 2.10)."""

from collections.abc import Iterable

_MODULUS = 97
_COVERED = 348
_DIGITS, _BLANK, _LETTERS, _OTHER = 0, 10, 11, 37


def _weight(byte: int) -> int:
    character = chr(byte)
    if "0" <= character <= "9":
        return byte - ord("0") + _DIGITS
    if character == " ":
        return _BLANK
    if "A" <= character.upper() <= "Z" and byte < 128:
        return ord(character.upper()) - ord("A") + _LETTERS
    return _OTHER


_WEIGHTS = bytes(_weight(byte) for byte in range(256))
_WRITTEN = [b"%02d" % number for number in range(_MODULUS + 1)]


def check_digits(record: bytes) -> int:
    """Zone 99 of a record of 10-90: weights of its first 348 bytes added up, modulo 97, 97 for 0.

    Zeros weigh nothing and are most of a record: leaving them out makes the sum twice as fast.
    """
    return sum(record[:_COVERED].translate(_WEIGHTS, b"0")) % _MODULUS or _MODULUS


def has_right_check_digits(record: bytes) -> bool:
    """Whether zone 99 of this record (350 bytes or an echo of 800) says what its first 348 bytes add up to."""
    return record[_COVERED : _COVERED + 2] == _WRITTEN[check_digits(record)]


def seal(record: bytes) -> bytes:
    """The record of 350 bytes with its check digits written in zone 99."""
    return record[:_COVERED] + _WRITTEN[check_digits(record)]


def control_number(codes: Iterable[int]) -> int:
    """Zones 98, 410 and 510: sum of the codes (zone 4) of all records 30, 40, 50, 51 and 52, modulo 97, 97 for 0."""
    return sum(codes) % _MODULUS or _MODULUS
