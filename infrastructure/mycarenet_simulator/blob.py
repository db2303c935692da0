"""The blob of a post: its bytes, inflated within bounds."""

import zlib
from dataclasses import dataclass

from lxml import etree

from infrastructure.mycarenet_simulator.errors import wrong_content
from infrastructure.mycarenet_simulator.signing import decoded

MOST_CLEAR_BYTES = 16 * 1024 * 1024
DEFLATE, PLAIN = "deflate", "none"
_RAW = -15
_XML = "text/xml"


@dataclass(frozen=True, slots=True)
class Blob:
    """`clear`: what the sender's business is about."""

    id: str
    message_name: str
    clear: bytes
    is_deflated: bool
    is_xml: bool


def read_blob(detail: etree._Element) -> Blob:
    """Raises `Refused`: an encoding that nobody knows, a broken stream, or one that grows beyond all bounds."""
    encoding = detail.get("ContentEncoding", DEFLATE)
    if encoding not in (DEFLATE, PLAIN):
        raise wrong_content("ContentEncoding is neither deflate nor none")
    if detail.get("ContentEncryption") is not None:
        raise wrong_content("encrypted content is not simulated")
    content = decoded(detail.text)
    clear = inflated(content) if encoding == DEFLATE else content
    return Blob(
        detail.get("Id", ""),
        detail.get("MessageName", ""),
        clear,
        encoding == DEFLATE,
        detail.get("ContentType") == _XML,
    )


def inflated(content: bytes, most: int = MOST_CLEAR_BYTES) -> bytes:
    """Of raw DEFLATE, without a zlib header."""
    stream = zlib.decompressobj(_RAW)
    try:
        clear = stream.decompress(content, most + 1)
    except zlib.error:
        raise wrong_content("the content is not raw DEFLATE") from None
    if len(clear) > most:
        raise wrong_content("the content is too large")
    if not stream.eof or stream.unused_data:
        raise wrong_content("the content is not raw DEFLATE")
    return clear


def deflated(clear: bytes) -> bytes:
    """Raw DEFLATE."""
    stream = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    return stream.compress(clear) + stream.flush()
