"""Months at a glance, and one month with its sendings and what each union settled."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from api.build import Quittance
from api.catalogue import percent
from api.cli.voice import NOTHING, Voice
from api.verdicts_to_come import all_told
from projections.history import InvoiceFilter, SendingFilter, sendings_page
from projections.paging import MOST_ROWS, Asked
from projections.periods import Period, periods
from projections.settlement_tree import unions

_CENTS = ("requested_cents", "accepted_cents", "refused_cents")


def history_of(
    quittance: Quittance, scope: Collection[UUID], month: str = "", at: int | None = None, *, archived: bool = False
) -> dict[str, Any]:
    """Months; and of one month its sendings and what each union settled."""
    wanted = SendingFilter(month=month or None, is_archived=None if archived else False)
    with quittance.store.database.snapshot() as sql:
        page = sendings_page(sql, scope, wanted, Asked("sending_number", limit=MOST_ROWS, at=at)) if month else None
        return {
            "periods": periods(sql, scope, wanted, at),
            "sendings": all_told(page.rows) if page else [],
            "unions": unions(sql, scope, InvoiceFilter(month=month, status="settled"), at) if month else [],
        }


def show_history(voice: Voice, found: dict[str, Any]) -> None:
    """The sendings of a month, or else the months."""
    if voice.as_json:
        voice.json(found)
    elif not found["sendings"]:
        _months(voice, found["periods"])
    else:
        heads = ("number", "union", "status", "percentage", "requested", "accepted", "refused", "sent_on")
        figures = ("number", "percentage", "requested", "accepted", "refused")
        rows = [_sending(voice, row) for row in found["sendings"]]
        voice.table([(f"column.{head}", head in figures) for head in heads], rows)


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
        percent(row["error_percentage"], voice.language),
        *(NOTHING if row[name] is None else voice.money(row[name]) for name in _CENTS),
        row["transmitted_on"],
    )
