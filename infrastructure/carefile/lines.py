"""The physical lines of a file, whatever ends them. Each is judged alone, so that no bad one swallows the next."""

from collections.abc import Iterator
from io import BytesIO

from infrastructure.carefile.errors import CareFileError

MAX_BYTES = 32 * 1024 * 1024
MAX_LINES = 200_000
"""A file of either size is read within 256 MiB of memory and a second for each of its MiB, whatever stands in it."""
MAX_LINE = 16_384
_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00")


def numbered_lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their number from 1. Raises `CareFileError`, also after some lines."""
    if len(content) > MAX_BYTES:
        raise CareFileError("file_too_large")
    if content.startswith(_OTHER_ENCODINGS):
        raise CareFileError("file_not_text")
    unified = content.removeprefix(_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    count = 0
    for number, line in enumerate(BytesIO(unified), 1):
        if not line.strip():
            continue
        count += 1
        if count > MAX_LINES:
            raise CareFileError("file_too_large")
        yield number, line.removesuffix(b"\n")
    if not count:
        raise CareFileError("file_empty")


def text_of(line: bytes) -> tuple[str, str]:
    """The line as text, or what is wrong with it: (text, code)."""
    if len(line) > MAX_LINE:
        return "", "line_too_long"
    if b"\0" in line:
        return "", "nul_character"
    try:
        return line.decode("utf-8"), ""
    except UnicodeDecodeError:
        return "", "not_utf8"


def is_json_lines(first: bytes) -> bool:
    """JSON Lines open with a brace, a header never does."""
    return first.lstrip().startswith(b"{")
