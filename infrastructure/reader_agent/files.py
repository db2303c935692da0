"""Files of a Belgian eID: where they are, and how they are read without knowing how long they are."""

from collections.abc import Callable
from enum import StrEnum

from infrastructure.reader_agent.apdu import NOT_FOUND, OK, PAST_THE_END, Apdus
from infrastructure.reader_agent.errors import CardError

_APPLET = bytes.fromhex("A00000003029057000AD13100101FF")
_BLOCK = 0xF8
_MOST_BYTES = 16 * 1024


class File(StrEnum):
    """Path from the master file, in hex."""

    AUTHENTICATION = "3F00DF005038"
    ISSUER = "3F00DF00503A"
    REGISTER = "3F00DF00503C"
    IDENTITY = "3F00DF014031"
    IDENTITY_SIGNATURE = "3F00DF014032"
    ADDRESS = "3F00DF014033"
    ADDRESS_SIGNATURE = "3F00DF014034"
    BASIC_KEY = "3F00DF014040"


def read(apdus: Apdus, file: File) -> bytes:
    """The whole file with its padding; empty when the card has none."""
    return _read(apdus, file, lambda _: None)


def read_der(apdus: Apdus, file: File) -> bytes:
    """The one DER structure at its beginning, without the padding; empty when there is none."""
    content = _read(apdus, file, der_length)
    length = der_length(content)
    return b"" if length is None or length > len(content) else content[:length]


def der_length(content: bytes) -> int | None:
    """Bytes of the DER sequence at the beginning, header included; None when none begins there."""
    if len(content) < 2 or content[0] != 0x30:
        return None
    short, long = content[1], content[1] & 0x7F
    if short < 0x80:
        return 2 + short
    if not 1 <= long <= 2 or len(content) < 2 + long:
        return None
    return 2 + long + int.from_bytes(content[2 : 2 + long])


def select_applet(apdus: Apdus) -> int:
    """After another applet was chosen. The status word."""
    return apdus.send("00A4040C", _APPLET)[1]


def _read(apdus: Apdus, file: File, needed: Callable[[bytes], int | None]) -> bytes:
    """`needed` tells from the first bytes how many there are, or None."""
    if not _select(apdus, bytes.fromhex(file)):
        return b""
    content = b""
    while len(content) < _MOST_BYTES:
        block, status = apdus.send(f"00B0{len(content):04X}", expected=_BLOCK)
        if status == PAST_THE_END:
            return content
        if status != OK:
            raise CardError("card_answer_unexpected")
        content += block
        enough = needed(content)
        if len(block) < _BLOCK or (enough is not None and len(content) >= enough):
            return content
    raise CardError("card_answer_unexpected")


def _select(apdus: Apdus, path: bytes) -> bool:
    """By path; once more after choosing the applet; else step by step. False when the file is not there."""
    for attempt in (_by_path, _after_applet, _step_by_step):
        status = attempt(apdus, path)
        if status == OK:
            return True
        if status not in NOT_FOUND:
            raise CardError("card_answer_unexpected")
    return False


def _by_path(apdus: Apdus, path: bytes) -> int:
    return apdus.send("00A4080C", path)[1]


def _after_applet(apdus: Apdus, path: bytes) -> int:
    select_applet(apdus)
    return _by_path(apdus, path)


def _step_by_step(apdus: Apdus, path: bytes) -> int:
    status = OK
    for place in range(0, len(path), 2):
        status = apdus.send("00A4020C", path[place : place + 2])[1]
        if status != OK:
            return status
    return status
