"""Tables: how wide each column is, and rows over as many sheets as they need, with the head on each."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from infrastructure.pdf.blocks import Table
from infrastructure.pdf.letters import Letters
from infrastructure.pdf.sheet import LEADING, SIDE, Pile, Rule, Words
from infrastructure.pdf.wrap import Measure

SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
"""The largest in which no word is broken; the last one in any case."""

_GAP, _PAD, _PALE = 8.0, 2.5, 170
_LONGEST = 0.3
"""The part of the width that one word may ask for."""

_WIDEST = 1.6
"""A table is drawn out to the width of the sheet, but no column to more than so many times what it needs."""


class Layout:
    """A table made ready for a width: texts that can be printed, columns that fit."""

    def __init__(self, table: Table, regular: Letters, bold: Letters, width: float) -> None:
        self.figures = [column.is_figure for column in table.columns]
        self.heads = [bold.written(column.label) for column in table.columns]
        self.rows = [[regular.written(text) for text in row] for row in table.rows]
        free = width - _GAP * (len(self.heads) - 1)
        for size in SIZES:
            self.plain, self.strong = Measure(regular, size), Measure(bold, size)
            least, wanted = self._needs(free * _LONGEST)
            if sum(least) <= free:
                break
        self.widths = shared(least, wanted, free)

    def _needs(self, longest: float) -> tuple[list[float], list[float]]:
        """Least and wanted width of each column. A word that is longer than `longest` may be broken."""
        least, wanted = [], []
        for place, head in enumerate(self.heads):
            texts = {row[place] for row in self.rows}
            own = max(map(self.plain.width, texts), default=0.0)
            word = own if self.figures[place] else max(map(self.plain.longest_word, texts), default=0.0)
            title = self.strong.longest_word(head)
            least.append(min(max(word, title), longest))
            wanted.append(max(own, title))
        return least, wanted

    @property
    def line(self) -> float:
        """Height of one."""
        return self.plain.size * LEADING

    def cells(self, row: Sequence[str], measure: Measure) -> list[tuple[str, ...]]:
        """Lines of each cell."""
        return [measure.lines(text, width) for text, width in zip(row, self.widths, strict=True)]

    def draw(self, pile: Pile, cells: Sequence[Sequence[str]], measure: Measure) -> None:
        """One row, which has room, and the rule under it."""
        x, top, size = SIDE, pile.y + _PAD, measure.size
        for lines, width, is_figure in zip(cells, self.widths, self.figures, strict=True):
            for number, text in enumerate(lines):
                if text:
                    left = x + width - measure.width(text) if is_figure else x
                    y = top + number * self.line + size
                    pile.sheet.words.append(Words(left, y, text, size, measure is self.strong))
            x += width + _GAP
        pile.y += self.height(cells)
        end = x - _GAP - SIDE
        is_head = measure is self.strong
        pile.sheet.rules.append(Rule(SIDE, pile.y, end, 0.8) if is_head else Rule(SIDE, pile.y, end, 0.4, _PALE))

    def height(self, cells: Sequence[Sequence[str]]) -> float:
        """Of a row."""
        return max(map(len, cells)) * self.line + 2 * _PAD


def shared(least: Sequence[float], wanted: Sequence[float], free: float) -> list[float]:
    """Widths of columns that need `least`, would like `wanted`, and have `free` together."""
    if sum(wanted) <= free:
        longer = min(free / sum(wanted), _WIDEST) if sum(wanted) else 1.0
        return [width * longer for width in wanted]
    if sum(least) <= free:
        more = (free - sum(least)) / (sum(wanted) - sum(least))
        return [low + (high - low) * more for low, high in zip(least, wanted, strict=True)]
    return _squeezed(least, free)


def _squeezed(least: Sequence[float], free: float) -> list[float]:
    """Narrow columns keep what they need, the others have the same."""
    widths, left = [0.0] * len(least), free
    for done, place in enumerate(sorted(range(len(least)), key=least.__getitem__)):
        widths[place] = min(least[place], left / (len(least) - done))
        left -= widths[place]
    return widths


def put_table(pile: Pile, table: Table, regular: Letters, bold: Letters) -> None:
    """The whole table from here on."""
    layout = Layout(table, regular, bold, pile.width)
    head = layout.cells(layout.heads, layout.strong)
    least = layout.height(head) + layout.line + 2 * _PAD
    pile.need(least)
    layout.draw(pile, head, layout.strong)
    for row in layout.rows:
        cells = layout.cells(row, layout.plain)
        for part in _parts(cells, int((pile.whole - least) // layout.line)):
            if layout.height(part) > pile.room:
                pile.turn()
                layout.draw(pile, head, layout.strong)
            layout.draw(pile, part, layout.plain)


def _parts(cells: Sequence[Sequence[str]], most: int) -> Iterator[Sequence[Sequence[str]]]:
    """The row, cut where even an empty sheet could not hold it."""
    tallest = max(map(len, cells))
    for start, end in pairwise([*range(0, tallest, max(most, 1)), tallest]):
        yield cells if end - start == tallest else [lines[start:end] for lines in cells]
