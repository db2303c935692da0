"""Rules that decide by themselves, as they are listed; what each decided, application by application."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.ports import Recorded, Row, Sql
from domain.correction_rule import RuleSwitchedOff, RuleSwitchedOn
from projections import precedents
from projections.as_of import union
from projections.scope import Condition, both, one_of, scoped
from projections.table import Table, ViewRow, flag, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "correction_rules",
    (
        uuid("rule_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("codes", fixed=True),
        text("decision", fixed=True),
        text("national_union", fixed=True),
        flag("is_after_cure"),
        flag("is_on"),
        text("dry_run"),
        text("switched_at"),
        text("switched_by"),
    ),
    key="rule_id",
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`codes`: separated by blanks. `switched_at`, `switched_by`: on or off, the latest; ISO, UTC, and the actor."""
    happened = recorded.event
    switched = {"switched_at": recorded.recorded_at.isoformat(), "switched_by": recorded.meta.actor}
    if isinstance(happened, RuleSwitchedOff):
        return None if row is None else {**row, **switched, "is_on": False}
    return {
        **switched,
        "rule_id": recorded.stream_id,
        "establishment_id": happened.establishment_id,
        "codes": " ".join(happened.codes),
        "decision": happened.decision,
        "national_union": happened.national_union,
        "is_after_cure": happened.is_after_cure,
        "is_on": True,
        "dry_run": happened.dry_run,
    }


VIEW = RowView(TABLE, version=1, touches=on_stream(RuleSwitchedOn, RuleSwitchedOff), apply=apply, is_register=True)


@dataclass(frozen=True, slots=True)
class Application:
    """What a rule decided in one step. `waiting`: days that no run took up yet, or that were accepted as refusals."""

    rule_id: UUID
    application: str
    decided_on: Date
    days: int
    cents: int
    waiting: int


def correction_rules(sql: Sql, scope: Collection[UUID], at: int | None = None) -> list[Row]:
    """Those that are on first, then by codes."""
    source, params = union(TABLE, ", ".join(TABLE.names), scoped(scope), at)
    return sql.rows(f"SELECT * FROM {source} AS t ORDER BY is_on DESC, codes, rule_id", params)


def rules_on(sql: Sql, establishment_id: UUID) -> list[UUID]:
    """Ids of those that decide now."""
    where = both([scoped([establishment_id]), Condition("is_on")])
    rows = sql.rows(f"SELECT rule_id FROM {TABLE.name} WHERE {where.text} ORDER BY codes, rule_id", where.params)
    return [row["rule_id"] for row in rows]


def applications(sql: Sql, scope: Collection[UUID], at: int | None = None) -> list[Application]:
    """Of all rules, the latest first; days that were decided otherwise since are in none."""
    where = both([scoped(scope), Condition("application <> ''")])
    columns = "rule_id, application, decided_on, day_id, refused_cents, outcome"
    source, params = union(precedents.TABLE, columns, where, at)
    rows = sql.rows(
        "SELECT rule_id, application, min(decided_on) AS decided_on, count(DISTINCT day_id) AS days,"
        " sum(refused_cents) AS cents,"
        " count(DISTINCT CASE WHEN outcome IN ('waiting', 'closed') THEN day_id END) AS waiting"
        f" FROM {source} AS t GROUP BY rule_id, application ORDER BY 3 DESC, 2, 1",
        params,
    )
    return [
        Application(
            row["rule_id"],
            row["application"],
            Date.fromisoformat(row["decided_on"]),
            int(row["days"]),
            int(row["cents"]),
            int(row["waiting"]),
        )
        for row in rows
    ]


def days_of_application(sql: Sql, establishment_id: UUID, rule_id: UUID, application: str) -> list[UUID]:
    """Days whose decision is still that of this step."""
    where = both([scoped([establishment_id]), one_of("rule_id", [rule_id]), one_of("application", [application])])
    rows = sql.rows(
        f"SELECT DISTINCT day_id FROM {precedents.TABLE.name} WHERE {where.text} ORDER BY day_id", where.params
    )
    return [row["day_id"] for row in rows]
