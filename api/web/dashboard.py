"""Dashboard: what insurers accept at first sight, what they refuse, how long they take, what waits too long."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api.catalogue import Language, euros, with_percent
from api.rest.listing import Word
from api.web.charts import Chart, bars
from api.web.dashboard_tables import (
    Cell,
    MonthRow,
    ageing_sums,
    delay_rows,
    month_rows,
    share,
    unread_rows,
    waiting_rows,
    whole_span,
)
from api.web.doors import MayRead
from api.web.looks import sending_state
from api.web.refusal_groups import MOST_BARS, chart_of, groups_of, path_of
from api.web.span_form import AskedSpan, asked_span, said_in_address
from api.web.visit import Visit
from domain.rules.unions import UNIONS
from projections.delays import AGES, answered, waiting
from projections.figures import Span, first_passes, refused_by_month
from projections.history import RefusalFilter, SendingFilter

router = APIRouter(prefix="/c/{where}/pilotage")


@router.get("")
def show_dashboard(visit: MayRead, national_union: Word = None) -> Response:
    """Months `from` to `to`; what is typed as `period` becomes those, so that the address says what is shown."""
    asked, union = asked_span(visit), national_union or ""
    if asked.typed:
        return said_in_address(visit, "/pilotage", asked)
    return visit.page(
        "dashboard.html",
        status=asked.status,
        fragment="figures",
        asked=asked,
        union=union,
        unions=UNIONS,
        ages=AGES,
        percent=lambda value: percent(value, visit.language),
        decimal=lambda value: decimal(value, visit.language),
        **_verdicts(visit, asked, union),
        **_delays(visit, asked, union),
    )


def _verdicts(visit: Visit, asked: AskedSpan, union: str) -> dict[str, object]:
    """What was accepted and refused of the care of these months. `care`: the query of its refused lines."""
    first, last = asked.days
    wanted = RefusalFilter(national_union=union or None, date_from=first, date_to=last)
    with visit.sql() as sql:
        passes = first_passes(sql, visit.scope, Span(first, last, union or None), visit.upto)
        refused = refused_by_month(sql, visit.scope, wanted, visit.upto)
    groups, months = groups_of(visit, wanted), month_rows(asked.span, passes, refused)
    lines, cascaded = sum(one.cause.lines for one in groups), sum(one.cause.cascaded_lines for one in groups)
    care, whole = {"date_from": first, "date_to": last, "national_union": union}, whole_span(months)
    return {
        "months": months,
        "whole": whole,
        "refused_share": share(whole.refused_cents, whole.first.requested_cents),
        "accepted_chart": _rates(months, visit.language),
        "groups": [(group, visit.to(path_of(group.cause.code), **care, letter=group.cause.letter)) for group in groups],
        "refused_chart": chart_of(groups, visit.language),
        "is_cut": len(groups) > MOST_BARS,
        "cascaded": cascaded,
        "cascade_share": share(cascaded, lines),
        "care": care,
    }


def _delays(visit: Visit, asked: AskedSpan, union: str) -> dict[str, object]:
    """How long the sendings of these months took, and what waits whenever it left. `sent`: the query of the first."""
    (first, last), today = asked.days, visit.as_of or visit.today
    left = SendingFilter(national_union=union or None, transmitted_from=first, transmitted_to=last)
    with visit.sql() as sql:
        settled = answered(sql, visit.scope, left, visit.upto)
        unread = answered(sql, visit.scope, SendingFilter(national_union=union or None, is_read=False), visit.upto)
        still = waiting(sql, visit.scope, today, union or None, visit.upto)
    waits = waiting_rows(still, today)
    return {
        "delays": delay_rows(settled),
        "sent": {"status": "settled", "transmitted_from": first, "transmitted_to": last, "national_union": union},
        "waiting": waits,
        "waiting_chart": _ages(ageing_sums(waits), visit.language),
        "sums": ageing_sums,
        "look": lambda row: sending_state({"status": row.status}),
        "unread": unread_rows(unread, today),
    }


def _rates(months: list[MonthRow], language: Language) -> Chart:
    """Bars up to one hundred percent."""
    return bars(
        (
            (
                f"{row.first.month[5:]}/{row.first.month[:4]}",
                round(row.line_rate * 10),
                percent(row.line_rate, language),
            )
            for row in months
            if row.first.lines
        ),
        whole=1000,
    )


def _ages(sums: Sequence[Cell], language: Language) -> Chart:
    """Amounts by class of age, in days; the last sum is the whole."""
    firsts = (0, *(last + 1 for last in AGES))
    names = (*(f"{first}\N{EN DASH}{last}" for first, last in zip(firsts, AGES, strict=False)), f"> {AGES[-1]}")
    return bars((name, cell.cents, euros(cell.cents, language)) for name, cell in zip(names, sums, strict=False))


def percent(value: float, language: Language) -> str:
    """One decimal, as a person of that language reads it."""
    return with_percent(decimal(value, language), language)


def decimal(value: float, language: Language) -> str:
    """One decimal."""
    written = f"{value:.1f}"
    return written if language == "en" else written.replace(".", ",")
