"""Actions that are told one value for all rows: what the form says, and how a job that was told it reads.

The value stands behind a colon in the name of the job's action (`application.casework_jobs`).
"""

import re

from api.catalogue import text
from api.web.decisions import TOLD, told_decision
from api.web.deputies import colleagues_in
from api.web.form_fields import day, reason_of
from api.web.grid_spec import Action
from api.web.render import day as written
from api.web.timeline import name_of
from api.web.visit import Visit
from api.web.written import month_in_words
from application.job_store import Job
from domain.casework import check_until
from domain.correction import REASONED
from domain.errors import Invalid
from domain.insurability_query import check_span
from domain.rules.limits import month_end, month_start

_TYPED_MONTH = re.compile(r"(\d{2})/(\d{4})")


def named(visit: Visit, grid: str, action: Action) -> str:
    """What a job of this form is called. Raises `Invalid` for a value that the action cannot be told."""
    name = f"{grid}.{action.name}"
    match action.asks:
        case "colleague":
            return f"{name}:{_colleague(visit, action.right)}"
        case "day":
            return f"{name}:{_day(visit)}"
        case "month":
            return f"{name}:{_month(visit)}"
        case "decision":
            return f"{name}:{told_decision(visit)}"
    return name


def told(visit: Visit, action: Action, job: Job) -> str:
    """In words, empty for an action that is told nothing."""
    value = value_of(job.action)
    match action.asks:
        case "colleague":
            return name_of(visit, f"user:{value}") if value else "\N{EN DASH}"
        case "day":
            return written(value)
        case "month":
            return month_in_words(value, visit.language)
        case "decision":
            return text(f"proposed.{value}" if job.proposes else dict(TOLD).get(value, value), visit.language)
    return ""


def value_of(name: str) -> str:
    """What a job of that name was told; empty for one that was told nothing."""
    return name.partition(":")[2]


def needs_reason(action: Action, value: str) -> bool:
    """Whether it is not done without one, told that."""
    return action.needs_reason or (action.asks == "decision" and value in REASONED)


def reason_for(visit: Visit, action: Action, value: str = "") -> str:
    """Why, as the form says. Raises `Invalid` when the action needs it, told that."""
    return reason_of(visit) if needs_reason(action, value) else visit.text("reason", 500)


def needs_reason_back(action: Action) -> bool:
    """Whether it is not taken back without a reason: a decision may give place to a former one that needs it."""
    return action.needs_reason or action.asks == "decision"


def reason_back(visit: Visit, action: Action) -> str:
    """Why it is taken back. Raises `Invalid` when that needs a reason."""
    return reason_of(visit) if needs_reason_back(action) else visit.text("reason", 500)


def _colleague(visit: Visit, right: str) -> str:
    given = visit.text("user_id", 40)
    if given and given not in {str(one) for one, _ in colleagues_in(visit, [visit.practice], right)}:
        raise Invalid("field_invalid", "user_id: choose somebody of this practice.", field="user_id")
    return given


def _day(visit: Visit) -> str:
    until = day(visit, "until")
    check_until(until, visit.today)
    return until.isoformat()


def _month(visit: Visit) -> str:
    """One that is not all ahead. Raises `Invalid`."""
    given = visit.text("month", 7)
    if typed := _TYPED_MONTH.fullmatch(given):
        given = f"{typed[2]}-{typed[1]}"
    try:
        first = month_start(given)
    except ValueError:
        raise Invalid("month_invalid", "month: give it as YYYY-MM.", field="month") from None
    check_span(first, month_end(first), visit.today)
    return given
