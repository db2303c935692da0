"""What the practice decided about refusals with one root, and what came of it: counts, never advice."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from application.ports import Sql
from domain.billing_day import BillingDay
from domain.day_events import Decision
from projections import precedents
from projections.as_of import union
from projections.refusals import rooted
from projections.scope import Condition, both, one_of, scoped

FEWEST = 5
"""Decided days of a union and a root, below which nothing is told of them."""
_TAKEN = Condition("decision <> 'none'")
_COUNTED = ", ".join(
    f"sum(CASE WHEN t.outcome = '{one}' THEN n ELSE 0 END) AS {one}" for one in precedents.OUTCOMES[1:]
)


@dataclass(frozen=True, slots=True)
class Way:
    """Days that were decided alike; a day counts each time that it was refused. All but `days` are what came of them:

    paid whole, in part, refused again; waiting for a run or an answer; closed, as the practice gave up or gave back.
    """

    decision: Decision
    days: int
    paid: int
    part: int
    refused: int
    waiting: int
    closed: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Past decisions about what one union refused for one root; the most frequent first, at least `FEWEST` in all."""

    national_union: str
    root_code: str
    ways: tuple[Way, ...]


def suggestions_about(sql: Sql, day: BillingDay) -> list[Suggestion]:
    """What was decided in its establishment about what the same union refused for the roots of this day."""
    settled = day.as_paid or day
    said = [line.said for line in settled.lost if line.said]
    sent = sql.rows("SELECT national_union FROM sendings WHERE sending_id = ?", (settled.sending_id,))
    codes = {cause.code for _, _, cause in rooted(said)}
    if not (sent and codes):
        return []
    return suggestions(sql, [day.establishment_id], national_union=sent[0]["national_union"], root_codes=codes)


def suggestions(
    sql: Sql,
    scope: Collection[UUID],
    *,
    national_union: str | None = None,
    root_codes: Collection[str] | None = None,
    at: int | None = None,
) -> list[Suggestion]:
    """By code, then union; of these codes and this union alone where some are given."""
    if root_codes is not None and not root_codes:
        return []
    among = [one_of("root_code", sorted(root_codes))] if root_codes else []
    text, params = union(
        precedents.TABLE,
        "count(*) AS n",
        both([scoped(scope), _TAKEN, *among]),
        at,
        "sending_id, root_code, decision, outcome",
    )
    # A sending goes to one union for ever: the current row is right for any position.
    sent = Condition("1 = 1") if national_union is None else one_of("national_union", [national_union])
    rows = sql.rows(
        f"SELECT root_code, national_union, decision, sum(n) AS days, {_COUNTED}"
        f" FROM {text} AS t JOIN sendings ON sendings.sending_id = t.sending_id WHERE {sent.text}"
        " GROUP BY root_code, national_union, decision ORDER BY root_code, national_union, days DESC, decision",
        [*params, *sent.params],
    )
    found: dict[tuple[str, str], list[Way]] = {}
    for row in rows:
        counts = {name: int(row[name]) for name in ("days", *precedents.OUTCOMES[1:])}
        found.setdefault((row["root_code"], row["national_union"]), []).append(Way(row["decision"], **counts))
    return [
        Suggestion(union_, code, tuple(ways))
        for (code, union_), ways in found.items()
        if sum(way.days for way in ways) >= FEWEST
    ]
