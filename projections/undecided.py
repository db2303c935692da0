"""How long refusals wait for a decision, and how many billing runs went by meanwhile: of days, and of causes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports import Row, Sql
from projections import days, refusals
from projections.as_of import union
from projections.history import RefusalFilter, conditions
from projections.scope import Condition, among, both

_MOST_LINES = 10_000
_WAITS = (
    "min(refused_on) AS refused_on, max(left_times) AS left_times,"
    " max(CASE WHEN left_times > 0 THEN left_on ELSE '' END) AS left_on"
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Of one day or several: when the first was refused; how often a run left one at most, and when the latest did.

    Dates are ISO text; `left_on` is empty when none did.
    """

    refused_on: str
    left_times: int
    left_on: str


def waits_of_days(sql: Sql, scope: Collection[UUID], day_ids: Collection[UUID], at: int | None) -> dict[UUID, Wait]:
    """Of those of these days that are refused without a decision."""
    if not day_ids:
        return {}
    where = both([among(sql, scope, "day_id", sorted(day_ids)), Condition(days.UNDECIDED)])
    text, params = union(days.TABLE, "day_id, refused_on, left_times, left_on", where, at)
    return {
        row["day_id"]: _wait(row) for row in sql.rows(f"SELECT day_id, {_WAITS} FROM {text} AS t GROUP BY 1", params)
    }


def waits_of_causes(
    sql: Sql, scope: Collection[UUID], wanted: RefusalFilter | None = None, at: int | None = None
) -> dict[tuple[str, str], Wait]:
    """By code and letter of the root, of the refusals that the filter takes and nobody decided upon.

    Nothing is told of more lines than a page can add up while somebody waits; each day still tells it.
    """
    asked = both([conditions(scope, wanted or RefusalFilter()), Condition(refusals.UNDECIDED)])
    text, params = union(refusals.TABLE, "root_code, root_letter, day_id", asked, at)
    lines = sql.rows(f"SELECT root_code, root_letter, day_id FROM {text} AS r LIMIT {_MOST_LINES + 1}", params)
    if len(lines) > _MOST_LINES:
        return {}
    waits = waits_of_days(sql, scope, {line["day_id"] for line in lines}, at)
    found: dict[tuple[str, str], list[Wait]] = {}
    for line in lines:
        if line["day_id"] in waits:
            found.setdefault((line["root_code"], line["root_letter"]), []).append(waits[line["day_id"]])
    return {cause: _of_all(every) for cause, every in found.items()}


def _of_all(waits: Sequence[Wait]) -> Wait:
    left_times, left_on = max(one.left_times for one in waits), max(one.left_on for one in waits)
    return Wait(min(one.refused_on for one in waits), left_times, left_on)


def _wait(row: Row) -> Wait:
    return Wait(row["refused_on"], row["left_times"], row["left_on"])
