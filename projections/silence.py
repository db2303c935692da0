"""Files that left and about which their union says nothing for long, and how often it was asked since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from datetime import date as Date
from typing import Any
from uuid import UUID

from application.ports import Sql
from domain.local_time import BELGIUM
from domain.rules.limits import SILENCES, Silence, silences
from projections import polls, sendings
from projections.as_of import union
from projections.scope import Condition, both, either, one_of, scoped

_COLUMNS = (
    "sending_id",
    "establishment_id",
    "national_union",
    "month",
    "sending_number",
    "status",
    "transmitted_on",
    "requested_cents",
)
_MOST = 200


@dataclass(frozen=True, slots=True)
class SilentSending:
    """`asked`: how often its mailbox was asked since the day it left, `failed` of them in vain.

    `last_asked_at`: ISO instant, empty for never.
    """

    sending_id: UUID
    establishment_id: UUID
    national_union: str
    month: str
    sending_number: int
    status: str
    transmitted_on: str
    requested_cents: int
    silent_days: int
    asked: int
    failed: int
    last_asked_at: str


def silent(today: Date, rules: Sequence[Silence] = SILENCES) -> Condition:
    """Of sendings: those that wait longer than the limits that hold today let them."""
    held = silences(today, rules)
    return either([_waits_too_long(rule, held, today) for rule in held])


def silent_sendings(sql: Sql, scope: Collection[UUID], today: Date, at: int | None = None) -> list[SilentSending]:
    """The longest waiting first. `today`: the day of `at` when that is given."""
    where = both([scoped(scope), Condition(sendings.WAITS), silent(today)])
    text, params = union(sendings.TABLE, ", ".join(_COLUMNS), where, at)
    rows = sql.rows(f"SELECT * FROM {text} AS t ORDER BY transmitted_on, sending_id LIMIT {_MOST}", params)
    return [
        SilentSending(
            **{name: row[name] for name in _COLUMNS},
            silent_days=(today - Date.fromisoformat(row["transmitted_on"])).days,
            **_asked(sql, row["establishment_id"], Date.fromisoformat(row["transmitted_on"]), at),
        )
        for row in rows
    ]


def _waits_too_long(rule: Silence, held: Sequence[Silence], today: Date) -> Condition:
    before = (today - timedelta(days=rule.days)).isoformat()
    parts = [Condition("status = ? AND transmitted_on <= ?", (rule.status, before))]
    own = [one.national_union for one in held if one.status == rule.status and one.national_union]
    if rule.national_union:
        parts.append(one_of("national_union", [rule.national_union]))
    elif own:
        inside = one_of("national_union", own)
        parts.append(Condition(f"NOT ({inside.text})", inside.params))
    return both(parts)


def _asked(sql: Sql, where: UUID, since: Date, at: int | None) -> dict[str, Any]:
    first = datetime.combine(since, time(), BELGIUM).astimezone(UTC).isoformat()
    since_then = Condition("polled_at >= ? AND outcome <> ?", (first, polls.QUEUED))
    which = both([scoped([where]), polls.of("invoicing"), since_then])
    text, params = union(polls.TABLE, "outcome, polled_at", which, at)
    return dict(
        sql.rows(
            "SELECT count(*) AS asked, coalesce(sum(CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END), 0) AS failed,"
            f" coalesce(max(polled_at), '') AS last_asked_at FROM {text} AS t",
            params,
        )[0]
    )
