"""Bars for people: each a label, a figure in words and a width in percent; no style, no script, the same everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass

ROW_PX, TALL_ROW_PX = 24, 42
_LABEL, _LONGEST, _LONGEST_BELOW = 24, 52, 76
"""Percent of the width: where bars begin, and the longest one; the rest is for the figure behind it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`start` and `width` in percent of the chart, `top` in pixels. `figure`: the value as a person reads it."""

    label: str
    figure: str
    start: int
    width: float
    top: int


@dataclass(frozen=True, slots=True)
class Chart:
    """`height` in pixels. `above`: labels stand above their bars, since they are long."""

    bars: tuple[Bar, ...]
    height: int
    above: bool = False


def bars(rows: Iterable[tuple[str, int, str]], whole: int = 0, *, above: bool = False) -> Chart:
    """Rows of label, value and the value in words. The longest bar stands for `whole`, else for the largest value."""
    given = list(rows)
    largest = max([whole, *(value for _, value, _ in given)], default=0)
    start, longest, row_px = (0, _LONGEST_BELOW, TALL_ROW_PX) if above else (_LABEL, _LONGEST, ROW_PX)
    made = tuple(
        Bar(label, figure, start, _width(value, largest, longest), index * row_px)
        for index, (label, value, figure) in enumerate(given)
    )
    return Chart(made, len(made) * row_px, above)


def _width(value: int, largest: int, longest: int) -> float:
    """Percent; what is more than nothing can be seen."""
    if value <= 0 or largest <= 0:
        return 0
    return max(round(value * longest / largest, 2), 0.3)
