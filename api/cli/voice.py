"""What commands print: sentences, tables and amounts for a person, one JSON value for a program, bars for who waits."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, TypeVar

import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from api.catalogue import Language, euros, has, text

T = TypeVar("T")

NOTHING = "\u2013"
"""A dash where there is no value."""

_NARROWEST = 130
_NARROWEST_LONG = 24
_LONG = {
    f"column.{name}" for name in ("advice", "comment", "errors", "field", "reason", "cause", "value", "used", "void")
}
"""Heads of columns whose texts may go on in the next line."""


class Voice:
    """Prints for a person or for a program. `errors` is the error output: progress never mixes with results."""

    def __init__(self, language: Language, *, as_json: bool) -> None:
        self.language, self.as_json = language, as_json
        self.console = _console(_NARROWEST)
        self.errors = Console(stderr=True, highlight=False)

    def say(self, key: str, **facts: object) -> None:
        """A sentence of the catalogue."""
        self.console.print(text(key, self.language, **facts), markup=False, soft_wrap=True)

    def label(self, key: str, **facts: object) -> str:
        """A text of the catalogue."""
        return text(key, self.language, **facts)

    def money(self, cents: int | None) -> str:
        """Cents as people write them; a dash for those that nobody knows."""
        return NOTHING if cents is None else euros(cents, self.language)

    def code(self, group: str, code: str) -> str:
        """A code of the product in words."""
        return text(f"{group}.{code}", self.language)

    def why(self, group: str, code: str) -> str:
        """Why something was not done: in the words of its group, else as the problem that it is everywhere."""
        return self.code(group if has(f"{group}.{code}") else "problem", code)

    def json(self, value: Any) -> None:  # noqa: ANN401 - any result of a use case
        """One JSON value."""
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")

    def table(self, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[object]]) -> None:
        """`columns`: catalogue key and whether it holds figures. Ids and figures are never cut: rather a wider line.

        Where no screen shows it, each row is one line.
        """
        table = Table(box=None, pad_edge=False, header_style="bold")
        for at, (key, is_figure) in enumerate(columns):
            justify: Literal["left", "right"] = "right" if is_figure else "left"
            is_long = key in _LONG
            widest = max([cell_len(line) for row in rows for line in str(row[at]).split("\n")], default=0)
            # Of a column that may not wrap, the head too: what it lacks would be taken from the figures of all.
            least = min(widest, _NARROWEST_LONG) if is_long else max(widest, cell_len(self.label(key)))
            table.add_column(self.label(key), justify=justify, no_wrap=not is_long, overflow="fold", min_width=least)
        for row in rows:
            table.add_row(*(Text(str(cell)) for cell in row))
        room = self.console.options.update(width=sys.maxsize)
        needed = Measurement.get(self.console, room, table)
        is_seen = self.console.is_terminal
        _console(max(self.console.width, needed.minimum if is_seen else needed.maximum)).print(table)

    def each(self, key: str, things: Iterable[T], total: int | None = None) -> Iterator[T]:
        """These one by one, with a bar and the words of `key` while somebody watches. `total`: how many they are."""
        if not self._is_watched:
            yield from things
            return
        looks = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*looks, console=self.errors, transient=True) as bar:
            yield from bar.track(things, total=total, description=self.label(key))

    def waiting(self, key: str) -> AbstractContextManager[object]:
        """Something turns, with the words of `key`, while work goes on that cannot be counted."""
        return self.errors.status(self.label(key)) if self._is_watched else nullcontext()

    @property
    def _is_watched(self) -> bool:
        return self.errors.is_terminal and not self.as_json


def _console(narrowest: int) -> Console:
    found = Console(highlight=False)
    return found if found.width >= narrowest else Console(highlight=False, width=narrowest)
