"""The `RuleFacts` of rules that decide by themselves, from views that are current when they are asked."""

from collections.abc import Callable
from datetime import date as Date
from uuid import UUID

from application.ports import Database
from application.rule_trial import Refused
from projections import precedents
from projections.correction_rules import days_of_application, rules_on
from projections.establishments import every_establishment_id
from projections.scope import Condition, both, scoped

_COLUMNS = "p.day_id, p.sending_id, s.national_union, p.root_code, p.refused_cents, p.is_refused, p.decision, p.outcome"


class ViewRuleFacts:
    """Each question is one query in a snapshot of its own."""

    def __init__(self, database: Database, catch_up: Callable[[], object]) -> None:
        self._database, self._catch_up = database, catch_up

    def establishment_ids(self) -> list[UUID]:
        """All that are registered."""
        with self._database.snapshot() as sql:
            return every_establishment_id(sql)

    def refused_since(self, establishment_id: UUID, since: Date) -> list[Refused]:
        """What was refused from a day on, the earliest first."""
        return self._refused(establishment_id, Condition("p.refused_on >= ?", (since.isoformat(),)))

    def undecided(self, establishment_id: UUID) -> list[Refused]:
        """What nobody decided about, the earliest first."""
        return self._refused(establishment_id, Condition("p.outcome = 'undecided'"))

    def rules_on(self, establishment_id: UUID) -> list[UUID]:
        """Rules that decide now."""
        with self._database.snapshot() as sql:
            return rules_on(sql, establishment_id)

    def days_of_application(self, establishment_id: UUID, rule_id: UUID, application: str) -> list[UUID]:
        """Days whose decision is still the one that the rule took in that step."""
        self._catch_up()
        with self._database.snapshot() as sql:
            return days_of_application(sql, establishment_id, rule_id, application)

    def _refused(self, establishment_id: UUID, wanted: Condition) -> list[Refused]:
        self._catch_up()
        where = both([scoped([establishment_id], "p.establishment_id"), wanted])
        with self._database.snapshot() as sql:
            rows = sql.rows(
                f"SELECT {_COLUMNS} FROM {precedents.TABLE.name} AS p JOIN sendings AS s ON s.sending_id = p.sending_id"
                f" WHERE {where.text} ORDER BY p.refused_on, p.day_id, p.precedent_id",
                where.params,
            )
        return [
            Refused(
                row["day_id"],
                row["sending_id"],
                row["national_union"],
                row["root_code"],
                row["refused_cents"],
                bool(row["is_refused"]),
                row["decision"],
                row["outcome"],
            )
            for row in rows
        ]
