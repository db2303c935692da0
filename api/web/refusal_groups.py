"""Groups of refusals with one root cause, as a person sees them: explained, dated, with what can be done."""

from dataclasses import dataclass
from datetime import date as Date

from api.catalogue import Language, euros
from api.rest.filters import RefusalFilter
from api.web.charts import Chart, bars
from api.web.grid_spec import Column, Look
from api.web.visit import Visit
from api.web.written import refusal_code
from application.ports import Row
from domain.rules.limits import last_sendable_day, to_do_by
from domain.rules.refusals import Explanation, explain
from projections.refusal_causes import Cause, causes

MOST_BARS = 12
SOON_DAYS = 90
"""From so many days before its time-bar on, a deadline is pointed at."""

_CURABLE: dict[str, Look] = {
    "yes": ("state-settled", "check", "correctable.yes"),
    "no": ("state-refused", "ban", "correctable.no"),
    "unknown": ("state-unknown", "circle-help", "correctable.unknown"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """A cause as shown. `deadline`: last day to send its oldest care; `days_left` until then, negative when over."""

    cause: Cause
    explanation: Explanation
    deadline: Date
    days_left: int

    @property
    def curable(self) -> Look:
        """Yes, no or unknown."""
        return curable(self.explanation)

    @property
    def name(self) -> str:
        """Severity and code."""
        return refusal_code(self.cause.code, self.cause.letter)

    @property
    def is_soon(self) -> bool:
        """Whether its time-bar comes near."""
        return 0 <= self.days_left <= SOON_DAYS


COLUMNS = (
    Column("cause", label="list_column.root_code"),
    Column("meaning", "reason", label="refusal.reason"),
    Column("lines", "number", label="column.lines"),
    Column("cascaded", "number", label="plain_column.cascaded"),
    Column("days", "number", label="column.days"),
    Column("patients", "number", label="list_title.patients"),
    Column("refused_cents", "amount"),
    Column("deadline", "day", label="plain_column.deadline"),
    Column("curable", "state", state=lambda row: row["curable"], label="plain_column.curable"),
    Column("cure", "reason", label="column.cure"),
)
"""Of the list as a file."""


def in_words(group: Group) -> Row:
    """A group by `COLUMNS`."""
    cause, told = group.cause, group.explanation
    return {
        "cause": group.name,
        "meaning": told.meaning,
        "lines": cause.lines,
        "cascaded": cause.cascaded_lines,
        "days": cause.days,
        "patients": cause.patients,
        "refused_cents": cause.refused_cents,
        "deadline": to_do_by(group.deadline),
        "curable": group.curable,
        "cure": told.cure,
    }


def groups_of(visit: Visit, wanted: RefusalFilter) -> tuple[Group, ...]:
    """The dearest first, as of the day asked for."""
    with visit.sql() as sql:
        found = causes(sql, visit.scope, wanted, visit.upto)
    return tuple(_group(visit, cause) for cause in found)


def path_of(code: str) -> str:
    """Page of a cause. A code of an envelope is written with a hyphen: `301-40`."""
    return f"/refus/{code.replace('/', '-')}"


def curable(explanation: Explanation) -> Look:
    """Whether the refusal can be corrected, as icon and word."""
    return _CURABLE[explanation.correctable]


def chart_of(groups: tuple[Group, ...], language: Language) -> Chart:
    """The dearest causes."""
    shown = groups[:MOST_BARS]
    return bars((one.name, one.cause.refused_cents, euros(one.cause.refused_cents, language)) for one in shown)


def _group(visit: Visit, cause: Cause) -> Group:
    deadline = last_sendable_day(Date.fromisoformat(cause.earliest))
    left = (deadline - (visit.as_of or visit.today)).days
    return Group(cause, explain(cause.code, visit.language, cause.letter or None), deadline, left)
