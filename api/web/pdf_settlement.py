"""A settlement on paper: each invoice with its figures, each refused line with its code, each code explained once."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from api.web.looks import verdict
from api.web.pdf_care import day_told
from api.web.pdf_lines import codes, every_line, reasons, service
from api.web.pdf_sending import sending_figures
from api.web.pdf_words import DASH, MOST_ROWS, Printed, Speaker, titled
from api.web.said import names_of
from api.web.sending import sending_of
from api.web.settlement_branches import Branch, branches_of
from api.web.visit import Visit
from api.web.written import refusal_code
from application.ports import Row
from domain.errors import Invalid
from domain.rules.refusals import Explanation
from domain.sending import Sending
from infrastructure.pdf import Block, Column, Document, Facts, Heading, Paragraph, Table
from projections.history import INVOICES, InvoiceFilter, conditions
from projections.paging import Asked, walk

_PIECE = 200


def print_settlement(visit: Visit, sending_id: UUID) -> Printed:
    """As of the day asked for. Raises `NotFound`, and `Invalid` for more than 5,000 invoices."""
    state, speak = sending_of(visit, sending_id), Speaker(visit.language)
    made = state.made
    title = speak.t(
        "print.settlement", number=made.sending_number, union=made.union, month=speak.month(made.billed_month)
    )
    facts = Facts(sending_figures(state, speak))
    if state.settlement is None:
        return Printed(Document(titled(visit, title), [facts, Paragraph(speak.t("print.awaited"))]))
    rows = _invoices(visit, sending_id)
    faulty = list(_faulty(visit, rows))
    patient_ids = list(dict.fromkeys(row["patient_id"] for row in rows))
    names = names_of(visit, patient_ids)
    blocks: list[Block] = [
        Facts([*facts.pairs, (speak.t("print.payment_reference"), _payments(state, speak))]),
        *_why(faulty, speak),
        Heading(speak.t("print.lost")),
        _lost(faulty, names, speak),
        Heading(speak.t("state.invoice_ids")),
        _table(rows, names, speak),
    ]
    return Printed(Document(titled(visit, title), blocks, is_wide=True), "sending.tree", patient_ids)


def _invoices(visit: Visit, sending_id: UUID) -> list[Row]:
    where = conditions(visit.scope, InvoiceFilter(sending_id=sending_id))
    with visit.sql() as sql:
        if INVOICES.count(sql, where, visit.upto) > MOST_ROWS:
            raise Invalid("print_too_large", f"At most {MOST_ROWS:,} invoices.", field="filter")
        return list(walk(INVOICES, sql, where, Asked(limit=_PIECE, at=visit.upto)))


def _faulty(visit: Visit, rows: Sequence[Row]) -> Iterator[Branch]:
    """Invoices with errors, opened; the others say all in one row."""
    wanted = [row for row in rows if row["refused_days"]]
    for start in range(0, len(wanted), _PIECE):
        yield from branches_of(visit, wanted[start : start + _PIECE])


def _payments(state: Sending, speak: Speaker) -> str:
    """What will stand on the bank's statement."""
    funds = state.settlement.funds if state.settlement else ()
    return "\n".join(
        speak.t(
            "said.named",
            name=fund.fund,
            value=f"{fund.payment_reference or DASH} ({speak.amount(fund.accepted_cents)})",
        )
        for fund in funds
    )


def _why(faulty: Sequence[Branch], speak: Speaker) -> list[Block]:
    """Each code that was said, once."""
    found: dict[tuple[str, str], Explanation] = {}
    for branch in faulty:
        said = [why for twig in branch.days for line in twig.lines for why in line.reasons]
        found |= {(why.code, why.letter): why for why in (*branch.said, *said)}
    if not found:
        return []
    t = speak.t
    columns = [Column(t("state.code")), Column(t("state.meaning")), Column(t("state.cause")), Column(t("state.cure"))]
    rows = [
        [refusal_code(why.code, why.letter), why.meaning, why.cause or DASH, why.cure or why.decision_label or DASH]
        for _, why in sorted(found.items())
    ]
    return [Heading(t("print.why")), Table(columns, rows)]


def _lost(faulty: Sequence[Branch], names: Mapping[UUID, str], speak: Speaker) -> Block:
    """Lines refused or paid for less, each with invoice and patient: a sheet can be read alone."""
    rows = [row for branch in faulty for row in _lost_of(branch, names, speak)]
    if not rows:
        return Paragraph(speak.t("print.nothing_refused"))
    t = speak.t
    columns = [
        Column(t("state.invoice_id")),
        *([Column(t("state.patient_id"))] if names else []),
        Column(t("state.date")),
        Column(t("state.code")),
        Column(t("state.verdict")),
        Column(t("column.errors")),
        Column(t("state.meaning")),
        Column(t("state.requested_cents"), is_figure=True),
        Column(t("state.accepted_cents"), is_figure=True),
    ]
    return Table(columns, rows)


def _lost_of(branch: Branch, names: Mapping[UUID, str], speak: Speaker) -> Iterator[list[str]]:
    """What was said of the invoice itself, then its lost lines with those that only follow."""
    name = names.get(branch.row["patient_id"], DASH)
    who = [branch.row["invoice_number"], *([name] if names else [])]
    for why in branch.said:
        yield [*who, DASH, DASH, DASH, refusal_code(why.code, why.letter), why.meaning, DASH, DASH]
    for twig in branch.days:
        for line, is_following in every_line(twig.lines):
            if line.is_lost:
                yield [
                    *who,
                    day_told(twig, speak),
                    service(line),
                    speak.state(line.look),
                    codes(line),
                    reasons(line, speak, is_following=is_following, with_cure=False),
                    speak.amount(line.care.amount_cents),
                    speak.amount(line.accepted_cents),
                ]


def _table(rows: Sequence[Row], names: Mapping[UUID, str], speak: Speaker) -> Table:
    t = speak.t
    columns = [
        Column(t("state.invoice_id")),
        *([Column(t("state.patient_id"))] if names else []),
        Column(t("state.destination")),
        Column(t("state.verdict")),
        Column(t("list_column.refused_days"), is_figure=True),
        Column(t("state.requested_cents"), is_figure=True),
        Column(t("state.accepted_cents"), is_figure=True),
        Column(t("state.refused_cents"), is_figure=True),
    ]
    told = [
        [
            row["invoice_number"],
            *([names.get(row["patient_id"], DASH)] if names else []),
            row["destination"],
            speak.state(verdict(row)),
            str(row["refused_days"] or DASH),
            *(speak.amount(row[cents]) for cents in ("requested_cents", "accepted_cents", "refused_cents")),
        ]
        for row in rows
    ]
    return Table(columns, told)
