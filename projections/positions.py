"""How far each view is, and the lock under which it moves on: its position row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from application.ports import Sql
from projections.drafts import any_of
from projections.errors import ViewsReplaced
from projections.view import View

_TABLE = "view_positions"


@dataclass(frozen=True, slots=True)
class Mark:
    """A view made by `version` of its code has seen the log up to `position`."""

    version: int
    position: int


def prepare(sql: Sql, views: Iterable[View], *, again: Collection[str] = ()) -> None:
    """Make missing tables; begin anew those of another version, and those named in `again`."""
    if sql.dialect == "postgresql":  # `IF NOT EXISTS` alone fails when two processes start at once
        sql.run("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' views', 0))")
    sql.run(
        f"CREATE TABLE IF NOT EXISTS {_TABLE}"
        " (name text PRIMARY KEY, version bigint NOT NULL, position bigint NOT NULL)"
    )
    known = read(sql)
    for view in views:
        mark = known.get(view.name)
        if mark is not None and mark.version == view.version and view.name not in again:
            continue
        if mark is not None:
            lock(sql, [view.name])
        for statement in (*view.table.drop(), *view.table.create(sql.dialect)):
            sql.run(statement)
        sql.run(f"DELETE FROM {_TABLE} WHERE name = ?", (view.name,))
        sql.run(f"INSERT INTO {_TABLE} (name, version, position) VALUES (?, ?, 0)", (view.name, view.version))


def read(sql: Sql) -> dict[str, Mark]:
    """All marks, without a lock."""
    return {row["name"]: Mark(row["version"], row["position"]) for row in sql.rows(f"SELECT * FROM {_TABLE}")}


def lock(sql: Sql, names: Sequence[str]) -> dict[str, Mark]:
    """Marks of these views, held until the transaction ends; SQLite's has the write lock already."""
    among, params = any_of(sql, names)
    waiting = " FOR UPDATE" if sql.dialect == "postgresql" else ""
    query = f"SELECT name, version, position FROM {_TABLE} WHERE name {among} ORDER BY name{waiting}"
    return {row["name"]: Mark(row["version"], row["position"]) for row in sql.rows(query, params)}


def positions_of(views: Iterable[View], marks: dict[str, Mark]) -> dict[str, int]:
    """Position by name. Raises `ViewsReplaced` unless every view is the one that this program knows."""
    found = {}
    for view in views:
        mark = marks.get(view.name)
        if mark is None or mark.version != view.version:
            made = "was never made" if mark is None else f"is version {mark.version}"
            raise ViewsReplaced(f"view {view.name} {made}, this program has version {view.version}")
        found[view.name] = mark.position
    return found


def move(sql: Sql, names: Sequence[str], position: int) -> None:
    """Note that these views have seen the log up to there."""
    among, params = any_of(sql, names)
    sql.run(f"UPDATE {_TABLE} SET position = ? WHERE name {among}", (position, *params))
