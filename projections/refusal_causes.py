"""Refusals by cause: what must be corrected once, and how much hangs on it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from application.ports import Sql
from projections import refusals
from projections.as_of import union
from projections.history import RefusalFilter, conditions
from projections.scope import Condition, both, scoped

_PATIENT = "root_code, root_letter, patient_id"
_OF_PATIENT = (
    "count(*) AS lines, sum(adds_day) AS days, sum(refused_cents) AS cents, min(date) AS earliest,"
    " sum(CASE WHEN is_cascade THEN 1 ELSE 0 END) AS cascaded_lines,"
    " sum(CASE WHEN is_cascade THEN refused_cents ELSE 0 END) AS cascaded_cents"
)
"""Summed for each patient first, in the order of the index: what is left to put together is small."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Refused lines with one root. `lines` and `refused_cents` count all of them, `cascaded…` those that only follow.

    `earliest`: the oldest date of care among them, ISO. The lines themselves: `refusals_page` with `root_code` and
    `root_letter`.
    """

    code: str
    letter: str
    lines: int
    days: int
    patients: int
    refused_cents: int
    cascaded_lines: int
    cascaded_cents: int
    earliest: str


def roots(sql: Sql, establishment_id: UUID) -> set[tuple[str, str]]:
    """Code and letter of each of `causes` as things stand now: by leaps in the index from one to the next."""
    where = both([scoped([establishment_id]), Condition(refusals.EVERY)])

    def least(column: str, of: str = "1 = 1") -> str:
        return f"SELECT min({column}) FROM {refusals.TABLE.name} WHERE {where.text} AND {of}"

    rows = sql.rows(
        f"WITH RECURSIVE codes(code) AS ({least('root_code')}"
        f" UNION ALL SELECT ({least('root_code', 'root_code > codes.code')}) FROM codes WHERE code IS NOT NULL),"
        f" found(code, letter) AS (SELECT code, ({least('root_letter', 'root_code = codes.code')}) FROM codes"
        f" UNION ALL SELECT code, ({least('root_letter', 'root_code = found.code AND root_letter > found.letter')})"
        " FROM found WHERE letter IS NOT NULL) SELECT code, letter FROM found WHERE letter IS NOT NULL",
        where.params * 4,
    )
    return {(row["code"], row["letter"]) for row in rows}


def causes(
    sql: Sql, scope: Collection[UUID], wanted: RefusalFilter | None = None, at: int | None = None
) -> list[Cause]:
    """The dearest first."""
    asked = wanted or RefusalFilter()
    where = both([conditions(scope, asked), *([Condition(refusals.EVERY)] if asked == RefusalFilter() else [])])
    by_line = _is_by_line(asked)
    text, params = union(refusals.TABLE, _OF_PATIENT, where, at, f"{_PATIENT}, day_id" if by_line else _PATIENT)
    rows = sql.rows(
        "SELECT root_code AS code, root_letter AS letter, sum(lines) AS lines,"
        f" {'count(DISTINCT day_id)' if by_line else 'sum(days)'} AS days, count(DISTINCT patient_id) AS patients,"
        " sum(cents) AS refused_cents, sum(cascaded_lines) AS cascaded_lines, sum(cascaded_cents) AS cascaded_cents,"
        f" min(earliest) AS earliest FROM {text} AS t GROUP BY root_code, root_letter ORDER BY 6 DESC, 1, 2",
        params,
    )
    return [Cause(**row) for row in rows]


def _is_by_line(asked: RefusalFilter) -> bool:
    """Whether lines of a day may be left out, and with them the one that adds the day."""
    return any((asked.verdict, asked.provider, asked.nomenclature_code, asked.code, asked.is_cascade is not None))
