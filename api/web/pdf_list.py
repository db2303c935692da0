"""A list on paper: exactly the rows of the filter and the columns of the screen, in words."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from api.web.grid_spec import Choice, Column
from api.web.grids import Exportable
from api.web.own_view import columns_of
from api.web.pdf_words import DASH, MOST_ROWS, Printed, Speaker, titled
from api.web.plain_lists import PlainList
from api.web.visit import Visit
from application.ports import Row
from domain.errors import Invalid
from infrastructure.pdf import Column as PrintedColumn
from infrastructure.pdf import Document, Table
from projections.whole import rows_of

_ORDER = frozenset({"as_of", "sort", "descending", "limit", "cursor"})


def list_title(visit: Visit, shown: Exportable) -> str:
    """Of the list, without the day."""
    return Speaker(visit.language).named(shown.spec.title_key, shown.spec.name)


def print_list(visit: Visit, shown: Exportable) -> Printed:
    """The list of this request's query. Raises `Invalid` for more than 5,000 rows."""
    speak, columns = Speaker(visit.language), columns_of(visit, shown.spec)
    rows, patient_ids = _rows(visit, shown)
    under = [_filter(visit, shown, speak), _sum(shown, rows, speak)]
    table = table_of(columns, rows, speak)
    document = Document(titled(visit, list_title(visit, shown)), [table], under, is_wide=True)
    return Printed(document, shown.seen, patient_ids)


def print_plain(visit: Visit, shown: PlainList) -> Printed:
    """A list without a filter of its own, which notes itself who sees it."""
    speak, rows = Speaker(visit.language), shown.rows(visit)
    title, under = titled(visit, speak.t(shown.title)), [speak.t("print.rows", count=len(rows))]
    return Printed(Document(title, [table_of(shown.columns, rows, speak)], under, is_wide=True))


def table_of(columns: Sequence[Column], rows: Sequence[Row], speak: Speaker) -> Table:
    """Complete rows as the page shows them."""
    return Table(
        [PrintedColumn(speak.t(column.label_key), column.is_figure) for column in columns],
        [[written(column, row, speak) for column in columns] for row in rows],
    )


def written(column: Column, row: Row, speak: Speaker) -> str:
    """A value as the page shows it."""
    if column.kind == "state" and column.state is not None:
        return speak.state(column.state(row))
    value = row[column.name]
    match column.kind:
        case "amount":
            return speak.amount(value)
        case "day":
            return speak.day(value)
        case "moment":
            return speak.moment(value)
        case "month":
            return speak.month(value)
        case "percent":
            return speak.percent(value)
        case "flag":
            return speak.t("list_file.yes") if value else DASH
    return DASH if value in (None, "") else str(value)


def _rows(visit: Visit, shown: Exportable) -> tuple[list[Row], list[UUID]]:
    """Complete rows of one state of the views, and whose they are."""
    found: list[Row] = []
    patient_ids: list[UUID] = []
    with visit.sql() as sql:
        ids = shown.ids(visit, sql, MOST_ROWS)
        if len(ids) > MOST_ROWS:
            raise Invalid("print_too_large", f"At most {MOST_ROWS:,} rows: narrow the filter.", field="filter")
        for rows in rows_of(shown.spec.listing, sql, ids, visit.upto):
            patient_ids += shown.patients_in(rows)
            found += shown.spec.complete(visit, rows)
    return found, patient_ids


def _filter(visit: Visit, shown: Exportable, speak: Speaker) -> str:
    """In words, as the chips above the list."""
    choices = {choice.name: choice for choice in shown.spec.choices}
    query = visit.request.query_params.items()
    given = {name: value for name, value in query if value and name in shown.parameters and name not in _ORDER}
    told = [_told(choices.get(name) or Choice(name, "text"), value, speak) for name, value in given.items()]
    return speak.t("print.filter", filter=" · ".join(told)) if told else speak.t("print.no_filter")


def _told(choice: Choice, value: str, speak: Speaker) -> str:
    keys = (choice.label_key, f"list_column.{choice.name}")
    name = next((word for key in keys if (word := speak.named(key, "")) != ""), speak.t("print.other_filter"))
    match choice.kind:
        case "flag":
            value = speak.t(f"list_file.{'yes' if value == 'true' else 'no'}")
        case "day":
            value = speak.day(value)
        case "month":
            value = speak.month(value)
        case _:
            value = speak.named(choice.shown(value), value)
    return speak.t("said.named", name=name, value=value)


def _sum(shown: Exportable, rows: Iterable[Row], speak: Speaker) -> str:
    counted, total = list(rows), shown.spec.total
    known = [row for row in counted if row[total] is not None] if total else []
    if not known and (counted or not total):
        return speak.t("print.rows", count=len(counted))
    sum_of_known = speak.amount(sum(map(shown.spec.cents_of, known)))
    if without := len(counted) - len(known):
        sum_of_known += f" ({speak.t('bill.unpriced', count=without)})"
    return speak.t("print.rows_sum", count=len(counted), column=speak.t(f"state.{total}"), sum=sum_of_known)
