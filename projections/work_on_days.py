"""Work that hangs on billing days: refused ones by their cause, and by month those that are in no sending."""

import json
from collections.abc import Collection, Iterable, Sequence
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
_APART = ("elsewhere", "possible_duplicate")
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
    ran = _left_out(sql, scope, at) if rows else []
    for row in rows:
        first = Date.fromisoformat(row["first"])
        is_to_bill = row["kind"] == "bill"
        held_back = next((left for month, left in ran if month == row["month"]), ()) if is_to_bill else ()
        covering = next((left for month, left in ran if month >= row["month"]), ()) if is_to_bill else ()
        cents, unpriced = _known(row, held_back)
        yield Work(
            row["kind"],
            last_sendable_day(first),
            cents,
            row["days"],
            month=row["month"],
            since=first,
            unpriced=unpriced,
            held_back=held_back,
            left_out=sum(count for _, count, *_ in covering),
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
    """The days of such work, if the latest run that took in its month left out as many; else none, unasked."""
    if not 0 < work.count <= min(work.left_out, _MOST):
        return []
    ofkind = [one_of("month", [work.month]), Condition(f"{_KIND} = ?", (work.kind,))]
    where = both([scoped(scope), Condition(days.PREPARED), *ofkind])
    text, params = union(days.TABLE, "day_id", where, at)
    return [row["day_id"] for row in sql.rows(f"SELECT day_id FROM {text} AS t", params)]


def _known(row: Row, left: HeldBack) -> tuple[int, int]:
    """Cents that hang on the days for sure, and how many days have none: as recorded, or as the latest run priced them.

    A day of several reasons counts for each of them, so of those only the dearest is taken; doubtful lines are other
    work, and taken off.
    """
    cents, days = max(((held[2] or 0, held[1] - held[3]) for held in left if held[0] not in _APART), default=(0, 0))
    for code, count, amount, unpriced in left:
        sign = {"elsewhere": 1, "possible_duplicate": -1}.get(code, 0)
        cents, days = cents + sign * (amount or 0), days + sign * (count - unpriced)
    if int(row["cents"]) < cents and 0 < days <= row["days"]:
        return cents, row["days"] - days
    return int(row["cents"]), int(row["unpriced"])


def _left_out(sql: Sql, scope: Collection[UUID], at: int | None) -> list[tuple[str, HeldBack]]:
    """Month and what was left out of each run, latest first: held back, or for a destination beyond eFact."""
    found: list[tuple[str, HeldBack]] = []
    for row in _RUNS.page(sql, scoped(scope), Asked("run_at", descending=True, limit=_MOST, at=at)).rows:
        elsewhere = [("elsewhere", *figures) for _, *figures in json.loads(row["elsewhere"])]
        found.append((row["month"], (*map(tuple, json.loads(row["blocked"])), *elsewhere)))
    return found
