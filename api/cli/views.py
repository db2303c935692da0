"""`quittance history`: months at a glance, or what was sent, invoiced and billed in one, page by page."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

import typer

from api.catalogue import percent
from api.cli.access import note_access
from api.cli.console import AsJson, Where, billed_month, establishment, working
from api.cli.instants import AsOf, day_of, position
from api.cli.months import history_of, show_history
from api.cli.voice import NOTHING, Voice
from api.held_days import held_page, why_held
from api.verdicts_to_come import all_told
from application.ports import Sql
from domain.errors import Invalid
from projections.history import (
    DayFilter,
    InvoiceFilter,
    SendingFilter,
    invoices_page,
    sendings_page,
)
from projections.paging import Asked, Page

Archived = Annotated[bool, typer.Option("--archived", help="Archived sendings too.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(history)


def history(
    month: Annotated[str, typer.Argument(help="Billed month, YYYY-MM; none: all months at a glance.")] = "",
    where: Where = "",
    of: Annotated[str, typer.Option(help="sendings, invoices or days.")] = "sendings",
    union: Annotated[str, typer.Option(help="One national union.")] = "",
    status: Annotated[str, typer.Option(help="Status of sendings or invoices, phase of days.")] = "",
    verdict: Annotated[str, typer.Option(help="Verdict of invoices or days.")] = "",
    after: Annotated[str, typer.Option(help="Cursor of the next page, as printed.")] = "",
    limit: Annotated[int, typer.Option(help="Rows of a page, 200 at most.")] = 200,
    as_of: AsOf = "",
    archived: Archived = False,
    as_json: AsJson = False,
) -> None:
    """Months at a glance, or what was sent, invoiced and billed in one, page by page."""
    with working(as_json=as_json) as (quittance, voice):
        scope, at = (establishment(quittance, where),), position(quittance, as_of)
        month = month and billed_month(month)
        if not month and of == "sendings" and not (union or status or after):
            show_history(voice, history_of(quittance, scope, "", at, archived=archived))
            return
        asked = Asked(limit=limit, after=after or None, at=at)
        narrow = (month or None, union or None, status or None, verdict or None)
        if of == "days":
            page = held_page(quittance, scope, _days(*narrow), day_of(as_of), asked)
        else:
            with quittance.store.database.snapshot() as sql:
                page = _page(sql, scope, of, asked, *narrow, archived)
        note_access(quittance, "history", [row["patient_id"] for row in page.rows if "patient_id" in row])
        _show_page(voice, of, Page(all_told(page.rows), page.following))


def _days(month: str | None, union: str | None, status: str | None, verdict: str | None) -> DayFilter:
    return DayFilter(month=month, national_union=union, phase=status, verdict=verdict)


def _page(
    sql: Sql,
    scope: Collection[UUID],
    of: str,
    asked: Asked,
    month: str | None,
    union: str | None,
    status: str | None,
    verdict: str | None,
    archived: bool,
) -> Page:
    match of:
        case "sendings":
            shown = None if archived else False
            wanted = SendingFilter(month=month, national_union=union, status=status, is_archived=shown)
            return sendings_page(sql, scope, wanted, asked)
        case "invoices":
            chosen = InvoiceFilter(month=month, national_union=union, status=status, verdict=verdict)
            return invoices_page(sql, scope, chosen, asked)
    raise Invalid("list_unknown", "--of: give sendings, invoices or days.", field="of")


_ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "sendings": (
        ("column.number", "sending_number"),
        ("column.union", "national_union"),
        ("column.status", "status"),
        ("column.percentage", "error_percentage"),
        ("column.requested", "requested_cents"),
        ("column.accepted", "accepted_cents"),
        ("column.refused", "refused_cents"),
        ("column.id", "sending_id"),
    ),
    "invoices": (
        ("column.number", "invoice_number"),
        ("column.destination", "destination"),
        ("column.verdict", "verdict"),
        ("column.requested", "requested_cents"),
        ("column.accepted", "accepted_cents"),
        ("column.refused", "refused_cents"),
        ("column.id", "invoice_id"),
    ),
    "days": (
        ("column.date", "date"),
        ("column.status", "phase"),
        ("column.verdict", "verdict"),
        ("column.requested", "amount_cents"),
        ("column.accepted", "accepted_cents"),
        ("column.refused", "refused_cents"),
        ("column.reason", "held_back"),
        ("column.id", "day_id"),
    ),
}


def _show_page(voice: Voice, of: str, page: Page) -> None:
    if voice.as_json:
        voice.json({"rows": page.rows, "next": page.following})
        return
    columns = _ROWS[of]
    voice.table(
        [(head, name.endswith("_cents") or name == "sending_number") for head, name in columns],
        [tuple(_cell(voice, name, row[name]) for _, name in columns) for row in page.rows],
    )
    if page.following:
        voice.say("history.next", cursor=page.following)


def _cell(voice: Voice, name: str, value: Any) -> object:  # noqa: ANN401 - a cell of a view
    if name.endswith("_cents"):
        return NOTHING if value is None else voice.money(value)
    if name == "error_percentage":
        return percent(value, voice.language)
    if name == "held_back":
        return " · ".join(one["text"] for one in why_held(value, voice.language)) or NOTHING
    if name == "phase":
        return voice.why("list_phase", value)
    return voice.code(name, value) if name in ("status", "verdict") else value
