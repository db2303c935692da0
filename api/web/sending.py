"""One sending from all sides: what was asked, every answer, what waits for a person, how far it is, who did what."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.not_handed_over import failure_of
from api.rest.desk_lists import ANSWERS, ITEMS
from api.rest.encoding import opened
from api.rest.rights import not_here, within
from api.rest.sendings import ABSENT
from api.web.casework import casework_of
from api.web.casework_things import PAGES
from api.web.document_panels import papers_of_sending
from api.web.doors import MayRead
from api.web.form_fields import NOTHING, Wrong
from api.web.looks import poll, sending_outcome, sending_state, verdict
from api.web.rejected_guide import guide_of
from api.web.said import names_of
from api.web.sending_parts import files_of, near, polls_of, steps_of, unsent, unusual
from api.web.timeline import timeline_of
from api.web.visit import Visit
from application.apply_answer import ITEM_OF
from application.ports import Row, Sql
from domain import sending as sendings
from domain.sending import Sending
from projections.history import INVOICES, InvoiceFilter, conditions
from projections.paging import Asked
from projections.scope import both, one_of, scoped

router = APIRouter(prefix="/c/{where}/envois")

Brief = Annotated[str, Query(max_length=20)]
Cursor = Annotated[str, Query(max_length=400)]

TABS = ("request", "answers", "updates", "receipts", "polls", "status")
_RECEIPTS = ("931000", "TACK")
_MOST = 200


@router.get("/{sending_id}")
def show_sending(
    visit: MayRead,
    sending_id: UUID,
    tab: Brief = "request",
    source: Brief = "",
    after: Cursor = "",
    came_from: Annotated[str, Query(alias="list", max_length=1_000)] = "",
) -> Response:
    """One of its tabs, with the timeline beside it."""
    return sending_page(visit, sending_id, tab, source, after, came_from)


def sending_page(
    visit: Visit,
    sending_id: UUID,
    tab: str = TABS[0],
    source: str = "",
    after: str = "",
    came_from: str = "",
    wrong: Wrong = NOTHING,
) -> Response:
    """Also what a form that was refused comes back to."""
    state = sending_of(visit, sending_id)
    shown = tab if tab in TABS else TABS[0]
    whole = timeline_of(visit, sending_id)
    with visit.sql() as sql:
        rows = _about(visit, sql, sending_id)
        beside = near(visit, sql, state, came_from)
        invoices = _invoices(visit, sql, sending_id, after) if shown == "request" else None
        asked = polls_of(visit, sql, sending_id) if shown == "polls" else ()
    files = files_of(visit, rows["files"], whole)
    names: Mapping[UUID, str] = {}
    if invoices:
        patients = [row["patient_id"] for row in invoices.rows]
        names = names_of(visit, patients)
        visit.saw("invoice.listed", patients)
    return visit.page(
        "sending.html",
        status=422 if wrong.form else 200,
        wrong=wrong,
        state=state,
        made=state.made,
        status_look=sending_state({"status": state.status}),
        outcome_look=sending_outcome({"outcome": state.outcome}),
        is_contradictory=sendings.is_contradictory(state),
        tab=shown,
        answers=[file for file in files if file.row["kind"] not in _RECEIPTS],
        receipts=[file for file in files if file.row["kind"] in _RECEIPTS],
        items=rows["items"],
        invoices=invoices,
        names=names,
        polls=asked,
        steps=steps_of(whole, made_elsewhere=state.made.made_elsewhere),
        poll_look=poll,
        unusual=unusual(whole),
        entries=[entry for entry in whole if not source or entry.source == source],
        source=source,
        near=beside,
        came_from=came_from,
        version=len(visit.events(sending_id)),
        casework=casework_of(visit, sending_id),
        unsent=unsent(visit, state),
        failed=failure_of(visit.quittance, visit.practice, visit.events(sending_id), visit.language),
        to_confirm=next((item for fact, item in ITEM_OF.items() if fact in state.facts), ""),
        guide=guide_of(visit, state),
        papers=papers_of_sending(visit, sending_id),
        today=visit.as_of or visit.today,
        replaced=[(one, sending_of(visit, one).made.sending_number) for one in state.made.replaces],
        verdict_look=verdict,
    )


PAGES["sending"] = show_sending


def sending_of(visit: Visit, sending_id: UUID) -> Sending:
    """State as of the day asked for. Raises `NotFound`."""
    state = sendings.fold(visit.events(sending_id), sending_id)
    within(visit.known_caller, state.made.establishment_id if state else None, ABSENT)
    return state or not_here(ABSENT)


def _about(visit: Visit, sql: Sql, sending_id: UUID) -> dict[str, Sequence[Row]]:
    """Files that answered it, and what only a person can settle about it; the oldest first."""
    where, asked = both([scoped(visit.scope), one_of("sending_id", [sending_id])]), Asked(limit=_MOST, at=visit.upto)
    items = [opened(row, "facts") for row in ITEMS.page(sql, where, asked).rows]
    return {"files": ANSWERS.page(sql, where, asked).rows, "items": items}


def _invoices(visit: Visit, sql: Sql, sending_id: UUID, after: str) -> Any:  # noqa: ANN401 - a page of rows
    where = conditions(visit.scope, InvoiceFilter(sending_id=sending_id))
    return INVOICES.page(sql, where, Asked(after=after or None, at=visit.upto))
