"""Lists that are no grid, since no view holds their rows: exported and printed as any other list.

A screen enters its own: `PLAIN["providers"] = PlainList("list_title.providers", COLUMNS, rows)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.web.grid_spec import Column
from api.web.visit import Visit
from application.ports import Row


@dataclass(frozen=True, slots=True)
class PlainList:
    """`title`: catalogue key of its name. `rows`: what the page of this request's query shows, whole, in its order.

    It says itself whose data it shows (`Visit.saw`). `right`: what the reader needs.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Visit], Sequence[Row]]
    right: str = "read"


PLAIN: dict[str, PlainList] = {}
"""By the name in the address of the file."""


def plain_named(visit: Visit, name: str) -> PlainList | None:
    """Such a list that this reader may see, None when there is none of that name. Raises `NotPermitted`."""
    found = PLAIN.get(name)
    if found is not None:
        visit.known_caller.require(found.right)
    return found
