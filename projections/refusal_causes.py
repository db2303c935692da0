"""Refusals by cause: what must be corrected once, and how much hangs on it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports import Row, Sql
from projections import refusals
from projections.as_of import union
from projections.history import RefusalFilter, asks_only, conditions
from projections.scope import Condition, both, scoped

_PATIENT = "root_code, root_letter, patient_id"
_OF_LINES = "count(*) AS lines, sum(adds_day) AS days, sum(refused_cents) AS refused_cents, min(date) AS earliest"
"""Summed for each patient first, in the order of the index: what is left to put together is small."""
_OF_PATIENTS = "sum(lines) AS lines, {days} AS days, sum(refused_cents) AS refused_cents, min(earliest) AS earliest"


@dataclass(frozen=True, slots=True)
class Following:
    """Lines of one code that only follow from their root."""

    code: str
    letter: str
    lines: int
    refused_cents: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Refused lines with one root. `lines` and `refused_cents` count all of them, `cascaded…` those that only follow.

    `earliest`: the oldest date of care among them, ISO. `follows`: what only follows, by its own code, dearest first.
    The lines themselves: `refusals_page` with `root_code` and `root_letter`.
    """

    code: str
    letter: str
    lines: int
    days: int
    patients: int
    refused_cents: int
    earliest: str
    cascaded_lines: int
    cascaded_cents: int
    follows: tuple[Following, ...]


@dataclass(frozen=True, slots=True)
class Stake:
    """What of a cause waits for a decision; figures as in `Cause`."""

    code: str
    letter: str
    days: int
    refused_cents: int
    earliest: str


def roots(sql: Sql, establishment_id: UUID) -> set[tuple[str, str]]:
    """Code and letter of each of `stakes` as things stand now: by leaps in the index from one to the next."""
    where = both([scoped([establishment_id]), Condition(refusals.UNDECIDED)])

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
    is_held = asks_only(asked, refusals.HELD)
    where = both([conditions(scope, asked), *([Condition(refusals.EVERY)] if is_held else [])])
    if is_held and at is None and sql.dialect == "sqlite":
        # Patients come in the order of the index: counting them costs SQLite less than a group for each.
        text, params, figures = f"{refusals.TABLE.name} WHERE {where.text}", list(where.params), _OF_LINES
    else:
        by_line = _is_by_line(asked)
        text, params = union(refusals.TABLE, _OF_LINES, where, at, f"{_PATIENT}, day_id" if by_line else _PATIENT)
        text, figures = f"{text} AS t", _OF_PATIENTS.format(days="count(DISTINCT day_id)" if by_line else "sum(days)")
    rows = sql.rows(
        f"SELECT root_code AS code, root_letter AS letter, count(DISTINCT patient_id) AS patients, {figures}"
        f" FROM {text} GROUP BY root_code, root_letter ORDER BY refused_cents DESC, code, letter",
        params,
    )
    return list(_with_cascades(rows, _followings(sql, scope, asked, at)))


def stakes(sql: Sql, scope: Collection[UUID], at: int | None = None) -> list[Stake]:
    """Of all `causes`, the dearest first, as far as nobody decided yet what becomes of the days."""
    where = both([scoped(scope), Condition(refusals.UNDECIDED)])
    summed = "sum(adds_day) AS days, sum(refused_cents) AS cents, min(date) AS earliest"
    text, params = union(refusals.TABLE, summed, where, at, "root_code, root_letter")
    rows = sql.rows(
        "SELECT root_code AS code, root_letter AS letter, sum(days) AS days, sum(cents) AS refused_cents,"
        f" min(earliest) AS earliest FROM {text} AS t GROUP BY root_code, root_letter ORDER BY 4 DESC, 1, 2",
        params,
    )
    return [Stake(**row) for row in rows]


def _with_cascades(rows: Iterable[Row], known: Mapping[tuple[str, str], Sequence[Following]]) -> Iterable[Cause]:
    for row in rows:
        follows = tuple(known.get((row["code"], row["letter"]), ()))
        lines, cents = sum(one.lines for one in follows), sum(one.refused_cents for one in follows)
        yield Cause(**row, cascaded_lines=lines, cascaded_cents=cents, follows=follows)


def _followings(
    sql: Sql, scope: Collection[UUID], wanted: RefusalFilter, at: int | None
) -> dict[tuple[str, str], list[Following]]:
    """By code and letter of the root: what only follows from it, dearest first."""
    columns = "root_code, root_letter, code, letter, refused_cents"
    where = both([conditions(scope, wanted), Condition(refusals.FOLLOWS)])
    text, params = union(refusals.TABLE, columns, where, at)
    rows = sql.rows(
        "SELECT root_code, root_letter, code, letter, count(*) AS lines, sum(refused_cents) AS refused_cents"
        f" FROM {text} AS t GROUP BY root_code, root_letter, code, letter ORDER BY refused_cents DESC, code, letter",
        params,
    )
    found: dict[tuple[str, str], list[Following]] = {}
    for row in rows:
        following = Following(row["code"], row["letter"], row["lines"], row["refused_cents"])
        found.setdefault((row["root_code"], row["root_letter"]), []).append(following)
    return found


def _is_by_line(asked: RefusalFilter) -> bool:
    """Whether lines of a day may be left out, and with them the one that adds the day."""
    return any((asked.verdict, asked.provider, asked.nomenclature_code, asked.code, asked.is_cascade is not None))
