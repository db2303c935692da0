"""What waits, in numbers: shown before a billing run and on the first screen."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from application.ports import Sql
from projections.days import PREPARED, REFUSED
from projections.scope import Condition, both, scoped


@dataclass(frozen=True, slots=True)
class Counts:
    """Undecided refusals first: they are what a run leaves behind. Money in cents."""

    undecided_days: int
    undecided_cents: int
    prepared_days: int
    prepared_cents: int
    returned_days: int
    possible_duplicates: int
    prepared_sendings: int
    unsettled_sendings: int
    unread_settlements: int
    open_items: int


def undecided(scope: Collection[UUID]) -> Condition:
    """Refused days, in part or whole, that were not billed again: being billed takes the verdict away."""
    return both([scoped(scope), Condition(REFUSED)])


def counts(sql: Sql, scope: Collection[UUID]) -> Counts:
    """As things stand now."""
    where, open_ = scoped(scope), undecided(scope)
    days = sql.rows(
        f"SELECT count(*) AS undecided_days, coalesce(sum(refused_cents), 0) AS undecided_cents FROM days"
        f" WHERE {open_.text}",
        open_.params,
    )[0]
    prepared = sql.rows(
        "SELECT count(*) AS prepared_days, coalesce(sum(amount_cents), 0) AS prepared_cents,"
        " coalesce(sum(CASE WHEN is_returned THEN 1 ELSE 0 END), 0) AS returned_days,"
        " coalesce(sum(possible_duplicates), 0) AS possible_duplicates"
        f" FROM days WHERE {where.text} AND {PREPARED}",
        where.params,
    )[0]
    sent = sql.rows(
        "SELECT coalesce(sum(CASE WHEN status = 'prepared' THEN 1 ELSE 0 END), 0) AS prepared_sendings,"
        " coalesce(sum(CASE WHEN status IN ('transmitted', 'outcome_unknown', 'acknowledged',"
        " 'accepted_for_processing') THEN 1 ELSE 0 END), 0) AS unsettled_sendings,"
        " coalesce(sum(CASE WHEN status = 'settled' AND NOT is_read THEN 1 ELSE 0 END), 0) AS unread_settlements"
        f" FROM sendings WHERE {where.text}",
        where.params,
    )[0]
    items = sql.rows(f"SELECT count(*) AS open_items FROM items WHERE {where.text} AND NOT is_settled", where.params)[0]
    return Counts(**days, **prepared, **sent, **items)
