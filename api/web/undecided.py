"""Refused days without a decision, in words: for how long they wait, and how many billing runs went by meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from api.catalogue import Language, text
from api.web.render import day
from api.web.visit import Visit
from application.ports import Row, UndecidedDay
from application.run_report import RunReport
from projections.history import RefusalFilter
from projections.undecided import Wait, waits_of_causes, waits_of_days

_MOST = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of the days that a billing page lists before it bills. `told`: for how long it waits."""

    day: UndecidedDay
    told: str


def first_of(report: RunReport, language: Language, today: Date) -> tuple[Waiting, ...]:
    """The longest waiting of those that a run would leave."""
    return tuple(
        Waiting(one, in_words(Wait(one.refused_on.isoformat(), one.left_times, ""), today, language))
        for one in report.undecided_first[:_MOST]
    )


def in_words(wait: Wait | None, today: Date, language: Language) -> str:
    """Refused since, left how often and when the last time; empty of what waits for nobody."""
    if wait is None:
        return ""
    age = (today - Date.fromisoformat(wait.refused_on)).days
    said = [_counted("refused", age, language)]
    if wait.left_times:
        said.append(_counted("left", wait.left_times, language))
    if wait.left_on:
        said.append(
            text("undecided.last" if wait.left_times > 1 else "undecided.once", language, date=day(wait.left_on))
        )
    return ", ".join(said)


def with_waits(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """`waits` of refused lines or days: the same in words, as of the day of the visit."""
    day_ids = {row["day_id"] for row in rows if row["decision"] == "none"}
    told = told_of(visit, sorted(day_ids))
    return [{**row, "waits": told.get(row["day_id"], "")} for row in rows]


def told_of(visit: Visit, day_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of those of these days that wait for a decision."""
    with visit.sql() as sql:
        found = waits_of_days(sql, visit.scope, day_ids, visit.upto)
    today = visit.as_of or visit.today
    return {day_id: in_words(wait, today, visit.language) for day_id, wait in found.items()}


def waits_told(visit: Visit, wanted: RefusalFilter | None = None) -> dict[tuple[str, str], str]:
    """By code and letter of a cause, of what of it waits for a decision."""
    with visit.sql() as sql:
        found = waits_of_causes(sql, visit.scope, wanted, visit.upto)
    today = visit.as_of or visit.today
    return {cause: in_words(wait, today, visit.language) for cause, wait in found.items()}


def _counted(what: str, count: int, language: Language) -> str:
    few = {0: "today", 1: "one"}.get(count)
    return text(f"undecided.{what}_{few}" if few else f"undecided.{what}", language, count=count)
