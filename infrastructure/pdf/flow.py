"""Documents onto sheets: title, then block after block. Pure: the same blocks give the same sheets."""

from infrastructure.pdf.blocks import Document, Facts, Frame, Heading, Paragraph, Table
from infrastructure.pdf.letters import Letters
from infrastructure.pdf.sheet import BOTTOM, HEAD, LEADING, SIDE, TOP, Pile, Rule, Sheet, Words
from infrastructure.pdf.table import put_table
from infrastructure.pdf.wrap import Measure

_TITLE, _HEADING, _TEXT, _SMALL = 15.0, 11.0, 9.0, 8.0
_BETWEEN = 6.0
_KEPT = 60.0
"""Room that a heading wants below it, so that it does not stand alone at the foot of a sheet."""

_NAMES = 0.4
"""The part of the width that the names of facts take at most."""


class Flow:
    """Lays out documents in two weights of one typeface."""

    def __init__(self, regular: Letters, bold: Letters) -> None:
        self._regular, self._bold = regular, bold
        self._measures: dict[tuple[float, bool], Measure] = {}

    def sheets_of(self, document: Document) -> list[Sheet]:
        """One document, without what stands around every sheet."""
        pile = Pile(document.title, is_wide=document.is_wide)
        self._text(pile, document.title, _TITLE, is_bold=True)
        for line in document.under:
            self._text(pile, line, _TEXT)
        pile.y += _BETWEEN
        for block in document.blocks:
            match block:
                case Table():
                    put_table(pile, block, self._regular, self._bold)
                    pile.y += _BETWEEN
                case Facts():
                    self._facts(pile, block)
                case Heading():
                    pile.y += _BETWEEN
                    pile.need(_HEADING * LEADING + _KEPT)
                    self._text(pile, block.text, _HEADING, is_bold=True)
                case Paragraph():
                    self._text(pile, block.text, _TEXT, is_bold=block.is_bold)
        return pile.sheets

    def surround(self, sheet: Sheet, frame: Frame, number: int, total: int) -> None:
        """Head and foot: whose it is, which document goes on here, when it was printed, which sheet of how many."""
        half, small = (sheet.width - 2 * SIDE) / 2 - _BETWEEN, self._measure(_SMALL, is_bold=False)
        head = TOP + _SMALL
        sheet.words.append(Words(SIDE, head, small.clipped(frame.head, half), _SMALL))
        if sheet.number > 1:
            self._right(sheet, sheet.title, head, half)
        sheet.rules.append(Rule(SIDE, TOP + HEAD - _SMALL, sheet.width - 2 * SIDE))
        foot = sheet.height - BOTTOM
        sheet.words.append(Words(SIDE, foot, small.clipped(frame.foot, half), _SMALL))
        self._right(sheet, frame.page(number, total), foot, half)

    def _right(self, sheet: Sheet, text: str, y: float, width: float) -> None:
        small = self._measure(_SMALL, is_bold=False)
        shown = small.clipped(text, width)
        sheet.words.append(Words(sheet.width - SIDE - small.width(shown), y, shown, _SMALL))

    def _text(self, pile: Pile, text: str, size: float, *, is_bold: bool = False) -> None:
        measure, line = self._measure(size, is_bold=is_bold), size * LEADING
        for shown in measure.lines(measure.written(text), pile.width):
            pile.need(line)
            pile.sheet.words.append(Words(SIDE, pile.y + size, shown, size, is_bold))
            pile.y += line
        pile.y += _BETWEEN / 3

    def _facts(self, pile: Pile, facts: Facts) -> None:
        names, values = self._measure(_TEXT, is_bold=True), self._measure(_TEXT, is_bold=False)
        written = [(names.written(name), values.written(value)) for name, value in facts.pairs]
        widest = max((names.width(name) for name, _ in written), default=0.0)
        left, line = min(widest, pile.width * _NAMES), _TEXT * LEADING
        for name, value in written:
            told = names.lines(name, left)
            lines = values.lines(value, pile.width - left - 2 * _BETWEEN)
            for number in range(max(len(told), len(lines))):
                pile.need(line)
                if number < len(told):
                    pile.sheet.words.append(Words(SIDE, pile.y + _TEXT, told[number], _TEXT, is_bold=True))
                if number < len(lines):
                    x = SIDE + left + 2 * _BETWEEN
                    pile.sheet.words.append(Words(x, pile.y + _TEXT, lines[number], _TEXT))
                pile.y += line
        pile.y += _BETWEEN

    def _measure(self, size: float, *, is_bold: bool) -> Measure:
        found = self._measures.get((size, is_bold))
        if found is None:
            found = self._measures[size, is_bold] = Measure(self._bold if is_bold else self._regular, size)
        return found
