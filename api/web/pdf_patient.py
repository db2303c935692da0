"""A patient's file on paper: who it is, how the person is insured, days and invoices as their tabs show them."""

from uuid import UUID

from api.web.grid_spec import GridSpec
from api.web.history_grids import DAYS_GRID, INVOICES_GRID
from api.web.patient import File, unseen_file_of
from api.web.pdf_list import table_of
from api.web.pdf_words import DASH, MOST_ROWS, Printed, Speaker, titled
from api.web.visit import Visit
from domain.errors import Invalid
from infrastructure.pdf import Block, Column, Document, Facts, Heading, Paragraph, Table
from projections.paging import Asked, walk
from projections.scope import both, one_of, scoped

_PIECE = 200
_ERASED = "\N{EMPTY SET}"


def print_patient(visit: Visit, patient_id: UUID) -> Printed:
    """As of the day asked for. Raises `NotPermitted`, `NotFound`, and `Invalid` for more than 5,000 days."""
    visit.known_caller.require("medical")
    file, speak = unseen_file_of(visit, patient_id), Speaker(visit.language)
    blocks: list[Block] = [
        _who(file, speak),
        Heading(speak.t("print.insured")),
        _insured(file, speak),
        Heading(speak.t("state.invoice_ids")),
        _care(visit, file, INVOICES_GRID, speak),
        Heading(speak.t("state.days")),
        _care(visit, file, DAYS_GRID, speak),
    ]
    title = titled(visit, speak.t("print.patient", name=file.name))
    return Printed(Document(title, blocks, is_wide=True), "patient.read", file.everything)


def _who(file: File, speak: Speaker) -> Facts:
    details, t = file.state.details, speak.t

    def personal(value: str) -> str:
        return _ERASED if file.state.is_erased else value or DASH

    return Facts(
        [
            (t("state.last_name"), personal(details.last_name)),
            (t("state.first_name"), personal(details.first_name)),
            (t("state.birth_date"), _ERASED if file.state.is_erased else speak.day(details.birth_date)),
            (t("print.sex"), t(f"sex.{details.sex}")),
            (t("state.language"), t(f"language.{details.language}")),
            (t("state.ssin"), personal(file.state.ssin)),
            (t("state.affiliation_number"), personal(file.state.affiliation_number)),
            *([(t("print.merged"), "\n".join(name for _, name in file.merged))] if file.merged else []),
        ]
    )


def _insured(file: File, speak: Speaker) -> Block:
    """The latest period first, as on the page."""
    if not file.state.periods:
        return Paragraph(speak.t("print.not_insured"))
    t = speak.t
    columns = [
        Column(t("list_column.date_from")),
        Column(t("list_column.date_to")),
        *(Column(t(f"state.{name}")) for name in ("sickness_fund", "ct1", "ct2", "destination")),
    ]
    rows = [
        [
            speak.day(period.valid_from),
            speak.day(period.valid_to),
            period.sickness_fund,
            period.ct1,
            period.ct2,
            period.destination or DASH,
        ]
        for period in sorted(file.state.periods, key=lambda period: period.valid_from, reverse=True)
    ]
    return Table(columns, rows)


def _care(visit: Visit, file: File, spec: GridSpec, speak: Speaker) -> Block:
    """A list of the history, of the record and of those merged into it."""
    where = both([scoped(visit.scope), one_of("patient_id", file.everything)])
    with visit.sql() as sql:
        if spec.listing.count(sql, where, visit.upto) > MOST_ROWS:
            raise Invalid("print_too_large", f"At most {MOST_ROWS:,} rows.", field="selected")
        asked = Asked(spec.usual["sort"], descending=True, limit=_PIECE, at=visit.upto)
        rows = list(walk(spec.listing, sql, where, asked))
    if not rows:
        return Paragraph(speak.t("print.nothing_yet"))
    columns = [column for column in spec.columns if column.shown and column.name != "patient"]
    return table_of(columns, spec.complete(visit, rows), speak)
