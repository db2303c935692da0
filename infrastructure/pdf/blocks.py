"""What can be printed: documents of headings, facts, paragraphs and tables. All of it finished text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Column:
    """Of a table. `is_figure`: right-aligned and never broken."""

    label: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many texts as there are columns; the head is repeated on every sheet."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Name and value, under each other."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """Stays with what follows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    is_bold: bool = False


Block = Table | Facts | Heading | Paragraph


@dataclass(frozen=True, slots=True)
class Document:
    """Begins on a sheet of its own. `under`: lines below the title. `is_wide`: on sheets turned sideways."""

    title: str
    blocks: Sequence[Block]
    under: Sequence[str] = ()
    is_wide: bool = False

    @property
    def row_count(self) -> int:
        """Of all its tables."""
        return sum(len(block.rows) for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True, slots=True)
class Frame:
    """Around every sheet. `head` stands above, `foot` below, both left; `page` words number and number of all sheets,
    those of each document when it `counts_apart`.

    `title` is the file's own, so without anything personal; `language` as in `fr`; `made_at` with its time zone.
    """

    title: str
    head: str
    foot: str
    page: Callable[[int, int], str]
    language: str
    made_at: datetime
    counts_apart: bool = False
