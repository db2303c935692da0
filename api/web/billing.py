"""Bill a month: what a run would do now and what holds days back, the run, and the files that wait to leave."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.rest.bodies import Month
from api.rest.desk_lists import RUNS
from api.web import billing_answers, billing_runs
from api.web.billing_cures import blockers
from api.web.billing_files import files_of, hand_over
from api.web.casework import casework_of
from api.web.casework_things import PAGES
from api.web.doors import MayBill, MayRead
from api.web.in_place import Refusal, told
from api.web.undecided import first_of
from api.web.visit import Visit
from application.run_report import RunReport
from domain import casework
from domain.rules.limits import add_months, month_end, month_of, month_start
from domain.run_plan import RunOptions
from projections.billing_months import last_billed_month, prepared_months
from projections.history import SendingFilter
from projections.paging import MOST_ROWS, Asked
from projections.scope import both, one_of, scoped

router = APIRouter(prefix="/c/{where}/facturation")
# Before `/{month}`, which would take their place.
router.routes.extend([*billing_answers.router.routes, *billing_runs.router.routes])
START = "/facturation"
IncludeCurrent = Annotated[bool, Query()]


@router.get("")
def find_month(visit: MayRead) -> Response:
    """The month that needs work: the latest finished one with days to bill, else the one billed last."""
    finished = add_months(visit.today.replace(day=1), -1)
    with visit.sql() as sql:
        waiting = [one.month for one in prepared_months(sql, visit.scope, visit.upto)]
        due = max((month for month in waiting if month <= month_of(finished)), default="")
        month = due or last_billed_month(sql, visit.scope, visit.upto) or month_of(finished)
    return visit.go(visit.to(f"{START}/{month}"))


@router.get("/{month}")
def show_month(visit: MayRead, month: Month, include_current: IncludeCurrent = False) -> Response:
    """What a run would do now, and the files that wait; of a past day, the files and runs of then."""
    return _month(visit, month, include_current)


PAGES["billed_month"] = show_month


@router.post("/{month}")
def bill_month(visit: MayBill, month: Month) -> Response:
    """Write one file a union; nothing leaves before it is sent."""
    quittance, include_current = visit.quittance, visit.text("include_current", 5) == "true"
    leaves = visit.text("leave_undecided", 5) == "true"
    options = RunOptions(month, include_current, quittance.settings.one_month_per_file)
    return told(
        visit,
        lambda: visit.do(
            lambda context: quittance.billing.run(context, visit.practice, options, leave_undecided=leaves),
            lambda report: visit.at(f"{START}/{month}" + (f"/{report.run_id}" if report.run_id else "")),
            about=visit.practice,
        ),
        lambda refusal: _month(visit, month, include_current, refusal),
    )


@router.post("/{month}/envoyer")
def send_waiting(visit: MayBill, month: Month) -> Response:
    """Hand over the files that were ticked; a limit of the insurers holds each back apart."""
    return hand_over(visit, f"{START}/{month}", lambda refusal: _month(visit, month, False, refusal))


def _month(visit: Visit, month: str, include_current: bool, refusal: Refusal | None = None) -> Response:
    report = _preview(visit, month, include_current) if visit.as_of is None else None
    with visit.sql() as sql:
        where = both([scoped(visit.scope), one_of("month", [month])])
        runs = RUNS.page(sql, where, Asked("run_at", descending=True, limit=MOST_ROWS, at=visit.upto)).rows
        waiting = prepared_months(sql, visit.scope, visit.upto)
    first = month_start(month)
    return visit.page(
        "billing.html",
        status=refusal.status if refusal else 200,
        month=month,
        before=month_of(add_months(first, -1)),
        after=month_of(add_months(first, 1)),
        last=month_end(first),
        is_future=month > month_of(visit.today),
        is_current=month == month_of(visit.today),
        include_current=include_current,
        report=report,
        undecided=first_of(report, visit.language, visit.today) if report else (),
        blocked=blockers(visit, report.blocked) if report else (),
        hints=blockers(visit, report.hints) if report else (),
        files=files_of(
            visit, SendingFilter(status="prepared"), SendingFilter(status="queued"), SendingFilter(month=month)
        ),
        runs=runs,
        waiting=waiting,
        refusal=refusal,
        casework=casework_of(visit, casework.month(month)),
    )


def _preview(visit: Visit, month: str, include_current: bool) -> RunReport:
    quittance = visit.quittance
    options = RunOptions(month, include_current, quittance.settings.one_month_per_file)
    return quittance.billing.preview(visit.practice, options)
