"""Days that a run would leave out, as a filter of the list: found by the very check that a run makes."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date as Date
from uuid import UUID

from api.build import Quittance
from domain.errors import Invalid
from domain.local_time import local_date
from projections import days
from projections.as_of import union
from projections.history import DayFilter, conditions
from projections.scope import Condition, both, one_of, scoped

HELD = ("blocked", "elsewhere")
"""Phases that no row of the view has: whether a day is held back depends on the whole register."""
MOST = 5_000
"""Days that are checked for one list; beyond that the filter must be narrower."""
_NOTHING = Condition("1 = 0")


def held_phase(codes: Collection[str]) -> str:
    """How far a day is that a run leaves out."""
    return "elsewhere" if "elsewhere" in codes else "blocked"


def day_conditions(
    quittance: Quittance, scope: Collection[UUID], wanted: DayFilter, as_of: Date | None, upto: int | None
) -> Condition:
    """As `history.conditions`, also of phases of `HELD`. Raises `Invalid` when more than 5,000 days wait for those.

    `upto`: the position of the log at the end of `as_of`.
    """
    if wanted.phase not in HELD:
        return conditions(scope, wanted)
    today = as_of or local_date(quittance.clock.now())
    waiting = conditions(scope, replace(wanted, phase="prepared"))
    # A month that is not over is held back as a whole, and not shown as such.
    first = today.replace(day=1).isoformat()
    where = both([waiting, Condition(days.PREPARED), Condition("date < ?", (first,))])
    with quittance.store.database.snapshot() as sql:
        text, params = union(days.TABLE, "day_id, establishment_id", where, upto)
        found = sql.rows(f"SELECT * FROM {text} AS t LIMIT ?", (*params, MOST + 1))
    if len(found) > MOST:
        raise Invalid("held_too_many", f"At most {MOST:,} days to check: narrow the filter.", field="phase")
    chosen: list[UUID] = []
    for place in {row["establishment_id"] for row in found}:
        ids = [row["day_id"] for row in found if row["establishment_id"] == place]
        held = quittance.billing.held_back(place, ids, today, upto)
        chosen += [day_id for day_id, codes in held.items() if held_phase(codes) == wanted.phase]
    return both([scoped(scope), one_of("day_id", sorted(chosen))]) if chosen else _NOTHING
