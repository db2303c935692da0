"""Work that hangs on billing days: refused ones by their cause; by month those in no sending, and proposals."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date as Date
from typing import NamedTuple
from uuid import UUID

from application.ports import Row, Sql
from domain.billing_day import GIVES_BACK
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
_PROPOSED_CENTS = f"CASE WHEN proposed IN {GIVES_BACK} THEN accepted_cents ELSE refused_cents END"


class _Run(NamedTuple):
    """What a run of a month left out: by reason, held back or for a destination beyond eFact; and each day once.

    `left_out`: days, cents, days without amount; None when the run told none.
    """

    month: str
    held_back: HeldBack
    left_out: tuple[int, int | None, int] | None


_NO_RUN = _Run("", (), None)


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
    runs_made = _runs(sql, scope, at) if rows else []
    for row in rows:
        first = Date.fromisoformat(row["first"])
        mine = runs_made if row["kind"] == "bill" else []
        latest = next((run for run in mine if run.month == row["month"]), _NO_RUN)
        covering = next((run for run in mine if run.month >= row["month"]), _NO_RUN)
        cents, unpriced = _known(row, latest)
        yield Work(
            row["kind"],
            last_sendable_day(first),
            cents,
            row["days"],
            month=row["month"],
            since=first,
            unpriced=unpriced,
            held_back=latest.held_back,
            left_out=covering.left_out[0] if covering.left_out else sum(count for _, count, *_ in covering.held_back),
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


def proposed_days(sql: Sql, scope: Collection[UUID], at: int | None = None) -> Sequence[Work]:
    """Decisions that wait for a second person, by month of care."""
    where = both([scoped(scope), Condition(days.PROPOSED)])
    text, params = union(days.TABLE, "month, date, proposed, accepted_cents, refused_cents", where, at)
    rows = sql.rows(
        f"SELECT month, count(*) AS days, min(date) AS first, sum({_PROPOSED_CENTS}) AS cents"
        f" FROM {text} AS t GROUP BY month ORDER BY month LIMIT {_MOST}",
        params,
    )
    return [
        Work("confirm", last_sendable_day(first), int(row["cents"]), row["days"], month=row["month"], since=first)
        for row in rows
        for first in [Date.fromisoformat(row["first"])]
    ]


def left_days(sql: Sql, scope: Collection[UUID], work: Work, at: int | None = None) -> list[UUID]:
    """The days of such work, if the latest run that took in its month left out as many; else none, unasked."""
    if not 0 < work.count <= min(work.left_out, _MOST):
        return []
    ofkind = [one_of("month", [work.month]), Condition(f"{_KIND} = ?", (work.kind,))]
    where = both([scoped(scope), Condition(days.PREPARED), *ofkind])
    text, params = union(days.TABLE, "day_id", where, at)
    return [row["day_id"] for row in sql.rows(f"SELECT day_id FROM {text} AS t", params)]


def _known(row: Row, latest: _Run) -> tuple[int, int]:
    """Cents that hang on the days for sure, and how many days have none: as recorded, or as the run priced them.

    What it left out are these days when they are as many; doubtful ones are other work, and taken off.
    """
    recorded = int(row["cents"]), int(row["unpriced"])
    if latest.left_out is None:
        return recorded
    days, cents, unpriced = latest.left_out
    for code, doubtful, amount, without in latest.held_back:
        if code == "possible_duplicate":
            days, cents, unpriced = days - doubtful, (cents or 0) - (amount or 0), unpriced - without
    return (cents or 0, unpriced) if days == row["days"] else recorded


def _runs(sql: Sql, scope: Collection[UUID], at: int | None) -> list[_Run]:
    """The latest first."""
    found: list[_Run] = []
    for row in _RUNS.page(sql, scoped(scope), Asked("run_at", descending=True, limit=_MOST, at=at)).rows:
        elsewhere = [("elsewhere", *figures) for _, *figures in json.loads(row["elsewhere"])]
        held_back = (*map(tuple, json.loads(row["blocked"])), *elsewhere)
        found.append(_Run(row["month"], held_back, json.loads(row["left_out"])))
    return found
