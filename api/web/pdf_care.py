"""A billing day and an invoice on paper: every line with the insurer's word, and the way the thing went."""

from collections.abc import Sequence
from uuid import UUID

from api.held_days import HELD
from api.web.day import day_of, proof_of
from api.web.day_stays import stays_of
from api.web.invoice import invoice_of
from api.web.looks import day_phase, decision, invoice_state, verdict
from api.web.pdf_lines import line_columns, line_rows
from api.web.pdf_words import DASH, Printed, Speaker, titled
from api.web.row_words import held_back, held_words
from api.web.said import names_of, shown_lines
from api.web.settlement_branches import Branch, Twig, branches_of
from api.web.visit import Visit
from domain.billing_day import BillingDay
from domain.invoice import Invoice
from infrastructure.pdf import Block, Column, Document, Facts, Heading, Paragraph, Table
from projections.days import phase_of
from projections.history import INVOICES
from projections.paging import Asked
from projections.scope import both, one_of, scoped


def print_day(visit: Visit, day_id: UUID) -> Printed:
    """As of the day asked for. Raises `NotFound`."""
    day, speak = day_of(visit, day_id), Speaker(visit.language)
    lines = shown_lines(day, visit)
    name = names_of(visit, [day.patient_id]).get(day.patient_id, "")
    blocks: list[Block] = [
        _day_facts(day, name, proof_of(visit, day), held_back(visit, [day_id]).get(day_id, ()), speak),
        Heading(speak.t("state.lines")),
        Table(line_columns(speak), line_rows(lines, speak)) if lines else Paragraph(speak.t("print.no_lines")),
        Heading(speak.t("print.stays")),
        _stays(visit, day_id, speak),
    ]
    title = titled(visit, speak.t("print.day", day=speak.day(day.date)))
    return Printed(Document(title, blocks, is_wide=True), "billing_day.read", [day.patient_id])


def print_invoice(visit: Visit, invoice_id: UUID) -> Printed:
    """As of the day asked for; days and lines as its sending left them. Raises `NotFound`."""
    state, speak = invoice_of(visit, invoice_id), Speaker(visit.language)
    made = state.made
    branch = _branch(visit, invoice_id)
    name = names_of(visit, [made.patient_id]).get(made.patient_id, "")
    twigs = branch.days if branch else ()
    rows = [row for twig in twigs for row in line_rows(twig.lines, speak, day_told(twig, speak))]
    said = [Paragraph(f"{why.code} {why.meaning} {why.cure}") for why in branch.said] if branch else []
    table = Table(line_columns(speak, with_day=True), rows) if rows else Paragraph(speak.t("print.no_lines"))
    blocks: list[Block] = [_invoice_facts(state, name, speak), *said, Heading(speak.t("state.lines")), table]
    title = titled(visit, speak.t("print.invoice", number=made.invoice_number))
    return Printed(Document(title, blocks, is_wide=True), "invoice.read", [made.patient_id])


def day_told(twig: Twig, speak: Speaker) -> str:
    """The date of a day, and that it is billed elsewhere by now."""
    day = speak.day(twig.state.date)
    return day if twig.is_here else speak.t("print.left", day=day)


def _day_facts(day: BillingDay, name: str, proof: str, held: Sequence[str], speak: Speaker) -> Facts:
    t, is_settled = speak.t, day.verdict != "none"
    decided = decision({"decision": day.decision, "verdict": day.verdict})
    return Facts(
        [
            *([(t("state.patient_id"), name)] if name else []),
            (t("list_column.phase"), speak.state(day_phase({"phase": HELD if held else phase_of(day)}))),
            *([(t("list_column.reason"), held_words(held, speak.language))] if held else []),
            (t("state.verdict"), speak.state(verdict({"verdict": day.verdict}))),
            *([(t("list_column.decision"), speak.state(decided))] if day.lost else []),
            (t("state.amount_cents"), speak.amount(day.asked_cents)),
            (t("state.accepted_cents"), speak.amount(day.accepted_cents if is_settled else None)),
            (t("state.refused_cents"), speak.amount(day.refused_cents if is_settled else None)),
            *([(t("state.time_bar_proof"), proof)] if proof else []),
        ]
    )


def _stays(visit: Visit, day_id: UUID, speak: Speaker) -> Block:
    t = speak.t
    stays = stays_of(visit, visit.quittance.log.history(day_id, visit.upto))
    if not stays:
        return Paragraph(t("print.no_sending"))
    columns = [
        Column(t("state.sending_id")),
        Column(t("state.invoice_id")),
        Column(t("print.billed_at")),
        Column(t("state.verdict")),
        Column(t("print.answered_at")),
        Column(t("state.accepted_cents"), is_figure=True),
        Column(t("state.refused_cents"), is_figure=True),
    ]
    rows = [
        [
            stay.name,
            stay.invoice_number,
            speak.moment(stay.billed_at),
            t("print.came_back", cause=t(f"return_cause.{stay.cause}")) if stay.cause else speak.state(stay.look),
            speak.moment(stay.answered_at),
            speak.amount(stay.accepted_cents),
            speak.amount(stay.refused_cents),
        ]
        for stay in stays
    ]
    return Table(columns, rows)


def _branch(visit: Visit, invoice_id: UUID) -> Branch | None:
    mine = both([scoped(visit.scope), one_of("invoice_id", [invoice_id])])
    with visit.sql() as sql:
        rows = INVOICES.page(sql, mine, Asked(limit=1, at=visit.upto)).rows
    return next(iter(branches_of(visit, rows)), None)


def _invoice_facts(state: Invoice, name: str, speak: Speaker) -> Facts:
    made, t, is_settled = state.made, speak.t, state.status == "settled"
    return Facts(
        [
            *([(t("state.patient_id"), name)] if name else []),
            (t("state.status"), speak.state(invoice_state({"status": state.status}))),
            (t("state.verdict"), speak.state(verdict({"verdict": state.verdict})) if is_settled else DASH),
            (t("state.requested_cents"), speak.amount(made.requested_cents)),
            (t("state.accepted_cents"), speak.amount(state.accepted_cents if is_settled else None)),
            (t("state.refused_cents"), speak.amount(state.refused_cents if is_settled else None)),
            (t("state.billed_month"), speak.month(made.billed_month)),
            (t("state.sickness_fund"), made.sickness_fund),
            (t("state.destination"), made.destination),
            (f"{t('state.ct1')} / {t('state.ct2')}", f"{made.ct1} / {made.ct2}"),
            (t("state.invoicing_type"), str(made.invoicing_type)),
            (t("state.patient_share_cents"), speak.amount(made.patient_share_cents)),
            (t("state.supplement_cents"), speak.amount(made.supplement_cents)),
            (t("state.line_count"), str(made.line_count)),
        ]
    )
