"""Sheets being filled from top to bottom: words and rules at their places, and where the next thing goes."""

from dataclasses import dataclass, field

LONG, SHORT = 841.89, 595.28
SIDE, TOP, BOTTOM = 34.0, 34.0, 34.0
HEAD, FOOT = 22.0, 20.0
LEADING = 1.35
"""A line is that many times as high as its letters."""


@dataclass(frozen=True, slots=True)
class Words:
    """`y` is the line on which the letters stand."""

    x: float
    y: float
    text: str
    size: float
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A level line. `grey`: 0 black, 255 white."""

    x: float
    y: float
    width: float
    weight: float = 0.5
    grey: int = 0


@dataclass(slots=True)
class Sheet:
    """One side of paper. `title`: of the document that it belongs to; `number` counts within that document, from 1."""

    is_wide: bool
    title: str
    number: int
    words: list[Words] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @property
    def width(self) -> float:
        """Of the paper."""
        return LONG if self.is_wide else SHORT

    @property
    def height(self) -> float:
        """Of the paper."""
        return SHORT if self.is_wide else LONG


class Pile:
    """The sheets of one document, and the place on the last one where the next thing begins."""

    def __init__(self, title: str, *, is_wide: bool) -> None:
        self._title, self._is_wide = title, is_wide
        self.sheets: list[Sheet] = []
        self.y = 0.0
        self.turn()

    def turn(self) -> None:
        """A new sheet."""
        self.sheets.append(Sheet(self._is_wide, self._title, len(self.sheets) + 1))
        self.y = TOP + HEAD

    @property
    def sheet(self) -> Sheet:
        """The last one."""
        return self.sheets[-1]

    @property
    def width(self) -> float:
        """Between the margins."""
        return self.sheet.width - 2 * SIDE

    @property
    def room(self) -> float:
        """Height left on this sheet."""
        return self.sheet.height - BOTTOM - FOOT - self.y

    @property
    def whole(self) -> float:
        """Height of an empty sheet."""
        return self.sheet.height - BOTTOM - FOOT - TOP - HEAD

    def need(self, height: float) -> None:
        """Turn over when there is not that much room, and an empty sheet has more."""
        if height > self.room and self.y > TOP + HEAD:
            self.turn()
