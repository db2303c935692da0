"""Days that a run would leave out, in rows and as a filter of the list: found by the very check that a run makes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date as Date
from uuid import UUID

from api.build import Quittance
from api.catalogue import Language, text
from application.ports import Row
from domain.billing_day import AGAIN, GIVES_BACK
from domain.errors import Invalid
from domain.local_time import local_date
from projections import days
from projections.as_of import union
from projections.history import DAYS, DayFilter, conditions
from projections.paging import Asked, Page
from projections.scope import Condition, both, one_of, scoped

HELD = "blocked"
"""A phase that no row of the view has: whether a day is held back depends on the whole register."""
MOST = 5_000
"""Days that are checked for one list; beyond that the filter must be narrower."""
_NOTHING = Condition("1 = 0")
_DECIDED = (*AGAIN, *GIVES_BACK)
_WAITING = (Condition(days.PREPARED), both([Condition(days.DECIDED), one_of("decision", _DECIDED)]))
"""What the next run may look at: days in no sending, and those to be billed again or given back."""


def why_held(codes: Iterable[str], language: Language) -> list[dict[str, str]]:
    """Each of these codes in words: `code`, `text`."""
    return [{"code": code, "text": text(f"blocker.{code}", language)} for code in codes]


def with_held(quittance: Quittance, rows: Sequence[Row], as_of: Date | None, upto: int | None) -> list[Row]:
    """Rows of the list of days: `held_back` says why a run would leave the day out (codes), and so does `phase`.

    `upto`: the position of the log at the end of `as_of`.
    """
    held = _held(quittance, [row for row in rows if _is_waiting(row)], as_of, upto)
    return [
        {**row, "phase": HELD, "held_back": held[row["day_id"]]} if row["day_id"] in held else {**row, "held_back": ()}
        for row in rows
    ]


def _is_waiting(row: Row) -> bool:
    return bool(row["phase"] == "prepared" and row["line_count"]) or row["decision"] in _DECIDED


def _held(
    quittance: Quittance, rows: Sequence[Row], as_of: Date | None, upto: int | None
) -> Mapping[UUID, Sequence[str]]:
    found: dict[UUID, Sequence[str]] = {}
    for place in {row["establishment_id"] for row in rows}:
        ids = [row["day_id"] for row in rows if row["establishment_id"] == place]
        found |= quittance.billing.held_back(place, ids, as_of, upto)
    return found


def held_page(
    quittance: Quittance, scope: Collection[UUID], wanted: DayFilter, as_of: Date | None, asked: Asked
) -> Page:
    """Billing days, by default by date, with what holds each back (`with_held`); amounts that nobody knows are None.

    Raises `Invalid` as `day_conditions`.
    """
    where = day_conditions(quittance, scope, wanted, as_of, asked.at)
    with quittance.store.database.snapshot() as sql:
        found = DAYS.page(sql, where, asked)
    rows = with_held(quittance, days.with_known_amounts(found.rows), as_of, asked.at)
    return Page(rows, found.following)


def day_conditions(
    quittance: Quittance, scope: Collection[UUID], wanted: DayFilter, as_of: Date | None, upto: int | None
) -> Condition:
    """As `history.conditions`, also of the phase `HELD`. Raises `Invalid` when more than 5,000 days wait.

    `upto`: the position of the log at the end of `as_of`.
    """
    if wanted.phase != HELD:
        return conditions(scope, wanted)
    today = as_of or local_date(quittance.clock.now())
    asked = [conditions(scope, replace(wanted, phase=None)), Condition("date <= ?", (today.isoformat(),))]
    found: list[Row] = []
    with quittance.store.database.snapshot() as sql:
        for waiting in _WAITING:
            listed, params = union(days.TABLE, "day_id, establishment_id", both([*asked, waiting]), upto)
            found += sql.rows(f"SELECT * FROM {listed} AS t LIMIT ?", (*params, MOST + 1))
    if len(found) > MOST:
        raise Invalid("held_too_many", f"At most {MOST:,} days to check: narrow the filter.", field="phase")
    held = _held(quittance, found, today, upto)
    return both([scoped(scope), one_of("day_id", sorted(held))]) if held else _NOTHING
