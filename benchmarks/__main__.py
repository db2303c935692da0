"""`make bench`: every measurement, one line each: figure, goal, limit beside it, ratio, spread."""

import importlib
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

SUITES = ("efact_codec", "settlement", "projections", "store", "history")


def main(names: list[str]) -> None:
    """Run the suites named, or all, and print one table."""
    table = Table(title="Quittance benchmarks", header_style="bold")
    for head in ("what", "measured", "goal", "limit beside it", "ratio", "spread"):
        table.add_column(head, justify="left" if head == "what" else "right")
    console = Console(width=160)
    for name in names or list(SUITES):
        console.print(f"[dim]{name} …[/dim]")
        rows: list[dict[str, Any]] = importlib.import_module(f"benchmarks.{name}").run()
        for row in rows:
            cells = (f"{row['value']:,.0f} {row['unit']}", row["goal"], row["limit"], row["ratio"], row["spread"])
            table.add_row(row["name"], *(c if isinstance(c, str) else f"{c:,.2f}" for c in cells))
    console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
