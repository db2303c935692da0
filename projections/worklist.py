"""What waits for a person, ranked by deadline and then by euro: one query a source, now or at a position; or counted.

What a union says nothing about for long is work too.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date as Date
from typing import Any
from uuid import UUID

from application.ports import Row, Sql
from domain import casework as cases
from domain.rules.limits import last_sendable_day, month_start
from projections import items, messages, sendings
from projections.as_of import union
from projections.descored_days import descored_days
from projections.notices import notices
from projections.patient_papers import documents_due
from projections.scope import Condition, among, both, either, one_of, scoped
from projections.silence import silent
from projections.table import Table
from projections.work import Kind, Work
from projections.work_on_days import days_to_bill, months_to_bill, proposed_days, refused_days
from projections.work_set_aside import asleep

MOST = 200
"""Rows of one source: who has more of one kind works on the list of that kind."""
_UNREAD: dict[str, Kind] = {"rejected": "rejected", "envelope_rejected": "rejected", "settled": "read"}
_OPEN: dict[str, Kind] = {"prepared": "send", "queued": "queued", "outcome_unknown": "resolve"}
_LAST_WORDS = ("920900", "920099", "920999")


def worklist(
    sql: Sql, scope: Collection[UUID], today: Date, at: int | None = None, *, bills: bool = True, registers: bool = True
) -> list[Work]:
    """Everything that waits, the most urgent first. `today`: the day of `at` when that is given.

    `bills`, `registers`: also what nobody sees to who may not bill, or not write in the register.
    """
    found = [
        *_sendings(sql, scope, today, at),
        *refused_days(sql, scope, at),
        *days_to_bill(sql, scope, today, at),
        *((*proposed_days(sql, scope, at), *descored_days(sql, scope, at)) if bills else ()),
        *(documents_due(sql, scope, at) if bills else ()),
        *(notices(sql, scope, today, at) if registers else ()),
        *_items(sql, scope, at),
    ]
    return sorted(found, key=lambda work: work.rank)


def how_many_wait(
    sql: Sql,
    where: UUID,
    today: Date,
    causes: Collection[tuple[str, str]],
    *,
    bills: bool = True,
    registers: bool = True,
) -> int:
    """Rows of `worklist` now without what is put off: counted in indexes that hold all they are counted by.

    `causes`: code and letter of what stands refused. `bills`, `registers`: as there.
    """
    scope, put_off = [where], asleep([where], today)
    found = 0
    for table, waits in ((sendings.TABLE, _of_sendings(scope, today)), (items.TABLE, _of_items(scope))):
        rows = (
            f"(SELECT {table.key} AS target_id FROM {table.name} WHERE {waits.text} ORDER BY {table.key} LIMIT {MOST})"
        )
        text = f"SELECT count(*) AS n FROM {rows} AS t WHERE target_id NOT IN {put_off.text}"
        found += int(sql.rows(text, (*waits.params, *put_off.params))[0]["n"])
    slept = {row["target_id"] for row in sql.rows(f"SELECT target_id FROM {put_off.text} AS t", put_off.params)}
    named = [cases.cause(*root) for root in causes]
    named += [cases.month(row["month"]) for row in months_to_bill(sql, scope, today)]
    named += [cases.month(work.month) for work in (proposed_days(sql, scope) if bills else ())]
    descored = [work.about for work in (descored_days(sql, scope) if bills else ())]
    told = [work.about for work in (notices(sql, scope, today) if registers else ())]
    papers = [work.about for work in (documents_due(sql, scope) if bills else ())]
    found += sum(which not in slept for which in (*descored, *told, *papers))
    return found + sum(one.id_in(where) not in slept for one in named)


def oldest_answer(sql: Sql, scope: Collection[UUID], sending_ids: Collection[UUID], at: int | None = None) -> str:
    """When the first of the last words about these sendings came: ISO text, empty when none did."""
    if not sending_ids:
        return ""
    said = both([among(sql, scope, "sending_id", sorted(sending_ids)), one_of("kind", _LAST_WORDS)])
    text, params = union(messages.TABLE, "received_at", said, at)
    return sql.rows(f"SELECT coalesce(min(received_at), '') AS oldest FROM {text} AS t", params)[0]["oldest"] or ""


def _sendings(sql: Sql, scope: Collection[UUID], today: Date, at: int | None) -> Iterable[Work]:
    """To send, to find out about, to read, or without an answer for long."""
    for row in _rows(sql, sendings.TABLE, _of_sendings(scope, today), at):
        since = Date.fromisoformat(row["transmitted_on"]) if row["transmitted_on"] else None
        is_settled = row["status"] == "settled"
        at_stake = row["refused_cents"] if is_settled else row["requested_cents"]
        yield Work(
            {**_OPEN, **_UNREAD}.get(row["status"], "silent"),
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
    rows = _rows(sql, items.TABLE, _of_items(scope), at)
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


def _of_sendings(scope: Collection[UUID], today: Date) -> Condition:
    """What is archived waits all the same, but for a last word: nobody puts that away unread."""
    unread = one_of("status", _UNREAD)
    kinds = [one_of("status", _OPEN), Condition(f"{unread.text} AND NOT is_archived", unread.params)]
    return both([scoped(scope), Condition(sendings.WAITS), either([*kinds, silent(today)])])


def _of_items(scope: Collection[UUID]) -> Condition:
    return both([scoped(scope), Condition(items.OPEN)])
