"""`make bench`: every measurement, one line each: figure, goal, limit beside it, ratio, spread."""

import importlib
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

SUITES = ("efact_codec", "tariffs", "pricing", "settlement", "decisions", "projections", "store", "history", "pages")
_HEADS = ("what", "measured", "goal", "limit beside it", "ratio", "spread")


def main(names: list[str]) -> None:
    """Run the suites named, or all; each prints its table as soon as it is done."""
    console = Console(width=170)
    for name in names or list(SUITES):
        table = Table(title=name, header_style="bold", title_justify="left")
        for head in _HEADS:
            table.add_column(head, justify="left" if head == "what" else "right")
        rows: list[dict[str, Any]] = importlib.import_module(f"benchmarks.{name}").run()
        for row in rows:
            measured = f"{_cell(row['value'])} {row['unit']}"
            table.add_row(row["name"], measured, *(_cell(row[key]) for key in ("goal", "limit", "ratio", "spread")))
        console.print(table)


def _cell(value: object) -> str:
    match value:
        case int() | float():
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
        case tuple() | list():
            return " - ".join(_cell(part) for part in value)
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
