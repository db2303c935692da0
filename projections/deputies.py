"""Who looks after whose work on a day: asked of the absences of people, as they were known at a position."""

from collections.abc import Iterable
from datetime import date as Date
from uuid import UUID

from application.ports import Row, Sql
from projections import users
from projections.as_of import union
from projections.scope import Condition


def absent_for(sql: Sql, deputy_id: UUID, establishment_id: UUID, day: Date, at: int | None = None) -> dict[UUID, Date]:
    """People whom the user stands in for there that day, each with the last day of the absence."""
    text, params = union(users.TABLE, "user_id, absences", Condition("absences <> '[]'"), at)
    return absent_among(sql.rows(f"SELECT * FROM {text} AS t", params), deputy_id, establishment_id, day)


def absent_among(rows: Iterable[Row], deputy_id: UUID, establishment_id: UUID, day: Date) -> dict[UUID, Date]:
    """The same of rows of people that were read already."""
    return {
        row["user_id"]: absence.valid_to
        for row in rows
        for absence in users.absences_of(row)
        if (absence.deputy_id, absence.establishment_id) == (deputy_id, establishment_id) and absence.covers(day)
    }
