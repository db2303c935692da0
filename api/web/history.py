"""History: sendings, invoices and billing days, each a tab of its own, found and sorted as the API does it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from api.held_days import day_conditions
from api.rest.filters import (
    DayQuery,
    DayWanted,
    DocumentQuery,
    DocumentWanted,
    InvoiceQuery,
    InvoiceWanted,
    SendingQuery,
    SendingWanted,
    narrowed,
)
from api.rest.listing import Pages
from api.web.doors import MayRead
from api.web.grids import GRIDS, Exportable, list_page
from api.web.history_grids import DAYS_GRID, DOCUMENTS_GRID, INVOICES_GRID, SENDINGS_GRID
from api.web.shell import Place
from api.web.visit import Visit
from projections.history import DayFilter, DocumentFilter, Filter, InvoiceFilter, SendingFilter, conditions
from projections.scope import Condition

router = APIRouter(prefix="/c/{where}/historique")


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


TABS = [
    Place("/historique/envois", _("Envois"), "send"),
    Place("/historique/factures", _("Factures"), "file-text"),
    Place("/historique/hors-efact", _("Hors eFact"), "printer"),
    Place("/historique/jours", _("Jours"), "calendar-check"),
]
"""Kinds of history, each shown when its page exists; a module that brings another one adds it here."""


def _where(kind: type[Filter]) -> Any:  # noqa: ANN401 - a function of visit and query
    def condition(visit: Visit, wanted: Any) -> Condition:  # noqa: ANN401 - the query of that list
        return conditions(visit.scope, narrowed(kind, wanted))

    return condition


def _of_days(visit: Visit, wanted: Any) -> Condition:  # noqa: ANN401 - the query of that list
    return day_conditions(visit.quittance, visit.scope, narrowed(DayFilter, wanted), visit.as_of, visit.upto)


GRIDS["sendings"] = Exportable(SENDINGS_GRID, SendingQuery, _where(SendingFilter))
GRIDS["invoices"] = Exportable(INVOICES_GRID, InvoiceQuery, _where(InvoiceFilter), seen="invoice.listed")
GRIDS["documents"] = Exportable(DOCUMENTS_GRID, DocumentQuery, _where(DocumentFilter), seen="document.listed")
GRIDS["billing_days"] = Exportable(DAYS_GRID, DayQuery, _of_days, seen="billing_day.listed")


@router.get("")
def open_history(visit: MayRead) -> Response:
    """The first tab."""
    return visit.go(visit.to("/historique/envois"))


@router.get("/envois")
def show_sendings(visit: MayRead, wanted: SendingWanted, paging: Pages) -> Response:  # noqa: ARG001 - checked as such
    """Sendings; without a query as the user saved it, else without the archived ones."""
    return list_page(visit, "sendings", paging, "history.html", tabs=tabs_of(visit))


@router.get("/factures")
def show_invoices(visit: MayRead, wanted: InvoiceWanted, paging: Pages) -> Response:  # noqa: ARG001
    """Invoices."""
    return list_page(visit, "invoices", paging, "history.html", tabs=tabs_of(visit))


@router.get("/hors-efact")
def show_documents(visit: MayRead, wanted: DocumentWanted, paging: Pages) -> Response:  # noqa: ARG001
    """Invoices beyond eFact."""
    return list_page(visit, "documents", paging, "history.html", tabs=tabs_of(visit))


@router.get("/jours")
def show_days(visit: MayRead, wanted: DayWanted, paging: Pages) -> Response:  # noqa: ARG001
    """Billing days."""
    return list_page(visit, "billing_days", paging, "history.html", tabs=tabs_of(visit))


def tabs_of(visit: Visit) -> Sequence[Place]:
    """Those that have a page here and that the reader may open."""
    known = {getattr(route, "path", "") for route in visit.request.app.routes}
    return [tab for tab in TABS if f"/c/{{where}}{tab.path}" in known and visit.may_ever(tab.right)]
