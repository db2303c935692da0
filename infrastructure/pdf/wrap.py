"""Text into lines of a width: broken at new lines and blanks, inside a word only when the word alone is too wide."""

from functools import lru_cache

from infrastructure.pdf.letters import Letters

_NEW_LINE, _BLANK = "\n", " "


class Measure:
    """Widths and lines of texts in one weight and size; a text that comes again costs nothing."""

    def __init__(self, letters: Letters, size: float) -> None:
        self.size = size
        self._letters = letters
        self.written = lru_cache(None)(letters.written)
        self.width = lru_cache(None)(self._width)
        self.lines = lru_cache(None)(self._lines)
        self.longest_word = lru_cache(None)(self._longest_word)

    def _width(self, written: str) -> float:
        return max([self._letters.width(line, self.size) for line in written.split(_NEW_LINE)])

    def _longest_word(self, written: str) -> float:
        return max([self.width(word) for word in written.split(_BLANK)])

    def _lines(self, written: str, width: float) -> tuple[str, ...]:
        return tuple(line for part in written.split(_NEW_LINE) for line in self._wrapped(part, width))

    def _wrapped(self, part: str, width: float) -> list[str]:
        if self.width(part) <= width:
            return [part]
        found: list[str] = []
        line = ""
        for word in part.split(_BLANK):
            longer = f"{line} {word}" if line else word
            if self.width(longer) <= width:
                line = longer
                continue
            if line:
                found.append(line)
            *whole, line = self._broken(word, width)
            found += whole
        return [*found, line]

    def _broken(self, word: str, width: float) -> list[str]:
        """Pieces that fit, each of one letter at least."""
        pieces = [""]
        for letter in word:
            if pieces[-1] and self._letters.width(pieces[-1] + letter, self.size) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def clipped(self, text: str, width: float) -> str:
        """One line, with an ellipsis when there is more."""
        written = self.written(text).replace(_NEW_LINE, _BLANK)
        if self.width(written) <= width:
            return written
        return self._broken(written, max(0.0, width - self.width("…")))[0] + "…"
