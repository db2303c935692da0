"""Cells of a table: how a column is written is decided once a page, not once a cell; lists are made of thousands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from application.ports import Row

if TYPE_CHECKING:
    from api.web.grid_spec import Column, Look

_DASH = "\N{EN DASH}"
_CLASSES = {"reason": "wrap", "text": "soft", "state": "soft"}
_OPEN = {name: Markup(f'<td class="{name}">' if name else "<td>") for name in ("num", "wrap", "soft", "")}  # noqa: S704 - ours

Write = Callable[[Row], object]
"""What stands in the cell of a row: text, or markup."""
Cells = Callable[[Row], "list[tuple[Cell, object]]"]
"""Cells of a row in the order of the columns, each with what stands in it: templates are slow to call."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`open`: the tag that begins it. `tells`: the reason of its row hangs on it. `is_clipped`: long words."""

    open: Markup
    tells: bool
    is_clipped: bool


class Writers:
    """Of one language. `filters`: how values of a kind are written there; `state`: how a look is."""

    def __init__(self, filters: Mapping[str, Callable[..., Any]], state: Callable[["Look"], Markup]) -> None:
        self._filters, self._state = filters, state

    def cells(self, columns: Sequence["Column"]) -> Cells:
        """How the rows of a table with these columns are written."""
        first = next((column.name for column in columns if column.kind == "state"), None)
        made = [(_cell(column, first), self._write(column)) for column in columns]
        return lambda row: [(cell, write(row)) for cell, write in made]

    def _write(self, column: "Column") -> Write:
        name, kind, look = column.name, column.kind, column.state
        if look is not None:
            state = self._state
            return lambda row: state(look(row))
        if kind in ("amount", "month", "percent"):
            written = self._filters[kind]
            return lambda row: written(row[name])
        if kind in ("day", "moment"):
            return _timed(name, self._filters[kind])
        if kind == "number":
            number = self._filters["number"]
            return lambda row: _DASH if row[name] is None else number(row[name])
        if kind == "flag":
            yes = self._filters["yes"]
            return lambda row: yes(row[name])
        return lambda row: _DASH if row[name] in (None, "") else row[name]


def _cell(column: "Column", first_state: str | None) -> Cell:
    return Cell(
        _OPEN["num" if column.is_figure else _CLASSES.get(column.kind, "")],
        column.kind == "state" and column.name == first_state,
        column.kind == "reason" and first_state is not None,
    )


def _timed(name: str, written: Callable[[Any], str]) -> Write:
    def write(row: Row) -> Markup:
        value = row[name]
        return Markup(f'<time datetime="{escape(value or "")}">{escape(written(value))}</time>')  # noqa: S704 - escaped

    return write
