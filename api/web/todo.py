"""The first screen: what needs a person, ranked by deadline and then by euro; and what is missing before that."""

from collections.abc import Sequence
from datetime import date as Date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.catalogue import Language
from api.web.dashboard import percent
from api.web.doors import MayRead
from api.web.mycarenet_time import time_left
from api.web.own_lists import own_lists
from api.web.plain_lists import PLAIN, PlainList
from api.web.put_off import why_put_off
from api.web.todo_rows import COLUMNS, Shown, figures_of, in_words, shown
from api.web.undecided import waits_told
from api.web.visit import Visit
from application.ports import Row
from domain import establishment as establishments
from domain.rules.limits import add_months, month_end, month_of, next_month
from domain.run_plan import Practice, RunOptions, plan
from projections.billing_months import has_care
from projections.deputies import absent_for
from projections.figures import FirstPass, Span, first_passes
from projections.history import SENDINGS, SendingFilter, conditions
from projections.setup import missing
from projections.work_on_days import left_days
from projections.work_set_aside import cared_for
from projections.worklist import oldest_answer, worklist

router = APIRouter(prefix="/c/{where}")
Snoozed = Annotated[bool, Query(description="Also what was put off.")]
Mine = Annotated[bool, Query(description="Only what the reader took upon themselves, or stands in for.")]
_UNREAD = SendingFilter(status="settled", is_read=False, is_archived=False)
"""As the list of settlements is asked for them."""
_MONTHS = 3
"""Of care, up to the current one: how far the first-pass figure looks back."""


@router.get("")
def show_work(visit: MayRead, snoozed: Snoozed = False, mine: Mine = False) -> Response:
    """Figures and worklist, as of the day asked for."""
    today = visit.as_of or visit.today
    finished = month_of(add_months(today.replace(day=1), -1))
    rows = _rows(visit, today)
    works = [row.work for row in rows]
    with visit.sql() as sql:
        unread = [work.about for work in works if work.kind == "read" and work.about]
        settled = SENDINGS.count(sql, conditions(visit.scope, _UNREAD), visit.upto)
        oldest = oldest_answer(sql, visit.scope, unread, visit.upto)
        passes = first_passes(sql, visit.scope, _recent(today), visit.upto)
        not_entered = finished if not works and not has_care(sql, visit.scope, finished, visit.upto) else ""
        steps = () if visit.as_of else missing(sql, visit.scope)
    asked_for = _asked_for(rows, snoozed=snoozed, mine=mine)
    put_off = {row.work: row.work.target_id(visit.practice) for row in asked_for if row.is_put_off}
    reasons = why_put_off(visit, put_off.values())
    return visit.page(
        "todo.html",
        rows=asked_for,
        why_put_off={work: reasons.get(target, "") for work, target in put_off.items()},
        mine=mine,
        own_lists=own_lists(visit) if mine else (),
        put_off=sum(row.is_put_off for row in rows),
        snoozed=snoozed,
        figures=figures_of(rows, today, settled, oldest),
        first_pass=_share(passes, visit.language),
        steps=(*steps, *(() if visit.as_of else _stopped(visit, today))),
        next_billing=next_month(today),
        not_entered=not_entered,
    )


def _rows(visit: Visit, today: Date) -> list[Shown]:
    """All that waits, what was put off too."""
    with visit.sql() as sql:
        may = {"bills": visit.may_ever("bill"), "registers": visit.may_ever("register")}
        works = worklist(sql, visit.scope, today, visit.upto, **may)
        targets = {work.target_id(visit.practice) for work in works}
        care = cared_for(sql, visit.scope, targets, visit.upto)
        absent = absent_for(sql, visit.session.user_id, visit.practice, today, visit.upto) if visit.session else {}
        left = {work: left_days(sql, visit.scope, work, visit.upto) for work in works if work.kind == "bill"}
    waits, session = waits_told(visit), time_left(visit)
    return [
        shown(
            visit,
            work,
            today,
            care.get(work.target_id(visit.practice)),
            absent,
            left.get(work, ()),
            waits.get((work.code, work.letter), "") if work.kind == "refusals" else "",
            has_session=session is not None and session.ends_at is not None,
        )
        for work in works
    ]


def _asked_for(rows: Sequence[Shown], *, snoozed: bool, mine: bool) -> list[Shown]:
    return [row for row in rows if (snoozed or not row.is_put_off) and (row.is_mine or not mine)]


def _listed(visit: Visit) -> list[Row]:
    """The rows of this request's query, in words."""
    query = visit.request.query_params
    asked = {name: query.get(name) == "true" for name in ("snoozed", "mine")}
    return [in_words(row, visit.language) for row in _asked_for(_rows(visit, visit.as_of or visit.today), **asked)]


PLAIN["work"] = PlainList("list_title.work", COLUMNS, _listed)


def _recent(today: Date) -> Span:
    first = add_months(today.replace(day=1), 1 - _MONTHS)
    return Span(first.isoformat(), month_end(today).isoformat())


def _share(passes: Sequence[FirstPass], language: Language) -> str:
    """Lines accepted whole at the first verdict, in percent; empty without any verdict."""
    lines = sum(int(one.lines) for one in passes)
    return percent(100 * sum(int(one.whole_lines) for one in passes) / lines, language) if lines else ""


def _stopped(visit: Visit, today: Date) -> tuple[str, ...]:
    """Why a run could bill nothing at all: settings of the establishment that no source gives."""
    state = establishments.fold(visit.events(visit.practice))
    if state is None:
        return ()
    return plan(Practice(visit.practice, state, {}, {}), (), RunOptions(month_of(today)), today).stopped
