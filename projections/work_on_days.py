"""Work that hangs on billing days: refused ones by their cause, and by month those that are in no sending."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date as Date
from uuid import UUID

from application.ports import Row, Sql
from domain.rules.limits import last_sendable_day, month_of
from projections import days, runs
from projections.as_of import union
from projections.paging import Asked, Listing
from projections.refusal_causes import stakes
from projections.scope import Condition, both, one_of, scoped
from projections.work import HeldBack, Work

_MOST = 200
_RUNS = Listing(runs.TABLE, ("run_at",))
_KIND = "CASE WHEN possible_duplicates > 0 THEN 'duplicates' WHEN is_returned THEN 'returned' ELSE 'bill' END"


def refused_days(sql: Sql, scope: Collection[UUID], at: int | None) -> Iterable[Work]:
    """One row a cause, since a cause is corrected once; as long as its days were not billed again."""
    for cause in stakes(sql, scope, at)[:_MOST]:
        first = Date.fromisoformat(cause.earliest)
        yield Work(
            "refusals",
            last_sendable_day(first),
            int(cause.refused_cents),
            cause.days,
            code=cause.code,
            letter=cause.letter,
            since=first,
        )


def days_to_bill(sql: Sql, scope: Collection[UUID], today: Date, at: int | None) -> Iterable[Work]:
    """Days that came back, days with a line in doubt, and those of a month that is over, each by month."""
    rows = months_to_bill(sql, scope, today, at)
    held_back = _held_back(sql, scope, at) if rows else {}
    for row in rows:
        first = Date.fromisoformat(row["first"])
        yield Work(
            row["kind"],
            last_sendable_day(first),
            int(row["cents"]),
            row["days"],
            month=row["month"],
            since=first,
            unpriced=int(row["unpriced"]),
            held_back=held_back.get(row["month"], ()) if row["kind"] == "bill" else (),
        )


def months_to_bill(sql: Sql, scope: Collection[UUID], today: Date, at: int | None = None) -> Sequence[Row]:
    """What `days_to_bill` is made of: kind, month, days (`unpriced`: without amount), cents, first day of care."""
    where = both([scoped(scope), Condition(days.PREPARED)])
    columns = "month, date, amount_cents, unpriced, possible_duplicates, is_returned"
    text, params = union(days.TABLE, columns, where, at)
    rows = sql.rows(
        f"SELECT {_KIND} AS kind, month, count(*) AS days, sum(amount_cents) AS cents, min(date) AS first,"
        " sum(CASE WHEN unpriced > 0 THEN 1 ELSE 0 END) AS unpriced"
        f" FROM {text} AS t GROUP BY 1, 2 ORDER BY 2, 1 LIMIT {_MOST}",
        params,
    )
    return [row for row in rows if row["kind"] != "bill" or row["month"] < month_of(today)]


def left_days(sql: Sql, scope: Collection[UUID], work: Work, at: int | None = None) -> list[UUID]:
    """The days of such work, if the latest run of the month left out as many as there are; else none, unasked."""
    left_out = sum(count for code, count, *_ in work.held_back if code != "possible_duplicate")
    if not 0 < work.count <= min(left_out, _MOST):
        return []
    ofkind = [one_of("month", [work.month]), Condition(f"{_KIND} = ?", (work.kind,))]
    where = both([scoped(scope), Condition(days.PREPARED), *ofkind])
    text, params = union(days.TABLE, "day_id", where, at)
    return [row["day_id"] for row in sql.rows(f"SELECT day_id FROM {text} AS t", params)]


def _held_back(sql: Sql, scope: Collection[UUID], at: int | None) -> Mapping[str, HeldBack]:
    """What the latest run of each month left out: held back, or for a destination beyond eFact (`elsewhere`)."""
    found: dict[str, HeldBack] = {}
    for row in _RUNS.page(sql, scoped(scope), Asked("run_at", descending=True, limit=_MOST, at=at)).rows:
        elsewhere = [("elsewhere", *figures) for _, *figures in json.loads(row["elsewhere"])]
        found.setdefault(row["month"], (*map(tuple, json.loads(row["blocked"])), *elsewhere))
    return found
