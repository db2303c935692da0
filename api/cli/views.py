"""See it: history of a month, refusals by cause, one thing with its events, the timeline of anything."""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, Voice, Where, billed_month, establishment, working
from application.ports import Sql
from domain.errors import Invalid
from domain.rules.refusals import explain
from projections import refusal_causes
from projections.history import (
    DayFilter,
    InvoiceFilter,
    RefusalFilter,
    SendingFilter,
    days_page,
    invoices_page,
    refusals_page,
    sendings_page,
)
from projections.paging import Asked, Page
from projections.periods import Period, periods
from projections.settlement_tree import unions

AsOf = Annotated[str, typer.Option("--as-of", help="Instant, e.g. 2026-11-04T12:00:00+01:00: as it was then.")]
Archived = Annotated[bool, typer.Option("--archived", help="Archived sendings too.")]
_MOST = 200


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(history)
    app.command()(refusals)


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
        scope, at = _scope(quittance, where), position(quittance, as_of)
        month = month and billed_month(month)
        if not month and of == "sendings" and not (union or status):
            show_history(voice, quittance, scope, "", at, archived=archived)
            return
        asked = Asked(limit=limit, after=after or None, at=at)
        with quittance.store.database.snapshot() as sql:
            page = _page(sql, scope, of, asked, month or None, union or None, status or None, verdict or None, archived)
        _show_page(voice, of, page)


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
        case "days":
            days = DayFilter(month=month, national_union=union, phase=status, verdict=verdict)
            return days_page(sql, scope, days, asked)
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
        ("column.verdict", "verdict"),
        ("column.requested", "amount_cents"),
        ("column.accepted", "accepted_cents"),
        ("column.refused", "refused_cents"),
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
        return voice.money(value)
    return voice.code(name, value) if name in ("status", "verdict") else value


def refusals(
    month: Annotated[str, typer.Argument(help="Billed month, YYYY-MM; none: all months.")] = "",
    where: Where = "",
    cause: Annotated[str, typer.Option(help="Lines of one cause: its code.")] = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """Refusals by cause, cascades folded under their root, each explained with its cure; or the lines of one cause."""
    with working(as_json=as_json) as (quittance, voice):
        scope, at = _scope(quittance, where), position(quittance, as_of)
        month = month and billed_month(month)
        if cause:
            _show_lines(voice, quittance, scope, RefusalFilter(month=month or None, root_code=cause), at)
        else:
            show_refusals(voice, quittance, scope, month, at)


def show_history(
    voice: Voice,
    quittance: Quittance,
    scope: Collection[UUID],
    month: str = "",
    at: int | None = None,
    *,
    archived: bool = False,
) -> None:
    """Without a month the months, with one its sendings and what each union settled."""
    wanted = SendingFilter(month=month or None, is_archived=None if archived else False)
    with quittance.store.database.snapshot() as sql:
        months = periods(sql, scope, wanted, at)
        page = sendings_page(sql, scope, wanted, Asked("sending_number", limit=_MOST, at=at)) if month else None
        tree = unions(sql, scope, InvoiceFilter(month=month, status="settled"), at) if month else []
    if voice.as_json:
        voice.json({"periods": months, "sendings": page.rows if page else [], "unions": tree})
        return
    if page is None:
        _months(voice, months)
        return
    heads = ("number", "union", "status", "percentage", "requested", "accepted", "refused", "sent_on")
    figures = ("number", "percentage", "requested", "accepted", "refused")
    voice.table([(f"column.{h}", h in figures) for h in heads], [_sending(voice, row) for row in page.rows])


def _months(voice: Voice, months: list[Period]) -> None:
    heads = ("month", "requested", "accepted", "refused", "open")
    figures = [(p.month, p.requested_cents, p.accepted_cents, p.refused_cents, p.open_cents) for p in months]
    rows = [(month, *(voice.money(cents) for cents in amounts)) for month, *amounts in figures]
    voice.table([(f"column.{head}", head != "month") for head in heads], rows)


def _sending(voice: Voice, row: Any) -> tuple[object, ...]:  # noqa: ANN401 - a row of the view
    return (
        row["sending_number"],
        row["national_union"],
        voice.code("outcome", row["outcome"]) if row["outcome"] != "none" else voice.code("status", row["status"]),
        row["error_percentage"],
        voice.money(row["requested_cents"]),
        voice.money(row["accepted_cents"]),
        voice.money(row["refused_cents"]),
        row["transmitted_on"],
    )


def show_refusals(
    voice: Voice, quittance: Quittance, scope: Collection[UUID], month: str = "", at: int | None = None
) -> None:
    """Each cause once: how much hangs on it, what it means, what to do."""
    with quittance.store.database.snapshot() as sql:
        causes = refusal_causes.causes(sql, scope, RefusalFilter(month=month or None), at)
    explained = [(cause, explain(cause.code, voice.language, cause.letter)) for cause in causes]
    if voice.as_json:
        voice.json([{**asdict(cause), "explanation": why} for cause, why in explained])
        return
    heads = ("code", "lines", "cascades", "patients", "refused", "advice")
    voice.table(
        [(f"column.{head}", head not in ("code", "advice")) for head in heads],
        [
            (
                f"{cause.letter}{cause.code}",
                cause.lines,
                cause.cascaded_lines,
                cause.patients,
                voice.money(cause.refused_cents),
                why.decision_label,
            )
            for cause, why in explained
        ],
    )
    for cause, why in explained:
        voice.say("refusals.why", code=f"{cause.letter}{cause.code}", meaning=why.meaning, cure=why.cure)
        official = quittance.code_lists.find(cause.code)
        wording = "" if official is None else official.nl if voice.language == "nl" else official.fr
        if wording:
            voice.say("refusals.official", text=wording)


def _show_lines(
    voice: Voice, quittance: Quittance, scope: Collection[UUID], wanted: RefusalFilter, at: int | None
) -> None:
    with quittance.store.database.snapshot() as sql:
        page = refusals_page(sql, scope, wanted, Asked(limit=_MOST, at=at))
    if voice.as_json:
        voice.json([{**row, "reasons": json.loads(row["reasons"])} for row in page.rows])
        return
    heads = ("date", "code", "errors", "requested", "refused", "id")
    voice.table(
        [(f"column.{head}", head in ("requested", "refused")) for head in heads],
        [
            (
                row["date"],
                row["nomenclature_code"],
                f"{row['letter']}{row['code']}",
                voice.money(row["requested_cents"]),
                voice.money(row["refused_cents"]),
                row["day_id"],
            )
            for row in page.rows
        ],
    )


def position(quittance: Quittance, as_of: str) -> int | None:
    """Log position of an instant; none: now. Raises `Invalid`."""
    if not as_of:
        return None
    try:
        instant = datetime.fromisoformat(as_of)
    except ValueError:
        raise Invalid("instant_invalid", "--as-of: give an instant such as 2026-11-04T12:00:00+01:00.") from None
    if instant.tzinfo is None:
        raise Invalid("instant_invalid", "--as-of: say which zone, such as +01:00.")
    return quittance.log.position_at(instant)


def _scope(quittance: Quittance, where: str) -> tuple[UUID, ...]:
    return (establishment(quittance, where),)
