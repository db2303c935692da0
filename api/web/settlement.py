"""Settlements: what each union paid and refused, and the tree of one, from the union down to the line."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.rest.filters import SendingFilter, SendingQuery, narrowed
from api.rest.listing import Pages
from api.web.doors import MayRead
from api.web.grid_spec import CARE_COLUMNS, MINE, Choice, Column, GridSpec
from api.web.grids import GRIDS, Exportable, list_page
from api.web.history_grids import SENDING_ACTIONS
from api.web.looks import sending_outcome, sending_row
from api.web.row_words import with_care
from api.web.said import explained, names_of
from api.web.sending import Cursor, sending_of
from api.web.settlement_branches import branches_of
from api.web.visit import Visit
from application.ports import Sql
from domain.answer import Reason
from domain.rules.refusals import Explanation
from domain.sending import SendingSettled
from projections.history import INVOICES, SENDINGS, InvoiceFilter, RefusalFilter, conditions
from projections.paging import Asked, Page
from projections.refusal_causes import Cause, causes
from projections.scope import Condition, both
from projections.settlements import settlement_totals

router = APIRouter(prefix="/c/{where}/decomptes")

_INVOICES = 25
_OUTCOMES = ("in_full", "in_part", "refused")
SETTLEMENTS_GRID = GridSpec(
    "settlements",
    "/decomptes",
    SENDINGS,
    (
        Column("sending_number"),
        Column("month", "month", label="state.billed_month"),
        Column("national_union"),
        Column("transmitted_on", "day"),
        Column("outcome", "state", state=sending_outcome),
        Column("requested_cents", "amount"),
        Column("accepted_cents", "amount"),
        Column("refused_cents", "amount"),
        Column("line_count", "number", shown=False),
        Column("day_count", "number", shown=False),
        Column("insurer_reference", shown=False),
        Column("is_read", "flag"),
        Column("is_archived", "flag", shown=False),
        *CARE_COLUMNS,
    ),
    (
        Choice("month", "month", label="state.billed_month"),
        Choice("national_union", "text"),
        Choice("outcome", "one_of", tuple((outcome, f"outcome.{outcome}") for outcome in _OUTCOMES)),
        Choice("is_read", "flag"),
        Choice("is_archived", "flag"),
        MINE,
    ),
    open=lambda row: f"/decomptes/{row['sending_id']}",
    look=sending_row,
    usual={"is_archived": "false", "sort": "month", "descending": "true"},
    title="details.settlements",
    total="refused_cents",
    first_step=("/facturation", "bill"),
    enrich=lambda visit, rows: with_care(visit, rows, "sending_id"),
    actions=SENDING_ACTIONS,
    prints="settlement",
)


def _settled(visit: Visit, wanted: Any) -> Condition:  # noqa: ANN401 - the query of the list
    """Settled sendings only, whatever else is asked."""
    return conditions(visit.scope, replace(narrowed(SendingFilter, wanted), status="settled"))


GRIDS["settlements"] = Exportable(SETTLEMENTS_GRID, SendingQuery, _settled)


@router.get("")
def show_settlements(visit: MayRead, paging: Pages) -> Response:
    """One row a settled sending, so a union and a month; the sums of what the filter leaves."""
    where = GRIDS["settlements"].condition(visit)
    with visit.sql() as sql:
        totals = settlement_totals(sql, where, visit.upto)
    return list_page(visit, "settlements", paging, "settlements.html", totals=totals)


@router.get("/{sending_id}")
def show_settlement(
    visit: MayRead, sending_id: UUID, errors: Annotated[str, Query(max_length=1)] = "", after: Cursor = ""
) -> Response:
    """The tree; without another wish only invoices with errors, when there are any."""
    state = sending_of(visit, sending_id)
    if state.settlement is None:
        return visit.page("settlement_awaited.html", state=state, made=state.made)
    only_errors = errors == "1" or (errors != "0" and state.settlement.refused_cents > 0)
    with visit.sql() as sql:
        page = _invoices(visit, sql, sending_id, after, only_errors=only_errors)
        found = causes(sql, visit.scope, RefusalFilter(sending_id=sending_id), _when_settled(visit, sending_id))
    branches = branches_of(visit, page.rows)
    patients = [branch.row["patient_id"] for branch in branches]
    visit.saw("sending.tree", patients)
    return visit.page(
        "settlement.html",
        state=state,
        made=state.made,
        settlement=state.settlement,
        branches=branches,
        names=names_of(visit, patients),
        following=page.following,
        after=after,
        only_errors=only_errors,
        causes=_told(found, visit),
        refused_lines=sum(one.lines for one in found),
    )


def _told(found: list[Cause], visit: Visit) -> list[tuple[Cause, Explanation]]:
    """Each cause with its explanation."""
    return [(one, explained([Reason(one.letter or None, one.code)], visit.language)[0]) for one in found]


def _invoices(visit: Visit, sql: Sql, sending_id: UUID, after: str, *, only_errors: bool) -> Page:
    where = conditions(visit.scope, InvoiceFilter(sending_id=sending_id))
    if only_errors:
        where = both([where, Condition("refused_days > 0")])
    return INVOICES.page(sql, where, Asked(after=after or None, limit=_INVOICES, at=visit.upto))


def _when_settled(visit: Visit, sending_id: UUID) -> int:
    """Position of the whole commit of the settlement: days that were billed again since have refusals there still."""
    history = visit.quittance.log.history(sending_id, visit.upto)
    came = next(one.recorded_at for one in history if isinstance(one.event, SendingSettled))
    position = visit.quittance.log.position_at(came)
    return position if visit.upto is None else min(position, visit.upto)
