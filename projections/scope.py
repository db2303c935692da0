"""The one way to limit a query to establishments, and the conditions that queries are put together from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from application.ports import Sql


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL text with `?`, and its values. `narrows`: it asks for some of the rows in scope, perhaps few."""

    text: str
    params: tuple[Any, ...] = ()
    narrows: bool = True


def scoped(establishment_ids: Collection[UUID], column: str = "establishment_id") -> Condition:
    """Rows of these establishments only; of none, nothing. Every query of a list goes through here."""
    if not establishment_ids:
        return Condition("1 = 0")
    return replace(one_of(column, sorted(set(establishment_ids))), narrows=False)


def among(sql: Sql, establishment_ids: Collection[UUID], column: str, values: Collection[Any]) -> Condition:
    """Rows of these establishments that one of some ids names.

    Without statistics SQLite takes the establishment for the narrower of both, and reads all its rows: so it is told.
    """
    inside = scoped(establishment_ids)
    text = f"likely({inside.text})" if sql.dialect == "sqlite" else inside.text
    return both([replace(inside, text=text), one_of(column, values)])


def one_of(column: str, values: Collection[Any]) -> Condition:
    """The column has one of few values; of none, nothing: not every database takes an empty list."""
    if not values:
        return Condition("1 = 0")
    if len(values) == 1:
        return Condition(f"{column} = ?", tuple(values))
    return Condition(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def either(conditions: Iterable[Condition]) -> Condition:
    """One of them holds."""
    parts = list(conditions)
    params = tuple(value for part in parts for value in part.params)
    return Condition(f"({' OR '.join(part.text for part in parts)})", params)


def both(conditions: Iterable[Condition]) -> Condition:
    """All of them hold."""
    parts = list(conditions)
    return Condition(
        " AND ".join(part.text for part in parts),
        tuple(value for part in parts for value in part.params),
        narrows=any(part.narrows for part in parts),
    )
