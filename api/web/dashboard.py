"""Dashboard: what insurers accept at first sight, what they refuse, how long they take, what waits too long."""

from datetime import date as Date

from fastapi import APIRouter, Response

from api.catalogue import Language
from api.rest.listing import Word
from api.web.charts import Chart, bars
from api.web.dashboard_tables import MonthRow, delay_rows, month_rows, share, unread_rows, waiting_rows, whole_span
from api.web.doors import MayRead
from api.web.looks import sending_state
from api.web.month_span import MonthSpan, span_between, span_typed
from api.web.refusal_groups import MOST_BARS, chart_of, groups_of, path_of
from api.web.visit import Visit
from domain.errors import Invalid
from domain.rules.unions import UNIONS
from projections.delays import AGES, answered, waiting
from projections.figures import Span, first_passes, refused_by_month
from projections.history import RefusalFilter, SendingFilter

router = APIRouter(prefix="/c/{where}/pilotage")
_SPAN = ("period", "from", "to")


@router.get("")
def show_dashboard(visit: MayRead, national_union: Word = None) -> Response:
    """Months `from` to `to`; what is typed as `period` becomes those, so that the address says what is shown."""
    query, today = visit.request.query_params, visit.as_of or visit.today
    given = {name: query.get(name, "").strip() for name in _SPAN}
    union = national_union or ""
    try:
        if given["period"]:
            span = span_typed(given["period"], today)
            return visit.go(visit.to("/pilotage", **{"from": span.first, "to": span.last, "national_union": union}))
        span = span_between(given["from"], given["to"], today)
    except Invalid as error:
        return _page(visit, span_between("", "", today), union, today, given, str(error.facts["field"]))
    return _page(visit, span, union, today, {"from": span.first, "to": span.last})


def _page(visit: Visit, span: MonthSpan, union: str, today: Date, given: dict[str, str], wrong: str = "") -> Response:
    """`given`: what stands in the fields; `wrong`: the one that cannot be."""
    return visit.page(
        "dashboard.html",
        status=422 if wrong else 200,
        fragment="figures",
        given=given,
        wrong=wrong,
        span=span,
        union=union,
        unions=UNIONS,
        ages=AGES,
        percent=lambda value: percent(value, visit.language),
        decimal=lambda value: decimal(value, visit.language),
        **_verdicts(visit, span, union),
        **_delays(visit, span, union, today),
    )


def _verdicts(visit: Visit, span: MonthSpan, union: str) -> dict[str, object]:
    """What was accepted and refused of the care of these months. `care`: the query of its refused lines."""
    first, last = span.starts.isoformat(), span.ends.isoformat()
    wanted = RefusalFilter(national_union=union or None, date_from=first, date_to=last)
    with visit.sql() as sql:
        passes = first_passes(sql, visit.scope, Span(first, last, union or None), visit.upto)
        refused = refused_by_month(sql, visit.scope, wanted, visit.upto)
    groups, months = groups_of(visit, wanted), month_rows(span, passes, refused)
    lines, cascaded = sum(one.cause.lines for one in groups), sum(one.cause.cascaded_lines for one in groups)
    care = {"date_from": first, "date_to": last, "national_union": union}
    return {
        "months": months,
        "whole": whole_span(months),
        "accepted_chart": _rates(months, visit.language),
        "groups": [(group, visit.to(path_of(group.cause.code), **care, letter=group.cause.letter)) for group in groups],
        "refused_chart": chart_of(groups, visit.language),
        "is_cut": len(groups) > MOST_BARS,
        "cascaded": cascaded,
        "cascade_share": share(cascaded, lines),
        "care": care,
    }


def _delays(visit: Visit, span: MonthSpan, union: str, today: Date) -> dict[str, object]:
    """How long the sendings of these months took, and what waits whenever it left. `sent`: the query of the first."""
    first, last = span.starts.isoformat(), span.ends.isoformat()
    left = SendingFilter(national_union=union or None, transmitted_from=first, transmitted_to=last)
    with visit.sql() as sql:
        settled = answered(sql, visit.scope, left, visit.upto)
        unread = answered(sql, visit.scope, SendingFilter(national_union=union or None, is_read=False), visit.upto)
        still = waiting(sql, visit.scope, today, union or None, visit.upto)
    return {
        "delays": delay_rows(settled),
        "sent": {"status": "settled", "transmitted_from": first, "transmitted_to": last, "national_union": union},
        "waiting": waiting_rows(still, today),
        "look": lambda row: sending_state({"status": row.status}),
        "unread": unread_rows(unread, today),
    }


def _rates(months: list[MonthRow], language: Language) -> Chart:
    """Bars up to one hundred percent."""
    return bars(
        (
            (
                f"{row.first.month[5:]}/{row.first.month[:4]}",
                round(row.euro_rate * 10),
                percent(row.euro_rate, language),
            )
            for row in months
            if row.first.lines
        ),
        whole=1000,
    )


def percent(value: float, language: Language) -> str:
    """One decimal, as a person of that language reads it."""
    written = decimal(value, language)
    return f"{written}\N{NARROW NO-BREAK SPACE}%" if language == "fr" else f"{written}%"


def decimal(value: float, language: Language) -> str:
    """One decimal."""
    written = f"{value:.1f}"
    return written if language == "en" else written.replace(".", ",")
