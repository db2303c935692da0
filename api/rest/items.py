"""Items: what only a person can settle."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from api.catalogue import text
from api.rest.commands import Writes
from api.rest.reads import Reads
from api.rest.register_bodies import NeededReasonIn
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayBill, MayRead, Product, not_here, within
from domain import inbox

router = resource("/items", "items")
ABSENT = "item_unknown"


@dataclass(frozen=True, slots=True)
class ItemOut:
    """`kind` is a code, `text` its meaning and what to do. `facts`: ids, codes and figures."""

    item_id: UUID
    establishment_id: UUID
    kind: str
    text: str
    message: str
    sending_id: UUID | None
    facts: dict[str, str]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """Which item was settled."""

    item_id: UUID


@router.get("/{item_id}", operation_id="get_item", response_model=ItemOut, responses=NOT_CHANGED)
def get_item(caller: MayRead, reading: Reads, item_id: UUID) -> Response:
    """One item."""
    events = reading.events(item_id)
    state = inbox.fold_item(events)
    within(caller, state.raised.establishment_id if state else None, ABSENT)
    if state is None:
        not_here(ABSENT)
    raised = state.raised
    body = ItemOut(
        item_id,
        raised.establishment_id,
        raised.kind,
        text(f"item.{raised.kind}", reading.language),
        raised.message,
        raised.sending_id,
        dict(raised.facts),
        state.is_settled,
    )
    return reading.one(body, len(events))


@router.post("/{item_id}/settle", operation_id="settle_item", response_model=ItemChanged)
def settle_item(caller: MayBill, command: Writes, quittance: Product, item_id: UUID, body: NeededReasonIn) -> Response:
    """Say that it was dealt with, and how."""
    state = inbox.fold_item(quittance.log.load([item_id]).get(item_id, []))
    where = within(caller, state.raised.establishment_id if state else None, ABSENT)
    return command.answer(
        lambda context: quittance.desk.settle(context, item_id), _changed, about=where, reason=body.reason, on=item_id
    )


def _changed(item_id: UUID) -> dict[str, Any]:
    return {"item_id": item_id}
