"""A list narrowed to what its reader took upon themselves, or stands in for: as "à moi" of the first screen."""

from dataclasses import dataclass
from typing import Literal

from api.web.visit import Visit
from application.ports import Sql
from projections.deputies import absent_for
from projections.scope import Condition
from projections.work_set_aside import taken_by


@dataclass(frozen=True, slots=True)
class OwnQuery:
    """Beside the filters of a list. The API has none: a key takes nothing upon itself."""

    mine: Literal["true"] | None = None


def own(visit: Visit, sql: Sql, column: str) -> Condition:
    """Rows whose column names such a thing, as of the day of the visit; without a session none."""
    if visit.session is None:
        return Condition("1 = 0")
    me = visit.session.user_id
    absent = absent_for(sql, me, visit.practice, visit.as_of or visit.today, visit.upto)
    return taken_by(visit.scope, column, {me, *absent}, visit.upto)
