"""Rows as they stood at a position of the log: the current ones that are old enough, and the past ones alive then."""

from dataclasses import dataclass
from typing import Any

from projections.scope import Condition, both, one_of
from projections.table import FROM, TO, Table
from projections.time_index import NODE, ancestors


@dataclass(frozen=True, slots=True)
class Source:
    """A table to read, and which of its rows count."""

    name: str
    condition: Condition
    is_past: bool = False


def sources(table: Table, at: int | None) -> list[Source]:
    """What to read for the state after the event at position `at`; None: now. No row is in two of them."""
    if at is None:
        return [Source(table.name, Condition("1 = 1", narrows=False))]
    nodes = ancestors(at)
    upto = both([one_of(NODE, nodes.upto), Condition(f"{TO} > ?", (at,))])
    after = both([one_of(NODE, nodes.after), Condition(f"{FROM} <= ?", (at,))])
    return [
        Source(table.name, Condition(f"{FROM} <= ?", (at,))),
        Source(table.past, upto, is_past=True),
        Source(table.past, after, is_past=True),
    ]


def union(table: Table, columns: str, where: Condition, at: int | None, grouped_by: str = "") -> tuple[str, list[Any]]:
    """A sub-query over all sources, for sums: its text in brackets, and its values.

    `grouped_by`: columns that come first, and by which each source is summed on its own before they are put together.
    """
    first, last = (f"{grouped_by}, ", f" GROUP BY {grouped_by}") if grouped_by else ("", "")
    texts, params = [], list[Any]()
    for source in sources(table, at):
        whole = both([where, source.condition])
        texts.append(f"SELECT {first}{columns} FROM {source.name} WHERE {whole.text}{last}")
        params.extend(whole.params)
    return f"({' UNION ALL '.join(texts)})", params
