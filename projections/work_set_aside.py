"""Who took which work upon them, and what was put off until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.ports import Sql
from projections import casework
from projections.as_of import union
from projections.scope import Condition, both, one_of, scoped


@dataclass(frozen=True, slots=True)
class Care:
    """`assignee`: a user. `snoozed_until`: ISO day, empty when it is not put off."""

    assignee: UUID | None
    snoozed_until: str

    def is_put_off(self, day: Date) -> bool:
        """Whether it comes back later than that day."""
        return self.snoozed_until > day.isoformat()


NOBODY_S = Care(None, "")


def asleep(scope: Collection[UUID], today: Date) -> Condition:
    """A sub-query: what is put off beyond today, by the thing that the work is about."""
    where = both([scoped(scope), Condition(casework.PUT_OFF), Condition("snoozed_until > ?", (today.isoformat(),))])
    return Condition(f"(SELECT target_id FROM {casework.TABLE.name} WHERE {where.text})", where.params)


def taken_by(scope: Collection[UUID], column: str, people: Collection[UUID], at: int | None = None) -> Condition:
    """Rows whose column names a thing that one of these people took upon themselves."""
    where = both([scoped(scope), one_of("assignee", sorted(people))])
    text, params = union(casework.TABLE, "target_id", where, at)
    return Condition(f"{column} IN (SELECT target_id FROM {text} AS taken)", tuple(params))


def cared_for(sql: Sql, scope: Collection[UUID], ids: Collection[UUID], at: int | None = None) -> dict[UUID, Care]:
    """By the thing that the work is about; those that nobody touched are absent."""
    if not ids:
        return {}
    where = both([scoped(scope), one_of("target_id", sorted(ids))])
    text, params = union(casework.TABLE, "target_id, assignee, snoozed_until", where, at)
    rows = sql.rows(f"SELECT * FROM {text} AS t", params)
    return {row["target_id"]: Care(row["assignee"], row["snoozed_until"]) for row in rows}
