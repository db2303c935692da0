"""What waits for a person, ranked by deadline and then by euro: one query a source, now or at a position.

What a union says nothing about for long is work too. No source gives how soon a union answers: `SILENT_AFTER_DAYS` is
our own cautious setting.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import UUID

from application.ports import Row, Sql
from domain.rules.limits import last_sendable_day, month_start
from projections import items, messages, sendings
from projections.as_of import union
from projections.scope import Condition, both, one_of, scoped
from projections.table import Table
from projections.work import Kind, Work
from projections.work_on_days import days_to_bill, refused_days

SILENT_AFTER_DAYS = {"transmitted": 7, "acknowledged": 30, "accepted_for_processing": 30}
MOST = 200
"""Rows of one source: who has more of one kind works on the list of that kind."""
_FINAL: dict[str, Kind] = {"rejected": "rejected", "envelope_rejected": "rejected", "settled": "read"}
_OPEN: dict[str, Kind] = {"prepared": "send", "outcome_unknown": "resolve", **_FINAL}
_LAST_WORDS = ("920900", "920099", "920999")


def worklist(sql: Sql, scope: Collection[UUID], today: Date, at: int | None = None) -> list[Work]:
    """Everything that waits, the most urgent first. `today`: the day of `at` when that is given."""
    found = [
        *_sendings(sql, scope, today, at),
        *refused_days(sql, scope, at),
        *days_to_bill(sql, scope, today, at),
        *_items(sql, scope, at),
    ]
    return sorted(found, key=lambda work: work.rank)


def oldest_answer(sql: Sql, scope: Collection[UUID], sending_ids: Collection[UUID], at: int | None = None) -> str:
    """When the first of the last words about these sendings came: ISO text, empty when none did."""
    if not sending_ids:
        return ""
    said = [one_of("sending_id", sorted(sending_ids)), one_of("kind", _LAST_WORDS)]
    text, params = union(messages.TABLE, "received_at", both([scoped(scope), *said]), at)
    return sql.rows(f"SELECT coalesce(min(received_at), '') AS oldest FROM {text} AS t", params)[0]["oldest"] or ""


def _sendings(sql: Sql, scope: Collection[UUID], today: Date, at: int | None) -> Iterable[Work]:
    """To send, to find out about, to read, or without an answer for long."""
    waits = one_of("status", [*_OPEN, *SILENT_AFTER_DAYS])
    unread = Condition(f"NOT is_archived AND (NOT is_read OR NOT ({_among(_FINAL)}))")
    for row in _rows(sql, sendings.TABLE, both([scoped(scope), waits, unread]), at):
        since = Date.fromisoformat(row["transmitted_on"]) if row["transmitted_on"] else None
        if since is not None and today - since < timedelta(days=SILENT_AFTER_DAYS.get(row["status"], 0)):
            continue
        is_settled = row["status"] == "settled"
        at_stake = row["refused_cents"] if is_settled else row["requested_cents"]
        yield Work(
            _OPEN.get(row["status"], "silent"),
            last_sendable_day(month_start(row["month"])) if at_stake else None,
            at_stake,
            row["day_count"],
            row["sending_id"],
            row["month"],
            row["national_union"],
            row["sending_number"],
            since=since,
        )


def _items(sql: Sql, scope: Collection[UUID], at: int | None) -> Iterable[Work]:
    """An item about a sending has the deadline of that sending."""
    rows = _rows(sql, items.TABLE, both([scoped(scope), Condition("NOT is_settled")]), at)
    about = _sent(sql, scope, {row["sending_id"] for row in rows if row["sending_id"]})
    for row in rows:
        sending: Mapping[str, Any] = about.get(row["sending_id"], {})
        yield Work(
            "item",
            last_sendable_day(month_start(sending["month"])) if sending else None,
            sending.get("requested_cents", 0),
            about=row["item_id"],
            month=sending.get("month", ""),
            national_union=sending.get("national_union", ""),
            sending_number=sending.get("sending_number", 0),
            code=row["kind"],
            since=Date.fromisoformat(row["raised_at"][:10]),
        )


def _sent(sql: Sql, scope: Collection[UUID], ids: Collection[UUID]) -> dict[UUID, Row]:
    """Month, union and number of a sending never change: the current row is right for any position."""
    if not ids:
        return {}
    where = both([scoped(scope), one_of("sending_id", sorted(ids))])
    columns = "sending_id, month, national_union, sending_number, requested_cents"
    rows = sql.rows(f"SELECT {columns} FROM sendings WHERE {where.text}", where.params)
    return {row["sending_id"]: row for row in rows}


def _rows(sql: Sql, table: Table, where: Condition, at: int | None) -> list[Row]:
    text, params = union(table, ", ".join(table.names), where, at)
    return sql.rows(f"SELECT * FROM {text} AS t ORDER BY {table.key} LIMIT {MOST}", params)


def _among(statuses: Iterable[str]) -> str:
    """Of our own names, no value from outside."""
    return f"status IN ({', '.join(repr(status) for status in statuses)})"
