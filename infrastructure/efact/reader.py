"""Any eFact message out of bytes, however damaged.

Nothing is lost, nothing is guessed, nothing but EfactError is raised.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace

from domain.answer import Unread
from infrastructure.efact.cutting import Cutter, Piece
from infrastructure.efact.errors import UnrecognisedMessage
from infrastructure.efact.header_zones import HEADER_200
from infrastructure.efact.layout import Layout
from infrastructure.efact.message import EfactFile, Record
from infrastructure.efact.records import ACKNOWLEDGEMENT, ANSWERS, BILLING_FILE, layouts, second_header

_NAME = re.compile(rb"[^0-9]{0,64}(" + "|".join((BILLING_FILE, *ANSWERS)).encode() + rb")")
_SECOND_HEADER = re.compile(rb"20\d\d(?:0[1-9]|1[0-2])\d\d")
_ACKNOWLEDGED = re.compile(rb"92\d{4}")
_LINE_BREAKS = re.compile(rb"[\r\n]+")
_NAME_LENGTH = 6


def read(content: bytes) -> EfactFile:
    """A message of any kind (eFact reference 1, 3); raises UnrecognisedMessage when not even its name can be read.

    Line breaks, which some senders add, are taken out when that makes more of the file readable; they stand in
    `unread` like every byte without meaning. Linear in the size of the file.
    """
    joined = content.translate(None, b"\r\n")
    if len(joined) == len(content):
        return _interpret(content)
    readings = (_with_line_breaks(joined, content), _attempt(content))
    best = max((r for r in readings if r is not None), key=lambda file: file.read_size, default=None)
    if best is None:
        raise UnrecognisedMessage(len(content))
    return best


def _attempt(content: bytes) -> EfactFile | None:
    try:
        return _interpret(content)
    except UnrecognisedMessage:
        return None


def _interpret(content: bytes) -> EfactFile:
    name = _NAME.match(content)
    if name is None:
        raise UnrecognisedMessage(len(content))
    start, message = name.start(1), name[1].decode()
    pieces = [Piece(0, start, "before the message")] if start else []
    headers, body = _headers(content, message, start)
    pieces += [piece for piece in headers[2:] if piece.start < piece.end]
    if message == ACKNOWLEDGEMENT:
        rest = [Piece(body, len(content), "after the acknowledgement")] if body < len(content) else []
    else:
        rest = Cutter(content, message).pieces(body)
    known = {name.encode(): layout for name, layout in layouts(message).items()}
    return EfactFile(
        message,
        _record(content, HEADER_200, headers[0]),
        _record(content, second_header(message), headers[1]),
        tuple(_record(content, known[content[p.start : p.start + 2]], p) for p in rest if not p.reason),
        tuple(Unread(p.start, content[p.start : p.end], p.reason) for p in (*pieces, *rest) if p.reason),
        len(content),
    )


def _headers(content: bytes, message: str, start: int) -> tuple[list[Piece], int]:
    """Headers 200 and 300, then gaps; and where the records start.

    When the records do not start where they should, the headers lost or won bytes: then header 300 is not read, and
    header 200 only if header 300 still stands right behind it, lest a shifted reference pass for a real one.
    """
    end = len(content)
    second = min(start + HEADER_200.length, end)
    body = min(second + second_header(message).length, end)
    if message == ACKNOWLEDGEMENT:
        if end == start + HEADER_200.length + second_header(message).length or _ACKNOWLEDGED.match(content, second):
            return [Piece(start, second), Piece(second, body)], body
        return _shifted(start, start + _NAME_LENGTH, end), end
    found = _first_record(content, message, body)
    if found is None:
        return [Piece(start, second), Piece(second, body)], body
    header_end = second if second <= found and _SECOND_HEADER.match(content, second) else start + _NAME_LENGTH
    return _shifted(start, header_end, found), found


def _shifted(start: int, header_end: int, body: int) -> list[Piece]:
    gap = Piece(header_end, body, f"headers of {body - start} bytes, not of their own length")
    return [Piece(start, header_end), Piece(header_end, header_end), gap]


def _first_record(content: bytes, message: str, body: int) -> int | None:
    """Where the first provable record starts when that is off the grid that begins at `body`, else None."""
    cutter = Cutter(content, message)
    if body >= len(content) or cutter.is_head(body):
        return None
    found = cutter.search(_NAME_LENGTH)
    length = next(iter(layouts(message).values())).length
    return None if found is None or (found > body and (found - body) % length == 0) else found


def _record(content: bytes, layout: Layout, piece: Piece) -> Record:
    return Record(layout, content[piece.start : min(piece.end, piece.start + layout.length)], piece.start)


def _with_line_breaks(joined: bytes, content: bytes) -> EfactFile | None:
    """The reading of `joined` (= `content` without CR and LF), told in the places of `content`."""
    file = _attempt(joined)
    if file is None:
        return None
    origin = _origins(content)
    for record in (file.header, file.second_header, *file.records):
        record.offset = origin(record.offset)
    gaps = []
    for gap in file.unread:
        start, end = origin(gap.offset), origin(gap.offset + len(gap.raw) - 1) + 1
        gaps.append(Unread(start, content[start:end], gap.reason))
    return replace(file, unread=tuple(_merged(content, gaps)), size=len(content))


def _origins(content: bytes) -> Callable[[int], int]:
    """From a place in the joined text to the place in `content`."""
    places = (place for match in _LINE_BREAKS.finditer(content) for place in range(match.start(), match.end()))
    shifted = [place - earlier for earlier, place in enumerate(places)]
    return lambda place: place + bisect_right(shifted, place)


def _merged(content: bytes, gaps: list[Unread]) -> Iterator[Unread]:
    """The gaps, and every run of line breaks outside them, in file order."""
    waiting = iter([*gaps, None])
    gap = next(waiting)
    for match in _LINE_BREAKS.finditer(content):
        while gap is not None and gap.offset + len(gap.raw) <= match.start():
            yield gap
            gap = next(waiting)
        if gap is None or match.start() < gap.offset:
            yield Unread(match.start(), match[0], "line break")
    while gap is not None:
        yield gap
        gap = next(waiting)
