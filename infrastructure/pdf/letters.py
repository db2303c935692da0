"""The letters that the typeface has and how wide each is; what it has not is printed as a visible mark."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_NEW_LINE, _BLANK, _FIXED_BLANK = "\n", " ", "\N{NO-BREAK SPACE}"
_FIXED_BLANKS = frozenset({_FIXED_BLANK, "\N{NARROW NO-BREAK SPACE}", "\N{FIGURE SPACE}"})
_UNSEEN_MARKS = frozenset({*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0))})


@dataclass(frozen=True, slots=True)
class Fonts:
    """Two TTF files of one typeface, both with the same letters, among them `UNKNOWN`."""

    regular: Path
    bold: Path


class Printable(dict[str, str]):
    """What is printed for a character: itself, its parts, nothing when nobody could see it, else `UNKNOWN`.

    Control characters become blanks, but for the new line.
    """

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, letter: str) -> str:
        """Found out once a character."""
        found = self[letter] = self._found(letter)
        return found

    def _found(self, letter: str) -> str:
        kind = unicodedata.category(letter)
        if letter == _NEW_LINE:
            return letter
        if letter in _FIXED_BLANKS:
            return _FIXED_BLANK
        if kind in ("Cc", "Zs", "Zl", "Zp"):
            return _BLANK
        if kind == "Cf" or letter in _UNSEEN_MARKS:
            return ""
        if letter in self._known:
            return letter
        parts = unicodedata.normalize("NFKC", letter)
        return parts if self._known.issuperset(parts) else UNKNOWN


@dataclass(frozen=True, slots=True)
class Letters:
    """Of one weight. `widths`: of printable characters, in thousandths of the type size."""

    widths: Mapping[str, float]
    printable: Printable

    def written(self, text: str) -> str:
        """The text in characters that can be printed, and its new lines."""
        printable = self.printable
        return "".join([printable[letter] for letter in unicodedata.normalize("NFC", text)])

    def width(self, written: str, size: float) -> float:
        """Of one line of what `written` gave."""
        widths = self.widths
        return sum([widths[letter] for letter in written]) * size / 1000


@lru_cache
def letters_of(file: Path) -> Letters:
    """Of a font file."""
    font = TTFFont(FPDF(), file, "print", "")
    font.ttfont.close()
    widths = {chr(code): float(font.cw[code]) for code in font.cmap}
    return Letters(widths, Printable(frozenset(widths)))
