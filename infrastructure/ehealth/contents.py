"""The content of a message: deflated without header, and blown up again within bounds (reference 3.3)."""

import zlib
from base64 import b64decode

from lxml import etree

MOST_BYTES = 256 * 1024 * 1024


class ContentError(Exception):
    """`code`: `content_encoding_unknown`, `content_not_deflated`, `content_too_large`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def deflate(content: bytes) -> bytes:
    """Raw DEFLATE, as MyCareNet wants it."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


def inflate(content: bytes, most_bytes: int = MOST_BYTES) -> bytes:
    """Never more than `most_bytes`, however little came. Raises `ContentError`."""
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        clear = decompressor.decompress(content, most_bytes)
    except zlib.error:
        raise ContentError("content_not_deflated") from None
    if decompressor.unconsumed_tail:
        raise ContentError("content_too_large")
    if not decompressor.eof:
        raise ContentError("content_not_deflated")
    return clear


def decoded(content: bytes, encoding: str | None, most_bytes: int = MOST_BYTES) -> bytes:
    """By what the message says of itself; without a word it is deflated."""
    match encoding:
        case None | "" | "deflate":
            return inflate(content, most_bytes)
        case "none":
            return content
    raise ContentError("content_encoding_unknown")


def opened(element: etree._Element) -> tuple[bytes | None, str]:
    """The clear bytes that an element carries, or None and why there are none."""
    if element.get("ContentEncryption"):
        return None, "content_sealed"
    try:
        given = b64decode("".join((element.text or "").split()), validate=True)
        return decoded(given, element.get("ContentEncoding")), ""
    except ValueError:
        return None, "content_not_base64"
    except ContentError as error:
        return None, error.code
