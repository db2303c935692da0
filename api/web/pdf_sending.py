"""A sending on paper: what was asked, what each answer said, what the settlement made of it. No patient is named."""

from collections.abc import Sequence
from uuid import UUID

from api.rest.desk_lists import ANSWERS, ITEMS
from api.web.looks import sending_outcome, sending_state
from api.web.pdf_words import DASH, Printed, Speaker, titled
from api.web.said import explained
from api.web.sending import sending_of
from api.web.timeline import Entry, timeline_of
from api.web.visit import Visit
from application.ports import Row
from domain.answer import Reason
from domain.sending import Sending
from infrastructure.pdf import Block, Column, Document, Facts, Heading, Paragraph, Table
from projections.paging import Asked, Listing
from projections.scope import both, one_of, scoped

_MOST = 200


def print_sending(visit: Visit, sending_id: UUID) -> Printed:
    """As of the day asked for. Raises `NotFound`."""
    state, speak = sending_of(visit, sending_id), Speaker(visit.language)
    made = state.made
    title = speak.t("print.sending", number=made.sending_number, union=made.union, month=speak.month(made.billed_month))
    blocks = [_facts(state, speak), *_funds(state, speak), *_answers(visit, sending_id, speak)]
    return Printed(Document(titled(visit, title), [*blocks, *_items(visit, sending_id, speak)]))


def sending_figures(state: Sending, speak: Speaker) -> list[tuple[str, str]]:
    """Asked, accepted, refused; dashes before the settlement."""
    settled = state.settlement
    return [
        (speak.t("state.requested_cents"), speak.amount(state.made.requested_cents)),
        (speak.t("state.accepted_cents"), speak.amount(settled.accepted_cents if settled else None)),
        (speak.t("state.refused_cents"), speak.amount(settled.refused_cents if settled else None)),
    ]


def _facts(state: Sending, speak: Speaker) -> Facts:
    made, t = state.made, speak.t
    pairs = [
        (t("state.status"), speak.state(sending_state({"status": state.status}))),
        (t("state.outcome"), speak.state(sending_outcome({"outcome": state.outcome}))),
        *sending_figures(state, speak),
        (t("print.errors_said"), speak.percent(state.error_percentage)),
        (t("state.creation_date"), speak.day(made.creation_date)),
        (t("state.transmitted_on"), speak.day(state.transmitted_on)),
        (t("state.provider_reference"), made.provider_reference),
        (t("state.reference"), made.reference or DASH),
        (t("state.insurer_reference"), state.insurer_reference or DASH),
        (t("state.invoice_ids"), str(len(made.invoice_ids))),
        (t("state.day_count"), str(made.day_count)),
        (t("state.line_count"), str(made.line_count)),
        (t("state.record_count"), str(made.record_count)),
        (t("state.control_number"), str(made.control_number)),
        (t("state.message"), made.message),
    ]
    for name, holds in (("made_elsewhere", made.made_elsewhere), ("is_archived", state.is_archived)):
        pairs += [(t(f"state.{name}"), t("list_file.yes"))] if holds else []
    return Facts(pairs)


def _funds(state: Sending, speak: Speaker) -> list[Block]:
    if state.settlement is None:
        return []
    t = speak.t
    columns = [
        Column(t("state.sickness_fund")),
        Column(t("print.payment_reference")),
        Column(t("state.requested_cents"), is_figure=True),
        Column(t("state.accepted_cents"), is_figure=True),
        Column(t("state.refused_cents"), is_figure=True),
    ]
    rows = [
        [fund.fund, fund.payment_reference or DASH]
        + [speak.amount(cents) for cents in (fund.requested_cents, fund.accepted_cents, fund.refused_cents)]
        for fund in state.settlement.funds
    ]
    return [Heading(t("print.funds")), Table(columns, rows)]


def _answers(visit: Visit, sending_id: UUID, speak: Speaker) -> list[Block]:
    """Every received file, the oldest first."""
    rows, t = _about(visit, sending_id, ANSWERS), speak.t
    if not rows:
        return [Heading(t("print.answers")), Paragraph(t("print.no_answer"))]
    said = {entry.message: entry for entry in timeline_of(visit, sending_id) if entry.source == "answer"}
    columns = [Column(t("print.received")), Column(t("state.kind")), Column(t("print.says"))]
    told = [
        [
            speak.moment(row["received_at"]),
            f"{row['kind'] or '?'} {t('message_kind.' + (row['kind'] or 'answer'))}",
            _said(said.get(row["sha256"]), speak),
        ]
        for row in rows
    ]
    return [Heading(t("print.answers")), Table(columns, told)]


def _said(entry: Entry | None, speak: Speaker) -> str:
    if entry is None:
        return speak.t("print.nothing_new")
    codes = explained([Reason(None, code) for code in getattr(entry.event, "codes", ())], speak.language)
    return "\n".join([speak.t(entry.what_key), *(f"{why.code} {why.meaning} {why.cure}" for why in codes)])


def _items(visit: Visit, sending_id: UUID, speak: Speaker) -> list[Block]:
    """What only a person can settle."""
    rows, t = _about(visit, sending_id, ITEMS), speak.t
    if not rows:
        return []
    columns = [Column(t("print.received")), Column(t("state.kind")), Column(t("state.is_settled"))]
    told = [
        [
            speak.moment(row["raised_at"]),
            t(f"item.{row['kind']}"),
            t(f"list_file.{'yes' if row['is_settled'] else 'no'}"),
        ]
        for row in rows
    ]
    return [Heading(t("print.items")), Table(columns, told)]


def _about(visit: Visit, sending_id: UUID, listing: Listing) -> Sequence[Row]:
    where = both([scoped(visit.scope), one_of("sending_id", [sending_id])])
    with visit.sql() as sql:
        return listing.page(sql, where, Asked(limit=_MOST, at=visit.upto)).rows
