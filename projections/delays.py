"""How long unions take and what waits too long: sendings without a settlement, settlements that nobody read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from uuid import UUID

from application.ports import Row, Sql
from domain.local_time import local_date
from projections import messages, sendings
from projections.as_of import union
from projections.history import SendingFilter, conditions
from projections.scope import both, one_of, scoped

WAITING = ("transmitted", "outcome_unknown", "acknowledged", "accepted_for_processing")
"""Statuses of a sending that left and has no settlement yet."""

AGES = (30, 60, 90)
"""Last days of the age classes; the last class has no end."""

_SETTLEMENT = "920900"


@dataclass(frozen=True, slots=True)
class Answered:
    """A settled sending. `transmitted_on` ISO, empty when unknown. `settled_on`: None when its file is unknown."""

    establishment_id: UUID
    national_union: str
    transmitted_on: str
    settled_on: Date | None
    made_elsewhere: bool
    is_read: bool
    requested_cents: int

    @property
    def days(self) -> int | None:
        """From the day it left to the day its settlement came; what was taken over came on no real day."""
        if self.settled_on is None or self.made_elsewhere or not self.transmitted_on:
            return None
        return (self.settled_on - Date.fromisoformat(self.transmitted_on)).days


@dataclass(frozen=True, slots=True)
class Waiting:
    """Sendings to one union in one status. `age`: index of the class, None when the day of departure is unknown."""

    national_union: str
    status: str
    age: int | None
    sendings: int
    requested_cents: int


def answered(sql: Sql, scope: Collection[UUID], wanted: SendingFilter, at: int | None = None) -> list[Answered]:
    """Settled sendings that meet the filter, by union: those that `sendings_page` lists."""
    names = "establishment_id, national_union, transmitted_on, made_elsewhere, is_read, requested_cents, is_contested"
    text, params = union(
        sendings.TABLE,
        f"sending_id, {names}",
        both([conditions(scope, wanted), one_of("status", ["settled"])]),
        at,
    )
    came, more = union(
        messages.TABLE, "sending_id, received_at", both([scoped(scope), one_of("kind", [_SETTLEMENT])]), at
    )
    rows = sql.rows(
        f"SELECT {names}, min(m.received_at) AS first, max(m.received_at) AS last FROM {text} AS s"
        f" LEFT JOIN {came} AS m ON m.sending_id = s.sending_id"
        f" GROUP BY s.sending_id, {names} ORDER BY national_union",
        (*params, *more),
    )
    return [_answered(row) for row in rows]


def waiting(
    sql: Sql, scope: Collection[UUID], today: Date, national_union: str | None = None, at: int | None = None
) -> list[Waiting]:
    """Sendings without a settlement by union, status and age since they left."""
    where = both([conditions(scope, SendingFilter(national_union=national_union)), one_of("status", WAITING)])
    text, params = union(sendings.TABLE, "national_union, status, transmitted_on, requested_cents", where, at)
    bounds = [(today - timedelta(days=last)).isoformat() for last in AGES]
    classes = " ".join(f"WHEN transmitted_on >= ? THEN {index}" for index in range(len(AGES)))
    rows = sql.rows(
        "SELECT national_union, status, age, count(*) AS sendings, sum(requested_cents) AS requested_cents FROM"
        f" (SELECT national_union, status, requested_cents,"
        f" CASE WHEN transmitted_on = '' THEN -1 {classes} ELSE {len(AGES)} END AS age FROM {text} AS t) AS aged"
        " GROUP BY national_union, status, age ORDER BY national_union, status, age",
        (*bounds, *params),
    )
    return [
        Waiting(
            row["national_union"],
            row["status"],
            row["age"] if row["age"] >= 0 else None,
            row["sendings"],
            row["requested_cents"],
        )
        for row in rows
    ]


def age_of(since: Date, today: Date) -> int:
    """Index of the age class of what waits since that day."""
    return sum((today - since).days > last for last in AGES)


def departures(age: int, today: Date) -> tuple[Date | None, Date | None]:
    """First and last day of departure of an age class; None: no bound."""
    first = today - timedelta(days=AGES[age]) if age < len(AGES) else None
    last = today - timedelta(days=AGES[age - 1] + 1) if age else None
    return first, last


def _answered(row: Row) -> Answered:
    """The first settlement counts; after a contested one the last."""
    came = row["last"] if row["is_contested"] else row["first"]
    settled_on = local_date(datetime.fromisoformat(came)) if came else None
    return Answered(
        row["establishment_id"],
        row["national_union"],
        row["transmitted_on"],
        settled_on,
        bool(row["made_elsewhere"]),
        bool(row["is_read"]),
        row["requested_cents"],
    )
