"""Days of some patients near some dates: what the rules of tariffs count beside the days of a run."""

from collections.abc import Collection, Mapping
from datetime import date as Date
from uuid import UUID

from application.ports import Row, Sql
from projections.scope import both, one_of, scoped

_MANY = 500
"""Records asked for in one query."""


def days_around(sql: Sql, scope: Collection[UUID], spans: Mapping[UUID, Collection[tuple[Date, Date]]]) -> list[UUID]:
    """Days with care of each patient within any of the spans, on whichever record of the person; by date."""
    survivors = _survivors(sql, scope)
    asked: dict[UUID, set[tuple[str, str]]] = {}
    for who, given in spans.items():
        ends = {(first.isoformat(), last.isoformat()) for first, last in given}
        asked.setdefault(survivors.get(who, who), set()).update(ends)
    records = [*asked, *(record for record, survivor in survivors.items() if survivor in asked)]
    every = {one for given in asked.values() for one in given}
    first, last = min(one for one, _ in every), max(one for _, one in every)
    found = []
    for start in range(0, len(records), _MANY):
        where = both([scoped(scope), one_of("patient_id", records[start : start + _MANY])])
        found += sql.rows(
            f"SELECT day_id, patient_id, date FROM days WHERE {where.text} AND date BETWEEN ? AND ? AND line_count > 0",
            (*where.params, first, last),
        )
    near = [(row["date"], row["day_id"]) for row in found if _is_within(asked[_person(survivors, row)], row["date"])]
    return [day_id for _, day_id in sorted(near)]


def _person(survivors: Mapping[UUID, UUID], row: Row) -> UUID:
    record: UUID = row["patient_id"]
    return survivors.get(record, record)


def _is_within(spans: Collection[tuple[str, str]], day: str) -> bool:
    return any(first <= day <= last for first, last in spans)


def merges(sql: Sql, scope: Collection[UUID]) -> dict[UUID, UUID]:
    """The record into which each merged one was merged."""
    where = scoped(scope)
    rows = sql.rows(
        f"SELECT patient_id, merged_into FROM patients WHERE {where.text} AND merged_into IS NOT NULL", where.params
    )
    return {row["patient_id"]: row["merged_into"] for row in rows}


def _survivors(sql: Sql, scope: Collection[UUID]) -> dict[UUID, UUID]:
    """The record at the end of the merges of each one that was merged."""
    nearest = merges(sql, scope)
    ends: dict[UUID, UUID] = {}
    for record in nearest:
        seen: list[UUID] = []
        following = record
        while following in nearest and following not in seen:
            seen.append(following)
            following = nearest[following]
        ends[record] = record if following in seen else following  # merged into each other at once: each stays itself
    return ends
