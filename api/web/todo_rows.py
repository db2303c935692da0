"""Rows of the first screen: where the work is done, how long there is left, who took it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from api.web.refusal_groups import path_of
from api.web.row_words import held_back
from api.web.timeline import name_of
from api.web.visit import Visit
from domain.local_time import local_date
from domain.rules.refusals import Explanation, explain
from projections.work import Work
from projections.work_set_aside import Care


@dataclass(frozen=True, slots=True)
class Shown:
    """`address`: the page where the work is done. `meaning` of a refusal code, in the page's language.

    `absent_until`: last day of the absence of the assignee, when the reader stands in; it is the reader's work, too.
    `stuck`: none of its days would be billed now, for they are `blocked`, or all of them for a destination `elsewhere`.
    """

    work: Work
    address: str
    days_left: int | None
    meaning: Explanation | None
    assignee: str
    put_off_until: Date | None
    is_put_off: bool
    is_mine: bool
    absent_until: Date | None
    stuck: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What the cards say. `oldest_days`: age of the oldest unread answer."""

    next_deadline: Date | None
    next_days: int | None
    answers: int
    oldest_days: int | None
    refused_cents: int
    refused_groups: int


def shown(
    visit: Visit, work: Work, today: Date, care: Care | None, absent: Mapping[UUID, Date], left: Sequence[UUID]
) -> Shown:
    """One row. What was put off comes back on its day. `absent`: whom the reader stands in for, until when.

    `left`: its days, if perhaps none of them can be billed.
    """
    assignee = care.assignee if care else None
    absent_until = absent.get(assignee) if assignee else None
    until = Date.fromisoformat(care.snoozed_until) if care and care.snoozed_until else None
    return Shown(
        work,
        _address(visit, work),
        (work.deadline - today).days if work.deadline else None,
        explain(work.code, visit.language, work.letter or None) if work.kind == "refusals" else None,
        name_of(visit, f"user:{assignee}") if assignee else "",
        until,
        care is not None and care.is_put_off(today),
        absent_until is not None or (visit.session is not None and assignee == visit.session.user_id),
        absent_until,
        _stuck(visit, left),
    )


def figures_of(works: Sequence[Work], today: Date, oldest: str) -> Figures:
    """`oldest`: instant of the oldest unread answer, empty without any."""
    refused = [work for work in works if work.kind == "refusals"]
    first = works[0].deadline if works else None
    return Figures(
        first,
        (first - today).days if first else None,
        sum(work.kind in ("read", "rejected") for work in works),
        (today - local_date(datetime.fromisoformat(oldest))).days if oldest else None,
        sum(work.cents for work in refused),
        len(refused),
    )


def _stuck(visit: Visit, left: Sequence[UUID]) -> str:
    held = held_back(visit, left) if left else {}
    if not left or len(held) < len(left):
        return ""
    return "blocked" if any("elsewhere" not in codes for codes in held.values()) else "elsewhere"


def _address(visit: Visit, work: Work) -> str:
    match work.kind:
        case "refusals":
            return visit.to(path_of(work.code), letter=work.letter)
        case "returned" | "duplicates" | "bill":
            if visit.may_ever("bill"):
                return visit.to(f"/facturation/{work.month}")
            return visit.to("/historique/jours", month=work.month, phase="prepared")
        case "item":
            return visit.to(f"/points/{work.about}")
        case "read":
            return visit.to(f"/decomptes/{work.about}")
    return visit.to(f"/envois/{work.about}")
