"""Rows of the first screen: where the work is done, how long there is left, who took it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from api.catalogue import Language
from api.web.grid_spec import Column
from api.web.refusal_groups import path_of
from api.web.render import said_by
from api.web.row_words import held_back
from api.web.timeline import name_of
from api.web.visit import Visit
from application.ports import Row
from domain.local_time import local_date
from domain.rules.limits import to_do_by
from domain.rules.refusals import Explanation, explain
from projections.work import Work
from projections.work_set_aside import Care


@dataclass(frozen=True, slots=True)
class Shown:
    """`address`: the page where the work is done. `meaning` of a refusal code, in the page's language.

    `absent_until`: last day of the absence of the assignee, when the reader stands in; it is the reader's work, too.
    `is_stuck`: none of its days would be billed now, for they are blocked; `held_by` says why, in codes. `waits`: of
    refusals, in words. `goes_by_itself`: a queued file for which a session is open by now.
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
    is_stuck: bool
    held_by: tuple[str, ...] = ()
    waits: str = ""
    goes_by_itself: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What the cards say: the same as the lists they lead to, also of what was put off, which is told apart.

    `oldest_days`: age of the oldest unread settlement. `put_off`: causes.
    """

    next_deadline: Date | None
    next_days: int | None
    unread: int
    oldest_days: int | None
    refused_cents: int
    causes: int
    put_off: int


def shown(
    visit: Visit,
    work: Work,
    today: Date,
    care: Care | None,
    absent: Mapping[UUID, Date],
    left: Sequence[UUID],
    waits: str = "",
    *,
    has_session: bool = False,
) -> Shown:
    """One row. What was put off comes back on its day. `absent`: whom the reader stands in for, until when.

    `left`: its days, if perhaps none of them can be billed. `waits`: of refusals, for how long they do, in words.
    `has_session`: one with MyCareNet is open.
    """
    assignee = care.assignee if care else None
    absent_until = absent.get(assignee) if assignee else None
    held = held_back(visit, left) if left else {}
    is_stuck = bool(left) and len(held) >= len(left)
    until = Date.fromisoformat(care.snoozed_until) if care and care.snoozed_until else None
    goes_by_itself = work.kind == "queued" and has_session
    return Shown(
        work,
        visit.to(f"/envois/{work.about}") if goes_by_itself else _address(visit, work),
        (work.deadline - today).days if work.deadline else None,
        explain(work.code, visit.language, work.letter or None) if work.kind == "refusals" else None,
        name_of(visit, f"user:{assignee}") if assignee else "",
        until,
        care is not None and care.is_put_off(today),
        absent_until is not None or (visit.session is not None and assignee == visit.session.user_id),
        absent_until,
        is_stuck,
        tuple(sorted({code for codes in held.values() for code in codes})) if is_stuck else (),
        waits,
        goes_by_itself,
    )


COLUMNS = (
    Column("deadline", "day", label="plain_column.deadline"),
    Column("what", "reason", label="plain_column.work"),
    Column("why", "reason", label="plain_column.why"),
    Column("assignee", label="list_column.assignee"),
    Column("snoozed_until", "day", label="list_column.snoozed_until"),
    Column("cents", "amount", label="column.amount"),
)
"""Of the list as a file."""


def in_words(row: Shown, language: Language) -> Row:
    """A row by `COLUMNS`."""
    return {
        "deadline": row.work.deadline and to_do_by(row.work.deadline),
        "what": said_by("_todo.html", "what", language, row),
        "why": said_by("_todo.html", "why", language, row),
        "assignee": row.assignee,
        "snoozed_until": row.put_off_until if row.is_put_off else None,
        "cents": row.work.cents or None,
    }


def figures_of(rows: Sequence[Shown], today: Date, unread: int, oldest: str) -> Figures:
    """`unread`: settlements; `oldest`: instant of the oldest of them, empty without any."""
    refused = [row for row in rows if row.work.kind == "refusals"]
    first = next((row.work.deadline for row in rows if not row.is_put_off), None)
    return Figures(
        first,
        (to_do_by(first) - today).days if first else None,
        unread,
        (today - local_date(datetime.fromisoformat(oldest))).days if oldest else None,
        sum(row.work.cents for row in refused),
        len(refused),
        sum(row.is_put_off for row in refused),
    )


def _address(visit: Visit, work: Work) -> str:
    match work.kind:
        case "refusals":
            return visit.to(path_of(work.code), letter=work.letter)
        case "returned" | "duplicates" | "bill":
            if visit.may_ever("bill"):
                return visit.to(f"/facturation/{work.month}")
            return visit.to("/historique/jours", month=work.month, phase="prepared")
        case "confirm":
            return visit.to("/historique/jours", month=work.month, is_proposed=True)
        case "descored":
            return visit.to(f"/patients/{work.about}/descorages")
        case "notify":
            return visit.to(f"/patients/{work.about}/medical")
        case "item":
            return visit.to(f"/points/{work.about}")
        case "read":
            return visit.to(f"/decomptes/{work.about}")
        case "silent":
            return visit.to(f"/envois/{work.about}", tab="polls")
        case "queued" if visit.may_ever("session"):
            return visit.to("/session")
    return visit.to(f"/envois/{work.about}")
