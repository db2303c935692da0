"""eFact files read by naive slicing, positions typed from the reference: it shares nothing with the product's codec.

Positions are those of efact.md: the first character is 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

HEADER, REQUEST_HEAD, ANSWER_HEAD = 67, 67 + 160, 67 + 610
RECORD, ANSWER_RECORD = 350, 800
CASCADES = {"500118", "500119", "500120", "500129", "510119", "510120", "520119", "200140"}


def cut(text: str, start: int, length: int) -> str:
    return text[start - 1 : start - 1 + length]


def cents(text: str) -> int:
    return int(text)


@dataclass
class Line:
    """A record 50. `invoice`: running number of the record 20 before it."""

    order: int
    patient: str
    date: str
    asked: int
    norm: str
    code: str
    invoice: int


@dataclass
class Request:
    """A 920000. Lines by their running number."""

    reference: str
    union: str
    sending_number: int
    month: str
    invoices: int = 0
    lines: dict[int, Line] = field(default_factory=dict)
    funds: dict[str, int] = field(default_factory=dict)
    total: int = 0

    @property
    def asked(self) -> int:
        return sum(line.asked for line in self.lines.values())

    @property
    def days(self) -> set[tuple[str, str]]:
        return {(line.patient, line.date) for line in self.lines.values()}


@dataclass
class Said:
    """What a 920900 says of one record 50."""

    reasons: list[tuple[str, str]]
    accepted: int


@dataclass
class Settlement:
    """A 920900. `funds`: requested, accepted, refused of each record 91; `total`: those of record 92."""

    reference: str
    lines: dict[int, Said] = field(default_factory=dict)
    invoices_refused: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    funds: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    total: tuple[int, int, int] = (0, 0, 0)


def message(content: bytes) -> str:
    return content[:6].decode("ascii")


def reference(content: bytes) -> str:
    """Zone 204."""
    return cut(content.decode("ascii"), 21, 14)


def read_request(content: bytes) -> Request:
    text = content.decode("ascii")
    assert len(text) == REQUEST_HEAD + RECORD * ((len(text) - REQUEST_HEAD) // RECORD), "no whole records"
    second = text[HEADER:REQUEST_HEAD]
    month = cut(second, 1, 6)
    made = Request(reference(content), "", int(cut(second, 9, 3)), f"{month[:4]}-{month[4:]}")
    invoice = 0
    for record in pieces(text[REQUEST_HEAD:], RECORD):
        match record[:2]:
            case "20":
                made.invoices += 1
                invoice = int(cut(record, 3, 6))
            case "50":
                order = int(cut(record, 3, 6))
                made.lines[order] = Line(
                    order,
                    cut(record, 36, 13),
                    cut(record, 17, 8),
                    cents(cut(record, 88, 12)),
                    cut(record, 9, 1),
                    cut(record, 11, 6),
                    invoice,
                )
            case "95":
                made.funds[cut(record, 5, 3)] = cents(cut(record, 52, 12))
            case "96":
                # 306 is a union of its own, although its total bears the number of the 3xx family.
                made.union = "306" if set(made.funds) == {"306"} else f"{cut(record, 5, 1)}00"
                made.total = cents(cut(record, 52, 12))
    return made


def read_settlement(content: bytes) -> Settlement:
    text = content.decode("ascii")
    made = Settlement(reference(content))
    for record in pieces(text[ANSWER_HEAD:], ANSWER_RECORD):
        match record[:2]:
            case "50":
                made.lines[int(cut(record, 3, 6))] = Said(_reasons(record), cents(cut(record, 478, 12)))
            case "20":
                if any(letter in "BF" for letter, _ in _reasons(record)):
                    made.invoices_refused[int(cut(record, 3, 6))] = _reasons(record)
            case "80":
                assert not any(letter in "BF" for letter, _ in _reasons(record)), "refused on its first record"
            case "91":
                made.funds[cut(record, 5, 3)] = _figures(record)
            case "92":
                made.total = _figures(record)
    return made


def pieces(text: str, length: int) -> Iterator[str]:
    for start in range(0, len(text), length):
        yield text[start : start + length]


def _reasons(record: str) -> list[tuple[str, str]]:
    slots = [(cut(record, start, 1), cut(record, start + 1, 6)) for start in (457, 464, 471)]
    return [(letter, code) for letter, code in slots if letter in "BREFS"]


def _figures(record: str) -> tuple[int, int, int]:
    return cents(cut(record, 52, 12)), cents(cut(record, 136, 12)), cents(cut(record, 150, 12))
