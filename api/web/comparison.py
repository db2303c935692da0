"""Practices side by side: those whose figures the reader may see, each figure with the list behind it."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Response

from api.catalogue import text
from api.rest.listing import Word
from api.web.comparison_rows import MEASURES, Leads, PracticeRow, chart_of, ordered, rows_of, together
from api.web.doors import MayRead
from api.web.export import table_file
from api.web.span_form import AskedSpan, asked_span, said_in_address
from api.web.visit import Visit
from domain.errors import Invalid
from domain.rules.unions import UNIONS
from projections.comparison import firsts, names, refused, waiting_cents
from projections.delays import answered
from projections.figures import Span
from projections.history import RefusalFilter, SendingFilter

router = APIRouter(prefix="/c/{where}/pilotage/cabinets")
_BY_NAME = {measure.name: measure for measure in MEASURES}
_NAME = "practice"


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the table: the practice's own dashboard, and each figure with its address, empty for none."""

    row: PracticeRow
    address: str
    cells: tuple[tuple[str, str], ...]


@router.get("")
def show_comparison(visit: MayRead, national_union: Word = None) -> Response:
    """One row a practice, sorted by `sort`; the worst first acceptance first, unless asked otherwise."""
    asked, union = asked_span(visit), national_union or ""
    if asked.typed:
        return said_in_address(visit, "/pilotage/cabinets", asked)
    rows, (sort, descending) = _rows(visit, asked, union), _order(visit)
    measure, leads = _BY_NAME.get(sort), _leads(asked, union)
    listed = ordered(rows, measure, descending=descending)
    order = {"sort": sort, "descending": "true" if descending else ""}
    return visit.page(
        "comparison.html",
        status=asked.status,
        fragment="figures",
        asked=asked,
        union=union,
        unions=UNIONS,
        measures=MEASURES,
        sort=sort,
        descending=descending,
        order=order,
        query={**asked.months, "national_union": union},
        rows=[_shown(visit, row, asked, union, leads) for row in listed],
        whole=[measure.shown(together(rows), visit.language) for measure in MEASURES],
        charted=measure or MEASURES[0],
        chart=chart_of(listed, measure or MEASURES[0], visit.language),
    )


@router.get(".{kind}")
def export_comparison(visit: MayRead, kind: str, national_union: Word = None) -> Response:
    """The same rows in the same order as a file. Raises `Invalid` for months that cannot be understood."""
    asked, (sort, descending) = asked_span(visit), _order(visit)
    if asked.wrong:
        raise Invalid("field_invalid", f"{asked.wrong}: give months.", field=asked.wrong)
    rows = ordered(_rows(visit, asked, national_union or ""), _BY_NAME.get(sort), descending=descending)
    columns = [(text(f"comparison.{_NAME}", visit.language), "text")]
    columns += [(text(measure.label_key, visit.language), measure.file_kind) for measure in MEASURES]
    cells = ([row.name, *(measure.cell(row) for measure in MEASURES)] for row in rows)
    return table_file(visit, kind, text("comparison.title", visit.language), columns, cells)


def _rows(visit: Visit, asked: AskedSpan, union: str) -> list[PracticeRow]:
    """By name. Of practices where the reader's roles of today give the right that this page asks for."""
    (first, last), one = asked.days, union or None
    sent = SendingFilter(national_union=one, transmitted_from=first, transmitted_to=last)
    scope, at = visit.practices("read"), visit.upto
    with visit.sql() as sql:
        return rows_of(
            names(sql, scope, at),
            firsts(sql, scope, Span(first, last, one), at),
            refused(sql, scope, RefusalFilter(national_union=one, date_from=first, date_to=last), at),
            waiting_cents(sql, scope, one, at),
            answered(sql, scope, sent, at),
            answered(sql, scope, SendingFilter(national_union=one, is_read=False), at),
            visit.as_of or visit.today,
        )


def _leads(asked: AskedSpan, union: str) -> Leads:
    """Where figures come from, in any practice."""
    first, last = asked.days
    care = {"date_from": first, "date_to": last, "national_union": union}
    settled = {"status": "settled", "national_union": union}
    return {
        "refused": ("/refus/lignes", care),
        "causes": ("/refus", care),
        "cascades": ("/refus/lignes", {**care, "is_cascade": True}),
        "settled": ("/historique/envois", {**settled, "transmitted_from": first, "transmitted_to": last}),
        "waiting": ("/pilotage", {**asked.months, "national_union": union}),
        "unread": ("/historique/envois", {**settled, "is_read": "false"}),
    }


def _shown(visit: Visit, row: PracticeRow, asked: AskedSpan, union: str, leads: Leads) -> Shown:
    there = replace(visit, where=row.practice)
    cells = []
    for measure in MEASURES:
        path, query = leads[measure.leads]
        anchor = "#waiting" if measure.leads == "waiting" else ""
        known = measure.value(row) is not None
        cells.append((measure.shown(row, visit.language), there.to(path, **query) + anchor if known else ""))
    return Shown(row, there.to("/pilotage", **asked.months, national_union=union), tuple(cells))


def _order(visit: Visit) -> tuple[str, bool]:
    """Column and direction. Raises `Invalid` for a column that there is not."""
    query = visit.request.query_params
    sort = query.get("sort", "") or MEASURES[0].name
    if sort not in (_NAME, *_BY_NAME):
        raise Invalid("sort_invalid", f"sort: give one of {', '.join((_NAME, *_BY_NAME))}.", field="sort")
    return sort, query.get("descending", "") == "true"
