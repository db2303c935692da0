"""What only a person can settle: the list, each item with what it is and what to do, and the word that it is done."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.rest.items import ABSENT
from api.rest.listing import Pages
from api.rest.rights import not_here
from api.web.casework import casework_of
from api.web.casework_things import PAGES
from api.web.doors import MayBill, MayRead
from api.web.form_fields import reason_of
from api.web.grids import list_page
from api.web.in_place import Refusal, told
from api.web.inbox_grid import PATH, ItemQuery
from api.web.timeline import timeline_of
from api.web.visit import Visit
from domain import inbox
from projections.sending_numbers import sendings_by_id

router = APIRouter(prefix="/c/{where}/points")
_READ_AGAIN = frozenset({"not_applied", "sending_unknown"})


@router.get("")
def show_items(visit: MayRead, wanted: Annotated[ItemQuery, Depends()], paging: Pages) -> Response:  # noqa: ARG001
    """Without a query those that wait, the oldest first."""
    return list_page(visit, "items", paging, "items.html")


@router.get("/{item_id}")
def show_item(visit: MayRead, item_id: UUID) -> Response:
    """As of the day of the visit."""
    return _page(visit, item_id, _item(visit, item_id))


PAGES["item"] = show_item


@router.post("/{item_id}/cloturer")
def settle_item(visit: MayBill, item_id: UUID) -> Response:
    """Say that it was dealt with, and how."""
    item = _item(visit, item_id)

    def act() -> Response:
        return visit.do(
            lambda context: visit.quittance.desk.settle(context, item_id),
            lambda _: visit.at(f"{PATH}/{item_id}"),
            reason=reason_of(visit),
            about=visit.practice,
        )

    return told(visit, act, lambda refusal: _page(visit, item_id, item, refusal))


@router.post("/{item_id}/relire")
def read_again(visit: MayBill, item_id: UUID) -> Response:
    """Interpret the stored file again, now that its cause is mended."""
    item = _item(visit, item_id)

    def act() -> Response:
        if not item.raised.message:
            not_here(ABSENT)
        return visit.do(
            lambda context: visit.quittance.answers.interpret(context, visit.practice, item.raised.message),
            lambda report: visit.at(f"{PATH}/{item_id}?taken={report.outcome}"),
        )

    return told(visit, act, lambda refusal: _page(visit, item_id, item, refusal))


def _page(visit: Visit, item_id: UUID, item: inbox.Item, refusal: Refusal | None = None) -> Response:
    raised = item.raised
    with visit.sql() as sql:
        known = sendings_by_id(sql, visit.scope, {raised.sending_id} if raised.sending_id else ())
    taken = visit.request.query_params.get("taken", "")
    return visit.page(
        "item.html",
        status=refusal.status if refusal else 200,
        item_id=item_id,
        item=item,
        sending=known.get(raised.sending_id) if raised.sending_id else None,
        may_read_again=raised.kind in _READ_AGAIN and not item.is_settled,
        taken=taken if taken in ("read", "already_read", "unmatched", "unreadable") else "",
        entries=timeline_of(visit, item_id),
        casework=casework_of(visit, item_id),
        refusal=refusal,
    )


def _item(visit: Visit, item_id: UUID) -> inbox.Item:
    """Raises `NotFound`."""
    state = inbox.fold_item(visit.events(item_id))
    if state is None or state.raised.establishment_id != visit.practice:
        not_here(ABSENT)
    return state
